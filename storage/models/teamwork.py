"""Working together: assignments, and notes at the end of a shift."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.base import Base, PrimaryKey, Typed
from storage.models.accounts import User
from storage.models.scoring import Flag


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
    text: Mapped[Typed]
    written_at: Mapped[datetime] = mapped_column(index=True)

    user: Mapped[User] = relationship()
