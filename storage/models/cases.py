"""Cases: what becomes of a worker's concern once a person confirmed it; and quotes chosen for a summary."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.base import Base, PrimaryKey, Redacted
from storage.models.scoring import Flag


class Case(Base):
    """A confirmed concern and its copies. State, topic and place follow from its events, which `cases` adds.

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
    place: Mapped[str] = mapped_column(doc="in the reviewer's words; may be empty")
    state: Mapped[str] = mapped_column(String(20))
    opened_by: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    opened_at: Mapped[datetime] = mapped_column(index=True)
    changed_at: Mapped[datetime] = mapped_column(doc="when its newest event was added")

    flag: Mapped[Flag | None] = relationship()


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
    note: Mapped[str]
    passed_to: Mapped[str] = mapped_column(doc="which office or person took it over; only of kind passed")
    topic: Mapped[str | None] = mapped_column(String(40), doc="from then on; None: unchanged")
    place: Mapped[str | None] = mapped_column(doc="from then on; None: unchanged")
    review_id: Mapped[int | None] = mapped_column(doc="the decision by which it came; None: done to the case itself")
    at: Mapped[datetime] = mapped_column(index=True)
    redacted_at: Mapped[Redacted]


class QuoteChoice(Base):
    """A post that a person chose for the weekly summary to quote; taking the choice back deletes the row."""

    __tablename__ = "quote_choices"

    flag_id: Mapped[int] = mapped_column(ForeignKey("flags.id", ondelete="CASCADE"), primary_key=True)
    revision_number: Mapped[int] = mapped_column(doc="the version of the post that was chosen")
    chosen_by: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    chosen_at: Mapped[datetime] = mapped_column(index=True)

    flag: Mapped[Flag] = relationship()
