"""Alerts: what is out of its usual range or did not happen, and on its way to whom."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.base import Base, JsonObject, Name, PrimaryKey


class Alert(Base):
    """One thing that people are told of, once. It holds numbers alone, no text of a post and no name."""

    __tablename__ = "alerts"
    __table_args__ = (
        UniqueConstraint("subject", "episode"),
        CheckConstraint("kind IN ('cluster', 'label', 'search', 'source', 'report')", name="kind"),
    )

    id: Mapped[PrimaryKey]
    kind: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(60), doc="what it is about, as cluster:12 or report:2026-W47")
    episode: Mapped[int] = mapped_column(doc="1 is the first time that its subject is told of")
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), index=True, doc="whose saved search it is; empty: for everybody"
    )
    facts: Mapped[JsonObject] = mapped_column(doc="counts and numbers of rows")
    raised_at: Mapped[datetime] = mapped_column(index=True)
    seen_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    seen_at: Mapped[datetime | None]
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    settled_at: Mapped[datetime | None] = mapped_column(index=True)


class AlertDelivery(Base):
    """One alert on its way to one channel, sent at most once."""

    __tablename__ = "alert_deliveries"
    __table_args__ = (
        UniqueConstraint("alert_id", "channel"),
        CheckConstraint("state IN ('waiting', 'handed', 'sent', 'failed', 'unclear')", name="state"),
    )

    id: Mapped[PrimaryKey]
    alert_id: Mapped[int] = mapped_column(ForeignKey("alerts.id", ondelete="CASCADE"))
    channel: Mapped[Name] = mapped_column(doc="its name in the settings")
    state: Mapped[str] = mapped_column(
        String(10), index=True, doc="handed: given to the other side, whose answer is not recorded yet"
    )
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(doc="when it is tried next; while handed, how long that may take")
    sent_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(String(300), default="")

    alert: Mapped[Alert] = relationship()


class SearchWatch(Base):
    """A saved search of which its user wants to be told when it finds something new."""

    __tablename__ = "search_watches"

    search_id: Mapped[int] = mapped_column(ForeignKey("saved_searches.id", ondelete="CASCADE"), primary_key=True)
    post_id: Mapped[int] = mapped_column(doc="the newest post that was taken into account")
    since: Mapped[datetime]
