"""What personal data is held, since when and for how long, and who worked with it: figures for the operator."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage.audit import DEPARTED
from storage.models import (
    Alert,
    ApiKey,
    Assignment,
    AuditEvent,
    Base,
    Capture,
    Case,
    CaseEvent,
    Cluster,
    Correction,
    CorrectionEvent,
    Delivery,
    ErasedAuthor,
    FactCheck,
    Flag,
    Handover,
    Post,
    PostRevision,
    QuoteChoice,
    Report,
    ReportDraft,
    Review,
    SavedSearch,
    SearchNote,
    SearchText,
    Source,
    User,
    UserSession,
)

ERASURE = "erasure"
HELD: Final[Mapping[str, tuple[type[Base], InstrumentedAttribute[Any]]]] = {
    "posts": (Post, Post.collected_at),
    "revisions": (PostRevision, PostRevision.seen_at),
    "clusters": (Cluster, Cluster.created_at),
    "search_texts": (SearchText, SearchText.dated),
    "search_notes": (SearchNote, Review.decided_at),
    "fact_checks": (FactCheck, Post.collected_at),
    "captures": (Capture, Capture.fetched_at),
    "flags": (Flag, Flag.opened_at),
    "reviews": (Review, Review.decided_at),
    "assignments": (Assignment, Assignment.assigned_at),
    "quote_choices": (QuoteChoice, QuoteChoice.chosen_at),
    "corrections": (Correction, Correction.written_at),
    "correction_events": (CorrectionEvent, CorrectionEvent.at),
    "cases": (Case, Case.opened_at),
    "case_events": (CaseEvent, CaseEvent.at),
    "handovers": (Handover, Handover.written_at),
    "saved_searches": (SavedSearch, SavedSearch.created_at),
    "alerts": (Alert, Alert.raised_at),
    "users": (User, User.created_at),
    "sessions": (UserSession, UserSession.created_at),
    "api_keys": (ApiKey, ApiKey.created_at),
    "audit_events": (AuditEvent, AuditEvent.at),
    "reports": (Report, Report.created_at),
    "report_drafts": (ReportDraft, ReportDraft.edited_at),
    "outbox": (Delivery, Delivery.created_at),
    "erased_authors": (ErasedAuthor, ErasedAuthor.erased_at),
}
"""The tables whose rows may tell of a person, with the column, also of the row they belong to, that says since when."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHolding:
    """The posts of one source.

    Args:
        name: The source's name.
        kind: The kind of source.
        role: Monitored or reference.
        legal_basis: Why it may be read and kept, as the operator wrote it.
        retention_days: After how many days its posts are deleted.
        posts: How many are stored.
        with_pseudonym: How many of them carry a pseudonym of their author.
        since: When the oldest was stored, UTC.
        until: When the newest is deleted at the latest, UTC.

    """

    name: str
    kind: str
    role: str
    legal_basis: str
    retention_days: int
    posts: int
    with_pseudonym: int
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Holding:
    """Rows of one kind: how many, and since when there are any."""

    kind: str
    count: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class AccountUse:
    """What one account did, by action; None is whoever ran commands, or the program itself."""

    name: str | None
    role: str | None
    actions: dict[str, int]
    last_at: datetime


@dataclass(frozen=True, slots=True)
class ErasureDone:
    """One erasure: when, of what kind of source, and how many posts went."""

    at: datetime
    subject: str
    posts: int | None


def of_sources(session: Session) -> list[SourceHolding]:
    """List what is held of every source, by name."""
    query = (
        select(Source, func.count(Post.id), func.count(Post.author_key), func.min(Post.collected_at))
        .add_columns(func.max(Post.collected_at))
        .outerjoin(Post, Post.source_id == Source.id)
        .group_by(Source.id)
        .order_by(Source.name)
    )
    return [
        SourceHolding(
            **{name: getattr(source, name) for name in ("name", "kind", "role", "legal_basis", "retention_days")},
            posts=count,
            with_pseudonym=keyed,
            since=oldest,
            until=newest and newest + timedelta(days=source.retention_days),
        )
        for source, count, keyed, oldest, newest in session.execute(query)
    ]


def of_tables(session: Session) -> list[Holding]:
    """Count the rows that may tell of a person."""
    held = []
    for kind, (table, moment) in HELD.items():
        query = select(func.count(), func.min(moment)).select_from(table)
        if moment.class_ is not table:
            query = query.join(moment.class_)
        count, since = session.execute(query).one()
        held.append(Holding(kind, count, since))
    return held


def by_account(session: Session, since: datetime) -> list[AccountUse]:
    """Count what every account did since a time, by the audit trail."""
    query = (
        select(User.name, User.role, AuditEvent.action, func.count(), func.max(AuditEvent.at))
        .outerjoin(User, User.id == AuditEvent.user_id)
        .where(AuditEvent.at >= since)
        .group_by(User.name, User.role, AuditEvent.action)
        .order_by(User.name, AuditEvent.action)
    )
    found: dict[str | None, AccountUse] = {}
    for name, role, action, count, last in session.execute(query):
        use = found.get(name)
        actions = {**(use.actions if use else {}), action: count}
        found[name] = AccountUse(name, role, actions, max(last, use.last_at) if use else last)
    return sorted(found.values(), key=lambda use: (use.name is None, use.name or ""))


def erasures(session: Session) -> list[ErasureDone]:
    """List the erasures that somebody asked for, oldest first."""
    query = select(AuditEvent).where(AuditEvent.action == ERASURE).order_by(AuditEvent.id)
    return [
        ErasureDone(event.at, event.subject, event.detail.get("posts"))
        for event in session.scalars(query)
        if not event.detail.get(DEPARTED)
    ]
