"""Cases of concerns in a report: what they are about, where, to whom they were passed on, and what became of them."""

from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from storage.figures.report_counts import Period, dated_within
from storage.models import Case, CaseEvent, Flag, Post
from storage.review.cases import WITHDRAWN

Query = TypeVar("Query", bound=Select[*tuple[Any, ...]])


class CaseCount(NamedTuple):
    """How many cases of one topic, place and state there are."""

    topic: str
    place: str
    state: str
    cases: int


class PassedOn(NamedTuple):
    """How many cases of one topic and state were last passed to somebody."""

    topic: str
    passed_to: str
    state: str
    cases: int


def cases_of(session: Session, period: Period) -> list[CaseCount]:
    """Count the cases of concerns that were published in a period, by topic, place and present state."""
    query = _of_period(select(Case.topic, Case.place, Case.state, func.count()), period)
    return [CaseCount(*row) for row in session.execute(query.group_by(Case.topic, Case.place, Case.state))]


def passed_on(session: Session, period: Period) -> list[PassedOn]:
    """Count the cases of concerns of a period by topic, by whom they were passed to last, and by present state."""
    newest = select(func.max(CaseEvent.id)).where(CaseEvent.kind == "passed").group_by(CaseEvent.case_id)
    query = select(Case.topic, CaseEvent.passed_to, Case.state, func.count()).join(
        CaseEvent, CaseEvent.case_id == Case.id
    )
    query = _of_period(query.where(CaseEvent.id.in_(newest)), period)
    query = query.group_by(Case.topic, CaseEvent.passed_to, Case.state)
    return [PassedOn(*row) for row in session.execute(query)]


def waiting_since(session: Session, before: datetime) -> int:
    """Count the cases that were opened before a moment and are not settled, of whatever period."""
    query = select(func.count()).where(Case.opened_at < before, Case.state.not_in((WITHDRAWN, "settled")))
    return session.scalar(query) or 0


def _of_period(query: Query, period: Period) -> Query:
    query = query.outerjoin(Flag, Flag.id == Case.flag_id).outerjoin(Post, Post.id == Flag.post_id)
    return query.where(Case.state != WITHDRAWN, _belongs(period))


def _belongs(period: Period) -> ColumnElement[bool]:
    """Return the condition that a case belongs to a period: by its post, or by its opening once the post is deleted."""
    opened = and_(Case.flag_id.is_(None), Case.opened_at >= period.start, Case.opened_at < period.end)
    return or_(and_(Case.flag_id.is_not(None), dated_within(period)), opened)
