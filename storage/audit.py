"""The audit trail: who did what, and when. Rows are only ever added: the database refuses the rest."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.models import AuditEvent, User

DECISIONS: Final = "decisions"
"""In the detail of an event: how many decisions were deleted with their posts."""
DEPARTED: Final = "departed"
"""In the detail of an erasure: that nobody asked for it, the platform no longer has the account."""


def record(
    session: Session,
    *,
    at: datetime,
    action: str,
    subject: str,
    user_id: int | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add one event to the audit trail.

    Args:
        session: The unit of work.
        at: When it was done, UTC.
        action: What was done, such as `source.disabled`.
        subject: What it was done to: `table:number` or a name.
        user_id: Who did it; None for the program itself or a command of the operator.
        detail: Further facts, stored as JSON.

    """
    session.add(AuditEvent(at=at, user_id=user_id, action=action, subject=subject, detail=dict(detail or {})))
    session.flush()


def newest(session: Session, action: str) -> datetime | None:
    """Return when an action was last done; None when it never was."""
    return session.scalar(select(func.max(AuditEvent.at)).where(AuditEvent.action == action))


def as_data(session: Session) -> Iterator[dict[str, Any]]:
    """Yield all events as plain data, oldest first; times in ISO 8601, UTC."""
    query = select(AuditEvent, User.name).outerjoin(User, User.id == AuditEvent.user_id).order_by(AuditEvent.id)
    for event, name in session.execute(query):
        yield {
            "id": event.id,
            "at": event.at.isoformat(),
            "user_id": event.user_id,
            "user": name,
            "action": event.action,
            "subject": event.subject,
            "detail": event.detail,
        }
