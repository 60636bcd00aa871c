"""Working together: second readings, assignments, and notes at the end of a shift."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.base import Base, PrimaryKey
from storage.models.accounts import User
from storage.models.scoring import Flag, Review


class SecondReading(Base):
    """What a second person said of a flag, without seeing what the first one said. It changes no flag by itself."""

    __tablename__ = "second_readings"
    __table_args__ = (UniqueConstraint("flag_id", "revision_number"),)

    id: Mapped[PrimaryKey]
    flag_id: Mapped[int] = mapped_column(ForeignKey("flags.id", ondelete="CASCADE"))
    label: Mapped[str] = mapped_column(String(40))  # of its flag, where it never changes; readings are counted by it
    revision_number: Mapped[int] = mapped_column(doc="the version of the post that both judged")
    # A number without a foreign key: an erasure writes the first decision anew, under the same number.
    review_id: Mapped[int] = mapped_column(doc="the first decision")
    reader_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    decision: Mapped[str] = mapped_column(String(20))
    decided_at: Mapped[datetime] = mapped_column(index=True)
    settled_by: Mapped[int | None] = mapped_column(doc="the decision of a third person, where the two differed")

    flag: Mapped[Flag] = relationship()
    first: Mapped[Review] = relationship(
        primaryjoin="foreign(SecondReading.review_id) == Review.id", viewonly=True, uselist=False
    )

    def may_be_settled_by(self, user_id: int) -> bool:
        """Tell whether somebody is neither the first nor the second person, of whom a difference needs a third."""
        return user_id not in (self.first.reviewer_id, self.reader_id)


class Assignment(Base):
    """A flag that somebody is asked to look at."""

    __tablename__ = "assignments"

    flag_id: Mapped[int] = mapped_column(ForeignKey("flags.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    assigned_by: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    assigned_at: Mapped[datetime]

    flag: Mapped[Flag] = relationship()
    by: Mapped[User] = relationship(foreign_keys=[assigned_by])


class Handover(Base):
    """What somebody tells those who come next, at the end of a shift."""

    __tablename__ = "handovers"

    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    text: Mapped[str]
    written_at: Mapped[datetime] = mapped_column(index=True)

    user: Mapped[User] = relationship()
