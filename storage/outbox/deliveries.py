"""Deliveries of reports. Each state is stored before the next step, so that a killed program sends nothing twice.

waiting -> sending -> handed -> sent. A delivery found in `sending` after its time had not been given away yet, and is
tried again; one found in `handed` may have arrived: it becomes `unclear`, and only a person has it sent again.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session, joinedload

from storage.database import insert_ignoring
from storage.models import Delivery, Report


def add(session: Session, report: Report, places: Iterable[tuple[str, str]], now: datetime) -> None:
    """Have a report sent to places, each a channel and a target."""
    rows = [
        {"report_id": report.id, "channel": channel, "target": target, "state": "waiting", "attempts": 0,
         "next_at": now, "error": ""}
        for channel, target in places
    ]  # fmt: skip
    insert_ignoring(session, Delivery, rows, ("report_id", "channel", "target"))


def due(session: Session, now: datetime) -> Sequence[Delivery]:
    """List what is to be tried now: what waits, and what a program that was killed had begun to send."""
    query = select(Delivery).options(joinedload(Delivery.report)).join(Report, Report.id == Delivery.report_id)
    query = query.where(Delivery.state.in_(("waiting", "sending")), Delivery.next_at <= now)
    return session.scalars(query.where(Report.withdrawn_at.is_(None)).order_by(Delivery.id)).all()


def take(session: Session, delivery: Delivery, now: datetime, until: datetime) -> bool:
    """Take a delivery for sending until a time; False when another program has it."""
    # One statement reads and writes, so that of two programs only one takes it.
    free = (Delivery.id == delivery.id, Delivery.state.in_(("waiting", "sending")), Delivery.next_at <= now)
    claim = update(Delivery).where(*free).values(state="sending", next_at=until, attempts=Delivery.attempts + 1)
    return cast("CursorResult[Any]", session.execute(claim)).rowcount == 1


def hand_over(session: Session, delivery_id: int, until: datetime) -> None:
    """Note that it is being given to the other side now; `until` is how long that may take at most."""
    session.execute(update(Delivery).where(Delivery.id == delivery_id).values(state="handed", next_at=until))


def arrived(session: Session, delivery_id: int, now: datetime) -> None:
    """Note that the other side took it."""
    session.execute(update(Delivery).where(Delivery.id == delivery_id).values(state="sent", sent_at=now, error=""))


def failed(session: Session, delivery_id: int, *, error: str, again_at: datetime | None) -> None:
    """Note that it was not taken; it is tried again at a time, or with None not any more."""
    values: dict[str, Any] = {"state": "failed", "error": error}
    if again_at is not None:
        values |= {"state": "waiting", "next_at": again_at}
    session.execute(update(Delivery).where(Delivery.id == delivery_id).values(values))


def give_up_unclear(session: Session, now: datetime) -> Sequence[Delivery]:
    """Mark as unclear what was handed over by a program that recorded no answer in time; returns it."""
    query = select(Delivery).options(joinedload(Delivery.report))
    lost = session.scalars(query.where(Delivery.state == "handed", Delivery.next_at <= now).order_by(Delivery.id)).all()
    for delivery in lost:
        delivery.state = "unclear"
    session.flush()
    return lost


def send_again(session: Session, report: Report, now: datetime) -> int:
    """Have a person's wish: what failed or is unclear of a report is sent again; returns how many."""
    stuck = (Delivery.report_id == report.id, Delivery.state.in_(("failed", "unclear")))
    again = update(Delivery).where(*stuck).values(state="waiting", next_at=now, attempts=0)
    return cast("CursorResult[Any]", session.execute(again)).rowcount
