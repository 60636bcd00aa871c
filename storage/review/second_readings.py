"""Second readings: a share of decided flags is judged again by another person, who does not see the first decision."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Select, and_, case, exists, func, select
from sqlalchemy.orm import Session, aliased, contains_eager, selectinload

from storage import audit
from storage.errors import DataRejected, NotFound
from storage.models import Flag, Post, Review, SecondReading
from storage.review import reviews
from storage.review.decisions import STATE_OF, choices

_AT_ONCE: Final = 500  # flags that are looked up by one statement


@dataclass(frozen=True, slots=True)
class Draw:
    """Which flags get a second reading: a share of them, by a hash, so that nobody's decisions are preferred.

    Args:
        seed: Makes the draw one that nobody can foresee.
        share: Of the decided flags, 0 to 1.
        since: Decisions before this time are no longer read again, UTC.

    """

    seed: bytes
    share: float
    since: datetime

    def takes(self, flag_id: int, revision_number: int) -> bool:
        """Tell whether one version of a flag's post is drawn."""
        digest = hashlib.blake2b(f"{flag_id}:{revision_number}".encode(), key=self.seed[:64], digest_size=8).digest()
        return int.from_bytes(digest, "big") < self.share * 2**64


@dataclass(frozen=True, slots=True)
class ReadTwice:
    """How many flags of a label two people judged so, independently: `confirmed`, `rejected` or `unsure`."""

    label: str
    first_id: int
    second_id: int
    first: str
    second: str
    flags: int


def waiting(session: Session, draw: Draw, reader_id: int | None = None) -> list[int]:
    """List the numbers of the flags that wait for a second reading, the one decided first first.

    They are drawn by their numbers first, and only what was drawn is looked up.

    Args:
        session: The unit of work.
        draw: Which flags are read twice.
        reader_id: Only those that this person may read: not decided, nor taken back, by the same person. None: all.

    """
    drawn = _drawn(session, draw)
    found: dict[int, tuple[int, int]] = {}  # by the number of the decision
    numbers = sorted({flag_id for flag_id, _ in drawn})
    for begin in range(0, len(numbers), _AT_ONCE):
        some = Flag.id.in_(numbers[begin : begin + _AT_ONCE])
        query = _waiting(draw, reader_id).add_columns(Review.id).where(some)
        found |= {review_id: (flag_id, version) for flag_id, version, review_id in session.execute(query)}
    in_order = dict.fromkeys(found[review_id] for review_id in sorted(found))
    return [flag_id for flag_id, version in in_order if (flag_id, version) in drawn]


def _drawn(session: Session, draw: Draw) -> set[tuple[int, int]]:
    """Return numbers and versions of what is drawn of all that was decided, whether it waits or not."""
    decided = select(Review.flag_id, Review.revision_number).where(Review.decided_at >= draw.since)
    return {(flag_id, version) for flag_id, version in session.execute(decided) if draw.takes(flag_id, version)}


def _waiting(draw: Draw, reader_id: int | None) -> Select[int, int]:
    """Select number and version of what waits, drawn or not."""
    # Of copies that were decided together one is enough. A sum, or SQLite reads all reviews that have no batch.
    alone = (Review.batch + 0).is_(None)
    decided = and_(Review.flag_id == Flag.id, Review.revision_number == Flag.revision_number, alone)
    read = exists().where(SecondReading.flag_id == Flag.id, SecondReading.revision_number == Flag.revision_number)
    query = (
        select(Flag.id, Flag.revision_number)
        .join(Review, decided)
        .where(Flag.state != "open", ~read, Review.stands(), Review.decided_at >= draw.since)
    )
    if reader_id is not None:
        other = aliased(Review)  # of the same flag
        mine = (other.flag_id == Flag.id, other.revision_number == Flag.revision_number)
        own = exists().where(*mine, other.reviewer_id == reader_id)
        query = query.where(~own)
    return query


def is_waiting_for(session: Session, draw: Draw, flag: Flag, reader_id: int) -> bool:
    """Tell whether a flag waits for the second reading of this person, who should not see its decisions before."""
    if flag.state == "open" or not draw.takes(flag.id, flag.revision_number):
        return False
    return session.execute(_waiting(draw, reader_id).where(Flag.id == flag.id)).first() is not None


