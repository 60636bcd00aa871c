"""From decisions to a candidate: registered, compared, kept without a text of anybody's, and changing nothing else."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from classifiers.data.datasets import Example, read_challenge_set
from classifiers.persistence import Loaded, load
from classifiers.text.segment import Segmenter
from monitor.learning.holdout import is_held_out
from monitor.learning.learn import Learner
from storage.database import Database
from storage.models import Flag, Model, Source
from storage.posts import posts
from storage.scoring import registry
from tests.clock import FakeClock
from tests.factories import add_model
from tests.monitor.learning.labelled_posts import decide_posts

CHALLENGE_SET = read_challenge_set()[::8]
SHIFTS = [f"ca {number}" for number in range(90)]
# Slang of one factory, of which the general examples know nothing: `xù mì` is a meal that did not come.
ANSWERS: dict[str, bool | None] = {
    **{f"Hôm nay {shift} lại xù mì nữa": True for shift in SHIFTS},
    **{f"Hôm nay {shift} lại đủ mì nữa": False for shift in SHIFTS},
}


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter()


@pytest.fixture
def active(small_model: Path, segmenter: Segmenter) -> Loaded:
    return load(small_model, segmenter)


@pytest.fixture
def learner(sqlite_database: Database, segmenter: Segmenter, clock: FakeClock, tmp_path: Path) -> Learner:
    return Learner(sqlite_database, segmenter, clock, tmp_path / "models", CHALLENGE_SET)


def test_decisions_make_a_candidate_that_knows_local_words(
    learner: Learner, sqlite_database: Database, active: Loaded, segmenter: Segmenter, tmp_path: Path
) -> None:
    decide_posts(sqlite_database, ANSWERS)
    learnt = learner.run(active, active)

    held_out = sum(is_held_out(text) for text in ANSWERS)
    assert (learnt.name, learnt.local) == ("learnt-20261116", len(ANSWERS) - held_out)
    pair = learnt.comparison.flags["concern"]
    assert pair.right.of == len(ANSWERS), "the candidate's flags are those of models that had not seen the post"
    assert pair.better > pair.worse == 0

    figures = next(figures for figures in learnt.labels if figures.label == "concern")
    assert (figures.changed, figures.yes + figures.no) == (True, len(ANSWERS))
    assert figures.right is not None
    assert figures.right > 0.8

    loaded = load(tmp_path / "models" / learnt.name, segmenter)
    assert loaded.version == learnt.version
    bad, fine = loaded.classifier.predict(["Hôm nay ca đêm lại xù mì", "Hôm nay ca đêm lại đủ mì"])
    assert bad.probabilities["concern"] > 0.5 > fine.probabilities["concern"]


def test_the_register_knows_the_candidate_and_nothing_else_changes(
    learner: Learner, sqlite_database: Database, active: Loaded
) -> None:
    with sqlite_database.changes() as session:
        add_model(session, active.version)
    decide_posts(sqlite_database, dict(list(ANSWERS.items())[:5]))
    learnt = learner.run(active, active)
    with sqlite_database.work() as session:
        candidate = registry.by_name(session, learnt.name)
        assert (candidate.version, candidate.state) == (learnt.version, "candidate")
        assert candidate.comparison["against"] == active.version
        assert candidate.comparison["faults"] == [fault.said for fault in learnt.comparison.found_worse()]
        in_use = registry.active_model(session)
        assert in_use.version == active.version
        assert len(session.scalars(select(Flag)).all()) == 5


def test_without_a_decision_nothing_is_taught(learner: Learner, active: Loaded, segmenter: Segmenter) -> None:
    learnt = learner.run(active, active)
    assert (learnt.local, learnt.comparison.found_worse()) == (0, [])
    assert not any(figures.changed for figures in learnt.labels)
    assert learnt.comparison.flags == {}


def test_doubts_and_posts_that_are_gone_teach_nothing(
    learner: Learner, sqlite_database: Database, active: Loaded, clock: FakeClock
) -> None:
    decide_posts(sqlite_database, {"chưa rõ 1": None, "chưa rõ 2": None})
    decide_posts(sqlite_database, {"đã gỡ": True}, at=clock.now() + timedelta(hours=1))
    with sqlite_database.changes() as session:
        source = session.scalars(select(Source)).one()
        gone = f"concern-{(clock.now() + timedelta(hours=1)).timestamp()}-0"
        assert posts.tombstone(session, source.id, [gone], clock.now()) == 1
    learnt = learner.run(active, active)
    assert (learnt.local, learnt.comparison.flags) == (0, {})


def test_the_folder_holds_no_text_and_nobody(
    learner: Learner, sqlite_database: Database, active: Loaded, segmenter: Segmenter, tmp_path: Path
) -> None:
    said = "Chị Zyxwana gọi 0912345678 hoặc nhắn @zyxwana_lc, zyx@congty.example.vn"
    decide_posts(sqlite_database, {said: True})
    learnt = learner.run(active, active)
    folder = tmp_path / "models" / learnt.name
    manifest = (folder / "manifest.json").read_text(encoding="utf-8")
    assert said not in manifest
    assert set(json.loads(manifest)) == set(active.manifest), "nothing is written down that other models do not have"
    terms = {term for fitted in load(folder, segmenter).classifier.space.fitted for term in fitted.ngrams}
    assert not [term for term in terms if "zyxw" in term or "0912" in term or "@z" in term]


def test_no_model_is_compared_on_what_the_base_was_trained_on(
    learner: Learner, sqlite_database: Database, active: Loaded
) -> None:
    decide_posts(sqlite_database, ANSWERS)
    known = [Example(text, {"concern": False}) for text in ANSWERS]
    learnt = learner.run(active, active, known=known)
    assert learnt.comparison.flags["concern"].right.of == learnt.local, "no held-out post is left"


def test_names_are_made_from_the_day_and_never_taken_twice(learner: Learner, active: Loaded, tmp_path: Path) -> None:
    taken = tmp_path / "models" / "learnt-20261116"
    taken.mkdir(parents=True)
    (taken / "manifest.json").write_text("{}")
    assert learner.run(active, active).name == "learnt-20261116-2"


def test_learning_twice_from_the_same_gives_the_same(
    learner: Learner, sqlite_database: Database, active: Loaded
) -> None:
    decide_posts(sqlite_database, ANSWERS)
    first, second = learner.run(active, active), learner.run(active, active)
    assert first.comparison == second.comparison
    with sqlite_database.work() as session:
        one, other = (registry.by_name(session, learnt.name) for learnt in (first, second))
        assert one.data_hash == other.data_hash
        assert len(session.scalars(select(Model)).all()) == 3
