"""Evidence for claims, and verdicts of fact-checks."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Float, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.base import Base, PrimaryKey
from storage.models.posts import Post


class Evidence(Base):
    """A reference post that may support or refute a claim: suggested by the program, decided by a person."""

    __tablename__ = "evidence"
    __table_args__ = (
        UniqueConstraint("post_id", "reference_id"),
        CheckConstraint("state IN ('suggested', 'supports', 'refutes', 'unrelated')", name="state"),
    )

    id: Mapped[PrimaryKey]
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"))
    reference_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"), index=True)
    similarity: Mapped[float] = mapped_column(Float(), doc="cosine, 0 to 1")
    state: Mapped[str] = mapped_column(String(20), default="suggested")
    created_at: Mapped[datetime]
    marked_by: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="RESTRICT"), index=True, doc="who said how it bears on the claim"
    )
    marked_at: Mapped[datetime | None]

    reference: Mapped[Post] = relationship(foreign_keys=[reference_id])


class FactCheck(Base):
    """What a fact-check says: a reference post that gives a verdict on a claim."""

    __tablename__ = "fact_checks"
    __table_args__ = (CheckConstraint("bears IN ('refutes', 'supports', 'unclear')", name="bears"),)

    post_id: Mapped[int] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    claim: Mapped[str] = mapped_column(doc="the claim in the words of the check")
    verdict: Mapped[str] = mapped_column(doc="in the words of the check")
    bears: Mapped[str] = mapped_column(String(20), doc="'refutes', 'supports' or 'unclear'")
    outlet: Mapped[str] = mapped_column(doc="who checked")
