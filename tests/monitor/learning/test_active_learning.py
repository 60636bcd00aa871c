"""Drawn posts: half for being probable, half at random from flagged and unflagged ones; decisions teach and measure."""

import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from classifiers.labels import LABEL_NAMES
from classifiers.model.classifier import Classifier
from classifiers.persistence import Loaded, load
from classifiers.text.segment import Segmenter
from classifiers.training.local import AT_RANDOM, SAMPLING
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


@pytest.fixture(autouse=True)
def forget_models() -> Iterator[None]:
    yield
    cached_model.cache_clear()


@pytest.fixture
def loaded(small_model: Path) -> Loaded:
    return load(small_model, Segmenter())


@pytest.fixture
def asker(sqlite_database: Database, small_model: Path, clock: FakeClock) -> PostSelector:
    with sqlite_database.work() as session:
        source = add_source(session)
        posts.record(session, source.id, [make_post(str(n), text) for n, text in enumerate(TEXTS)])
        session.commit()
    with ThreadPoolExecutor(1) as executor:
        Scorer(sqlite_database, executor, small_model, clock).run()
    return PostSelector(sqlite_database, Segmenter(), clock)


def asked(database: Database) -> Sequence[Flag]:
    with database.work() as session:
        return session.scalars(select(Flag).where(Flag.sampling.is_not(None)).order_by(Flag.id)).all()


def test_every_post_of_a_round_is_asked_about_for_every_label(
    asker: PostSelector, sqlite_database: Database, loaded: Loaded
) -> None:
    told: list[tuple[int, int]] = []
    assert asker.run(loaded, 20, lambda done, total: told.append((done, total))) == 20
    assert told[-1] == (len(TEXTS), len(TEXTS))
    by_post: dict[int, list[Flag]] = {}
    for question in asked(sqlite_database):
        by_post.setdefault(question.post_id, []).append(question)
    sizes = Counter((found[0].sampling, len(found)) for found in by_post.values())
    assert sizes == {("random", 3): 10, ("uncertain", 3): 10}


def test_flags_of_one_post_stand_together_and_both_kinds_are_mixed(
    asker: PostSelector, sqlite_database: Database, loaded: Loaded
) -> None:
    asker.run(loaded, 60)
    with sqlite_database.work() as session:
        flagged = set(session.scalars(select(Flag.post_id).where(Flag.suggested())))
    drawn = [flag for flag in asked(sqlite_database) if flag.post_id not in flagged]
    order = [flag.post_id for flag in drawn]
    once = list(dict.fromkeys(order))
    assert order == sorted(order, key=once.index)
    kinds = [flag.sampling for flag in drawn]
    assert set(kinds) == {"random", "uncertain"}
    assert kinds not in (sorted(kinds), sorted(kinds, reverse=True))


def test_what_is_not_drawn_at_random_is_probable_for_some_label(
    asker: PostSelector, sqlite_database: Database, loaded: Loaded
) -> None:
    asker.run(loaded, 20)
    with sqlite_database.work() as session:
        everything = session.execute(select(Score.label, Score.probability)).all()
    for label in LABEL_NAMES:
        usual = statistics.mean(probability for of_label, probability in everything if of_label == label)
        drawn = [q.probability for q in asked(sqlite_database) if (q.label, q.sampling) == (label, "uncertain")]
        assert max(drawn) > 2 * usual, label


def test_a_taught_candidate_says_which_posts_are_probable(
    asker: PostSelector, sqlite_database: Database, loaded: Loaded, small_model: Path
) -> None:
    """One that finds the reverse of what the model in use finds draws other posts."""
    model = loaded.classifier
    reverse = [replace(one, weights=-one.weights, subclass_weight=-one.subclass_weight) for one in model.label_models]
    taught = Classifier(model.space, reverse, model.thresholds, Segmenter(), subclasses=model.subclasses)
    asker.run(loaded, 20, taught=taught)
    drawn = [q.probability for q in asked(sqlite_database) if q.sampling == "uncertain"]
    with sqlite_database.work() as session:
        usual = statistics.mean(session.scalars(select(Score.probability)))
    assert statistics.mean(drawn) < usual


def test_only_what_the_machine_does_not_suggest_has_the_origin_drawn(
    asker: PostSelector, sqlite_database: Database, loaded: Loaded
) -> None:
    with sqlite_database.work() as session:
        suggested = {(flag.post_id, flag.label) for flag in session.scalars(select(Flag))}
    asker.run(loaded, 60)
    origins = {(flag.post_id, flag.label): flag.origin for flag in asked(sqlite_database)}
    assert set(origins.values()) == {"scored", "drawn"}
    assert all((origin == "scored") == (key in suggested) for key, origin in origins.items())


def test_a_post_that_is_edited_meanwhile_is_left_out(
    asker: PostSelector, sqlite_database: Database, loaded: Loaded
) -> None:
    """The scores are read after the posts, and on PostgreSQL both are as they are at that moment."""
    with sqlite_database.work() as session:
        session.execute(delete(Score).where(Score.post_id == 1, Score.label == "concern"))
        session.commit()
    assert asker.run(loaded, len(TEXTS)) == len(TEXTS) - 1


def test_nothing_is_asked_twice_and_the_end_is_reached(asker: PostSelector, loaded: Loaded) -> None:
    drawn = [asker.run(loaded, 100) for _ in range(3)]
    assert drawn == [100, len(TEXTS) - 100, 0]


def test_what_was_decided_at_the_desk_is_not_asked_again(
    asker: PostSelector, sqlite_database: Database, loaded: Loaded
) -> None:
    with sqlite_database.work() as session:
        decided = session.scalars(select(Flag.post_id).limit(3)).all()
        session.execute(update(Flag).where(Flag.post_id.in_(decided)).values(state="rejected"))
        session.commit()
    asker.run(loaded, len(TEXTS))
    assert {flag.post_id for flag in asked(sqlite_database)}.isdisjoint(decided)


def test_a_model_that_never_scored_is_told(sqlite_database: Database, loaded: Loaded, clock: FakeClock) -> None:
    with pytest.raises(NotReady, match="run `kiemtin score` first"):
        PostSelector(sqlite_database, Segmenter(), clock).run(loaded, 10)


def test_answers_become_labels_of_posts_that_were_never_flagged(
    asker: PostSelector, sqlite_database: Database, loaded: Loaded
) -> None:
    truth = {example.text: example.labels["concern"] for example in EXAMPLES}
    asker.run(loaded, 20)
    answer_all(sqlite_database, truth)
    with sqlite_database.work() as session:
        found = split_holdout(decisions.label_decisions(session))
    examples = [*found.training, *found.held_out]
    assert len(examples) == 20
    assert sum(len(example.labels) for example in examples) == 20 * len(LABEL_NAMES)
    assert sum(example.facts[SAMPLING] == AT_RANDOM for example in examples) == 10
    assert all(example.labels["concern"] == truth[example.text] for example in examples if "concern" in example.labels)
