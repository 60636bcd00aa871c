"""Matters, the posts that belong to them, their corrections, quotes, and what was done about each."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.base import Base, PrimaryKey, Redacted, Typed
from storage.models.accounts import User
from storage.models.scoring import Flag


class Matter(Base):
    """A rumour or a grievance that several posts tell. All that can change of it follows from its events.

    It holds nothing of the posts, and outlives them. One that was merged into another points to it.
    """

    __tablename__ = "matters"
    __table_args__ = (
        CheckConstraint("kind IN ('rumour', 'grievance')", name="kind"),
        CheckConstraint(
            "state IN ('open', 'passed', 'answered', 'followed_up', 'settled', 'returned', 'withdrawn', 'merged')",
            name="state",
        ),
        CheckConstraint("verdict IN ('no_source', 'refuted', 'borne_out')", name="verdict"),
        Index(None, "state", "changed_at"),
    )

    id: Mapped[PrimaryKey]
    kind: Mapped[str] = mapped_column(String(20))
    label: Mapped[str] = mapped_column(String(40), doc="what its posts carry")
    state: Mapped[str] = mapped_column(String(20))
    verdict: Mapped[str | None] = mapped_column(String(20), doc="what was found out about a rumour")
    sentence: Mapped[Typed] = mapped_column(default="", doc="one sentence of a person; empty: nobody wrote one")
    topic: Mapped[str] = mapped_column(String(40), doc="of a grievance: a name of concern_topics.toml")
    place: Mapped[Typed] = mapped_column(doc="in a person's words; may be empty")
    follower_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="RESTRICT"), index=True, doc="who follows it; None: nobody was named"
    )
    back_at: Mapped[datetime | None] = mapped_column(doc="when somebody comes back to it; None: no day was named")
    counts_at: Mapped[datetime] = mapped_column(index=True, doc="by which it belongs to a period; set once")
    first_at: Mapped[datetime] = mapped_column(doc="when the first of its posts was published, or else read")
    last_at: Mapped[datetime] = mapped_column(doc="the same of the last")
    opened_by: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    opened_at: Mapped[datetime] = mapped_column(index=True)
    changed_at: Mapped[datetime] = mapped_column(doc="when its newest event was added")
    version: Mapped[int] = mapped_column(
        default=0, doc="rises with each event, so that of two who act at once one does"
    )
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("matters.id", ondelete="RESTRICT"), index=True)

    follower: Mapped[User | None] = relationship(foreign_keys=[follower_id])


class MatterEvent(Base):
    """One thing that was done about a matter. Rows are only added."""

    __tablename__ = "matter_events"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('opened', 'joined', 'copied', 'split', 'merged', 'undone', 'described', 'noted', 'passed', "
            "'answered', 'followed_up', 'settled', 'reopened', 'returned', 'judged')",
            name="kind",
        ),
    )

    id: Mapped[PrimaryKey]
    matter_id: Mapped[int] = mapped_column(ForeignKey("matters.id", ondelete="RESTRICT"), index=True)
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="RESTRICT"), doc="who did it; None: the program, as when a copy was found"
    )
    kind: Mapped[str] = mapped_column(String(20))
    note: Mapped[Typed] = mapped_column(default="")
    passed_to: Mapped[Typed] = mapped_column(default="", doc="which office or person took it over; only of kind passed")
    sentence: Mapped[Typed | None] = mapped_column(doc="from then on, as the next four; None: unchanged")
    topic: Mapped[str | None] = mapped_column(String(40))
    place: Mapped[Typed | None]
    follower_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    back_at: Mapped[datetime | None]
    verdict: Mapped[str | None] = mapped_column(String(20), doc="from then on; None: unchanged")
    review_id: Mapped[int | None] = mapped_column(index=True, doc="the decision by which it came; None: by no decision")
    other_id: Mapped[int | None] = mapped_column(
        ForeignKey("matters.id", ondelete="RESTRICT"), doc="the matter that was split off, or merged with"
    )
    undoes: Mapped[int | None] = mapped_column(
        ForeignKey("matter_events.id", ondelete="RESTRICT"), doc="of `undone`: what was taken back"
    )
    at: Mapped[datetime] = mapped_column(index=True)
    redacted_at: Mapped[Redacted]


class MatterPost(Base):
    """That a post belongs to a matter. When the post is deleted, the row still counts, and says nothing of it."""

    __tablename__ = "matter_posts"
    __table_args__ = (
        CheckConstraint("role IN ('first', 'copy', 'joined')", name="role"),
        Index(None, "matter_id", "dated"),
        Index(
            "uq_matter_posts_standing",
            "matter_id",
            "post_id",
            unique=True,
            sqlite_where=text("removed_by IS NULL"),
            postgresql_where=text("removed_by IS NULL"),
        ),
        # Of those that left alone, or SQLite would look up by it all that belong.
        Index(
            None,
            "removed_by",
            sqlite_where=text("removed_by IS NOT NULL"),
            postgresql_where=text("removed_by IS NOT NULL"),
        ),
    )

    id: Mapped[PrimaryKey]
    matter_id: Mapped[int] = mapped_column(ForeignKey("matters.id", ondelete="RESTRICT"))
    post_id: Mapped[int | None] = mapped_column(
        ForeignKey("posts.id", ondelete="SET NULL"), index=True, doc="None once it is deleted"
    )
    publisher: Mapped[str] = mapped_column(doc="of its source: all feeds of one site are one publisher")
    dated: Mapped[datetime] = mapped_column(doc="when it was published, or else read")
    counted: Mapped[bool] = mapped_column(doc="False of a text that counts already by another feed of its publisher")
    role: Mapped[str] = mapped_column(String(10), doc="first: it opened the matter; copy: of a post of it; joined")
    joined_by: Mapped[int] = mapped_column(
        ForeignKey("matter_events.id", ondelete="RESTRICT"), index=True, doc="the event by which it came"
    )
    removed_by: Mapped[int | None] = mapped_column(
        ForeignKey("matter_events.id", ondelete="RESTRICT"), doc="by which it left; None: it belongs"
    )


class QuoteChoice(Base):
    """A post that a person chose for the report to quote; taking the choice back deletes the row."""

    __tablename__ = "quote_choices"

    flag_id: Mapped[int] = mapped_column(ForeignKey("flags.id", ondelete="CASCADE"), primary_key=True)
    revision_number: Mapped[int] = mapped_column(doc="the version of the post that was chosen")
    chosen_by: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    chosen_at: Mapped[datetime] = mapped_column(index=True)

    flag: Mapped[Flag] = relationship()


class Correction(Base):
    """One correction. What it says and its state follow from its events, which `storage.review.corrections` adds.

    It holds nothing of the post, and outlives it: what was published stays in the archive.
    """

    __tablename__ = "corrections"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'returned', 'released', 'replaced', 'withdrawn')", name="state"),
    )

    id: Mapped[PrimaryKey]
    matter_id: Mapped[int] = mapped_column(
        ForeignKey("matters.id", ondelete="RESTRICT"), index=True, doc="the rumour that it answers"
    )
    replaces_id: Mapped[int | None] = mapped_column(
        ForeignKey("corrections.id", ondelete="RESTRICT"), index=True, doc="the correction that it corrects"
    )
    state: Mapped[str] = mapped_column(String(20), index=True)
    written_by: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    written_at: Mapped[datetime]
    released_at: Mapped[datetime | None] = mapped_column(index=True)
    published_at: Mapped[datetime | None] = mapped_column(
        index=True, doc="when it was first written into the folder that is served; released alone is not published"
    )
    published_state: Mapped[str | None] = mapped_column(String(20), doc="its state as that folder shows it")
    changed_at: Mapped[datetime] = mapped_column(doc="when its newest event was added")

    matter: Mapped[Matter] = relationship()


class CorrectionEvent(Base):
    """One thing that was done about a correction. Rows are only added."""

    __tablename__ = "correction_events"
    __table_args__ = (
        CheckConstraint("kind IN ('written', 'returned', 'released', 'replaced', 'withdrawn')", name="kind"),
        CheckConstraint("verdict IN ('false', 'misleading', 'unfounded')", name="verdict"),
    )

    id: Mapped[PrimaryKey]
    correction_id: Mapped[int] = mapped_column(ForeignKey("corrections.id", ondelete="RESTRICT"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"))
    kind: Mapped[str] = mapped_column(String(20))
    note: Mapped[Typed] = mapped_column(doc="why it was sent back or withdrawn")
    claim: Mapped[Typed | None] = mapped_column(doc="in the office's words; this and the next: of `written`")
    verdict: Mapped[str | None] = mapped_column(String(20))
    text: Mapped[Typed | None] = mapped_column(doc="what is true")
    source_name: Mapped[Typed | None]
    source_url: Mapped[Typed | None] = mapped_column(doc="a correction without a source is another rumour")
    at: Mapped[datetime] = mapped_column(index=True)
    redacted_at: Mapped[Redacted]
