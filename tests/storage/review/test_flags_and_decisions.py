"""A flag is a suggestion; what it becomes follows from the decisions that people append to it."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.database import Database
from storage.errors import NotFound
from storage.models import Flag, Model, Post, Score, User
from storage.posts import posts
from storage.review import flag_queue, flags, reviews
from storage.scoring import registry
from tests import factories
from tests.clock import MONDAY_MORNING
from tests.factories import make_flag

NOW = MONDAY_MORNING


def decide(session: Session, flag: Flag, decision: str, reviewer: User) -> None:
    reviews.decide(
        session, flag, reviewer_id=reviewer.id, decision=decision, note="", now=NOW, evidence=["https://e.vn"]
    )


def edit(session: Session, post: Post) -> None:
    draft = factories.make_post(post.external_id, f"{post.text} (đã sửa)")
    posts.record(session, post.source_id, [draft])


def test_scores_are_stored_once_and_the_first_ones_stay(database: Database) -> None:
    with database.work() as session:
        post = factories.add_post(session, factories.add_source(session))
        model = factories.add_model(session)
        registry.record_scores(session, model.id, [factories.make_score(post, {"concern": 0.9})])
        registry.record_scores(session, model.id, [factories.make_score(post, {"concern": 0.1, "negative": 0.2})])
        session.commit()
    with database.work() as session:
        rows = session.execute(select(Score.label, Score.probability).order_by(Score.label)).all()
        assert [tuple(row) for row in rows] == [("concern", 0.9), ("negative", 0.2)]
        registry.record_scores(session, 1, [])


def test_one_model_is_active_at_a_time(database: Database) -> None:
    with database.work() as session:
        assert registry.active_model(session) is None
        first, second = factories.add_model(session, "a"), factories.add_model(session, "b")
        session.refresh(first)
        assert registry.active_model(session) is second
        assert (first.state, second.state) == ("retired", "active")
        assert factories.add_model(session, "a") is first, "activating a known model registers nothing new"
        assert len(session.scalars(select(Model)).all()) == 2


def test_flagging_twice_opens_one_flag_and_follows_the_newest_score(database: Database) -> None:
    with database.work() as session:
        post = factories.add_post(session, factories.add_source(session))
        first, second = factories.add_model(session, "a"), factories.add_model(session, "b")
        drafts = [make_flag(post, "concern", 0.9), make_flag(post, "negative", 0.6)]
        assert flags.open_flags(session, first.id, drafts, NOW) == {"concern": 1, "negative": 1}
        again = flags.open_flags(session, second.id, [make_flag(post, "concern", 0.7, [("bụi", 0.3)])], NOW)
        assert again.total() == 0
        concern, negative = flags.of_post(session, post.id)
        assert (concern.probability, concern.model_id, concern.reasons) == (0.7, second.id, [["bụi", 0.3]])
        assert (negative.probability, negative.model_id) == (0.6, first.id)


def test_the_state_of_a_flag_follows_its_newest_decision(database: Database) -> None:
    with database.work() as session:
        flag = factories.add_flag(session, factories.add_post(session, factories.add_source(session)))
        lan, minh = factories.add_user(session, "lan"), factories.add_user(session, "minh")
        assert reviews.derive_state(session, flag) == "open"
        states = []
        for decision, reviewer in (("unsure", lan), ("no", minh), ("reopened", lan), ("yes", minh)):
            decide(session, flag, decision, reviewer)
            states.append(flag.state)
        assert states == ["unsure", "rejected", "open", "confirmed"]
        told = [(review.decision, name) for review, name in reviews.history(session, flag.id)]
        assert told == [("unsure", "lan"), ("no", "minh"), ("reopened", "lan"), ("yes", "minh")]
        assert flag.reviews[0].evidence == ["https://e.vn"]


def test_deciding_gives_the_lease_back(database: Database) -> None:
    with database.work() as session:
        factories.add_flag(session, factories.add_post(session, factories.add_source(session)))
        flag = flag_queue.lease_next(session, owner="lan", now=NOW, until=NOW + timedelta(minutes=15))
        assert flag is not None
        decide(session, flag, "unsure", factories.add_user(session))
        session.commit()
    with database.work() as session:
        stored = session.scalars(select(Flag)).one()
        assert (stored.lease_owner, stored.lease_until) == (None, None)


def test_a_decision_is_not_overruled_by_the_same_version_scored_again(database: Database) -> None:
    with database.work() as session:
        post = factories.add_post(session, factories.add_source(session))
        flag = factories.add_flag(session, post, probability=0.9)
        decide(session, flag, "no", factories.add_user(session))
        flags.open_flags(session, flag.model_id, [make_flag(post, probability=0.99)], NOW)
        assert (flag.state, flag.probability) == ("rejected", 0.9)


def test_an_edit_opens_a_decided_flag_again_and_old_decisions_no_longer_count(database: Database) -> None:
    with database.work() as session:
        post = factories.add_post(session, factories.add_source(session))
        flag = factories.add_flag(session, post)
        decide(session, flag, "no", factories.add_user(session))
        edit(session, post)
        opened = flags.open_flags(session, flag.model_id, [make_flag(post, probability=0.8)], NOW)
        assert opened == {"concern": 1}
        assert (flag.state, flag.revision_number, flag.probability) == ("open", 1, 0.8)
        assert reviews.derive_state(session, flag) == "open"
        assert [review.decision for review, _ in reviews.history(session, flag.id)] == ["no"]


def test_flags_are_counted_by_label_and_state(database: Database) -> None:
    with database.work() as session:
        source, reviewer = factories.add_source(session), factories.add_user(session)
        made = [factories.add_flag(session, factories.add_post(session, source, name)) for name in "abcd"]
        decide(session, made[-1], "yes", reviewer)
        assert flags.counts(session) == {"concern": {"open": 3, "confirmed": 1}}


def test_a_flag_that_is_not_there_is_explained(database: Database) -> None:
    with database.work() as session, pytest.raises(NotFound, match="no flag 7: its post may have been deleted"):
        flags.by_id(session, 7)
