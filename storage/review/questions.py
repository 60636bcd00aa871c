"""Questions of active learning: the posts to draw from, the queue of open questions, and the answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, and_, case, exists, func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from storage.database import insert_ignoring
from storage.errors import NotFound
from storage.models import Answer, Flag, Post, Question, Score, Source, User


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionDraft:
    """The columns of a question: a post and a label, how the post was drawn, and its probability at that time."""

    post_id: int
    revision_number: int
    label: str
    sampling: str
    flagged: bool
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """The posts that were drawn together last: when, how many, and how many of them have no open question left."""

    asked_at: datetime
    posts: int
    done: int


def scored_posts(session: Session, model_id: int, since: datetime, limit: int) -> Sequence[Post]:
    """List monitored posts whose current version a model has scored and that still exist, newest first.

    Args:
        session: The unit of work.
        model_id: The model.
        since: Only posts collected from then on.
        limit: How many at most.

    """
    scored = exists().where(
        Score.post_id == Post.id, Score.revision_number == Post.revision_number, Score.model_id == model_id
    )
    query = select(Post).where(
        scored,
        Post.deleted_at.is_(None),
        Post.collected_at >= since,
        Post.source.has(Source.role == "monitored"),
    )
    return session.scalars(query.order_by(Post.collected_at.desc(), Post.id.desc()).limit(limit)).all()


def probabilities(session: Session, model_id: int, since: datetime) -> dict[tuple[int, str], float]:
    """Return a model's probabilities for the current versions of posts collected since a time, by post id and label."""
    query = (
        select(Score.post_id, Score.label, Score.probability)
        .join(Post, and_(Post.id == Score.post_id, Post.revision_number == Score.revision_number))
        .where(Score.model_id == model_id, Post.collected_at >= since)
    )
    return {(post_id, label): probability for post_id, label, probability in session.execute(query)}


def asked_pairs(session: Session) -> set[tuple[int, str]]:
    """Return the post ids and labels for which there is a question."""
    return {(post_id, label) for post_id, label in session.execute(select(Question.post_id, Question.label))}


def add(session: Session, model_id: int, drafts: Sequence[QuestionDraft], now: datetime) -> None:
    """Add questions; existing ones stay. Those that a flag's review has answered are closed at once."""
    rows = [
        {
            "post_id": draft.post_id,
            "label": draft.label,
            "revision_number": draft.revision_number,
            "sampling": draft.sampling,
            "flagged": draft.flagged,
            "probability": draft.probability,
            "model_id": model_id,
            "state": "open",
            "asked_at": now,
        }
        for draft in drafts
    ]
    # Two programs may draw at the same moment.
    insert_ignoring(session, Question, rows, ("post_id", "label"))
    close_reviewed(session)


def close_reviewed(session: Session) -> None:
    """Close open questions that a review of a flag has answered, for the same version of the post."""
    reviewed = (
        select(Flag.state)
        .where(
            Flag.post_id == Question.post_id,
            Flag.label == Question.label,
            Flag.revision_number == Question.revision_number,
            Flag.state.in_(("confirmed", "rejected")),
        )
        .scalar_subquery()
    )
    closing = update(Question).where(Question.state == "open", reviewed.is_not(None)).values(state=reviewed)
    session.execute(closing, execution_options={"synchronize_session": "fetch"})


def follow_flag(session: Session, flag: Flag) -> None:
    """Open the questions again that a review of this flag had closed, once the review was taken back."""
    if flag.state in ("confirmed", "rejected"):
        return
    answered = exists().where(Answer.question_id == Question.id)
    opening = update(Question).where(
        Question.post_id == flag.post_id,
        Question.label == flag.label,
        Question.revision_number == flag.revision_number,
        Question.state.in_(("confirmed", "rejected")),
        ~answered,
    )
    session.execute(opening.values(state="open"), execution_options={"synchronize_session": "fetch"})


def by_id(session: Session, question_id: int) -> Question:
    """Return a question with its post and source.

    Raises:
        NotFound: When there is none of that id (its post may have been deleted by retention).

    """
    whole = joinedload(Question.post).joinedload(Post.source)
    question = session.scalar(select(Question).options(whole).where(Question.id == question_id))
    if question is None:
        message = f"there is no question {question_id}: its post may have been deleted"
        raise NotFound(message)
    return question


