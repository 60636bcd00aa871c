"""Reports that were issued, with their figures, and to whom they are sent."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.base import Base, JsonObject, JsonType, PrimaryKey


class Report(Base):
    """One report of a week, month or quarter. It is kept after its posts are deleted: it holds figures and no text."""

    __tablename__ = "reports"

    id: Mapped[PrimaryKey]
    period: Mapped[str] = mapped_column(String(8), index=True, doc="as 2026-W47, 2026-11 or 2026-Q4")
    scheduled_for: Mapped[str | None] = mapped_column(
        String(8), unique=True, doc="the period, of the one report that the program issued by itself"
    )
    schema_version: Mapped[int]
    created_at: Mapped[datetime]
    figures: Mapped[JsonObject]
    files: Mapped[list[str]] = mapped_column(JsonType)
    replaces_id: Mapped[int | None] = mapped_column(
        ForeignKey("reports.id", ondelete="SET NULL"), doc="the withdrawn report whose place it takes"
    )
    changed: Mapped[str] = mapped_column(default="", doc="what is different from the one that it replaces")
    withdrawn_at: Mapped[datetime | None]
    withdrawn_why: Mapped[str] = mapped_column(default="")

    deliveries: Mapped[list["Delivery"]] = relationship(order_by="Delivery.id", back_populates="report")


class Delivery(Base):
    """One report on its way to one place, sent at most once."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("report_id", "channel", "target"),
        CheckConstraint("channel IN ('mail', 'webhook', 'folder')", name="channel"),
        CheckConstraint("state IN ('waiting', 'sending', 'handed', 'sent', 'failed', 'unclear')", name="state"),
    )

    id: Mapped[PrimaryKey]
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"))
    channel: Mapped[str] = mapped_column(String(10))
    target: Mapped[str] = mapped_column(doc="addresses, address or folder")
    state: Mapped[str] = mapped_column(
        String(10), index=True, doc="handed: given to the other side, whose answer is not recorded yet"
    )
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(doc="when it is tried next; while it is sent, how long that may take")
    sent_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(default="")

    report: Mapped[Report] = relationship(back_populates="deliveries")
