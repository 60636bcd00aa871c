"""Reviews: decisions on flags. They are only added; the state of a flag follows from them.

A decision is taken back by a further row, `withdrawn`, that names it: the flag is then what it was before. A decision
stands when nothing withdrew it; `Review.stands()` is that condition. What each decision means: `decisions`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select, text
from sqlalchemy.orm import Session

from storage.database import added
from storage.models import Flag, Matter, Review, User
from storage.review import flags, matter_steps
from storage.review.decisions import REOPENED, STATE_OF, WITHDRAWN
from storage.review.matter_steps import MatterDraft


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a person says of a flag.

    Args:
        decision: One of those that its label takes, or `reopened`.
        note: Why, in the person's words; may be empty.
        evidence: Addresses that support it.
        matter: The matter that the decision opens or joins; None: it opens none.

    """

    decision: str
    note: str = ""
    evidence: Sequence[str] = ()
    matter: MatterDraft | None = None


def decide(session: Session, flag: Flag, said: Said, *, reviewer_id: int, now: datetime) -> Review:
    """Add a decision, set the flag's state by it, open, join or leave a matter, and end the lease.

    Whether it may be stored is what `monitor.review.decide` says.

    Args:
        session: The unit of work.
        flag: The flag that was judged.
        said: The decision.
        reviewer_id: Who judged it.
        now: The time of the decision, UTC.

    """
    review = _add(session, _row(flag, reviewer_id, said.decision, now, note=said.note, evidence=list(said.evidence)))
    _follow(session, flag, review)
    if flag.origin != "drawn" and said.decision != REOPENED:
        if said.matter is not None:
            matter_steps.told(session, flag, review, said.matter)
        else:
            matter_steps.denied(session, flag, review)
    return review


def decide_copy(session: Session, flag: Flag, like: Review, matter: Matter | None, *, now: datetime) -> Review:
    """Add the same decision on another copy of a post, which joins the same matter; both are taken back together."""
    row = _row(flag, like.reviewer_id, like.decision, now, note=like.note, evidence=list(like.evidence), batch=like.id)
    review = _add(session, row)
    _follow(session, flag, review)
    if matter is not None:
        matter_steps.told_by_copy(session, matter, flag, review)
    else:
        matter_steps.denied(session, flag, review)
    return review


def _row(flag: Flag, reviewer_id: int, decision: str, now: datetime, **further: object) -> Review:
    whole = {"note": "", "evidence": [], **further}
    return Review(
        flag_id=flag.id,
        reviewer_id=reviewer_id,
        decision=decision,
        revision_number=flag.revision_number,
        decided_at=now,
        **whole,
    )


def _add(session: Session, review: Review) -> Review:
    """Add a row; numbers rise in the order of commits, so that who has read up to one misses none."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE reviews IN SHARE ROW EXCLUSIVE MODE"))  # SQLite has one writer anyway
    return added(session, review)


def _follow(session: Session, flag: Flag, review: Review) -> None:
    """Bring the state of a flag into line with the decisions on it, and end the lease."""
    # A decision that was just added is the newest one, but where it takes another back.
    is_decision = review.decision != WITHDRAWN
    newest = review if is_decision else newest_standing(session, flag.id, flag.revision_number)
    flag.state = STATE_OF[newest.decision] if newest is not None else "open"
    flag.lease_owner, flag.lease_until = None, None
    session.flush()


def undo(session: Session, review: Review, *, reviewer_id: int, now: datetime) -> list[Review]:
    """Take a decision back, with those on copies that were decided with it, and what it did to matters.

    Decisions after which somebody else decided stay.

    Returns:
        The rows that were added, one for each decision taken back; none when there was nothing to take back.

    """
    first = review.batch or review.id
    batch = select(Review).where((Review.id == first) | (Review.batch == first)).order_by(Review.id)
    rows = []
    for taken in session.scalars(batch).all():
        flag = session.get_one(Flag, taken.flag_id)
        newest = newest_standing(session, taken.flag_id, taken.revision_number)
        if newest is None or newest.id != taken.id:
            continue
        row = _row(flag, reviewer_id, WITHDRAWN, now, withdraws=taken.id)
        row.revision_number = taken.revision_number
        _follow(session, flag, _add(session, row))
        matter_steps.take_back(session, taken, user_id=reviewer_id, now=now)
        rows.append(row)
    return rows


def last_of(session: Session, reviewer_id: int) -> Review | None:
    """Return the newest standing decision of a reviewer, of copies that were decided together the first."""
    own = select(Review).where(Review.reviewer_id == reviewer_id, Review.batch.is_(None), Review.stands())
    return session.scalars(own.order_by(Review.id.desc()).limit(1)).first()


def newest_standing(session: Session, flag_id: int, revision_number: int) -> Review | None:
    """Return the newest standing decision on one version of a flagged post; None when there is none."""
    query = select(Review).where(Review.flag_id == flag_id, Review.revision_number == revision_number, Review.stands())
    return session.scalars(query.order_by(Review.id.desc()).limit(1)).first()


def open_copies(session: Session, flag: Flag) -> Sequence[Flag]:
    """List the open flags of the same label on the other posts of a flag's group, by id."""
    if flag.post.cluster_id is None:
        return []
    query = flags.WHOLE.where(flags.on_copies(flag), Flag.state == "open", Flag.shown(), Flag.id != flag.id)
    return session.scalars(query.order_by(Flag.id)).all()


