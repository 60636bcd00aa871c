"""A flag is a suggestion; what it becomes follows from the decisions that people append to it."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.database import Database
from storage.models import Flag, Post
from storage.posts import posts
from storage.review import flag_queue, flags, reviews
from tests import factories
from tests.clock import MONDAY_MORNING
from tests.factories import decide, make_flag

NOW = MONDAY_MORNING


def edit(session: Session, post: Post) -> None:
    draft = factories.make_post(post.external_id, f"{post.text} (đã sửa)")
    posts.record(session, post.source_id, [draft])


def test_flagging_twice_opens_one_flag_and_follows_the_newest_score(session: Session) -> None:
    post = factories.add_post(session, factories.add_source(session))
    first, second = factories.add_model(session, "a"), factories.add_model(session, "b")
    drafts = [make_flag(post, "concern", 0.9), make_flag(post, "negative", 0.6)]
    assert flags.open_flags(session, first.id, drafts, NOW) == {"concern": 1, "negative": 1}
    again = flags.open_flags(session, second.id, [make_flag(post, "concern", 0.7, [("bụi", 0.3)])], NOW)
    assert again.total() == 0
    concern, negative = flags.of_post(session, post.id)
    assert (concern.probability, concern.model_id, concern.reasons) == (0.7, second.id, [["bụi", 0.3]])
    assert (negative.probability, negative.model_id) == (0.6, first.id)


def test_the_state_of_a_flag_follows_its_newest_decision(session: Session) -> None:
    flag = factories.add_flag(session, factories.add_post(session, factories.add_source(session)))
    lan, minh = factories.add_user(session, "lan"), factories.add_user(session, "minh")
    states = [flag.state]
    for decision, reviewer in (("unsure", lan), ("no", minh), ("reopened", lan), ("yes", minh)):
        decide(session, flag, decision, reviewer, evidence=[f"https://{decision}.vn"])
        states.append(flag.state)
    assert states == ["open", "unsure", "rejected", "open", "confirmed"]
    told = [(review.decision, name) for review, name in reviews.history(session, flag.id)]
    assert told == [("unsure", "lan"), ("no", "minh"), ("reopened", "lan"), ("yes", "minh")]
    assert flag.reviews[0].evidence == ["https://unsure.vn"]


def test_deciding_gives_the_lease_back(database: Database) -> None:
    with database.changes() as session:
        factories.add_flag(session, factories.add_post(session, factories.add_source(session)))
        taken = flag_queue.lease_next(session, owner="lan", now=NOW, until=NOW + timedelta(minutes=15))
        decide(session, session.get_one(Flag, taken), "unsure")
    with database.work() as session:
        stored = session.scalars(select(Flag)).one()
        assert (stored.lease_owner, stored.lease_until) == (None, None)


def test_a_decision_is_not_overruled_by_the_same_version_scored_again(session: Session) -> None:
    post = factories.add_post(session, factories.add_source(session))
    flag = factories.add_flag(session, post, probability=0.9)
    decide(session, flag, "no")
    flags.open_flags(session, flag.model_id, [make_flag(post, probability=0.99)], NOW)
    assert (flag.state, flag.probability) == ("rejected", 0.9)


def test_an_edit_opens_a_decided_flag_again_and_old_decisions_no_longer_count(session: Session) -> None:
    post = factories.add_post(session, factories.add_source(session))
    flag = factories.add_flag(session, post)
    decide(session, flag, "no")
    edit(session, post)
    opened = flags.open_flags(session, flag.model_id, [make_flag(post, probability=0.8)], NOW)
    assert opened == {"concern": 1}
    assert (flag.state, flag.revision_number, flag.probability) == ("open", 1, 0.8)
    assert reviews.newest_standing(session, flag.id, flag.revision_number) is None
    assert [review.decision for review, _ in reviews.history(session, flag.id)] == ["no"]


def test_flags_are_counted_by_label_and_state(session: Session) -> None:
    source = factories.add_source(session)
    made = [factories.add_flag(session, factories.add_post(session, source, name)) for name in "abcd"]
    decide(session, made[-1])
    assert flags.counts(session) == {"concern": {"open": 3, "confirmed": 1}}
