"""Models, their scores, the flags they open, and the reviews of those flags."""

from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    and_,
    exists,
    or_,
)
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from storage.base import Base, JsonObject, JsonType, Name, PrimaryKey, Redacted, Sha256, Typed, partial_index
from storage.models.posts import Post


class Model(Base):
    """A registered classifier; its files are in the models folder."""

    __tablename__ = "models"
    __table_args__ = (CheckConstraint("state IN ('candidate', 'active', 'retired')", name="state"),)

    id: Mapped[PrimaryKey]
    version: Mapped[Name] = mapped_column(unique=True)
    data_hash: Mapped[Sha256] = mapped_column(doc="of the posts and labels it was trained on")
    metrics: Mapped[JsonObject]
    thresholds: Mapped[JsonObject]
    state: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime]
    comparison: Mapped[dict[str, Any] | None] = mapped_column(
        JsonType, doc="figures beside the model that was active when it was learnt"
    )
    promoted_at: Mapped[datetime | None] = mapped_column(doc="when a person put it into use; only of the one that is")
    replaces: Mapped[str | None] = mapped_column(String(200), doc="version of the model whose place it took")
    history_until: Mapped[int | None] = mapped_column(
        doc="it must still score earlier posts up to this number; empty: none"
    )

    @property
    def name(self) -> str:
        """The name of its folder: the version without the hash of its data."""
        return self.version.rpartition("-")[0] or self.version


class Score(Base):
    """The probability that a model gives for one version of a post and one label."""

    __tablename__ = "scores"
    __table_args__ = (CheckConstraint("probability >= 0 AND probability <= 1", name="probability"),)

    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True)
    revision_number: Mapped[int] = mapped_column(primary_key=True)
    model_id: Mapped[int] = mapped_column(ForeignKey("models.id", ondelete="CASCADE"), primary_key=True, index=True)
    label: Mapped[str] = mapped_column(String(40), primary_key=True)
    probability: Mapped[float] = mapped_column(Float())
    unsure: Mapped[bool | None] = mapped_column(doc="in the band below the threshold of its day")


class Threshold(Base):
    """What people wish of one label instead of the model's own threshold; see `monitor.scoring.thresholds`."""

    __tablename__ = "thresholds"
    label: Mapped[str] = mapped_column(String(40), primary_key=True)
    most_a_day: Mapped[int] = mapped_column(Integer(), doc="how many of its flags a day at most")
    set_at: Mapped[datetime]


class Focus(Base):
    """What matters to the office, named once by people: one row. It never names a person."""

    __tablename__ = "focus"

    id: Mapped[PrimaryKey]
    province: Mapped[Typed] = mapped_column(doc="its own, without the kind; empty: none is first")
    neighbours: Mapped[list[str]] = mapped_column(JsonType, doc="provinces beside it")
    words: Mapped[list[str]] = mapped_column(JsonType, doc="employers, topics and places to watch")
    set_at: Mapped[datetime]


def _opened_at(context: DefaultExecutionContext) -> Any:
    return context.get_current_parameters()["opened_at"]  # type: ignore[no-untyped-call]


