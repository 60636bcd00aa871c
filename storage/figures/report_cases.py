"""Cases of concerns in a report: what they are about, where, to whom they were passed on, and what became of them."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from storage.figures.report_counts import Period, dated_at, dated_within
from storage.models import Case, CaseEvent, Flag, Post
from storage.review.cases import WITHDRAWN


class CaseRow(NamedTuple):
    """A case of a period.

    Args:
        number: Its number.
        flag_id: The flag that opened it; None once the post is deleted.
        cluster_id: The cluster of its copies; None where it has none.
        topic: Its topic.
        place: Where, in the reviewer's words; may be empty.
        state: Its present state.
        passed_to: To whom it was passed last; empty where it never was.
        dated: When its post was published, or when it was opened once the post is deleted, UTC.

    """

    number: int
    flag_id: int | None
    cluster_id: int | None
    topic: str
    place: str
    state: str
    passed_to: str
    dated: datetime


def cases_of(session: Session, period: Period) -> list[CaseRow]:
    """List the cases of concerns that were published in a period, by their numbers."""
    newest = select(func.max(CaseEvent.id)).where(CaseEvent.kind == "passed").group_by(CaseEvent.case_id)
    dated = case((Case.flag_id.is_(None), Case.opened_at), else_=dated_at())
    query = (
        select(Case.id, Case.flag_id, Post.cluster_id, Case.topic, Case.place, Case.state)
        .add_columns(func.coalesce(CaseEvent.passed_to, ""), dated)
        .outerjoin(Flag, Flag.id == Case.flag_id)
        .outerjoin(Post, Post.id == Flag.post_id)
        .outerjoin(CaseEvent, and_(CaseEvent.case_id == Case.id, CaseEvent.id.in_(newest)))
        .where(Case.state != WITHDRAWN, _belongs(period))
        .order_by(Case.id)
    )
    return [CaseRow(*row) for row in session.execute(query)]


def waiting_since(session: Session, before: datetime) -> int:
    """Count the cases that were opened before a moment and are not settled, of whatever period."""
    query = select(func.count()).where(Case.opened_at < before, Case.state.not_in((WITHDRAWN, "settled")))
    return session.scalar(query) or 0


def _belongs(period: Period) -> ColumnElement[bool]:
    """Return the condition that a case belongs to a period: by its post, or by its opening once the post is deleted."""
    opened = and_(Case.flag_id.is_(None), Case.opened_at >= period.start, Case.opened_at < period.end)
    return or_(and_(Case.flag_id.is_not(None), dated_within(period)), opened)
