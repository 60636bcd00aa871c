"""Cases of concerns in a report: what they are about, where, to whom they were passed on, and what became of them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from storage.figures.report_counts import Period, dated_at, dated_within
from storage.models import Case, CaseEvent, Flag, Post, Source
from storage.review.cases import ANSWERED, WITHDRAWN


@dataclass(frozen=True)
class CaseRow:
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
        source: The source of its post; empty once the post is deleted.
        passed_at: When it was passed last, UTC.
        answered_at: When an answer was noted last, UTC.
        back_at: The day by which somebody comes back to it, UTC; None where none was set.

    """

    number: int
    flag_id: int | None
    cluster_id: int | None
    topic: str
    place: str
    state: str
    passed_to: str
    dated: datetime
    source: str
    passed_at: datetime | None
    answered_at: datetime | None
    back_at: datetime | None


def cases_of(session: Session, period: Period) -> list[CaseRow]:
    """List the cases of concerns that were published in a period, by their numbers."""
    newest = select(func.max(CaseEvent.id)).where(CaseEvent.kind == "passed").group_by(CaseEvent.case_id)
    event = aliased(CaseEvent)
    answered = select(func.max(event.at)).where(event.case_id == Case.id, event.kind == ANSWERED).scalar_subquery()
    dated = case((Case.flag_id.is_(None), Case.opened_at), else_=dated_at())
    query = (
        select(Case.id, Case.flag_id, Post.cluster_id, Case.topic, Case.place, Case.state)
        .add_columns(func.coalesce(CaseEvent.passed_to, ""), dated, func.coalesce(Source.name, ""))
        .add_columns(CaseEvent.at, answered, Case.back_at)
        .outerjoin(Flag, Flag.id == Case.flag_id)
        .outerjoin(Post, Post.id == Flag.post_id)
        .outerjoin(Source, Source.id == Post.source_id)
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