class Flag(Base):
    """A suggestion that a post carries a label, or the question whether it does. Its state follows from its reviews.

    The machine suggests a label where its score passes the label's threshold. Where missing one costs most, posts below
    it stand in a list of their own; other posts are drawn for teaching.
    """

    __tablename__ = "flags"
    __table_args__ = (
        UniqueConstraint("post_id", "label"),
        CheckConstraint("state IN ('open', 'confirmed', 'rejected', 'unsure')", name="state"),
        CheckConstraint("origin IN ('scored', 'listed', 'drawn')", name="origin"),
        CheckConstraint("sampling IN ('uncertain', 'random')", name="sampling"),
        # With the origin, which each count and each page asks for, so that no row is read for it.
        Index(None, "state", "origin", "worth"),
        Index(None, "source_id", "label", "state"),
        Index(None, "label", "state", "origin", "post_id"),
        partial_index(None, "lease_owner", where="lease_owner IS NOT NULL"),
        partial_index(None, "state", "sampling", where="sampling IS NOT NULL"),
    )

    id: Mapped[PrimaryKey]
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"))
    # Nothing sets this and `dated` to NULL: SQLite alone cannot be told so of a column that is added.
    source_id: Mapped[int] = mapped_column(doc="of its post, which keeps its source")
    label: Mapped[str] = mapped_column(String(40))
    origin: Mapped[str] = mapped_column(
        String(20),
        default="scored",
        doc="scored: the threshold is passed; listed: it is not, yet people may look; drawn: it only teaches",
    )
    sampling: Mapped[str | None] = mapped_column(
        String(20), doc="how the post was drawn for teaching: random of all scored posts, or uncertain"
    )
    drawn_at: Mapped[datetime | None] = mapped_column(index=True, doc="the round of teaching")
    revision_number: Mapped[int] = mapped_column(doc="the version of the post that is flagged")
    probability: Mapped[float] = mapped_column(Float())
    priority: Mapped[int] = mapped_column(
        default=0, server_default="0", doc="1: refuted, looked at first; -1: reported or sourced, looked at last"
    )
    searched_at: Mapped[datetime | None] = mapped_column(doc="when evidence for the claim was last looked for")
    searched_among: Mapped[int | None] = mapped_column(doc="how many reference posts of those weeks there were then")
    model_id: Mapped[int] = mapped_column(ForeignKey("models.id", ondelete="CASCADE"), index=True)
    reasons: Mapped[list[list[str | float]]] = mapped_column(JsonType, doc="[[words, weight], ...], strongest first")
    state: Mapped[str] = mapped_column(String(20), default="open")
    opened_at: Mapped[datetime] = mapped_column(index=True)
    dated: Mapped[datetime] = mapped_column(default=_opened_at, doc="when the post was published, or else collected")
    reach: Mapped[float] = mapped_column(
        Float(), default=1.0, server_default="1", doc="of copies, sources and reactions; orders the queue"
    )
    relevance: Mapped[float | None] = mapped_column(Float(), doc="to the office; None: not looked at since it changed")
    worth: Mapped[float] = mapped_column(
        Float(), default=0.0, server_default="0", doc="what a decision is worth, as a logarithm; orders the queue"
    )
    lease_owner: Mapped[str | None] = mapped_column(String(100), doc="who is looking at it now")
    lease_until: Mapped[datetime | None]

    post: Mapped[Post] = relationship()
    reviews: Mapped[list["Review"]] = relationship(order_by="Review.id", back_populates="flag", passive_deletes=True)

    # Conditions are made once: that takes as long as asking for a flag.
    @classmethod
    @cache
    def suggested(cls) -> ColumnElement[bool]:
        """The condition that it counts: the threshold is passed, or people took it from the list and decided."""
        return or_(cls.passed(), and_(cls.origin == "listed", cls.state != "open"))

    @classmethod
    @cache
    def passed(cls) -> ColumnElement[bool]:
        """The condition that the threshold was passed; these alone tell how often the machine is right."""
        return cls.origin == "scored"

    @classmethod
    @cache
    def shown(cls) -> ColumnElement[bool]:
        """The condition that people may meet it elsewhere than in teaching."""
        return cls.origin.in_(("scored", "listed"))  # not "all but drawn", for which no index could be read


class Review(Base):
    """One decision of one person about one flag. Rows are only added."""

    __tablename__ = "reviews"
    __table_args__ = (
        CheckConstraint(
            "decision IN ('no_source', 'refuted', 'supported', 'not_a_claim', 'sourced', 'yes', 'no', 'unsure', "
            "'reopened', 'withdrawn')",
            name="decision",
        ),
        Index(None, "reviewer_id", "decided_at"),
        # Partial, or SQLite takes these to look for all reviews that have none.
        *(partial_index(None, each, where=f"{each} IS NOT NULL") for each in ("withdraws", "batch")),
    )

    id: Mapped[PrimaryKey]
    flag_id: Mapped[int] = mapped_column(ForeignKey("flags.id", ondelete="CASCADE"), index=True)
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    decision: Mapped[str] = mapped_column(String(20))
    note: Mapped[Typed]
    evidence: Mapped[list[str]] = mapped_column(JsonType, doc="addresses that support the decision")
    revision_number: Mapped[int] = mapped_column(doc="the version of the post that was judged")
    decided_at: Mapped[datetime] = mapped_column(index=True)
    # Numbers without foreign keys: an append-only row cannot be emptied when retention deletes what it names.
    withdraws: Mapped[int | None] = mapped_column(doc="the review of this flag that it takes back")
    batch: Mapped[int | None] = mapped_column(doc="the review of another copy it was decided with")
    redacted_at: Mapped[Redacted]

    flag: Mapped[Flag] = relationship(back_populates="reviews")

    @classmethod
    @cache
    def stands(cls) -> ColumnElement[bool]:
        """The condition that a row is a decision that nobody took back."""
        taken_back = exists().where(_LATER.withdraws == cls.id)
        return and_(cls.decision != "withdrawn", ~taken_back)


# Made once: a new alias reads all columns anew, which takes longer than the query.
_LATER: Final = aliased(Review)
