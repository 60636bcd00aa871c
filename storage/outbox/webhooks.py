"""Deliveries of decisions to webhooks: made from the decisions, so that none is forgotten, and sent from a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, or_, select, update
from sqlalchemy.orm import Session

from storage.database import insert_ignoring
from storage.models import Flag, Review, WebhookDelivery, WebhookTarget


@dataclass(frozen=True, slots=True)
class TargetState:
    """How many deliveries of a webhook were made, wait, and were given up; and the newest error."""

    delivered: int
    waiting: int
    given_up: int
    last_error: str | None


def enqueue(session: Session, target: str, now: datetime, limit: int) -> int:
    """Make deliveries of the decisions since the last time; a new webhook gets those that follow.

    Numbers of decisions rise in the order of their commits, because each takes the end of the chain of hashes.

    Returns:
        How many decisions were taken into account; when it is `limit`, there may be more.

    """
    newest = session.scalar(select(func.max(Review.id))) or 0
    state = session.get(WebhookTarget, target)
    if state is None:
        insert_ignoring(session, WebhookTarget, [{"name": target, "review_id": newest}], ("name",))
        return 0
    query = select(Review, Flag.post_id, Flag.label, Flag.state).join(Flag, Flag.id == Review.flag_id)
    found = session.execute(query.where(Review.id > state.review_id).order_by(Review.id).limit(limit)).all()
    rows = [
        {
            "target": target,
            "review_id": review.id,
            "body": _body(review, post_id, label, flag_state),
            "created_at": now,
            "due_at": now,
            "attempts": 0,
        }
        for review, post_id, label, flag_state in found
    ]
    # Another program may do the same at this moment.
    insert_ignoring(session, WebhookDelivery, rows, ("target", "review_id"))
    state.review_id = found[-1][0].id if len(found) == limit else max(newest, state.review_id)
    session.flush()
    return len(found)


def _body(review: Review, post_id: int, label: str, state: str) -> dict[str, Any]:
    """Return what is sent: numbers, label and decision. Note, links and reviewer stay here."""
    return {
        "type": "decision",
        "timestamp": review.decided_at.isoformat(),
        "data": {
            "decision_id": review.id,
            "flag_id": review.flag_id,
            "post_id": post_id,
            "label": label,
            "decision": review.decision,
            "state": state,
        },
    }


def take_next(session: Session, targets: Sequence[str], now: datetime, until: datetime) -> WebhookDelivery | None:
    """Lease the delivery that has been due longest; None when none is due."""
    free = or_(WebhookDelivery.lease_until.is_(None), WebhookDelivery.lease_until <= now)
    due = (WebhookDelivery.due_at <= now, WebhookDelivery.target.in_(targets), free)
    query = select(WebhookDelivery.id).where(*due).order_by(WebhookDelivery.due_at, WebhookDelivery.id).limit(20)
    for number in session.scalars(query).all():
        # One statement reads and writes, so that of two programs only one sends it.
        claim = update(WebhookDelivery).where(WebhookDelivery.id == number, *due).values(lease_until=until)
        if cast("CursorResult[Any]", session.execute(claim)).rowcount == 1:
            return session.get_one(WebhookDelivery, number, populate_existing=True)
    return None


def delivered(session: Session, delivery_id: int, now: datetime) -> None:
    """Note that a delivery arrived."""
    row = session.get_one(WebhookDelivery, delivery_id)
    row.delivered_at, row.due_at, row.lease_until, row.last_error = now, None, None, None
    row.attempts += 1


def failed(session: Session, delivery_id: int, error: str, due_at: datetime | None) -> None:
    """Note that a delivery failed, and when it is tried again; None: no more."""
    row = session.get_one(WebhookDelivery, delivery_id)
    row.due_at, row.lease_until, row.last_error = due_at, None, error[:300]
    row.attempts += 1


def delete_old(session: Session, before: datetime) -> int:
    """Delete deliveries that were made, or given up, before a time; returns how many."""
    old = delete(WebhookDelivery).where(WebhookDelivery.due_at.is_(None), WebhookDelivery.created_at < before)
    return cast("CursorResult[Any]", session.execute(old)).rowcount


def state_of(session: Session, target: str) -> TargetState:
    """Count the deliveries of a webhook."""
    mine = WebhookDelivery.target == target
    arrived = WebhookDelivery.delivered_at.is_not(None)

    def count(*conditions: Any) -> int:
        return session.scalar(select(func.count()).select_from(WebhookDelivery).where(mine, *conditions)) or 0

    error = select(WebhookDelivery.last_error).where(mine, WebhookDelivery.last_error.is_not(None))
    return TargetState(
        delivered=count(arrived),
        waiting=count(WebhookDelivery.due_at.is_not(None)),
        given_up=count(~arrived, WebhookDelivery.due_at.is_(None)),
        last_error=session.scalar(error.order_by(WebhookDelivery.id.desc()).limit(1)),
    )
