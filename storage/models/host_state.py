"""State of hosts that outlives a program, so that delays and daily limits hold across programs and restarts."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base


class HostState(Base):
    """When the next request to a host is allowed, and how many were sent today."""

    __tablename__ = "host_state"

    host: Mapped[str] = mapped_column(primary_key=True, doc="name or address, without a port")
    ready_at: Mapped[datetime | None] = mapped_column(doc="when the pause after the last request ends")
    closed_until: Mapped[datetime | None] = mapped_column(doc="until when the host asked us to wait")
    refusals: Mapped[int] = mapped_column(doc="how often in a row it asked so")
    day_began: Mapped[datetime | None] = mapped_column(doc="since when `sent` counts")
    sent: Mapped[int] = mapped_column(doc="requests in these 24 hours")
    lease_owner: Mapped[str | None] = mapped_column(String(64), doc="the program that asks it just now")
    lease_until: Mapped[datetime | None] = mapped_column(doc="when others may ask it even if that program died")


class RobotsCopy(Base):
    """A copy of a host's robots.txt."""

    __tablename__ = "robots_copies"

    url: Mapped[str] = mapped_column(primary_key=True, doc="address of the robots.txt")
    status: Mapped[int] = mapped_column(doc="HTTP status of the answer")
    body: Mapped[bytes]
    read_at: Mapped[datetime] = mapped_column(index=True)
