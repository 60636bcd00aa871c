"""Sources and how far each was read, crawl runs and captures, and the state of hosts and of the clock."""

from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, JsonObject, Name, PrimaryKey, Sha256, Typed, partial_index


class Source(Base):
    """One source of posts: a feed, a timeline, a forum, an imported file."""

    __tablename__ = "sources"
    __table_args__ = (
        CheckConstraint("role IN ('monitored', 'reference')", name="role"),
        CheckConstraint("retention_days > 0", name="retention_positive"),
        CheckConstraint("interval_seconds > 0", name="interval_positive"),
    )

    id: Mapped[PrimaryKey]
    name: Mapped[Name] = mapped_column(unique=True, doc="short name that people use on the command line")
    kind: Mapped[str] = mapped_column(String(40), doc="which collector reads it, or 'import'")
    address: Mapped[str] = mapped_column(doc="URL, or the name of the imported file")
    role: Mapped[str] = mapped_column(String(20), doc="'monitored' posts are flagged; 'reference' posts are evidence")
    settings: Mapped[JsonObject] = mapped_column(doc="what only this kind of collector understands")
    interval_seconds: Mapped[int] = mapped_column(doc="how long to wait between two readings")
    legal_basis: Mapped[Typed] = mapped_column(doc="why this may be read and kept; nothing is read without it")
    retention_days: Mapped[int] = mapped_column(doc="posts older than this are deleted")
    enabled: Mapped[bool]
    why_disabled: Mapped[Typed | None]
    created_at: Mapped[datetime]

    # How far it was read, and which program reads it now.
    validators: Mapped[JsonObject] = mapped_column(doc="ETag and Last-Modified, verbatim, by URL")
    cursor: Mapped[JsonObject] = mapped_column(doc="the collector's own bookmark")
    next_due_at: Mapped[datetime | None] = mapped_column(index=True, doc="empty: due at once")
    lease_owner: Mapped[str | None] = mapped_column(String(100))
    lease_until: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0, doc="failed readings in a row")
    last_success_at: Mapped[datetime | None]
    last_error: Mapped[str | None]

    @property
    def publisher(self) -> str:
        """Who publishes it: the site of a feed or of pages, of which all feeds are one; else the source itself."""
        site = urlsplit(self.address).hostname if self.kind in ("feed", "webpage") else None
        return site.removeprefix("www.") if site else f"{self.kind}:{self.id}"


class CrawlRun(Base):
    """One crawl of one source, or one import of a file, with its counts and outcome."""

    __tablename__ = "crawl_runs"
    __table_args__ = (
        CheckConstraint("outcome IN ('running', 'ok', 'unchanged', 'failed', 'interrupted')", name="outcome"),
        Index(None, "source_id", "started_at"),
    )

    id: Mapped[PrimaryKey]
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id", ondelete="CASCADE"))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(String(20))
    seen: Mapped[int] = mapped_column(default=0)
    new: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    gone: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[JsonObject] = mapped_column(doc="how many items were left out, by reason")
    gap: Mapped[str | None] = mapped_column(doc="what is known to have been missed, in words")
    error: Mapped[str | None]


class Capture(Base):
    """One fetch: proof of where and when a post was read."""

    __tablename__ = "captures"
    __table_args__ = (partial_index(None, "warc_path", where="warc_path IS NOT NULL"),)

    id: Mapped[PrimaryKey]
    run_id: Mapped[int] = mapped_column(ForeignKey("crawl_runs.id", ondelete="CASCADE"), index=True)
    url: Mapped[str]
    fetched_at: Mapped[datetime]
    status: Mapped[int | None] = mapped_column(doc="HTTP status; empty for a file")
    content_type: Mapped[str | None]
    size_bytes: Mapped[int]
    sha256: Mapped[Sha256] = mapped_column(index=True)
    warc_path: Mapped[str | None] = mapped_column(doc="where the bytes are kept, below the captures folder")


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


class ClockState(Base):
    """One row: what the clock showed last, so that a jump of it is seen before anything is deleted by it."""

    __tablename__ = "clock_state"

    id: Mapped[PrimaryKey]
    trusted_at: Mapped[datetime] = mapped_column(doc="the newest time that was no jump, or that a person confirmed")
    jumped_to: Mapped[datetime | None] = mapped_column(doc="the time that nobody has confirmed yet")
