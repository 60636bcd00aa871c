"""Users of the desk, what belongs to their accounts, and the audit trail.

Of each secret only a hash is stored. Authors of posts are never stored here.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.base import Base, JsonObject, JsonType, Name, PrimaryKey, Sha256


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
    totp_seed: Mapped[str | None] = mapped_column(
        String(64), doc="with the key of the installation it gives the secret of the second factor"
    )
    totp_since: Mapped[datetime | None] = mapped_column(doc="when the second factor was set up")
    second_factor_by: Mapped[datetime | None] = mapped_column(
        doc="until then a role that needs a second factor does without; set with the first password"
    )
    totp_step: Mapped[int | None] = mapped_column(doc="the time step of the last code taken")
    recovery_codes: Mapped[str] = mapped_column(
        String(1000), default="", doc="hashes of codes that replace the second factor once, not used yet; by spaces"
    )


class AuditEvent(Base):
    """One action of a user or of the program. Rows are only added."""

    __tablename__ = "audit_events"

    id: Mapped[PrimaryKey]
    at: Mapped[datetime] = mapped_column(index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    action: Mapped[str] = mapped_column(String(60), index=True)
    subject: Mapped[str] = mapped_column(doc="what it was done to, as table:number or a name")
    detail: Mapped[JsonObject]


class UserSession(Base):
    """One sign-in of a user in one browser."""

    __tablename__ = "user_sessions"
    __table_args__ = (CheckConstraint("stage IN ('code', 'enrol', 'full')", name="stage"),)

    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[Sha256] = mapped_column(unique=True)
    stage: Mapped[str] = mapped_column(String(20), doc="what is still asked for before pages open")
    created_at: Mapped[datetime] = mapped_column(index=True)
    seen_at: Mapped[datetime] = mapped_column(doc="the last request, to the minute")
    ended_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(String(64))
    agent: Mapped[str] = mapped_column(String(200), doc="the browser, as it names itself")
    failures: Mapped[int] = mapped_column(default=0, doc="wrong codes of the second factor")

    user: Mapped[User] = relationship()


class Invitation(Base):
    """A link with which a user sets a password, once, until it expires."""

    __tablename__ = "invitations"

    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[Sha256] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()


class ApiKey(Base):
    """A key of the API: what it may do, until when, and for whom it decides."""

    __tablename__ = "api_keys"

    id: Mapped[PrimaryKey]
    name: Mapped[Name] = mapped_column(unique=True)
    key_hash: Mapped[Sha256] = mapped_column(unique=True)
    scopes: Mapped[list[str]] = mapped_column(JsonType, doc="what it may do; see monitor.desk.api.keys")
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="RESTRICT"), index=True, doc="whose decisions it sends; empty: none"
    )
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None] = mapped_column(doc="the last request, to the minute")
    revoked_at: Mapped[datetime | None]

    user: Mapped[User | None] = relationship()


class SavedSearch(Base):
    """What somebody typed and chose on a page: `search`, or the filters and the order of `queue`."""

    __tablename__ = "saved_searches"
    __table_args__ = (
        UniqueConstraint("user_id", "page", "name"),
        CheckConstraint("page IN ('search', 'queue')", name="page"),
    )

    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    page: Mapped[str] = mapped_column(String(20), server_default="search")
    name: Mapped[Name]
    query: Mapped[JsonObject] = mapped_column(doc="the words and filters, as in the address of the page")
    created_at: Mapped[datetime]
    watched_since: Mapped[datetime | None] = mapped_column(doc="from then on its user is told of what it finds")
    watched_post: Mapped[int | None] = mapped_column(doc="the newest post that was taken into account")
