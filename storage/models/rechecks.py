"""When flagged posts are read again."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.base import Base
from storage.models.posts import Post


class Recheck(Base):
    """The next recheck of a flagged post."""

    __tablename__ = "rechecks"

    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True)
    flagged_at: Mapped[datetime] = mapped_column(doc="when its first flag was opened; looks are counted from here")
    due_at: Mapped[datetime | None] = mapped_column(index=True, doc="when the next look is due; empty: no more")
    checked_at: Mapped[datetime | None] = mapped_column(doc="when it was last found or found gone")

    post: Mapped[Post] = relationship()