def record(session: Session, flag: Flag, *, reader_id: int, decision: str, now: datetime) -> SecondReading:
    """Add a second reading; the flag stays as it is.

    Args:
        session: The unit of work.
        flag: The flag; it must have a decision.
        reader_id: Who read it.
        decision: One of `storage.review.decisions.choices` of its label.
        now: The present time, UTC.

    Raises:
        DataRejected: When the decision is none, the reader decided first, or it was read twice already.

    """
    if decision not in choices(flag.label):
        message = f"{decision!r} is no decision on {flag.label!r}: take one of {', '.join(choices(flag.label))}"
        raise DataRejected(message)
    first = reviews.newest_standing(session, flag.id, flag.revision_number)
    open_again = flag.state == "open"
    if first is None or open_again or first.reviewer_id == reader_id or of_flag(session, flag) is not None:
        raise DataRejected(f"flag {flag.id} needs no second reading by this person")
    row = SecondReading(
        flag_id=flag.id,
        label=flag.label,
        revision_number=flag.revision_number,
        review_id=first.id,
        reader_id=reader_id,
        decision=decision,
        decided_at=now,
    )
    session.add(row)
    session.flush()
    detail = {"decision": decision, "review": first.id}
    audit.record(session, at=now, action="second_reading", subject=f"flags:{flag.id}", user_id=reader_id, detail=detail)
    return row


def of_flag(session: Session, flag: Flag) -> SecondReading | None:
    """Return the second reading of the flagged version; None when there is none."""
    return session.scalar(
        select(SecondReading).where(
            SecondReading.flag_id == flag.id, SecondReading.revision_number == flag.revision_number
        )
    )


def differing(session: Session) -> Sequence[SecondReading]:
    """List second readings that differ from the first and wait for a third person, oldest first."""
    return session.scalars(_differing().order_by(SecondReading.id)).all()


def _differing() -> Select[SecondReading]:
    differ = case(STATE_OF, value=Review.decision) != case(STATE_OF, value=SecondReading.decision)
    # Flags are looked up each: joined with all second readings, PostgreSQL reads all flags.
    current = select(Flag.revision_number).where(Flag.id == SecondReading.flag_id).scalar_subquery()
    return (
        select(SecondReading)
        .join(SecondReading.first)
        .options(
            selectinload(SecondReading.flag).joinedload(Flag.post).joinedload(Post.source),
            contains_eager(SecondReading.first),
        )
        .where(SecondReading.settled_by.is_(None), SecondReading.revision_number == current, differ)
    )


def difference(session: Session, reading_id: int, third_id: int) -> SecondReading:
    """Return a difference that a person may settle.

    Raises:
        NotFound: When there is none of that number that waits for this person.

    """
    row = session.scalar(_differing().where(SecondReading.id == reading_id))
    if row is None or not row.may_be_settled_by(third_id):
        raise NotFound(f"there is no difference {reading_id} that you could settle: it may be settled by now")
    return row


def open_difference(session: Session, flag: Flag, third_id: int) -> SecondReading | None:
    """Return the difference about a flag that a person may settle; None when there is none."""
    row = session.scalar(_differing().where(SecondReading.flag_id == flag.id))
    return row if row is not None and row.may_be_settled_by(third_id) else None


def settle(session: Session, row: SecondReading, review: Review) -> None:
    """Note the decision by which a third person settled a difference."""
    row.settled_by = review.id
    session.flush()


def read_twice(session: Session) -> Sequence[ReadTwice]:
    """Count the flags that two people judged, by label, people and answers, in this order."""
    answers = (Review.decision, SecondReading.decision)
    kinds = (SecondReading.label, Review.reviewer_id, SecondReading.reader_id, *answers)
    read = select(*kinds, func.count()).join(Review, Review.id == SecondReading.review_id)
    query = read.group_by(*kinds).order_by(*kinds)
    return [
        ReadTwice(label, first_id, second_id, STATE_OF[first], STATE_OF[second], flags)
        for label, first_id, second_id, first, second, flags in session.execute(query)
    ]
