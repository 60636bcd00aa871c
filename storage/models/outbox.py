"""What leaves the house: reports that were issued, alerts that were raised, and both and decisions on their way."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, JsonObject, JsonType, Name, PrimaryKey, Typed


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
    changed: Mapped[Typed] = mapped_column(default="", doc="what is different from the one that it replaces")
    withdrawn_at: Mapped[datetime | None]
    withdrawn_why: Mapped[Typed] = mapped_column(default="")


class ReportDraft(Base):
    """What people wrote in the place of sentences of a period's paper. It is kept when the report is written anew."""

    __tablename__ = "report_drafts"

    period: Mapped[str] = mapped_column(String(8), primary_key=True, doc="as 2026-W47, 2026-11 or 2026-Q4")
    language: Mapped[str] = mapped_column(String(2), primary_key=True)
    edits: Mapped[JsonObject] = mapped_column(doc="by key of a sentence: what it says, and what it said before")
    edited_by: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    edited_at: Mapped[datetime]


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


class Delivery(Base):
    """One report, alert or decision on its way to one channel. It holds numbers and words of this program alone."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("channel", "kind", "subject_id"),
        CheckConstraint("kind IN ('report', 'alert', 'decision')", name="kind"),
        CheckConstraint(
            "state IN ('waiting', 'sending', 'handed', 'sent', 'failed', 'unclear', 'skipped')", name="state"
        ),
        Index(None, "state", "next_at"),
    )

    id: Mapped[PrimaryKey]
    kind: Mapped[str] = mapped_column(String(10))
    # A number without a foreign key: what was sent stays known when retention deletes a decision.
    subject_id: Mapped[int] = mapped_column(doc="the number of the report, alert or decision")
    channel: Mapped[Name] = mapped_column(doc="its name in the settings")
    target: Mapped[str] = mapped_column(doc="addresses, address or folder; empty where that is a secret")
    payload: Mapped[JsonObject] = mapped_column(doc="of a decision; the others are read when they are sent")
    state: Mapped[str] = mapped_column(
        String(10),
        doc="handed: given to the other side, whose answer is not recorded yet; skipped: not to be sent",
    )
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(doc="when it is tried next; while it is sent, how long that may take")
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(default="")

    @property
    def key(self) -> str:
        """The idempotency key, the same over all attempts, by which a receiver knows what came before."""
        return f"msg_{self.channel}_{self.kind}_{self.subject_id}"
