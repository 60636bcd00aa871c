"""Corrections: what the office answers in public to a claim that was refuted."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.base import Base, PrimaryKey, Redacted
from storage.models.scoring import Flag


class Correction(Base):
    """One correction. What it says and its state follow from its events, which `storage.review.corrections` adds.

    It holds nothing of the post, and outlives it: what was published stays in the archive.
    """

    __tablename__ = "corrections"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'returned', 'released', 'replaced', 'withdrawn')", name="state"),
    )

    id: Mapped[PrimaryKey]
    flag_id: Mapped[int | None] = mapped_column(
        ForeignKey("flags.id", ondelete="SET NULL"), index=True, doc="whose claim it answers, while it exists"
    )
    replaces_id: Mapped[int | None] = mapped_column(
        ForeignKey("corrections.id", ondelete="RESTRICT"), index=True, doc="the correction that it corrects"
    )
    state: Mapped[str] = mapped_column(String(20), index=True)
    written_by: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    written_at: Mapped[datetime]
    released_at: Mapped[datetime | None] = mapped_column(index=True)
    changed_at: Mapped[datetime] = mapped_column(doc="when its newest event was added")

    flag: Mapped[Flag | None] = relationship()


class CorrectionEvent(Base):
    """One thing that was done about a correction. Rows are only added."""

    __tablename__ = "correction_events"
    __table_args__ = (
        CheckConstraint("kind IN ('written', 'returned', 'released', 'replaced', 'withdrawn')", name="kind"),
        CheckConstraint("verdict IN ('false', 'misleading', 'unfounded')", name="verdict"),
    )

    id: Mapped[PrimaryKey]
    correction_id: Mapped[int] = mapped_column(ForeignKey("corrections.id", ondelete="RESTRICT"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    kind: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(doc="why it was sent back or withdrawn")
    claim: Mapped[str | None] = mapped_column(doc="in the office's words; this and the next: of `written`")
    verdict: Mapped[str | None] = mapped_column(String(20))
    text: Mapped[str | None] = mapped_column(doc="what is true")
    source_name: Mapped[str | None]
    source_url: Mapped[str | None] = mapped_column(doc="a correction without a source is another rumour")
    at: Mapped[datetime] = mapped_column(index=True)
    redacted_at: Mapped[Redacted]
