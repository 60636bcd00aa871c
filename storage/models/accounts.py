"""What belongs to a user's account: sessions, recovery codes, and invitations. Of each secret only a hash is stored."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.base import Base, PrimaryKey, Sha256
from storage.models.users import User


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


class RecoveryCode(Base):
    """One code that replaces the second factor once."""

    __tablename__ = "recovery_codes"

    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[Sha256]
    used_at: Mapped[datetime | None]


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
