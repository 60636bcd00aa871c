"""Drawn posts: half for being probable, half at random from flagged and unflagged ones; decisions teach and measure."""

import statistics
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from classifiers.labels import LABEL_NAMES
from classifiers.model.classifier import Classifier
from classifiers.persistence import Loaded, load
from classifiers.text.segment import Segmenter
from monitor.errors import NotReady
from monitor.learning.active_learning import PostSelector
from monitor.learning.holdout import split_holdout
from monitor.scoring.score import Scorer
from monitor.scoring.workers import cached_model
from storage.database import Database
from storage.models import Flag, Score
from storage.posts import posts
from storage.review import decisions
from tests.clock import FakeClock
from tests.corpus import corpus
from tests.factories import add_source, make_post
from tests.monitor.learning.labelled_posts import answer_all

EXAMPLES = corpus()[5::60][:140]
TEXTS = [example.text for example in EXAMPLES]


@dataclass(frozen=True)
class Drawing:
    """Posts that were scored, and what draws some of them for teaching."""

    database: Database
    selector: PostSelector
    model: Loaded

    def draw(self, count: int, *on_done: Callable[[int, int], None], taught: Classifier | None = None) -> int:
        return self.selector.run(self.model, count, *on_done, taught=taught)

    def asked(self) -> Sequence[Flag]:
        with self.database.work() as session:
            return session.scalars(select(Flag).where(Flag.sampling.is_not(None)).order_by(Flag.id)).all()


@pytest.fixture
def loaded(small_model: Path) -> Loaded:
    return load(small_model, Segmenter())


@pytest.fixture
def drawing(sqlite_database: Database, small_model: Path, clock: FakeClock, loaded: Loaded) -> Iterator[Drawing]:
    with sqlite_database.changes() as session:
        source = add_source(session)
        posts.record(session, source.id, [make_post(str(n), text) for n, text in enumerate(TEXTS)])
    with ThreadPoolExecutor(1) as executor:
        Scorer(sqlite_database, executor, small_model, clock).run()
    yield Drawing(sqlite_database, PostSelector(sqlite_database, Segmenter(), clock), loaded)
    cached_model.cache_clear()


def test_every_post_of_a_round_is_asked_about_for_every_label(drawing: Drawing) -> None:
    told: list[tuple[int, int]] = []
    assert drawing.draw(20, lambda done, total: told.append((done, total))) == 20
    assert told[-1] == (len(TEXTS), len(TEXTS))
    by_post: dict[int, list[Flag]] = {}
    for question in drawing.asked():
        by_post.setdefault(question.post_id, []).append(question)
    sizes = Counter((found[0].sampling, len(found)) for found in by_post.values())
    assert sizes == {("random", 3): 10, ("uncertain", 3): 10}


def test_flags_of_one_post_stand_together_and_both_kinds_are_mixed(drawing: Drawing) -> None:
    drawing.draw(60)
    with drawing.database.work() as session:
        flagged = set(session.scalars(select(Flag.post_id).where(Flag.shown())))
    drawn = [flag for flag in drawing.asked() if flag.post_id not in flagged]
    order = [flag.post_id for flag in drawn]
    once = list(dict.fromkeys(order))
    assert order == sorted(order, key=once.index)
    kinds = [flag.sampling for flag in drawn]
    assert set(kinds) == {"random", "uncertain"}
    assert kinds not in (sorted(kinds), sorted(kinds, reverse=True))


def test_what_is_not_drawn_at_random_is_probable_for_some_label(drawing: Drawing) -> None:
    drawing.draw(20)
    with drawing.database.work() as session:
        everything = session.execute(select(Score.label, Score.probability)).all()
    for label in LABEL_NAMES:
        usual = statistics.mean(probability for of_label, probability in everything if of_label == label)
        drawn = [q.probability for q in drawing.asked() if (q.label, q.sampling) == (label, "uncertain")]
        assert max(drawn) > 2 * usual, label


def test_a_taught_candidate_says_which_posts_are_probable(drawing: Drawing) -> None:
    """One that finds the reverse of what the model in use finds draws other posts."""
    model = drawing.model.classifier
    reverse = [replace(one, weights=-one.weights, subclass_weight=-one.subclass_weight) for one in model.label_models]
    taught = Classifier(model.space, reverse, model.thresholds, Segmenter(), subclasses=model.subclasses)
    drawing.draw(20, taught=taught)
    drawn = [q.probability for q in drawing.asked() if q.sampling == "uncertain"]
    with drawing.database.work() as session:
        usual = statistics.mean(session.scalars(select(Score.probability)))
    assert statistics.mean(drawn) < usual
    of_one_label = Classifier(model.space, reverse[:1], model.thresholds, Segmenter(), subclasses=model.subclasses)
    assert drawing.draw(20, taught=of_one_label) == 20, "one that knows other labels says nothing"


def test_only_what_the_machine_does_not_suggest_has_the_origin_drawn(drawing: Drawing) -> None:
    with drawing.database.work() as session:
        suggested = {(flag.post_id, flag.label) for flag in session.scalars(select(Flag))}
    drawing.draw(60)
    origins = {(flag.post_id, flag.label): flag.origin for flag in drawing.asked()}
    assert set(origins.values()) == {"scored", "listed", "drawn"}
    assert all((origin != "drawn") == (key in suggested) for key, origin in origins.items())


def test_a_post_that_is_edited_meanwhile_is_left_out(drawing: Drawing) -> None:
    """The scores are read after the posts, and on PostgreSQL both are as they are at that moment."""
    with drawing.database.changes() as session:
        session.execute(delete(Score).where(Score.post_id == 1, Score.label == "concern"))
    assert drawing.draw(len(TEXTS)) == len(TEXTS) - 1


def test_nothing_is_asked_twice_and_the_end_is_reached(drawing: Drawing) -> None:
    drawn = [drawing.draw(100) for _ in range(3)]
    assert drawn == [100, len(TEXTS) - 100, 0]


def test_what_was_decided_at_the_desk_is_not_asked_again(drawing: Drawing) -> None:
    with drawing.database.changes() as session:
        decided = session.scalars(select(Flag.post_id).limit(3)).all()
        session.execute(update(Flag).where(Flag.post_id.in_(decided)).values(state="rejected"))
    drawing.draw(len(TEXTS))
    assert {flag.post_id for flag in drawing.asked()}.isdisjoint(decided)


def test_a_model_that_never_scored_is_told(sqlite_database: Database, loaded: Loaded, clock: FakeClock) -> None:
    with pytest.raises(NotReady, match="run `kiemtin score` first"):
        PostSelector(sqlite_database, Segmenter(), clock).run(loaded, 10)


def test_answers_become_labels_of_posts_that_were_never_flagged(drawing: Drawing) -> None:
    truth = {example.text: example.labels["concern"] for example in EXAMPLES}
    drawing.draw(20)
    answer_all(drawing.database, truth)
    with drawing.database.work() as session:
        found = split_holdout(decisions.label_decisions(session))
    examples = [*found.training, *found.held_out]
    assert len(examples) == 20
    assert sum(len(example.labels) for example in examples) == 20 * len(LABEL_NAMES)
    assert all(example.labels["concern"] == truth[example.text] for example in examples if "concern" in example.labels)