def decided_copies(session: Session, flag: Flag, limit: int = 20) -> list[tuple[Review, str]]:
    """List the standing decisions on the same label of a post's copies, newest first, with their reviewers' names."""
    return _decided(session, flag, flags.on_copies(flag), limit) if flag.post.cluster_id is not None else []


def decided_on(session: Session, flag: Flag, post_ids: Collection[int], limit: int = 20) -> list[tuple[Review, str]]:
    """List the standing decisions on the same label of some posts, as `decided_copies` does for copies."""
    return _decided(session, flag, and_(Flag.post_id.in_(post_ids), Flag.label == flag.label), limit)


def _decided(session: Session, flag: Flag, which: ColumnElement[bool], limit: int) -> list[tuple[Review, str]]:
    query = (
        select(Review, User.name)
        .join(User, User.id == Review.reviewer_id)
        .join(Flag, Flag.id == Review.flag_id)
        .where(
            which,
            Flag.id != flag.id,
            Flag.state != "open",
            Review.decision != REOPENED,
            Review.revision_number == Flag.revision_number,
            Review.stands(),
        )
    )
    return [(review, name) for review, name in session.execute(query.order_by(Review.id.desc()).limit(limit))]


def count(session: Session, flag_id: int) -> int:
    """Count the decisions on a flag, those that were taken back and what took them back included."""
    query = select(func.count(Review.id)).where(Review.flag_id == flag_id)
    return session.scalar(query) or 0


def count_copies(session: Session, review: Review) -> int:
    """Count the copies that were decided together with a flag."""
    return session.scalar(select(func.count(Review.id)).where(Review.batch == review.id)) or 0


def history(session: Session, flag_id: int) -> list[tuple[Review, str]]:
    """List the decisions on a flag with their reviewers' names, oldest first; also what was taken back, and by whom."""
    query = select(Review, User.name).join(User, User.id == Review.reviewer_id).where(Review.flag_id == flag_id)
    return [(review, name) for review, name in session.execute(query.order_by(Review.id))]


def decided_since(session: Session, reviewer_id: int, since: datetime) -> dict[str, int]:
    """Count by label the flags above their threshold on which a reviewer's decision since a time still stands."""
    query = select(Flag.label, func.count(Review.flag_id.distinct())).join(Flag, Flag.id == Review.flag_id)
    own = (Review.reviewer_id == reviewer_id, Review.decided_at >= since, Review.decision != REOPENED)
    rows = session.execute(query.where(*own, Review.stands(), Flag.passed()).group_by(Flag.label))
    return dict(rows.all())


def listed_since(session: Session, since: datetime) -> int:
    """Count the flags of the list below the threshold on which a decision since a time stands; not what was drawn."""
    query = select(func.count(Review.flag_id.distinct())).join(Flag, Flag.id == Review.flag_id)
    of_list = (Flag.origin == "listed", Flag.sampling.is_(None), Flag.state != "open")
    return session.scalar(query.where(*of_list, Review.decided_at >= since, Review.stands())) or 0
