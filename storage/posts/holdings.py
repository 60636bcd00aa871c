"""What personal data is held, since when and for how long, and who worked with it: figures for the operator."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage import models
from storage.audit import DEPARTED
from storage.models import AuditEvent, Base, Post, Source, User

ERASURE = "erasure"
HELD: Final[Mapping[str, tuple[type[Base], InstrumentedAttribute[Any]]]] = {
    "posts": (models.Post, models.Post.collected_at),
    "revisions": (models.PostRevision, models.PostRevision.seen_at),
    "pictures": (models.Picture, models.Post.collected_at),
    "clusters": (models.Cluster, models.Cluster.created_at),
    "search_texts": (models.SearchText, models.SearchText.dated),
    "fact_checks": (models.FactCheck, models.Post.collected_at),
    "captures": (models.Capture, models.Capture.fetched_at),
    "flags": (models.Flag, models.Flag.opened_at),
    "reviews": (models.Review, models.Review.decided_at),
    "quote_choices": (models.QuoteChoice, models.QuoteChoice.chosen_at),
    "corrections": (models.Correction, models.Correction.written_at),
    "correction_events": (models.CorrectionEvent, models.CorrectionEvent.at),
    "matters": (models.Matter, models.Matter.opened_at),
    "matter_events": (models.MatterEvent, models.MatterEvent.at),
    "matter_posts": (models.MatterPost, models.MatterPost.dated),
    "saved_searches": (models.SavedSearch, models.SavedSearch.created_at),
    "alerts": (models.Alert, models.Alert.raised_at),
    "users": (models.User, models.User.created_at),
    "sessions": (models.UserSession, models.UserSession.created_at),
    "api_keys": (models.ApiKey, models.ApiKey.created_at),
    "audit_events": (models.AuditEvent, models.AuditEvent.at),
    "reports": (models.Report, models.Report.created_at),
    "report_drafts": (models.ReportDraft, models.ReportDraft.edited_at),
    "outbox": (models.Delivery, models.Delivery.created_at),
    "erased_authors": (models.ErasedAuthor, models.ErasedAuthor.erased_at),
}
"""The tables whose rows may tell of a person, with the column, also of the row they belong to, that says since when."""


def of_sources(session: Session) -> list[dict[str, Any]]:
    """List by name what is held of every source: how many posts, how many of them with the pseudonym of an author.

    `since` is when the oldest was stored, and `until` when the newest is deleted at the latest, UTC.
    """
    query = (
        select(Source, func.count(Post.id), func.count(Post.author_key), func.min(Post.collected_at))
        .add_columns(func.max(Post.collected_at))
        .outerjoin(Post, Post.source_id == Source.id)
        .group_by(Source.id)
        .order_by(Source.name)
    )
    return [
        {
            **{name: getattr(source, name) for name in ("name", "kind", "role", "legal_basis", "retention_days")},
            "posts": count,
            "with_pseudonym": keyed,
            "since": oldest,
            "until": newest and newest + timedelta(days=source.retention_days),
        }
        for source, count, keyed, oldest, newest in session.execute(query)
    ]


def of_tables(session: Session) -> list[dict[str, Any]]:
    """Count the rows that may tell of a person, and say since when there are any."""
    held = []
    for kind, (table, moment) in HELD.items():
        query = select(func.count(), func.min(moment)).select_from(table)
        if moment.class_ is not table:
            query = query.join(moment.class_)
        count, since = session.execute(query).one()
        held.append({"kind": kind, "count": count, "since": since})
    return held


def by_account(session: Session, since: datetime) -> list[dict[str, Any]]:
    """Count what every account did since a time, by the audit trail; the name None is whoever ran commands."""
    query = (
        select(User.name, User.role, AuditEvent.action, func.count(), func.max(AuditEvent.at))
        .outerjoin(User, User.id == AuditEvent.user_id)
        .where(AuditEvent.at >= since)
        .group_by(User.name, User.role, AuditEvent.action)
        .order_by(User.name.is_(None), User.name, AuditEvent.action)
    )
    found: dict[str | None, dict[str, Any]] = {}
    for name, role, action, count, last in session.execute(query):
        use = found.setdefault(name, {"name": name, "role": role, "actions": {}, "last_at": last})
        use["actions"][action] = count
        use["last_at"] = max(last, use["last_at"])
    return list(found.values())


def erasures(session: Session) -> list[dict[str, Any]]:
    """List the erasures that somebody asked for, oldest first: when, of what kind of source, how many posts went."""
    query = select(AuditEvent).where(AuditEvent.action == ERASURE).order_by(AuditEvent.id)
    return [
        {"at": event.at, "subject": event.subject, "posts": event.detail.get("posts")}
        for event in session.scalars(query)
        if not event.detail.get(DEPARTED)
    ]
