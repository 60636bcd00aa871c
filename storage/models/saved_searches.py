"""What users of the desk keep under a name: searches, and views of the queue."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, JsonObject, Name, PrimaryKey


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
