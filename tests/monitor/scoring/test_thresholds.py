"""How many flags a day people want at most is worked out for the model in use, shown, then stored, and counts."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.errors import NotReady, UsageError
from monitor.scoring.thresholds import (
    _passed_by,
    effect_of,
    is_unsure,
    set_most_a_day,
    thresholds_in_force,
)
from monitor.scoring.workers import load_model
from storage.database import Database
from storage.models import AuditEvent, Flag, Model, Post, Score
from storage.scoring import registry, thresholds
from tests.clock import FakeClock
from tests.factories import add_post, add_source, add_user, make_model, make_score
from tests.monitor.scoring.conftest import Bench

CURVE = [(0.1, 0.3, 1.0), (0.3, 0.5, 0.9), (0.5, 0.8, 0.6), (0.8, 0.9, 0.3), (0.9, 0.95, 0.1)]
SCORES = [0.95, 0.85, 0.7, 0.52, 0.45, 0.4, 0.35, 0.29, 0.05]


@pytest.fixture
def session(sqlite_database: Database, clock: FakeClock) -> Iterator[Session]:
    """Give the scores of two days, by a model with a threshold of .5."""
    with sqlite_database.work() as session:
        draft = make_model(
            thresholds={"negative": 0.5, "concern": 0.6}, metrics={"negative": {"curve": CURVE}, "concern": {}}
        )
        model = registry.activate(session, draft, clock.now())
        source = add_source(session)
        for number, probability in enumerate(SCORES):
            score = make_score(add_post(session, source, str(number)), {"negative": probability, "concern": 0.7})
            registry.record_scores(session, model.id, [score])
        add_user(session, "mai")
        clock.advance(timedelta(days=2))
        yield session


def in_force(session: Session, clock: FakeClock) -> dict[str, float]:
    model = registry.active_model(session)
    assert model is not None
    return thresholds_in_force(session, model, clock.now())


def test_without_a_number_the_models_own_threshold_holds(session: Session, clock: FakeClock) -> None:
    assert in_force(session, clock) == {"negative": 0.5, "concern": 0.6}
    effect = effect_of(session, "negative", None, clock.now())
    assert (effect.threshold, effect.precision, effect.recall, effect.per_day) == (0.5, 0.8, 0.6, 2.0)


@pytest.mark.parametrize(
    ("most", "threshold", "per_day"),
    [(1, 0.775, 1.0), (2, 0.485, 2.0), (1000, 0.3, 3.5)],
    ids=["so many a day", "more than by its own threshold", "never more wrong than right"],
)
def test_what_people_want_is_foreseen_and_then_holds(
    session: Session, clock: FakeClock, most: int, threshold: float, per_day: float
) -> None:
    effect = effect_of(session, "negative", most, clock.now())
    assert (effect.threshold, effect.per_day) == (pytest.approx(threshold), per_day)
    assert in_force(session, clock)["negative"] == 0.5, "nothing is stored by looking"
    set_most_a_day(session, "negative", most, user_id=1, now=clock.now())
    assert in_force(session, clock) == {"negative": pytest.approx(threshold), "concern": 0.6}
    assert thresholds.all_wishes(session) == {"negative": most}
    set_most_a_day(session, "negative", None, user_id=1, now=clock.now())
    assert in_force(session, clock)["negative"] == 0.5
    first, second = session.scalars(select(AuditEvent).where(AuditEvent.action == "threshold.set"))
    assert (first.subject, first.user_id) == ("negative", 1)
    assert first.detail == {"most_a_day": most, "threshold": effect.threshold}
    assert second.detail == {"most_a_day": None, "threshold": 0.5}


@pytest.mark.parametrize(
    ("label", "most", "message"),
    [
        ("negative", 0, "give a number from 1 to 10000"),
        ("negative", 10_001, "give a number from 1 to 10000"),
        ("spam", 7, "the model in use knows negative, concern"),
    ],
)
def test_what_cannot_be_had_is_refused(session: Session, clock: FakeClock, label: str, most: int, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        set_most_a_day(session, label, most, user_id=1, now=clock.now())
    assert thresholds.all_wishes(session) == {}


def test_what_people_want_outlasts_the_model(session: Session, clock: FakeClock) -> None:
    set_most_a_day(session, "concern", 2, user_id=1, now=clock.now())
    draft = make_model("next-1", thresholds={"negative": 0.4, "concern": 0.7}, metrics={})
    model = registry.activate(session, draft, clock.now())
    assert in_force(session, clock) == {"negative": 0.4, "concern": 0.7}, "it has no scores to count yet"
    for number, post in enumerate(session.scalars(select(Post)).all()):
        registry.record_scores(session, model.id, [make_score(post, {"concern": number / 10})])
    assert in_force(session, clock)["concern"] == 0.7


def test_before_anything_is_scored_nothing_can_be_foreseen(sqlite_database: Database, clock: FakeClock) -> None:
    with sqlite_database.work() as session, pytest.raises(NotReady, match="run `kiemtin score` first"):
        effect_of(session, "negative", None, clock.now())


def test_the_band_lies_between_even_chances_and_the_threshold() -> None:
    assert [is_unsure(probability, 0.9) for probability in (0.49, 0.5, 0.89, 0.9)] == [False, True, True, False]
    assert not any(is_unsure(probability, 0.2) for probability in (0.1, 0.2, 0.5)), "no band below even chances"


@given(st.lists(st.integers(0, 9_999).map(lambda number: number / 10_000), max_size=30), st.floats(0, 80))
def test_never_more_pass_than_are_wanted_and_those_alike_pass_together(found: Sequence[float], most: float) -> None:
    found = sorted(found, reverse=True)
    threshold = _passed_by(found, most)
    passing = [probability for probability in found if probability >= threshold]
    assert len(passing) <= most or not passing
    better = found[: len(passing) + found.count(found[len(passing)])] if len(passing) < len(found) else []
    assert not better or len(better) > most, "one more score would be too many"


def flagged(bench: Bench, batch: str, label: str) -> set[str]:
    with bench.database.work() as session:
        query = (
            select(Post.external_id)
            .join(Flag, Flag.post_id == Post.id)
            .where(Flag.label == label, Flag.passed(), Flag.state == "open")
        )
        return {name for name in session.scalars(query) if name.startswith(batch)}


def above(bench: Bench, batch: str, label: str, least: float) -> set[str]:
    with bench.database.work() as session:
        query = select(Post.external_id).join(Score, Score.post_id == Post.id)
        names = session.scalars(query.where(Score.label == label, Score.probability >= least))
        return {name for name in names if name.startswith(batch)}


def wanted(bench: Bench, label: str, most: int) -> float:
    """Store how many flags a day are wanted at most; gives the threshold that it comes to."""
    with bench.database.changes() as session:
        user = add_user(session, f"mai of {label}")
        set_most_a_day(session, label, most, user_id=user.id, now=bench.clock.now())
        return effect_of(session, label, most, bench.clock.now()).threshold


def test_it_holds_for_posts_that_come_after_it(bench: Bench) -> None:
    bench.fill(batch="a")
    bench.run()
    before = flagged(bench, "a", "concern")
    bench.clock.advance(timedelta(days=1))
    threshold = wanted(bench, "concern", len(before) // 2)
    assert bench.run().scored == 0, "what is scored is not scored again"
    assert flagged(bench, "a", "concern") == before, "no open flag is closed"

    bench.fill(batch="b")
    bench.run()
    with bench.database.work() as session:
        own = session.scalars(select(Model.thresholds)).one()
        assert all(flag.reasons for flag in session.scalars(select(Flag))), "every flag says why"
    after = flagged(bench, "b", "concern")
    assert after == above(bench, "b", "concern", threshold) < above(bench, "b", "concern", own["concern"])
    assert flagged(bench, "b", "negative") == above(bench, "b", "negative", own["negative"])


def test_scores_just_below_the_threshold_are_neither_flagged_nor_called_clean(bench: Bench) -> None:
    bench.fill(batch="a")
    bench.run()
    threshold = wanted(bench, "concern", 5)
    assert threshold > 0.5
    bench.fill(batch="b")
    result = bench.run()
    with bench.database.work() as session:
        query = select(Score.probability, Score.unsure).join(Post, Post.id == Score.post_id)
        rows = session.execute(query.where(Score.label == "concern", Post.external_id.startswith("b"))).all()
    assert {unsure for _, unsure in rows} == {True, False}
    assert all(unsure == (0.5 <= probability < threshold) for probability, unsure in rows)
    assert result.unsure["concern"] == sum(unsure for _, unsure in rows)


def test_the_register_follows_a_model_that_was_made_anew_from_the_same_texts(bench: Bench) -> None:
    bench.run()
    with bench.database.changes() as session:
        model = session.scalars(select(Model)).one()
        right, model.thresholds, model.metrics = dict(model.thresholds), {"concern": 0.1}, {}
    bench.run()
    with bench.database.work() as session:
        model = session.scalars(select(Model)).one()
        assert model.thresholds == right
        assert all(len(figures["curve"]) > 1 for figures in model.metrics.values())


def test_the_context_reaches_the_classifier(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    with bench.database.changes() as session:
        add_post(session, add_source(session), "1", text="Đúng vậy", context="Chợ huyện đóng cửa")
    classifier = load_model(bench.model).classifier
    given: list[object] = []
    predict = classifier.predict

    def watched(*arguments: object, **options: object) -> object:
        given.append(options["titles"])
        return predict(*arguments, **options)

    monkeypatch.setattr(classifier, "predict", watched)
    bench.run()
    assert given == [["Chợ huyện đóng cửa"]]
