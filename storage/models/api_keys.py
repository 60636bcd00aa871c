"""Keys of programs that use the API. Of each key only a hash is stored."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.base import Base, JsonType, Name, PrimaryKey, Sha256
from storage.models.users import User


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
