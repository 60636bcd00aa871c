"""Deliveries of reports, alerts and decisions. Each state is stored before the next step.

waiting -> sending -> handed -> sent. A delivery found in `sending` after its time had not been given away yet, and is
tried again; one found in `handed` may have arrived: it becomes `unclear`, and only a person has it sent again.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from storage.database import count_changed, insert_ignoring
from storage.models import Delivery, Flag, Review

REPORT, ALERT, DECISION = "report", "alert", "decision"
WAITING, SENDING, HANDED, SENT = "waiting", "sending", "handed", "sent"
FAILED, UNCLEAR, SKIPPED = "failed", "unclear", "skipped"
_OPEN: Final = (WAITING, SENDING)
_STUCK: Final = (FAILED, UNCLEAR)


def put(session: Session, kind: str, subject_id: int, targets: Mapping[str, str], now: datetime) -> None:
    """Have a report or alert sent to channels; `targets` says by the name of each where it leads."""
    _insert(session, kind, targets, [(subject_id, {})], now=now)


def put_decisions(session: Session, channel: str, target: str, now: datetime) -> None:
    """Have the decisions since the last time sent to a channel; a new channel gets those that follow.

    What has no row yet is looked for, not what is behind the last row: of two decisions that are stored at once, the
    later number may be there first.
    """
    mine = (Delivery.channel == channel, Delivery.kind == DECISION)
    start = session.scalar(select(func.min(Delivery.subject_id)).where(*mine))
    if start is None:
        newest = session.scalar(select(func.max(Review.id))) or 0
        _insert(session, DECISION, {channel: target}, [(newest, {})], now=now, state=SKIPPED)
        return
    put_before = exists().where(*mine, Delivery.subject_id == Review.id)
    query = select(Review, Flag.post_id, Flag.label, Flag.state).join(Flag, Flag.id == Review.flag_id)
    query = query.where(Review.id > start, Flag.suggested(), ~put_before)
    found = session.execute(query.order_by(Review.id)).all()
    _insert(session, DECISION, {channel: target}, [(row[0].id, _payload(*row)) for row in found], now=now)


def _payload(review: Review, post_id: int, label: str, state: str) -> dict[str, Any]:
    """Return what is sent: numbers, label and decision. Note, links and reviewer stay here."""
    return {
        "decided_at": review.decided_at.isoformat(),
        "decision_id": review.id,
        "flag_id": review.flag_id,
        "post_id": post_id,
        "label": label,
        "decision": review.decision,
        "state": state,
    }


def _insert(
    session: Session,
    kind: str,
    targets: Mapping[str, str],
    subjects: Iterable[tuple[int, Mapping[str, Any]]],
    *,
    now: datetime,
    state: str = WAITING,
) -> None:
    same = {"kind": kind, "state": state, "attempts": 0, "created_at": now, "next_at": now, "error": ""}
    rows = [
        {**same, "channel": channel, "target": target, "subject_id": number, "payload": payload}
        for number, payload in subjects
        for channel, target in targets.items()
    ]
    insert_ignoring(session, Delivery, rows, ("channel", "kind", "subject_id"))  # another program may do the same


def send_again(session: Session, kind: str, subject_id: int, targets: Mapping[str, str], now: datetime) -> None:
    """Have sent what a person wants sent: where it was never put, failed, is unclear, or went to another target."""
    put(session, kind, subject_id, targets, now)
    for channel, target in targets.items():
        mine = (Delivery.channel == channel, Delivery.kind == kind, Delivery.subject_id == subject_id)
        stuck = or_(Delivery.state.in_(_STUCK), and_(Delivery.state == SENT, Delivery.target != target))
        session.execute(
            update(Delivery)
            .where(*mine, stuck)
            .values(state=WAITING, target=target, next_at=now, attempts=0, error="", sent_at=None)
        )


def skip(session: Session, kind: str, subject_id: int) -> None:
    """Send no more what waits of a report that was withdrawn."""
    _change(session, Delivery.kind == kind, Delivery.subject_id == subject_id, Delivery.state.in_(_OPEN), state=SKIPPED)


def take(session: Session, channel: str, kinds: Collection[str], now: datetime, until: datetime) -> Delivery | None:
    """Take the delivery of a channel that is due longest, to be sent until a time; None when none is due."""
    due = (Delivery.channel == channel, Delivery.state.in_(_OPEN), Delivery.next_at <= now, Delivery.kind.in_(kinds))
    query = select(Delivery.id).where(*due).order_by(Delivery.next_at, Delivery.id).limit(20)
    for number in session.scalars(query).all():
        # One statement reads and writes, so that of two programs only one sends it.
        values = {"state": SENDING, "next_at": until, "attempts": Delivery.attempts + 1}
        if _change(session, Delivery.id == number, *due, **values):
            return session.get_one(Delivery, number, populate_existing=True)
    return None


def hand_over(session: Session, delivery_id: int, until: datetime) -> bool:
    """Note that it is being given to the other side now, until a time at most; False when it shall not be any more."""
    return _change(session, Delivery.id == delivery_id, Delivery.state == SENDING, state=HANDED, next_at=until) == 1


def arrived(session: Session, delivery_id: int, target: str, now: datetime) -> None:
    """Note that the other side took it."""
    _change(session, Delivery.id == delivery_id, state=SENT, target=target, sent_at=now, error="")


def failed(session: Session, delivery_id: int, *, error: str, again_at: datetime | None) -> None:
    """Note that it was not taken; it is tried again at a time, or with None not any more."""
    state = {"state": FAILED} if again_at is None else {"state": WAITING, "next_at": again_at}
    still_sent = Delivery.state.in_((SENDING, HANDED))  # and not withdrawn meanwhile
    _change(session, Delivery.id == delivery_id, still_sent, error=error, **state)


def give_up(session: Session, channels: Collection[str], now: datetime) -> Sequence[Delivery]:
    """Give up what no program can finish; returns it.

    What was handed over by a program that recorded no answer in time becomes unclear. What waits for a channel that the
    settings name no more has failed.
    """
    lost = and_(Delivery.state == HANDED, Delivery.next_at <= now)
    homeless = and_(Delivery.state.in_(_OPEN), Delivery.next_at <= now, Delivery.channel.not_in(channels))
    given_up = session.scalars(select(Delivery).where(or_(lost, homeless)).order_by(Delivery.id)).all()
    for delivery in given_up:
        if delivery.state == HANDED:
            delivery.state = UNCLEAR
        else:
            delivery.state, delivery.error = FAILED, "the settings name no such channel any more"
    session.flush()
    return given_up


def of_reports(session: Session, report_ids: Collection[int]) -> Sequence[Delivery]:
    """List the deliveries of some reports."""
    query = select(Delivery).where(Delivery.kind == REPORT, Delivery.subject_id.in_(report_ids))
    return session.scalars(query.where(Delivery.state != SKIPPED).order_by(Delivery.id)).all()


def stuck(session: Session) -> Sequence[Delivery]:
    """List the newest deliveries that failed for good or are unclear."""
    query = select(Delivery).where(Delivery.state.in_(_STUCK)).order_by(Delivery.id.desc())
    return session.scalars(query.limit(100)).all()


def counts(session: Session) -> dict[str, Counter[str]]:
    """Count deliveries by channel and state."""
    query = select(Delivery.channel, Delivery.state, func.count()).where(Delivery.state != SKIPPED)
    found: dict[str, Counter[str]] = {}
    for channel, state, count in session.execute(query.group_by(Delivery.channel, Delivery.state)):
        found.setdefault(channel, Counter())[state] = count
    return found


def delete_old_decisions(session: Session, channel: str, before: datetime) -> None:
    """Delete what became of decisions that were put before a time, but the newest: it says where to go on."""
    mine = (Delivery.channel == channel, Delivery.kind == DECISION)
    is_old = and_(Delivery.state.in_((SENT, SKIPPED, *_STUCK)), Delivery.created_at < before)
    first_kept = select(func.min(Delivery.subject_id)).where(*mine, ~is_old)
    end = session.scalar(first_kept)
    old: list[ColumnElement[bool]] = [*mine, is_old] + ([Delivery.subject_id < end] if end is not None else [])
    newest = session.scalar(select(func.max(Delivery.subject_id)).where(*old))
    if newest is not None:
        session.execute(delete(Delivery).where(*old, Delivery.subject_id < newest))


def _change(session: Session, *where: ColumnElement[bool], **values: Any) -> int:
    return count_changed(session, update(Delivery).where(*where).values(**values))
