"""Second readings: decided flags are judged again by another person, who does not see the first decision.

A second reading is a review that is blind: it names the decision beside which it was made, and changes no flag. Where
the two differ, the decision of a third person counts, which is an ordinary review.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, select, tuple_
from sqlalchemy.orm import Session, aliased, joinedload

from storage.database import rows_among
from storage.models import Flag, Post, Review
from storage.review.decisions import REOPENED, STATE_OF

# Made once: a new alias reads all columns anew, which takes longer than most queries.
_SECOND: Final = aliased(Review)
_THIRD: Final = aliased(Review)


@dataclass(frozen=True, slots=True)
class Draw:
    """Which flags get a second reading: a share of them, by a hash, so that nobody's decisions are preferred.

    Args:
        seed: Makes the draw one that nobody can foresee.
        share: Of the decided flags, 0 to 1.
        since: Decisions before this time are no longer read again, UTC.
        taught: Of the flags on posts that were drawn for teaching, instead of those of the machine.

    """

    seed: bytes
    share: float
    since: datetime
    taught: bool = False

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


@dataclass(frozen=True, slots=True)
class Difference:
    """A flag that two people judged differently, of whom the second did not see what the first one said."""

    flag: Flag
    first: Review
    second: Review

    def may_be_settled_by(self, user_id: int) -> bool:
        """Tell whether somebody is neither the first nor the second person, of whom a difference needs a third."""
        return user_id not in (self.first.reviewer_id, self.second.reviewer_id)


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
    query = _waiting(draw, reader_id).add_columns(Review.id)
    for flag_id, version, review_id in rows_among(session, query, Flag.id, {flag_id for flag_id, _ in drawn}):
        found[review_id] = (flag_id, version)
    in_order = dict.fromkeys(found[review_id] for review_id in sorted(found))
    return [flag_id for flag_id, version in in_order if (flag_id, version) in drawn]


def _drawn(session: Session, draw: Draw) -> set[tuple[int, int]]:
    """Return numbers and versions of what is drawn of all that was decided, whether it waits or not."""
    decided = select(Review.flag_id, Review.revision_number).where(Review.decided_at >= draw.since)
    return {(flag_id, version) for flag_id, version in session.execute(decided) if draw.takes(flag_id, version)}


def _waiting(draw: Draw, reader_id: int | None) -> Select[int, int]:
    """Select number and version of what waits, drawn or not."""
    # Of copies that were decided together one is enough.
    decided = and_(Review.flag_id == Flag.id, Review.revision_number == Flag.revision_number, Review.batch.is_(None))
    other = _SECOND  # of the same version of the same flag
    same = (other.flag_id == Flag.id, other.revision_number == Flag.revision_number)
    query = (
        select(Flag.id, Flag.revision_number)
        .join(Review, decided)
        .where(
            Flag.sampling.is_not(None) if draw.taught else Flag.suggested(),
            Flag.state != "open",
            ~exists().where(*same, other.blind_to.is_not(None)),
            Review.stands(),
            Review.decided_at >= draw.since,
        )
    )
    if reader_id is None:
        return query
    # Listed once: SQLite would look through all reviews of the reader for each flag.
    own = select(other.flag_id, other.revision_number).where(other.reviewer_id == reader_id)
    return query.where(tuple_(Flag.id, Flag.revision_number).not_in(own))


def is_waiting_for(session: Session, draw: Draw, flag: Flag, reader_id: int) -> bool:
    """Tell whether a flag waits for the second reading of this person, who should not see its decisions before."""
    if flag.state == "open" or not draw.takes(flag.id, flag.revision_number):
        return False
    return session.execute(_waiting(draw, reader_id).where(Flag.id == flag.id)).first() is not None


def differing(session: Session, flag_id: int | None = None) -> Sequence[Difference]:
    """List the flags, or the one of a number, on which two people differ and no third one decided; oldest first."""
    first, second = Review, _SECOND
    query = (
        select(Flag, first, second)
        .join(second, and_(second.flag_id == Flag.id, second.revision_number == Flag.revision_number))
        .join(first, first.id == second.blind_to)
        .options(joinedload(Flag.post).joinedload(Post.source))
        .where(
            case(STATE_OF, value=first.decision) != case(STATE_OF, value=second.decision),
            first.stands(),
            ~_settled(first, second),
        )
        .order_by(second.id)
    )
    if flag_id is not None:
        query = query.where(Flag.id == flag_id)
    return [Difference(*row) for row in session.execute(query)]


def _settled(first: type[Review], second: type[Review]) -> ColumnElement[bool]:
    """Return the condition that a third person decided after the second one."""
    return exists().where(
        _THIRD.flag_id == second.flag_id,
        _THIRD.revision_number == second.revision_number,
        _THIRD.id > second.id,
        _THIRD.decision != REOPENED,
        _THIRD.reviewer_id.not_in((first.reviewer_id, second.reviewer_id)),
        _THIRD.stands(),
    )


def difference_for(session: Session, flag: Flag, third_id: int) -> Difference | None:
    """Return the difference about a flag that a person may settle; None when there is none."""
    # Most flags were never read twice: the whole question would cost each page of them a tenth of its time.
    twice = select(Review.id).where(Review.flag_id == flag.id, Review.blind_to.is_not(None))
    found = differing(session, flag.id) if session.execute(twice).first() else []
    return next((one for one in found if one.may_be_settled_by(third_id)), None)


def read_twice(session: Session) -> Sequence[ReadTwice]:
    """Count the flags that two people judged, by label, people and answers, in this order."""
    second = _SECOND
    kinds = (Flag.label, Review.reviewer_id, second.reviewer_id, Review.decision, second.decision)
    read = select(*kinds, func.count()).join(Flag, Flag.id == Review.flag_id).join(second, second.blind_to == Review.id)
    return [
        ReadTwice(label, first_id, second_id, STATE_OF[first], STATE_OF[second_said], flags)
        for label, first_id, second_id, first, second_said, flags in session.execute(
            read.group_by(*kinds).order_by(*kinds)
        )
    ]
