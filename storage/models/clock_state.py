"""The newest time that the machine's clock was trusted to show."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, PrimaryKey


class ClockState(Base):
    """One row: what the clock showed last, so that a jump of it is seen before anything is deleted by it."""

    __tablename__ = "clock_state"

    id: Mapped[PrimaryKey]
    trusted_at: Mapped[datetime] = mapped_column(doc="the newest time that was no jump, or that a person confirmed")
    jumped_to: Mapped[datetime | None] = mapped_column(doc="the time that nobody has confirmed yet")
