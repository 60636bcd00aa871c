"""The audit trail: who did what, and when. Rows are only ever added."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from storage.models import AuditEvent


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
