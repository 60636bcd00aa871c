"""Reviews: decisions on flags. They are only added; the state of a flag follows from them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage import chain
from storage.models import Flag, Review, User


def decide(
    session: Session,
    flag: Flag,
    *,
    reviewer_id: int,
    decision: str,
    note: str,
    now: datetime,
    evidence: Sequence[str] = (),
) -> Review:
    """Add a decision, set the flag's state by it, and end the lease.

    Args:
        session: The unit of work.
        flag: The flag that was judged.
        reviewer_id: Who judged it.
        decision: `confirmed`, `rejected`, `unsure` or `reopened`.
        note: Why, in the reviewer's words; may be empty.
        now: The time of the decision, UTC.
        evidence: Addresses that support it.

    """
    review = Review(
        flag_id=flag.id,
        reviewer_id=reviewer_id,
        decision=decision,
        note=note,
        evidence=list(evidence),
        revision_number=flag.revision_number,
        decided_at=now,
    )
    chain.append(session, review)
    flag.state = derive_state(session, flag)
    flag.lease_owner, flag.lease_until = None, None
    session.flush()
    return review


def derive_state(session: Session, flag: Flag) -> str:
    """Return a flag's state: the newest decision on the flagged version, or `open`."""
    newest = session.scalar(
        select(Review.decision)
        .where(Review.flag_id == flag.id, Review.revision_number == flag.revision_number)
        .order_by(Review.id.desc())
        .limit(1)
    )
    return "open" if newest in (None, "reopened") else newest


def history(session: Session, flag_id: int) -> list[tuple[Review, str]]:
    """List the decisions on a flag with their reviewers' names, oldest first."""
    query = select(Review, User.name).join(User, User.id == Review.reviewer_id).where(Review.flag_id == flag_id)
    return [(review, name) for review, name in session.execute(query.order_by(Review.id))]
