"""New posts are flagged by the thresholds that hold when they are scored; just below, nothing is said either way."""

import statistics
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select

from classifiers.data.metadata import Context, Text
from classifiers.evaluation.pr_curve import Curve
from monitor.scoring.decision_thresholds import PRECISION, PROBABILITY
from monitor.scoring.predictions import cached_model, load_model, text_of
from monitor.scoring.score import Scorer
from monitor.scoring.threshold_changes import AuditNote, ThresholdEditor
from storage.database import Database
from storage.models import Flag, Model, Post, Score
from storage.posts import posts
from storage.review import flag_queue, reviews
from storage.scoring.threshold_rules import EVERY
from tests.clock import FakeClock
from tests.corpus import corpus
from tests.factories import add_post, add_source, add_user, make_post

TEXTS = [example.text for example in corpus()[7::120]]  # others than the model learnt from
NOTE = AuditNote("root")


@pytest.fixture(autouse=True)
def forget_models() -> Iterator[None]:
    yield
    cached_model.cache_clear()


@pytest.fixture
def scorer(sqlite_database: Database, small_model: Path, clock: FakeClock) -> Iterator[Scorer]:
    with ThreadPoolExecutor(1) as thread:
        yield Scorer(sqlite_database, thread, small_model, clock)


def fill(database: Database, kind: str, batch: str = "a") -> None:
    with database.work() as session:
        source = add_source(session, kind, kind=kind)
        posts.record(session, source.id, [make_post(f"{batch}{number}", text) for number, text in enumerate(TEXTS)])
        session.commit()


def flagged(database: Database, kind: str) -> set[tuple[str, str]]:
    with database.work() as session:
        query = select(Post.external_id, Flag.label).join(Flag, Flag.post_id == Post.id)
        return {(name, label) for name, label in session.execute(query.where(Post.source.has(kind=kind)))}


def above(database: Database, kind: str, label: str, least: float, batch: str = "a") -> set[tuple[str, str]]:
    with database.work() as session:
        query = (
            select(Post.external_id)
            .join(Score, Score.post_id == Post.id)
            .where(Score.label == label, Score.probability >= least, Post.source.has(kind=kind))
        )
        return {(name, label) for name in session.scalars(query) if name.startswith(batch)}


def middle(database: Database, label: str, *, flagged: bool) -> float:
    """Find the probability in the middle of the posts that the model's own threshold flags, or leaves."""
    with database.work() as session:
        threshold = session.scalars(select(Model.thresholds)).one()[label]
        found = session.scalars(select(Score.probability).where(Score.label == label)).all()
    return round(statistics.median(one for one in found if (one >= threshold) == flagged), 4)


def test_each_kind_of_source_is_flagged_by_its_own_threshold(
    scorer: Scorer, sqlite_database: Database, clock: FakeClock
) -> None:
    fill(sqlite_database, "feed")
    first = scorer.run()
    stricter, laxer = (
        middle(sqlite_database, "concern", flagged=True),
        middle(sqlite_database, "negative", flagged=False),
    )
    editor = ThresholdEditor(sqlite_database, clock)
    for label, wished in (("concern", stricter), ("negative", laxer)):
        editor.set_rule(label, "mastodon", PROBABILITY, wished, NOTE)
    fill(sqlite_database, "mastodon")
    second = scorer.run()

    with sqlite_database.work() as session:
        own = session.scalars(select(Model.thresholds)).one()
    feed, mastodon = flagged(sqlite_database, "feed"), flagged(sqlite_database, "mastodon")
    assert feed == set().union(*(above(sqlite_database, "feed", label, own[label]) for label in own))
    assert mastodon == (
        above(sqlite_database, "mastodon", "unverified", own["unverified"])
        | above(sqlite_database, "mastodon", "concern", stricter)
        | above(sqlite_database, "mastodon", "negative", laxer)
    )
    assert {label for _, label in mastodon} == set(own)
    assert mastodon - feed, "some only where the threshold is laxer"
    assert feed - mastodon, "some only where it is not stricter"
    assert (first.opened.total(), second.opened.total()) == (len(feed), len(mastodon))
    with sqlite_database.work() as session:
        assert all(flag.reasons for flag in session.scalars(select(Flag))), "every flag says why"


def test_a_threshold_holds_for_posts_that_come_after_it(
    scorer: Scorer, sqlite_database: Database, clock: FakeClock
) -> None:
    fill(sqlite_database, "feed", "a")
    scorer.run()
    before = flagged(sqlite_database, "feed")
    ThresholdEditor(sqlite_database, clock).set_rule("concern", EVERY, PROBABILITY, 0.2, NOTE)
    assert scorer.run().scored == 0, "what is scored is not scored again"
    assert flagged(sqlite_database, "feed") == before

    fill(sqlite_database, "feed", "b")
    scorer.run()
    after = {pair for pair in flagged(sqlite_database, "feed") if pair[0].startswith("b") and pair[1] == "concern"}
    assert after == above(sqlite_database, "feed", "concern", 0.2, "b")


