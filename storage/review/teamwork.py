"""Assignments, mentions in notes, and notes at the end of a shift."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from storage import audit
from storage.database import count_changed
from storage.models import Assignment, CaseEvent, Flag, Handover, Post, Review, User

LOOK_BACK: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Mention:
    """A note in which somebody is named with @; `place` is `flags`, `cases` or `handovers`, `number` the row there."""

    place: str
    number: int
    by: str
    note: str
    at: datetime


def assign(session: Session, flag: Flag, *, user_id: int, by: int, now: datetime) -> None:
    """Ask somebody to look at a flag; an earlier request for the same flag ends."""
    row = session.get(Assignment, flag.id) or Assignment(flag_id=flag.id)
    row.user_id, row.assigned_by, row.assigned_at = user_id, by, now
    session.add(row)
    session.flush()
    audit.record(session, at=now, action="assigned", subject=f"flags:{flag.id}", user_id=by, detail={"to": user_id})


def assigned_to(session: Session, user_id: int) -> Sequence[Assignment]:
    """List the open flags that somebody is asked to look at, oldest request first."""
    whole = joinedload(Assignment.flag).joinedload(Flag.post).joinedload(Post.source)
    query = select(Assignment).join(Flag).options(whole, joinedload(Assignment.by))
    query = query.where(Assignment.user_id == user_id, Flag.state == "open")
    return session.scalars(query.order_by(Assignment.assigned_at, Assignment.flag_id)).all()


def assignee(session: Session, flag_id: int) -> str | None:
    """Return the name of who is asked to look at a flag; None when nobody is."""
    query = select(User.name).join(Assignment, Assignment.user_id == User.id).where(Assignment.flag_id == flag_id)
    return session.scalar(query)


def people_to_assign(session: Session, roles: Sequence[str]) -> list[tuple[int, str]]:
    """List the numbers and names of active users with one of some roles, by name."""
    query = select(User.id, User.name).where(User.active, User.role.in_(roles)).order_by(User.name)
    return [(number, name) for number, name in session.execute(query)]


def names(text: str, name: str) -> bool:
    """Tell whether a note names an account with @, in any case and however its letters are composed."""
    wanted, given = (unicodedata.normalize("NFC", part).casefold() for part in (name, text))
    return re.search(rf"(?<![\w@.])@{re.escape(wanted)}(?!\w)", given) is not None


def mentions(session: Session, user: User, now: datetime) -> list[Mention]:
    """List where others named somebody within the last 30 days, newest first."""
    since = now - LOOK_BACK
    notes = {
        "flags": (Review.flag_id, Review.note, Review.decided_at, Review.reviewer_id),
        "cases": (CaseEvent.case_id, CaseEvent.note, CaseEvent.at, CaseEvent.user_id),
        "handovers": (Handover.id, Handover.text, Handover.written_at, Handover.user_id),
    }
    found = []
    for place, (number, note, at, by) in notes.items():
        query = select(number, User.name, note, at).join(User, User.id == by)
        rows = session.execute(query.where(note.contains("@"), at >= since, by != user.id))
        found += [Mention(place, *row) for row in rows if names(row[2], user.name)]
    return sorted(found, key=lambda one: (one.at, one.place, one.number), reverse=True)


def seen_until(session: Session, user_id: int) -> datetime | None:
    """Return up to when somebody has seen where they were named; None: nothing yet."""
    return session.get_one(User, user_id).mentions_seen_until


def mark_seen(session: Session, user_id: int, now: datetime) -> None:
    """Note that somebody has seen where they were named until now."""
    session.get_one(User, user_id).mentions_seen_until = now
    session.flush()


def hand_over(session: Session, *, user_id: int, text: str, now: datetime) -> Handover:
    """Add a note for those who come next."""
    row = Handover(user_id=user_id, text=text, written_at=now)
    session.add(row)
    session.flush()
    return row


def handovers(session: Session, since: datetime, limit: int = 50) -> Sequence[Handover]:
    """List notes since a time, newest first, with who wrote them."""
    query = select(Handover).options(joinedload(Handover.user)).where(Handover.written_at >= since)
    return session.scalars(query.order_by(Handover.id.desc()).limit(limit)).all()


def delete_old_handovers(session: Session, before: datetime) -> int:
    """Delete notes written before a time; returns how many."""
    return count_changed(session, delete(Handover).where(Handover.written_at < before))
