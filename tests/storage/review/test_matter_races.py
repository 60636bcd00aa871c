"""Of two programs that act on one matter at once one wins each time, and nothing is lost or counted twice."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from storage.database import Database
from storage.errors import DataRejected, StorageError
from storage.models import Flag, Matter, MatterEvent, MatterPost, Post, User
from storage.review import matter_steps, matters
from storage.review.matter_steps import Step
from tests.clock import MONDAY_MORNING as NOW
from tests.factories import add_user, decide, matter_of
from tests.storage.copies import add_copies
from tests.storage.review.made_matters import as_derived
from tests.storage.review.test_leases import side_by_side

ROUNDS = 15


def opened(session: Session) -> int:
    lan = add_user(session)
    flag, *_ = add_copies(session, 4)
    decide(session, flag, "yes", lan)
    return matter_of(session, flag).id


def events(session: Session) -> int:
    return session.scalar(select(func.count(MatterEvent.id))) or 0


def test_of_each_version_that_was_seen_one_wins(database: Database) -> None:
    with database.changes() as session:
        number = opened(session)

    def act(own: Database, owner: str) -> int:
        won = 0
        for _ in range(ROUNDS):
            with own.work() as session:
                seen = matters.by_id(session, number).version
            try:
                with own.changes() as session:
                    matter = matter_steps.lock(session, number, seen)
                    step = Step(kind="noted", note=owner)
                    matter_steps.take_step(session, matter, step, user_id=1, now=NOW)
            except DataRejected:
                continue
            won += 1
        return won

    won = side_by_side(database, act)
    with database.work() as session:
        assert matters.by_id(session, number).version == events(session) == 1 + sum(won)
        as_derived(session)


def test_posts_that_are_split_off_and_joined_at_once_belong_to_each_matter_once(database: Database) -> None:
    with database.changes() as session:
        number = opened(session)
        posts = [row.post_id for row in session.scalars(select(MatterPost).order_by(MatterPost.id))]

    def act(own: Database, owner: str) -> None:
        for place in range(ROUNDS):
            with own.work() as session:
                matter = matter_steps.lock(session, number)
                post = session.get_one(Post, posts[place % len(posts)])
                steps = matter_steps.split if (place + (owner == "first")) % 2 else matter_steps.join
                try:
                    steps(session, matter, [post], user_id=1, now=NOW)
                except DataRejected:
                    continue
                session.commit()

    side_by_side(database, act)
    with database.work() as session:
        standing = select(MatterPost.matter_id, MatterPost.post_id).where(MatterPost.removed_by.is_(None))
        found = session.execute(standing).all()
        assert len(found) == len(set(found))
        assert {post_id for _, post_id in found} == set(posts)
        assert sum(matter.version for matter in session.scalars(select(Matter))) == events(session)
        as_derived(session)


def test_copies_that_are_decided_at_once_are_one_matter(database: Database) -> None:
    with database.changes() as session:
        people = {"first": add_user(session).id, "second": add_user(session, "minh").id}
        numbers = dict(zip(people, [flag.id for flag in add_copies(session, 2)], strict=True))

    def act(own: Database, owner: str) -> None:
        with own.changes() as session:
            session.execute(update(Flag).where(Flag.id == numbers[owner]).values(lease_owner=owner))
            decide(session, session.get_one(Flag, numbers[owner]), "yes", session.get_one(User, people[owner]))

    side_by_side(database, act)
    with database.work() as session:
        (matter,) = session.scalars(select(Matter)).all()
        assert len(matters.posts_of(session, matter.id)) == 2
        assert matter.version == events(session) == 2
        as_derived(session)


def test_the_time_by_which_a_matter_counts_is_set_once(database: Database) -> None:
    with database.changes() as session:
        opened(session)
    with pytest.raises(StorageError, match="is set once"), database.work() as session:
        session.execute(update(Matter).values(counts_at=NOW + timedelta(days=7)))
