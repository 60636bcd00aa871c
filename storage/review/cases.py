"""Cases of concerns: opened by a decision, worked on by events, open until settled.

A case stands for a concern and all its copies. `reviews` opens it when somebody decides `yes` on a concern, and
withdraws it when the last such decision was taken back. Events are only added; all that can change of a case follows
from them: state, topic, place, follower, and the day on which somebody comes back to it.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Select, false, func, or_, select
from sqlalchemy.orm import Session, joinedload

from storage.database import added, require
from storage.errors import DataRejected
from storage.models import Case, CaseEvent, Flag, Post, Review, User
from storage.review import flags

OPEN, PASSED, ANSWERED, FOLLOWED_UP = "open", "passed", "answered", "followed_up"
SETTLED, WITHDRAWN = "settled", "withdrawn"
UNSETTLED: Final = (OPEN, PASSED, ANSWERED, FOLLOWED_UP)
"""The states in which somebody still has to do something."""
OTHER_TOPIC: Final = "other"
_STATE_OF: Final = {
    "opened": OPEN,
    "passed": PASSED,
    "answered": ANSWERED,
    "followed_up": FOLLOWED_UP,
    "settled": SETTLED,
    "reopened": OPEN,
}
STEPS: Final = ("passed", "answered", "followed_up", "settled", "reopened", "noted", "described")
"""What a person can do to a case; the other kinds of events come with decisions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What somebody does to a case.

    Args:
        kind: One of STEPS.
        note: Why, or what was said.
        passed_to: Which office took it over; needed for `passed`.
        topic: The topic from now on; None: unchanged.
        place: The place from now on; None: unchanged.
        follower_id: Who follows it from now on; None: unchanged.
        back_at: When somebody comes back to it, UTC; None: unchanged.

    """

    kind: str
    note: str = ""
    passed_to: str = ""
    topic: str | None = None
    place: str | None = None
    follower_id: int | None = None
    back_at: datetime | None = None


def by_id(session: Session, case_id: int) -> Case:
    """Return a case with its flag, post and source, if these are still there.

    Raises:
        NotFound: When there is no such case.

    """
    return require(session, _whole().where(Case.id == case_id), f"there is no case {case_id}")


def _whole() -> Select[Case]:
    post = joinedload(Case.flag).joinedload(Flag.post).joinedload(Post.source)
    return select(Case).options(post, joinedload(Case.follower))


def events_of(session: Session, case_id: int) -> list[tuple[CaseEvent, str]]:
    """List the events of a case with the names of those who added them, oldest first."""
    query = select(CaseEvent, User.name).join(User, User.id == CaseEvent.user_id).where(CaseEvent.case_id == case_id)
    return [(event, name) for event, name in session.execute(query.order_by(CaseEvent.id))]


def listed(
    session: Session,
    states: Sequence[str] = UNSETTLED,
    *,
    topic: str | None = None,
    follower_id: int | None = None,
    now: datetime | None = None,
    limit: int = 100,
) -> Sequence[Case]:
    """List cases in some states with flag, post, source and follower; the one that was left alone longest first.

    Args:
        session: The unit of work.
        states: The states.
        topic: Only those about it; None: any.
        follower_id: Only those that this user follows; None: any.
        now: The present time, UTC: those whose day has come stand before all others; None: they do not.
        limit: How many at most.

    """
    query = _whole().where(Case.state.in_(states))
    if topic is not None:
        query = query.where(Case.topic == topic)
    if follower_id is not None:
        query = query.where(Case.follower_id == follower_id)
    order = [Case.back_at <= now] if now is not None else []
    query = query.order_by(*(func.coalesce(due, false()).desc() for due in order), Case.changed_at, Case.id)
    return session.scalars(query.limit(limit)).all()


def count_due(session: Session, user_id: int, now: datetime) -> int:
    """Count the unsettled cases whose day has come and that somebody follows, or nobody does."""
    own = or_(Case.follower_id == user_id, Case.follower_id.is_(None))
    query = select(func.count()).select_from(Case).where(Case.state.in_(UNSETTLED), Case.back_at <= now, own)
    return session.scalar(query) or 0


def counts(session: Session) -> dict[str, int]:
    """Count cases by state."""
    return dict(session.execute(select(Case.state, func.count()).group_by(Case.state)).all())


def flags_of(session: Session, case_id: int) -> Sequence[Flag]:
    """List the flags that stand behind a case: those whose newest standing decision belongs to it."""
    named = select(Review.flag_id).where(Review.case_id == case_id)
    found = session.scalars(flags.WHOLE.where(Flag.id.in_(named)).order_by(Flag.id)).all()
    return [flag for flag in found if _belongs(session, flag.id, case_id)]


def take_step(session: Session, case: Case, step: Step, *, user_id: int, now: datetime) -> CaseEvent:
    """Add what somebody did about a case.

    Raises:
        DataRejected: When the step is unknown, does not fit the state of the case, or says not to whom it was passed.

    """
    if step.kind not in STEPS:
        raise DataRejected(f"{step.kind!r} is no step of a case: take one of {', '.join(STEPS)}")
    if case.state == WITHDRAWN:
        raise DataRejected(f"case {case.id} was withdrawn with its decision: decide the post again first")
    if (step.kind == "reopened") != (case.state == SETTLED) and step.kind not in ("noted", "described"):
        raise DataRejected(f"case {case.id} is {case.state}: it cannot be {step.kind}")
    if step.kind == "passed" and not step.passed_to.strip():
        raise DataRejected("a case that is passed on needs to say to whom")
    return _add(session, case, step, user_id=user_id, now=now)


def open_for(session: Session, flag: Flag, *, topic: str, place: str, user_id: int, now: datetime) -> tuple[Case, bool]:
    """Return the unsettled case of a flag or of its copies, or a new one; and whether it is new.

    A new one gets its first event by `opened`, once the review is stored that opens it.
    """
    copies = select(Flag.id).where(flags.on_copies(flag))
    named = select(Review.case_id).where(Review.flag_id.in_(copies), Review.case_id.is_not(None))
    query = select(Case).where(Case.id.in_(named), Case.state != SETTLED).order_by(Case.id.desc())
    case = session.scalars(query.limit(1)).first()
    if case is not None:
        return case, False
    case = Case(
        flag_id=flag.id,
        topic=topic,
        place=place,
        summary=flag.summary or "",
        state=OPEN,
        opened_by=user_id,
        opened_at=now,
        changed_at=now,
    )
    return added(session, case), True


def opened(session: Session, case: Case, review: Review) -> None:
    """Add the first event of a new case."""
    step = Step(kind="opened", topic=case.topic, place=case.place)
    _add(session, case, step, user_id=review.reviewer_id, now=review.decided_at, review_id=review.id)


def follow(session: Session, review: Review) -> None:
    """Withdraw the cases of a review's flag behind which no decision stands any more; restore those with one again."""
    named = select(Review.case_id).where(Review.flag_id == review.flag_id, Review.case_id.is_not(None))
    for case in session.scalars(select(Case).where(Case.id.in_(named)).order_by(Case.id)).all():
        stands = case.id == review.case_id or bool(flags_of(session, case.id))
        if stands == (case.state == WITHDRAWN):
            step = Step(kind="restored" if stands else "withdrawn")
            _add(session, case, step, user_id=review.reviewer_id, now=review.decided_at, review_id=review.id)


