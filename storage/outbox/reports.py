"""Reports that were issued: kept, withdrawn, and replaced; and what people wrote in their papers.

Their figures are counted in `report_counts`.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.base import writable
from storage.models import Report, ReportDraft
from storage.outbox import deliveries


def was_scheduled(session: Session, period: str) -> bool:
    """Tell whether the program issued the report of a period by itself."""
    return session.scalar(select(Report.id).where(Report.scheduled_for == period)) is not None


def standing(session: Session, period: str) -> Sequence[Report]:
    """List the reports of a period that were not withdrawn, the newest first."""
    query = select(Report).where(Report.period == period, Report.withdrawn_at.is_(None))
    return session.scalars(query.order_by(Report.id.desc())).all()


def was_issued(session: Session, period: str) -> bool:
    """Tell whether a report of a period was ever written, also where it was withdrawn."""
    return session.scalar(select(Report.id).where(Report.period == period).limit(1)) is not None


def unreleased(session: Session) -> str:
    """Return the period of the newest report of the program that stands and was not sent; empty where there is none."""
    newest = session.scalar(select(Report).where(Report.scheduled_for.is_not(None)).order_by(Report.id.desc()).limit(1))
    waits = newest and newest.withdrawn_at is None and not deliveries.of_reports(session, [newest.id])
    return newest.period if newest and waits else ""


def files_quoting(session: Session, flags: Collection[int]) -> tuple[str, ...]:
    """List the files of all reports that quote one of some flags."""
    found = session.execute(select(Report.figures, Report.files).order_by(Report.id))
    wanted = [names for figures, names in found if not set(flags).isdisjoint(figures.get("quoted", ()))]
    return tuple(dict.fromkeys(name for names in wanted for name in names))


def withdraw(session: Session, report: Report, *, why: str, now: datetime) -> None:
    """Mark a report as withdrawn; what of it was not sent yet stays here."""
    report.withdrawn_at, report.withdrawn_why = now, why
    session.flush()
    deliveries.skip(session, deliveries.REPORT, report.id)


def draft_of(session: Session, period: str, language: str) -> ReportDraft | None:
    """Return what people wrote in the paper of a period; None where nobody did."""
    return session.get(ReportDraft, (period, language))


def edit(
    session: Session,
    period: str,
    language: str,
    key: str,
    text: str | None,
    *,
    instead: str,
    user_id: int,
    now: datetime,
) -> None:
    """Put a text in the place of a sentence of a paper, or take it back.

    Args:
        session: The unit of work.
        period: The paper's period.
        language: Its language.
        key: The sentence.
        text: What it says now; empty: it is left out; None: what the figures say.
        instead: What the figures say at this moment.
        user_id: Who edits it.
        now: When, UTC.

    """
    draft = draft_of(session, period, language)
    if draft is None:
        draft = ReportDraft(period=period, language=language, edits={}, edited_by=user_id, edited_at=now)
        session.add(draft)
    kept = {name: value for name, value in draft.edits.items() if name != key}
    draft.edits = kept if text is None else {**kept, key: {"text": writable(text), "instead": instead, "by": user_id}}
    draft.edited_by, draft.edited_at = user_id, now
    session.flush()
