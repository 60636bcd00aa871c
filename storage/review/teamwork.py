"""Assignments, and notes at the end of a shift."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from storage import audit
from storage.database import added, count_changed
from storage.models import Assignment, Flag, Handover, Post, User


def assign(session: Session, flag: Flag, *, user_id: int, by: int, now: datetime) -> None:
    """Ask somebody to look at a flag; an earlier request for the same flag ends."""
    row = session.get(Assignment, flag.id) or Assignment(flag_id=flag.id)
    row.user_id, row.assigned_by, row.assigned_at = user_id, by, now
    added(session, row)
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


def hand_over(session: Session, *, user_id: int, text: str, now: datetime) -> Handover:
    """Add a note for those who come next."""
    row = Handover(user_id=user_id, text=text, written_at=now)
    return added(session, row)


def handovers(session: Session, since: datetime, limit: int = 50) -> Sequence[Handover]:
    """List notes since a time, newest first, with who wrote them."""
    query = select(Handover).options(joinedload(Handover.user)).where(Handover.written_at >= since)
    return session.scalars(query.order_by(Handover.id.desc()).limit(limit)).all()


def delete_old_handovers(session: Session, before: datetime) -> int:
    """Delete notes written before a time; returns how many."""
    return count_changed(session, delete(Handover).where(Handover.written_at < before))
