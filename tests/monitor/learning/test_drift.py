"""Scores and words by week, flags as people judged them, estimates from random answers, and what to do."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from classifiers.evaluation.bootstrap import wilson
from classifiers.persistence import Loaded, load
from classifiers.text.segment import Segmenter
from monitor.clock import week_of
from monitor.errors import NotReady
from monitor.learning.drift import LEAST_POSTS, Drift, Share, drift
from monitor.learning.promotion import model_draft
from storage.database import Database
from storage.review import questions, reviews
from storage.scoring import registry
from storage.scoring.registry import ScoreDraft
from tests.clock import MONDAY_MORNING, FakeClock
from tests.factories import add_flag, add_post, add_source, add_user
from tests.storage.sample_questions import add_question

KNOWN, UNKNOWN = "lương công_ty", "qwertyz asdfghj"


@pytest.fixture
def loaded(small_model: Path) -> Loaded:
    return load(small_model, Segmenter())


@pytest.fixture
def active(sqlite_database: Database, loaded: Loaded, clock: FakeClock) -> int:
    """Put the small model into use; gives its number."""
    with sqlite_database.work() as session:
        number = registry.activate(session, model_draft(loaded), clock.now()).id
        session.commit()
        return number


def a_week(
    database: Database, model_id: int, weeks_ago: int, probabilities: Sequence[float], words: str = KNOWN
) -> None:
    with database.work() as session:
        source = add_source(session)
        for number, probability in enumerate(probabilities):
            at = MONDAY_MORNING - timedelta(weeks=weeks_ago)
            post = add_post(session, source, f"{weeks_ago}-{number}", collected_at=at)
            score = ScoreDraft(
                post_id=post.id, revision_number=0, probabilities={"concern": float(probability)}, segmented=words
            )
            registry.record_scores(session, model_id, [score])
        session.commit()


def look(database: Database, loaded: Loaded, clock: FakeClock) -> Drift:
    return drift(database, loaded, clock)


def calm(seed: int, count: int = LEAST_POSTS) -> Sequence[float]:
    return list(np.random.default_rng(seed).beta(1, 9, count))


def test_a_calm_week_asks_for_nothing(sqlite_database: Database, active: int, loaded: Loaded, clock: FakeClock) -> None:
    for weeks_ago, seed in ((2, 1), (1, 2), (0, 3)):
        a_week(sqlite_database, active, weeks_ago, calm(seed))
    found = look(sqlite_database, loaded, clock)
    assert [row.week for row in found.scores] == ["2026-W45", "2026-W46", "2026-W47"]
    first, *later = found.scores
    assert first.drift is None, "there is nothing before it"
    assert all(row.drift is not None and not row.drift.is_notable for row in later)
    assert (found.model, found.advice) == (loaded.version, ())


def test_scores_that_move_are_told_with_what_to_do(
    sqlite_database: Database, active: int, loaded: Loaded, clock: FakeClock
) -> None:
    a_week(sqlite_database, active, 1, calm(1))
    a_week(sqlite_database, active, 0, [0.8 + value / 10 for value in calm(2)])
    (line,) = look(sqlite_database, loaded, clock).advice
    assert line.startswith("concern: scores of 2026-W47 have moved (PSI ")
    assert "`kiemtin ask`" in line


def test_a_few_posts_are_no_sign(sqlite_database: Database, active: int, loaded: Loaded, clock: FakeClock) -> None:
    a_week(sqlite_database, active, 1, calm(1))
    a_week(sqlite_database, active, 0, [0.9] * (LEAST_POSTS - 1))
    found = look(sqlite_database, loaded, clock)
    assert found.scores[-1].drift is None
    assert found.advice == ()


def test_new_words_are_told(sqlite_database: Database, active: int, loaded: Loaded, clock: FakeClock) -> None:
    a_week(sqlite_database, active, 1, [0.1] * 150, f"{KNOWN} {KNOWN} {KNOWN} {KNOWN}")
    a_week(sqlite_database, active, 0, [0.1] * 150, f"{KNOWN} {KNOWN} {KNOWN} {UNKNOWN} {UNKNOWN}")
    found = look(sqlite_database, loaded, clock)
    before, now = (week.unknown for week in found.words)
    assert (before, now) == (0.0, pytest.approx(4 / 13)), "two unknown words of two syllables"
    (line,) = found.advice
    assert "of the syllables of 2026-W47 are unknown to the model" in line
    assert "`kiemtin learn`" in line


def test_flags_that_are_mostly_wrong_are_told_and_so_is_what_nobody_knows(
    sqlite_database: Database, active: int, loaded: Loaded, clock: FakeClock
) -> None:
    with sqlite_database.work() as session:
        source, user = add_source(session), add_user(session)
        for number, decision in enumerate(["no"] * 18 + ["yes"] * 2 + ["unsure"] * 5):
            flag = add_flag(session, add_post(session, source, str(number)))
            reviews.decide(session, flag, reviewer_id=user.id, decision=decision, note="", now=clock.now())
        session.commit()
    found = look(sqlite_database, loaded, clock)
    assert found.reviewed == {"concern": Share(2, 20, *wilson(2, 20))}
    wrong, unknown = found.advice
    assert wrong == "concern: 2 of 20 reviewed flags were right, surely less than half: `kiemtin learn`"
    assert unknown.startswith("concern: nobody knows what the model misses")


def test_random_answers_tell_precision_and_recall(
    sqlite_database: Database, active: int, loaded: Loaded, clock: FakeClock
) -> None:
    """Of ten posts four carry the label; three are flagged, two of them rightly. A doubt counts nowhere."""
    cases = [(True, "confirmed")] * 2 + [(True, "rejected")] + [(False, "confirmed")] * 2 + [(False, "rejected")] * 5
    with sqlite_database.work() as session:
        source, user = add_source(session), add_user(session)
        for number, (flagged, decision) in enumerate([*cases, (False, "unsure"), (True, "unsure")]):
            question = add_question(session, add_post(session, source, str(number)), flagged=flagged)
            questions.answer(session, question, reviewer_id=user.id, decision=decision, now=clock.now())
        doubtful = add_question(session, add_post(session, source, "x"), sampling="uncertain", flagged=True)
        questions.answer(session, doubtful, reviewer_id=user.id, decision="rejected", now=clock.now())
        session.commit()
    estimate = look(sqlite_database, loaded, clock).estimates["concern"]
    shares = (estimate.prevalence, estimate.precision, estimate.recall)
    assert [(share.hits, share.total) for share in shares] == [(4, 10), (2, 3), (2, 4)]


def test_a_model_that_never_scored_is_told(sqlite_database: Database, loaded: Loaded, clock: FakeClock) -> None:
    with pytest.raises(NotReady, match=r"has scored no post yet: run `kiemtin score` first$"):
        look(sqlite_database, loaded, clock)


def test_weeks_are_those_of_viet_nam() -> None:
    """Seven in the evening of a Sunday in London is Monday there."""
    assert week_of(MONDAY_MORNING - timedelta(hours=9)) == "2026-W47"
    assert week_of(MONDAY_MORNING - timedelta(hours=10)) == "2026-W46"
