"""Users of the review desk, and the audit trail. Authors of posts are never stored here."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, JsonObject, Name, PrimaryKey


class User(Base):
    """Somebody who may sign in to the desk."""

    __tablename__ = "users"
    __table_args__ = (CheckConstraint("role IN ('viewer', 'reviewer', 'lead', 'admin')", name="role"),)

    id: Mapped[PrimaryKey]
    name: Mapped[Name] = mapped_column(unique=True)
    password_hash: Mapped[str]
    role: Mapped[str] = mapped_column(String(20))
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    mentions_seen_until: Mapped[datetime | None] = mapped_column(doc="up to when they saw where they are mentioned")
    totp_seed: Mapped[str | None] = mapped_column(
        String(64), doc="with the key of the installation it gives the secret of the second factor"
    )
    totp_since: Mapped[datetime | None] = mapped_column(doc="when the second factor was set up")
    totp_step: Mapped[int | None] = mapped_column(doc="the time step of the last code taken")


class AuditEvent(Base):
    """One action of a user or of the program. Rows are only added."""

    __tablename__ = "audit_events"

    id: Mapped[PrimaryKey]
    at: Mapped[datetime] = mapped_column(index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    action: Mapped[str] = mapped_column(String(60), index=True)
    subject: Mapped[str] = mapped_column(doc="what it was done to, as table:number or a name")
    detail: Mapped[JsonObject]