def _belongs(session: Session, flag_id: int, case_id: int) -> bool:
    """Tell whether the newest standing decision on the newest judged version of a flag's post belongs to a case."""
    newest = (
        select(Review.case_id)
        .where(Review.flag_id == flag_id, Review.stands())
        .order_by(Review.revision_number.desc(), Review.id.desc())
        .limit(1)
    )
    return session.scalar(newest) == case_id


def _add(
    session: Session, case: Case, step: Step, *, user_id: int, now: datetime, review_id: int | None = None
) -> CaseEvent:
    event = CaseEvent(case_id=case.id, user_id=user_id, review_id=review_id, at=now, **asdict(step))
    added(session, event)
    _derive(case, [each for each, _ in events_of(session, case.id)])
    case.changed_at = now
    session.flush()
    return event


def _derive(case: Case, events: Sequence[CaseEvent]) -> None:
    """Set what follows from a case's events, oldest first; `restored` gives back the state before `withdrawn`."""
    case.state, case.topic, case.place, before = OPEN, OTHER_TOPIC, "", OPEN
    case.follower_id, case.back_at = None, None
    for event in events:
        if event.kind == "withdrawn":
            before, case.state = case.state, WITHDRAWN
        elif event.kind == "restored":
            case.state = before
        else:
            case.state = _STATE_OF.get(event.kind, case.state)
        case.topic = case.topic if event.topic is None else event.topic
        case.place = case.place if event.place is None else event.place
        case.follower_id = case.follower_id if event.follower_id is None else event.follower_id
        case.back_at = case.back_at if event.back_at is None else event.back_at
    if case.state == SETTLED:
        case.back_at = None
