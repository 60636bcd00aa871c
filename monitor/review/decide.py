"""Deciding: the one way in which a person's decision on a flag is stored, and in which it is taken back.

The desk and the API come here, for second readings and for the third person who settles a difference too. A decision
is refused with one of the errors of `monitor.review.errors`; then nothing may be committed.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from classifiers.concern_topics import OTHER
from classifiers.labels import label_named
from monitor.collectors.http.urls import MAX_LINK, link_address
from monitor.review.errors import BadLink, Held, NeedsLink, NotAllowed, NotOpen, Stale
from storage import audit
from storage.models import Flag, Review
from storage.review import flags, reviews, second_readings
from storage.review.decisions import REOPENED
from storage.review.second_readings import Draw


@dataclass(frozen=True, slots=True)
class Person:
    """Who decides.

    Args:
        id: The number of the account.
        key: The name of the API key by which a program carries the decision; empty: the person did it at the desk.

    """

    id: int
    key: str = ""

    @property
    def lease_owner(self) -> str:
        """The owner of this person's leases."""
        return f"user:{self.id}"


@dataclass(frozen=True, slots=True)
class Undone:
    """A flag whose decision was taken back, and on how many flags, its copies included, that was done."""

    flag_id: int
    decisions: int


def seen_state(session: Session, flag: Flag) -> str:
    """Return what a person must have seen to decide: the version of the post and the number of earlier decisions."""
    return f"{flag.revision_number}.{reviews.count(session, flag.id)}"


def decide(
    session: Session,
    flag: Flag,
    *,
    by: Person,
    decision: str,
    seen: str,
    now: datetime,
    note: str = "",
    evidence: Sequence[str] = (),
    topic: str = OTHER,
    place: str = "",
    copies: Collection[int] = (),
    draw: Draw | None = None,
) -> Review:
    """Store a decision on a flag and on those of its copies that the person saw listed; the lease ends.

    Args:
        session: The unit of work, to be committed.
        flag: The flag that was judged.
        by: Who judged it.
        decision: One of the decisions that flags of its label take, or `reopened`.
        seen: `seen_state` of the flag as the person saw it.
        now: The present time, UTC.
        note: Why, in the person's words.
        evidence: Addresses that support it.
        topic: What a concern is about; used where the decision opens a case.
        place: Where the concern is; used as `topic` is.
        copies: The flags of copies that were listed; those that are still open and that nobody else holds follow.
        draw: By which the flag waits for this person's second reading; the decision is then a blind one, and the flag
            stays as it is. None: an ordinary decision.

    Raises:
        DecisionRefused: One of its kinds, when the decision cannot be stored.

    """
    _check(flag, decision, evidence, blind=draw is not None)
    # Leasing first excludes that two people pass the checks of what was seen at the same moment.
    if not flags.lease(session, flag.id, owner=by.lease_owner, now=now, until=now):
        raise Held("another person is looking at this flag: try again later")
    session.refresh(flag, ("state", "revision_number"))
    if seen != seen_state(session, flag):
        raise Stale("the flag has changed since it was seen: read it again, then decide")
    first = None
    if draw is not None:
        first = _first_decision(session, flag, by, draw, decision)
    elif (decision == REOPENED) == (flag.state == "open") and not _settles(session, flag, by):
        raise NotOpen(f"the flag is {flag.state}: reopen it before it is decided anew")
    review = reviews.decide(
        session,
        flag,
        reviewer_id=by.id,
        decision=decision,
        note=note,
        now=now,
        evidence=evidence,
        topic=topic if decision in label_named(flag.label).open_case else None,
        place=place,
        blind_to=first,
    )
    if first is not None:
        detail: dict[str, object] = {"decision": decision, "review": first.id}
        subject = f"flags:{flag.id}"
        audit.record(session, at=now, action="second_reading", subject=subject, user_id=by.id, detail=detail)
        return review
    copied = 0 if decision == REOPENED else _decide_copies(session, review, by, copies, topic=topic, place=place)
    detail = {"decision": decision, "review": review.id, "copies": copied}
    if by.key:
        detail["key"] = by.key
    audit.record(session, at=now, action="decision", subject=f"flags:{flag.id}", user_id=by.id, detail=detail)
    return review


def _check(flag: Flag, decision: str, evidence: Sequence[str], *, blind: bool) -> None:
    """Refuse what no state of the flag would allow; a second reading is compared only, and needs no link."""
    wrong = next((link for link in evidence if len(link) > MAX_LINK or not link_address(link)), None)
    if wrong is not None:
        raise BadLink(f"{wrong[:80]!r} in `evidence` is no web address: name a host", wrong)
    label = label_named(flag.label)
    if decision not in (*label.decisions, REOPENED):
        raise NotAllowed(f"a flag of {flag.label} takes {', '.join(label.decisions)} or {REOPENED}")
    if decision in label.need_link and not evidence and not blind:
        raise NeedsLink(f"{decision} needs a link in `evidence` that shows it")


def _first_decision(session: Session, flag: Flag, by: Person, draw: Draw, decision: str) -> Review:
    """Return the decision beside which a second reading is made."""
    if decision == REOPENED:
        raise NotAllowed("a second reading opens no flag again")
    if not second_readings.is_waiting_for(session, draw, flag, by.id):
        raise Stale("the flag waits no longer for a second reading of this person: read it again, then decide")
    first = reviews.newest_standing(session, flag.id, flag.revision_number)
    if first is None:
        raise Stale("the decision that was to be read again was taken back")
    return first


def _settles(session: Session, flag: Flag, by: Person) -> bool:
    """Tell whether two people differ on a flag and this is a third one, whose decision counts then."""
    return second_readings.difference_for(session, flag, by.id) is not None


def _decide_copies(
    session: Session, review: Review, by: Person, listed: Collection[int], *, topic: str, place: str
) -> int:
    """Decide the listed copies that are still open and that nobody else holds; returns how many."""
    copied, now = 0, review.decided_at
    for copy in reviews.open_copies(session, review.flag) if listed else ():
        if copy.id in listed and flags.lease(session, copy.id, owner=by.lease_owner, now=now, until=now):
            reviews.decide_copy(session, copy, review, topic=topic, place=place, now=now)
            copied += 1
    return copied


def undo(session: Session, by: Person, review_id: int, *, now: datetime, until: datetime) -> Undone | None:
    """Take back a person's last decision, with those on copies, and lease its flag again.

    Args:
        session: The unit of work, to be committed.
        by: Whose decision it is.
        review_id: The decision that is meant: asked for twice, the one before it stays.
        now: The present time, UTC.
        until: When the new lease ends.

    Returns:
        What was taken back; None where it is not the last decision any more, or somebody decided since.

    """
    last = reviews.last_of(session, by.id)
    if last is not None and last.id != review_id:
        return None
    taken = reviews.undo(session, last, reviewer_id=by.id, now=now) if last is not None else []
    if last is None or not taken:
        return None
    flags.lease(session, last.flag_id, owner=by.lease_owner, now=now, until=until)
    detail = {"decision": last.decision, "review": last.id, "decisions_taken_back": len(taken)}
    audit.record(session, at=now, action="undo", subject=f"flags:{last.flag_id}", user_id=by.id, detail=detail)
    return Undone(last.flag_id, len(taken))
