"""One wish a label, and the scores by which its effect is foreseen."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from storage.database import Database
from storage.errors import DataRejected
from storage.models import Score
from storage.scoring import registry, thresholds
from tests import factories
from tests.clock import MONDAY_MORNING, FakeClock


def stored(database: Database) -> list[tuple[str, str, float]]:
    with database.work() as session:
        return [(row.label, row.aim, row.value) for row in thresholds.all_wishes(session)]


def test_a_label_has_one_wish(database: Database, clock: FakeClock) -> None:
    with database.work() as session:
        for label, aim, value in (
            ("negative", "precision", 0.7),
            ("concern", "per_day", 12),
            ("negative", "per_day", 8),
        ):
            thresholds.put(session, label, aim, value, clock.now())
        session.commit()
    assert stored(database) == [("concern", "per_day", 12.0), ("negative", "per_day", 8.0)]
    with database.work() as session:
        thresholds.remove(session, "negative")
        session.commit()
    assert stored(database) == [("concern", "per_day", 12.0)]


def test_the_database_knows_which_wishes_there_are(database: Database, clock: FakeClock) -> None:
    with pytest.raises(DataRejected), database.work() as session:
        thresholds.put(session, "negative", "mood", 0.5, clock.now())


def test_recent_scores_are_those_of_a_model_and_a_label_on_monitored_posts(database: Database) -> None:
    with database.work() as session:
        forum, paper = factories.add_source(session, "forum"), factories.add_source(session, "paper", role="reference")
        model, other = factories.add_model(session, "other-1"), factories.add_model(session)
        old = factories.add_post(session, forum, "old", collected_at=MONDAY_MORNING - timedelta(days=20))
        for number, source in enumerate((forum, forum, paper)):
            post = factories.add_post(session, source, str(number))
            probabilities = {"negative": 0.1 * number, "concern": 0.7}
            registry.record_scores(session, other.id, [factories.make_score(post, probabilities)])
            registry.record_scores(session, model.id, [factories.make_score(post, {"negative": 0.99})])
        registry.record_scores(session, other.id, [factories.make_score(old, {"negative": 0.5})])
        since = MONDAY_MORNING - timedelta(days=14)
        assert thresholds.recent_scores(session, other.id, "negative", since) == [
            (0.1, MONDAY_MORNING),
            (0.0, MONDAY_MORNING),
        ]


def test_which_scores_fell_just_short_is_kept(database: Database) -> None:
    with database.work() as session:
        post = factories.add_post(session, factories.add_source(session))
        model = factories.add_model(session)
        score = registry.ScoreDraft(
            post_id=post.id,
            revision_number=0,
            probabilities={"negative": 0.4, "concern": 0.1},
            unsure=("negative",),
        )
        registry.record_scores(session, model.id, [score])
        session.commit()
    with database.work() as session:
        kept = {row.label: row.unsure for row in session.scalars(select(Score))}
    assert kept == {"negative": True, "concern": False}