def open_count(session: Session) -> int:
    """Count the open questions."""
    return session.scalar(select(func.count()).select_from(Question).where(Question.state == "open")) or 0


def last_round(session: Session) -> Round | None:
    """Describe the round that was drawn last; None when none ever was."""
    asked_at = session.scalar(select(func.max(Question.asked_at)))
    if asked_at is None:
        return None
    open_of: dict[int, bool] = {}
    for post_id, state in session.execute(
        select(Question.post_id, Question.state).where(Question.asked_at == asked_at)
    ):
        open_of[post_id] = open_of.get(post_id, False) or state == "open"
    return Round(asked_at=asked_at, posts=len(open_of), done=sum(not is_open for is_open in open_of.values()))


def asked_posts(session: Session) -> int:
    """Count the posts about which anything was asked and all is answered."""
    waiting = select(Question.post_id).where(Question.state == "open")
    query = select(func.count(Question.post_id.distinct())).where(Question.post_id.not_in(waiting))
    return session.scalar(query) or 0


def of_post(session: Session, post_id: int) -> Sequence[Question]:
    """List the questions about a post."""
    return session.scalars(select(Question).where(Question.post_id == post_id).order_by(Question.id)).all()


def for_second_reading(session: Session, reviewer_id: int) -> int | None:
    """Return a post that one other reviewer alone has answered about, the newest; None when there is none."""
    readers = func.count(Answer.reviewer_id.distinct())
    own = func.max(case((Answer.reviewer_id == reviewer_id, 1), else_=0))
    query = (
        select(Question.post_id)
        .join(Answer, Answer.question_id == Question.id)
        .group_by(Question.post_id)
        .having(readers == 1, own == 0)
        .order_by(func.max(Answer.id).desc())
    )
    return session.scalar(query.limit(1))


def lease(session: Session, question_id: int, *, owner: str, now: datetime, until: datetime) -> bool:
    """Lease a question for one reviewer; False when another one holds it."""
    # One statement reads and writes, so that of two reviewers at the same moment only one gets the question.
    free = or_(Question.lease_until.is_(None), Question.lease_until < now, Question.lease_owner == owner)
    claim = update(Question).where(Question.id == question_id, free).values(lease_owner=owner, lease_until=until)
    return cast("CursorResult[Any]", session.execute(claim)).rowcount == 1


def lease_next(
    session: Session, *, owner: str, now: datetime, until: datetime, after: int | None = None
) -> Question | None:
    """Lease the next open question that no other reviewer holds, in the order of the ids.

    That order mixes random and uncertain posts, and keeps the questions about one post together.

    Args:
        session: The unit of work.
        owner: Who leases it.
        now: The present time, UTC.
        until: When the lease expires by itself.
        after: Only questions with a higher id, for a reviewer who skips one.

    """
    close_reviewed(session)
    free = or_(Question.lease_until.is_(None), Question.lease_until < now, Question.lease_owner == owner)
    query = select(Question.id).where(Question.state == "open", free, Question.id > (after or 0))
    # Others may lease all of these between this query and the update; then the query is asked again.
    while tried := session.scalars(query.order_by(Question.id).limit(20)).all():
        for question_id in tried:
            if lease(session, question_id, owner=owner, now=now, until=until):
                return by_id(session, question_id)
    return None


def answer(session: Session, question: Question, *, reviewer_id: int, decision: str, now: datetime) -> Answer:
    """Add an answer, which becomes the question's state, and end the lease.

    Args:
        session: The unit of work.
        question: The question.
        reviewer_id: Who answers.
        decision: `confirmed`, `rejected` or `unsure`.
        now: The time of the answer, UTC.

    """
    row = Answer(question_id=question.id, reviewer_id=reviewer_id, decision=decision, decided_at=now)
    session.add(row)
    question.state = decision
    question.lease_owner, question.lease_until = None, None
    session.flush()
    return row


def answers_of(session: Session, question_id: int) -> list[tuple[Answer, str]]:
    """List the answers to a question with their reviewers' names, oldest first."""
    query = select(Answer, User.name).join(User, User.id == Answer.reviewer_id).where(Answer.question_id == question_id)
    return [(answer, name) for answer, name in session.execute(query.order_by(Answer.id))]