def test_raising_a_threshold_closes_no_flag(scorer: Scorer, sqlite_database: Database, clock: FakeClock) -> None:
    fill(sqlite_database, "feed", "a")
    scorer.run()
    with sqlite_database.work() as session:
        first, *rest = flag_queue.listed(session, limit=500).flags
        user = add_user(session)
        reviews.decide(session, first, reviewer_id=user.id, decision="yes", note="", now=clock.now())
        session.commit()
    assert rest
    ThresholdEditor(sqlite_database, clock).set_rule(None, EVERY, PROBABILITY, 0.99, NOTE)
    fill(sqlite_database, "feed", "b")
    scorer.run()
    with sqlite_database.work() as session:
        states = {flag.id: flag.state for flag in session.scalars(select(Flag))}
    assert states[first.id] == "confirmed"
    assert {states[flag.id] for flag in rest} == {"open"}


def test_scores_just_below_the_threshold_are_neither_flagged_nor_called_clean(
    scorer: Scorer, sqlite_database: Database, clock: FakeClock
) -> None:
    scorer.run()
    after = ThresholdEditor(sqlite_database, clock).set_rule("concern", EVERY, PROBABILITY, 0.95, NOTE).after
    fill(sqlite_database, "feed")
    result = scorer.run()
    low = next(row.limit.unsure_from for row in after.rows if (row.label, row.source_kind) == ("concern", EVERY))
    assert low < 0.95
    with sqlite_database.work() as session:
        rows = session.execute(select(Score.probability, Score.unsure).where(Score.label == "concern")).all()
    assert {unsure for _, unsure in rows} == {True, False}
    assert all(unsure == (low <= probability < 0.95) for probability, unsure in rows)
    assert result.unsure["concern"] == sum(unsure for _, unsure in rows)


def test_the_register_follows_a_model_that_was_made_anew_from_the_same_texts(
    scorer: Scorer, sqlite_database: Database
) -> None:
    scorer.run()
    with sqlite_database.work() as session:
        model = session.scalars(select(Model)).one()
        right, model.thresholds, model.metrics = dict(model.thresholds), {"concern": 0.1}, {}
        session.commit()
    scorer.run()
    with sqlite_database.work() as session:
        model = session.scalars(select(Model)).one()
        assert model.thresholds == right
        assert all(len(figures["curve"]) > 1 for figures in model.metrics.values())


def test_a_wish_for_a_precision_is_worked_out_from_the_models_curve(
    scorer: Scorer, sqlite_database: Database, clock: FakeClock
) -> None:
    scorer.run()
    with sqlite_database.work() as session:
        curve = Curve.from_rows(session.scalars(select(Model.metrics)).one()["concern"]["curve"])
    assert curve.best_precision is not None
    wished = curve.best_precision - 0.05
    changed = ThresholdEditor(sqlite_database, clock).set_rule("concern", EVERY, PRECISION, wished, NOTE)
    row = next(row for row in changed.after.rows if (row.label, row.source_kind) == ("concern", EVERY))
    assert row.limit.threshold == curve.threshold_for(wished)
    assert row.expected is not None
    assert row.expected.precision >= wished


def test_a_comment_is_read_with_the_heading_that_it_answers(sqlite_database: Database) -> None:
    with sqlite_database.work() as session:
        source = add_source(session)
        answer = add_post(session, source, "1", title="Trả lời", text="Đúng vậy", context="Chợ huyện đóng cửa")
        alone = add_post(session, source, "2", text="Trời đẹp")
        assert text_of(answer) == Text("Trả lời\nĐúng vậy", Context(title="Chợ huyện đóng cửa"))
        assert text_of(alone) == Text("Trời đẹp", Context())


def test_the_context_reaches_the_classifier(
    sqlite_database: Database, small_model: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sqlite_database.work() as session:
        add_post(session, add_source(session), "1", text="Đúng vậy", context="Chợ huyện đóng cửa")
        session.commit()
    classifier = load_model(small_model).classifier
    given: list[object] = []
    predict = classifier.predict

    def watched(*arguments: object, **options: object) -> object:
        given.append(options["contexts"])
        return predict(*arguments, **options)

    monkeypatch.setattr(classifier, "predict", watched)
    with ThreadPoolExecutor(1) as thread:
        Scorer(sqlite_database, thread, small_model, clock).run()
    assert given == [[Context(title="Chợ huyện đóng cửa")]]
