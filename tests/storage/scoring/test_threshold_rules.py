"""Thresholds are kept by label and kind, and weighed by scores and decisions of one model."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from storage.database import Database
from storage.errors import DataRejected
from storage.models import Score
from storage.review import reviews
from storage.scoring import registry, threshold_rules
from storage.scoring.threshold_rules import EVERY, Scored, ThresholdRuleDraft
from tests import factories
from tests.clock import MONDAY_MORNING, FakeClock


def draft(
    label: str = "negative", kind: str = EVERY, aim: str = "probability", value: float = 0.7
) -> ThresholdRuleDraft:
    return ThresholdRuleDraft(label=label, source_kind=kind, aim=aim, value=value, model_version="default-1")


def set_for(database: Database) -> list[tuple[str, str, float]]:
    with database.work() as session:
        return [(row.label, row.source_kind, row.value) for row in threshold_rules.all_rules(session)]


def test_setting_again_replaces_what_was_set(database: Database, clock: FakeClock) -> None:
    with database.work() as session:
        threshold_rules.put(session, draft(value=0.7), clock.now())
        threshold_rules.put(session, draft(kind="feed", value=0.8), clock.now())
        threshold_rules.put(session, draft(value=0.9), clock.now())
        session.commit()
    assert set_for(database) == [("negative", EVERY, 0.9), ("negative", "feed", 0.8)]


@pytest.mark.parametrize(
    ("chosen", "left"),
    [
        ({}, []),
        ({"label": "negative"}, [("concern", "feed", 0.7)]),
        ({"source_kind": "feed"}, [("negative", EVERY, 0.7)]),
        ({"label": "negative", "source_kind": "feed"}, [("concern", "feed", 0.7), ("negative", EVERY, 0.7)]),
    ],
    ids=["everything", "a label", "a kind", "both"],
)
def test_what_was_set_is_taken_back(
    chosen: dict[str, str], left: list[tuple[str, str, float]], database: Database, clock: FakeClock
) -> None:
    with database.work() as session:
        for one in (draft(), draft(kind="feed"), draft("concern", "feed")):
            threshold_rules.put(session, one, clock.now())
        threshold_rules.delete_rules(session, **chosen)
        session.commit()
    assert set_for(database) == left


def test_an_unknown_aim_is_refused(database: Database, clock: FakeClock) -> None:
    with pytest.raises(DataRejected), database.work() as session:
        threshold_rules.put(session, draft(aim="mood"), clock.now())


def test_scores_are_read_with_the_kind_of_their_source(database: Database) -> None:
    with database.work() as session:
        forum = factories.add_source(session, "forum")
        people = factories.add_source(session, "people", kind="mastodon")
        paper = factories.add_source(session, "paper", kind="webpage", role="reference")
        model, other = factories.add_model(session, "other-1"), factories.add_model(session)
        old = factories.add_post(session, forum, "old", collected_at=MONDAY_MORNING - timedelta(days=20))
        for number, source in enumerate((forum, people, paper)):
            post = factories.add_post(session, source, str(number))
            registry.record_scores(session, other.id, [factories.make_score(post, {"negative": 0.1 * number})])
            registry.record_scores(session, model.id, [factories.make_score(post, {"negative": 0.99})])
        registry.record_scores(session, other.id, [factories.make_score(old, {"negative": 0.5})])
        since = MONDAY_MORNING - timedelta(days=14)

        assert threshold_rules.recent_scores(session, other.id, since) == [
            Scored("negative", "feed", 0.0),
            Scored("negative", "mastodon", 0.1),
        ]
        assert threshold_rules.first_scored_post(session, other.id, since) == MONDAY_MORNING
        assert threshold_rules.first_scored_post(session, other.id, since - timedelta(days=30)) == old.collected_at
        assert threshold_rules.first_scored_post(session, other.id, MONDAY_MORNING + timedelta(days=1)) is None
        assert threshold_rules.monitored_source_kinds(session) == ["feed", "mastodon"]


def test_flags_are_read_by_state(database: Database) -> None:
    with database.work() as session:
        source, user = factories.add_source(session), factories.add_user(session)
        model = factories.add_model(session)
        for number, decision in enumerate(("yes", "no", "unsure", None)):
            flag = factories.add_flag(session, factories.add_post(session, source, str(number)), "concern", 0.6)
            if decision:
                reviews.decide(session, flag, reviewer_id=user.id, decision=decision, note="", now=MONDAY_MORNING)
        for state in ("confirmed", "rejected", "open"):
            assert threshold_rules.flag_scores(session, model.id, state) == [Scored("concern", "feed", 0.6)]
        assert threshold_rules.flag_scores(session, model.id + 1, "open") == []


def test_which_scores_fell_just_short_is_kept(database: Database) -> None:
    with database.work() as session:
        post = factories.add_post(session, factories.add_source(session))
        model = factories.add_model(session)
        score = registry.ScoreDraft(
            post_id=post.id,
            revision_number=0,
            probabilities={"negative": 0.4, "concern": 0.1},
            segmented="",
            unsure=("negative",),
        )
        registry.record_scores(session, model.id, [score])
        session.commit()
    with database.work() as session:
        kept = {row.label: row.unsure for row in session.scalars(select(Score))}
    assert kept == {"negative": True, "concern": False}
