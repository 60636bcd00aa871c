"""Searches that users of the desk keep under a name."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, JsonObject, Name, PrimaryKey


class SavedSearch(Base):
    """What somebody typed and chose on the page of search."""

    __tablename__ = "saved_searches"
    __table_args__ = (UniqueConstraint("user_id", "name"),)

    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[Name]
    query: Mapped[JsonObject] = mapped_column(comment="the words and filters, as in the address of the page")
    created_at: Mapped[datetime]
