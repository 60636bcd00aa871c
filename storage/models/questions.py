"""Questions of active learning and their answers: posts drawn for a person to label, flagged or not.

Questions are not flags: they suggest nothing, and no report counts them.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, Float, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.base import Base, PrimaryKey
from storage.models.posts import Post


class Question(Base):
    """Does this post carry this label?

    `random` posts are drawn from all scored posts, so precision and recall can be estimated from them; `uncertain` ones
    because a label is probable or in doubt.
    """

    __tablename__ = "questions"
    __table_args__ = (
        UniqueConstraint("post_id", "label"),
        # SQLite cannot rename a constraint, so it keeps the column's first name.
        CheckConstraint("sampling IN ('uncertain', 'random')", name="why"),
        CheckConstraint("state IN ('open', 'confirmed', 'rejected', 'unsure')", name="state"),
    )

    id: Mapped[PrimaryKey]
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"))
    label: Mapped[str] = mapped_column(String(40))
    revision_number: Mapped[int] = mapped_column(doc="the version of the post that is asked about")
    sampling: Mapped[str] = mapped_column(String(20), doc="how the post was drawn")
    flagged: Mapped[bool] = mapped_column(doc="whether the model flagged it when it was drawn")
    probability: Mapped[float] = mapped_column(Float())
    model_id: Mapped[int] = mapped_column(ForeignKey("models.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(String(20), default="open", index=True)
    asked_at: Mapped[datetime]
    lease_owner: Mapped[str | None] = mapped_column(String(100), doc="who is looking at it now")
    lease_until: Mapped[datetime | None]

    post: Mapped[Post] = relationship()


class Answer(Base):
    """One answer of one person. Rows are only added; the newest counts."""

    __tablename__ = "answers"
    __table_args__ = (CheckConstraint("decision IN ('confirmed', 'rejected', 'unsure')", name="decision"),)

    id: Mapped[PrimaryKey]
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id", ondelete="CASCADE"), index=True)
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    decision: Mapped[str] = mapped_column(String(20))
    decided_at: Mapped[datetime]
