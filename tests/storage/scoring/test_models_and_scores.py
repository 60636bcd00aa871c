"""The register of models, their scores, and the one wish a label by which these become flags."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.database import Database
from storage.models import Score
from storage.scoring import registry, thresholds
from tests import factories
from tests.clock import MONDAY_MORNING, FakeClock
from tests.factories import add_model, make_model

NOW = MONDAY_MORNING


def test_a_candidate_is_registered_without_changing_what_is_in_use(database: Database) -> None:
    with database.changes() as session:
        active = add_model(session, "default-1")
        candidate = registry.register(session, make_model("learnt-2"), NOW, {"faults": []})
        assert (candidate.state, candidate.name, candidate.comparison) == ("candidate", "learnt", {"faults": []})
        assert registry.active_model(session) is active
        assert registry.register(session, make_model("learnt-2"), NOW) is candidate
        assert candidate.comparison == {"faults": []}, "registering again forgets nothing"
    with database.work() as session:
        assert [model.version for model in registry.all_models(session)] == ["learnt-2", "default-1"]


def test_one_model_is_active_at_a_time(session: Session) -> None:
    assert registry.active_model(session) is None
    first, second = add_model(session, "a"), add_model(session, "b")
    session.refresh(first)
    assert registry.active_model(session) is second
    assert (first.state, second.state) == ("retired", "active")
    assert add_model(session, "a") is first, "activating a known model registers nothing new"
    assert len(registry.all_models(session)) == 2


def test_a_model_is_found_by_name_or_version_and_the_newest_of_a_name_wins(session: Session) -> None:
    for version in ("mine-1", "my-own-model-2", "mine-3"):
        registry.register(session, make_model(version), NOW)
    assert registry.by_name(session, "mine").version == "mine-3"
    assert registry.by_name(session, "mine-1").version == "mine-1"
    assert registry.by_name(session, "my-own-model").version == "my-own-model-2"


def test_promoting_remembers_the_way_back(session: Session) -> None:
    first = add_model(session, "default-1")
    second, third = (registry.register(session, make_model(version), NOW) for version in ("a-2", "b-3"))
    assert registry.promoted_model(session) is None
    assert registry.promote(session, second, NOW) == "default-1"
    assert registry.promote(session, second, NOW) == "a-2", "promoting what is in use keeps its way back"
    assert registry.promote(session, third, NOW + timedelta(days=1)) == "a-2"
    assert (second.replaces, third.replaces) == ("default-1", "a-2")
    assert registry.promoted_model(session) is third
    assert registry.reactivate(session, second, NOW + timedelta(days=2)) == "b-3"
    assert registry.promoted_model(session) is registry.active_model(session) is second
    assert second.replaces == "default-1", "going back twice leads to the first"
    session.refresh(first)
    assert first.state == "retired"


def test_scores_are_stored_once_with_what_fell_just_short_and_the_first_ones_stay(session: Session) -> None:
    post, model = factories.add_post(session, factories.add_source(session)), add_model(session)
    of_post = {"post_id": post.id, "revision_number": 0}
    first = registry.ScoreDraft(probabilities={"concern": 0.9, "negative": 0.4}, unsure=("negative",), **of_post)
    registry.record_scores(session, model.id, [first])
    registry.record_scores(session, model.id, [factories.make_score(post, {"concern": 0.1, "unverified": 0.2})])
    registry.record_scores(session, model.id, [])
    rows = session.execute(select(Score.label, Score.probability, Score.unsure).order_by(Score.label)).all()
    assert list(map(tuple, rows)) == [("concern", 0.9, False), ("negative", 0.4, True), ("unverified", 0.2, False)]


def stored(database: Database) -> list[tuple[str, str, float]]:
    with database.work() as session:
        return thresholds.all_wishes(session)


def test_a_label_has_one_wish(database: Database, clock: FakeClock) -> None:
    with database.changes() as session:
        for label, most in (("negative", 7), ("concern", 12), ("negative", 8)):
            thresholds.put(session, label, most, clock.now())
    assert stored(database) == {"concern": 12, "negative": 8}
    with database.changes() as session:
        thresholds.remove(session, "negative")
    assert stored(database) == {"concern": 12}


def test_recent_scores_are_those_of_a_model_and_a_label_on_monitored_posts(session: Session) -> None:
    forum, paper = factories.add_source(session, "forum"), factories.add_source(session, "paper", role="reference")
    model, other = add_model(session, "other-1"), add_model(session)
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
