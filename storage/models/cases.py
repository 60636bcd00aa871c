"""Cases of the union, corrections of claims, and what was done about each."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.base import Base, PrimaryKey, Redacted, Typed
from storage.models.accounts import User
from storage.models.scoring import Flag


class Case(Base):
    """A confirmed concern and its copies. All that can change of it follows from its events, which `cases` adds.

    It holds nothing of the post, and outlives it: it stays until the office has settled it, however short retention is.
    """

    __tablename__ = "cases"
    __table_args__ = (
        CheckConstraint(
            "state IN ('open', 'passed', 'answered', 'followed_up', 'settled', 'withdrawn')",
            name="state",
        ),
        Index(None, "state", "changed_at"),
    )

    id: Mapped[PrimaryKey]
    flag_id: Mapped[int | None] = mapped_column(
        ForeignKey("flags.id", ondelete="SET NULL"), index=True, doc="the flag that opened it, while it exists"
    )
    topic: Mapped[str] = mapped_column(String(40), doc="a name of concern_topics.toml")
    place: Mapped[Typed] = mapped_column(doc="in the reviewer's words; may be empty")
    summary: Mapped[Typed] = mapped_column(default="", doc="one sentence of a reviewer; empty: nobody wrote one")
    follower_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="RESTRICT"), index=True, doc="who follows it; None: nobody was named"
    )
    back_at: Mapped[datetime | None] = mapped_column(doc="when somebody comes back to it; None: no day was named")
    state: Mapped[str] = mapped_column(String(20))
    opened_by: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    opened_at: Mapped[datetime] = mapped_column(index=True)
    changed_at: Mapped[datetime] = mapped_column(doc="when its newest event was added")

    flag: Mapped[Flag | None] = relationship()
    follower: Mapped[User | None] = relationship(foreign_keys=[follower_id])


class CaseEvent(Base):
    """One thing that was done about a case. Rows are only added."""

    __tablename__ = "case_events"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('opened', 'described', 'noted', 'passed', 'answered', 'followed_up', 'settled', 'reopened', "
            "'withdrawn', 'restored')",
            name="kind",
        ),
    )

    id: Mapped[PrimaryKey]
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="RESTRICT"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    kind: Mapped[str] = mapped_column(String(20))
    note: Mapped[Typed]
    passed_to: Mapped[Typed] = mapped_column(doc="which office or person took it over; only of kind passed")
    topic: Mapped[str | None] = mapped_column(String(40), doc="from then on; None: unchanged")
    place: Mapped[Typed | None] = mapped_column(doc="from then on; None: unchanged")
    follower_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="RESTRICT"), doc="who follows it from then on; None: unchanged"
    )
    back_at: Mapped[datetime | None] = mapped_column(doc="when somebody comes back to it; None: unchanged")
    review_id: Mapped[int | None] = mapped_column(doc="the decision by which it came; None: done to the case itself")
    at: Mapped[datetime] = mapped_column(index=True)
    redacted_at: Mapped[Redacted]


class QuoteChoice(Base):
    """A post that a person chose for the report to quote; taking the choice back deletes the row."""

    __tablename__ = "quote_choices"

    flag_id: Mapped[int] = mapped_column(ForeignKey("flags.id", ondelete="CASCADE"), primary_key=True)
    revision_number: Mapped[int] = mapped_column(doc="the version of the post that was chosen")
    chosen_by: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    chosen_at: Mapped[datetime] = mapped_column(index=True)

    flag: Mapped[Flag] = relationship()


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
    published_at: Mapped[datetime | None] = mapped_column(
        index=True, doc="when it was first written into the folder that is served; released alone is not published"
    )
    published_state: Mapped[str | None] = mapped_column(String(20), doc="its state as that folder shows it")
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
    note: Mapped[Typed] = mapped_column(doc="why it was sent back or withdrawn")
    claim: Mapped[Typed | None] = mapped_column(doc="in the office's words; this and the next: of `written`")
    verdict: Mapped[str | None] = mapped_column(String(20))
    text: Mapped[Typed | None] = mapped_column(doc="what is true")
    source_name: Mapped[Typed | None]
    source_url: Mapped[Typed | None] = mapped_column(doc="a correction without a source is another rumour")
    at: Mapped[datetime] = mapped_column(index=True)
    redacted_at: Mapped[Redacted]
