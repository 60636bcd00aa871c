"""What the search reads: the words of posts, and of notes beside decisions."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base


class SearchText(Base):
    """The words of a post's current version. The full-text index of the database is made from these rows.

    Who wrote a post is not in it, so that no search finds posts by author.
    """

    __tablename__ = "search_texts"
    __table_args__ = (
        Index(None, "source_id", "post_id"),
        Index(None, "source_id", "dated", "post_id"),
        Index(None, "dated", "post_id"),
    )

    post_id: Mapped[int] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    source_id: Mapped[int] = mapped_column(doc="the post's source, so that filters need no second table")
    dated: Mapped[datetime] = mapped_column(doc="when it was published, or collected where that is not known")
    accented: Mapped[str] = mapped_column(doc="normalised syllables, separated by spaces")
    bare: Mapped[str] = mapped_column(doc="the same syllables without diacritics")


class SearchNote(Base):
    """The words of a note that a reviewer wrote beside a decision."""

    __tablename__ = "search_notes"

    review_id: Mapped[int] = mapped_column(
        ForeignKey("reviews.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    post_id: Mapped[int] = mapped_column(index=True, doc="the post that was decided on")
    accented: Mapped[str] = mapped_column(doc="normalised syllables, separated by spaces")
    bare: Mapped[str] = mapped_column(doc="the same syllables without diacritics")
