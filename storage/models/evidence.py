"""Evidence for claims."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Float, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.models.base import Base, PrimaryKey
from storage.models.posts import Post


class Evidence(Base):
    """A reference post that may support or refute a claim: suggested by the program, decided by a person."""

    __tablename__ = "evidence"
    __table_args__ = (
        UniqueConstraint("post_id", "reference_id"),
        CheckConstraint("state IN ('suggested', 'confirmed', 'rejected')", name="state"),
    )

    id: Mapped[PrimaryKey]
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"))
    reference_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"), index=True)
    similarity: Mapped[float] = mapped_column(Float(), comment="cosine, 0 to 1")
    state: Mapped[str] = mapped_column(String(20), default="suggested")
    created_at: Mapped[datetime]

    reference: Mapped[Post] = relationship(foreign_keys=[reference_id])
