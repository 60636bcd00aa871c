"""A reviewer's work of one day: which flags it holds, in which order, and how each came into it."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.base import Base, PrimaryKey
from storage.models.scoring import Flag


class DayPlan(Base):
    """What one reviewer is to see on one day; `seed` and `left_out` let anybody draw the same again and estimate."""

    __tablename__ = "day_plans"
    __table_args__ = (UniqueConstraint("day", "reviewer_id"),)

    id: Mapped[PrimaryKey]
    day: Mapped[date] = mapped_column(Date(), doc="in Vietnam")
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    seed: Mapped[int] = mapped_column(doc="of the flags drawn at random")
    left_out: Mapped[int] = mapped_column(doc="open flags without reach, from which the random ones were drawn")
    drawn_at: Mapped[datetime]


class DayItem(Base):
    """One flag of a plan."""

    __tablename__ = "day_items"
    __table_args__ = (
        CheckConstraint("sampling IN ('worth', 'random')", name="sampling"),
        Index(None, "sampling", "flag_id"),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("day_plans.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, doc="from 0")
    flag_id: Mapped[int] = mapped_column(ForeignKey("flags.id", ondelete="CASCADE"), index=True)
    sampling: Mapped[str] = mapped_column(String(20), doc="chosen by what its decision is worth, or at random")

    flag: Mapped[Flag] = relationship()
