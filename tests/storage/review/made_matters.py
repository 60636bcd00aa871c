"""Matters for tests, and what is checked of each."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.models import Flag, Matter, User
from storage.review import matter_log, matters
from storage.scoring import matching
from tests.clock import MONDAY_MORNING as NOW
from tests.factories import add_flag, add_post, add_source, decide, matter_of


def confirm(session: Session, flag: Flag, user: User, topic: str = "wages", place: str = "Phường An Bình") -> Matter:
    decide(session, flag, "yes", user, topic=topic, place=place)
    return matter_of(session, flag)


def confirmed(session: Session, user: User, number: str = "1", label: str = "concern") -> Matter:
    """Open a matter by a decision on a post of its own."""
    source = session.get(Flag, 1).post.source if session.get(Flag, 1) else add_source(session)
    flag = add_flag(session, add_post(session, source, f"{label} {number}"), label)
    decide(session, flag, "yes" if label == "concern" else "refuted", user)
    return matter_of(session, flag)


def later_copy(session: Session, flag: Flag, name: str = "later") -> Flag:
    """Store a further copy of a post, as matching finds it, and flag it."""
    post = add_post(session, flag.post.source, name, text=flag.post.text)
    matching.join_cluster(session, post, flag.post, NOW)
    return add_flag(session, post, flag.label)


def kinds(session: Session, matter: Matter) -> list[str]:
    return [event.kind for event, _ in matters.events_of(session, matter.id)]


def told_in(session: Session, matter: Matter) -> list[int | None]:
    """List the posts that belong to a matter."""
    return sorted(row.post_id for row in session.scalars(matter_log.belonging(matter.id)))


def as_derived(session: Session) -> None:
    """Check that each row is what its events make of it."""
    derived = ("state", "verdict", "topic", "place", "sentence", "follower_id", "back_at", "first_at", "last_at")
    for matter in session.scalars(select(Matter)):
        before = [getattr(matter, name) for name in derived]
        matter_log.settle(session, matter)
        assert [getattr(matter, name) for name in derived] == before
