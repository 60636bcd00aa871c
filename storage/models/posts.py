"""Posts as published, their later versions, their copies, evidence, and the words that searches read."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    and_,
    false,
)
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship, remote

from storage.base import Base, JsonObject, PrimaryKey, Sha256, partial_index
from storage.models.sources import Source

# In the words of `storage.figures.report_counts`, or SQLite does not use these indexes.
_DATED = "published_at <= collected_at"
_UNDATED = "published_at IS NULL OR published_at > collected_at"


class Cluster(Base):
    """Posts that are copies of one another, as the program found or a person corrected; a post without is no copy."""

    __tablename__ = "clusters"

    id: Mapped[PrimaryKey]
    created_at: Mapped[datetime]


class Post(Base):
    """One public post. `title` and `text` are as first seen and never change."""

    __tablename__ = "posts"
    __table_args__ = (
        UniqueConstraint("source_id", "external_id"),
        Index(None, "source_id", "collected_at"),
        Index(None, "content_hash"),
        # With what is asked of the posts of a day, so that counting them reads no post.
        Index(None, "collected_at", "published_at", "source_id"),
        # Of the posts that count by when they were published, and of those that count by when they were read: each
        # says in its condition what else would be compared for each post.
        partial_index("ix_posts_dated", "published_at", "collected_at", "source_id", where=_DATED),
        partial_index("ix_posts_undated", "collected_at", "published_at", "source_id", where=_UNDATED),
        Index(None, "cluster_id", "source_id"),
        partial_index("ix_posts_not_indexed", "id", where="NOT indexed", on_sqlite='"indexed" = 0'),
        partial_index(None, "recheck_at", where="recheck_at IS NOT NULL"),
        partial_index("ix_posts_unscored", "id", where="unscored", on_sqlite="unscored = 1"),
    )

    id: Mapped[PrimaryKey]
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id", ondelete="CASCADE"))
    external_id: Mapped[str] = mapped_column(doc="the platform's own identifier, stable over edits")
    url: Mapped[str | None] = mapped_column(doc="where a person can read it")
    author_key: Mapped[str | None] = mapped_column(
        String(64), index=True, doc="keyed hash; only to drop duplicates and to erase on request"
    )
    published_at: Mapped[datetime | None] = mapped_column(doc="reports count by this")
    published_raw: Mapped[str | None] = mapped_column(doc="the date as the platform wrote it")
    published_precision: Mapped[str | None] = mapped_column(
        String(10), doc="how exact that date is: second, minute, hour or day; not known of older posts"
    )
    collected_at: Mapped[datetime] = mapped_column(doc="when it was first seen")
    language: Mapped[str | None] = mapped_column(String(20))
    title: Mapped[str | None] = mapped_column(doc="the post's own heading; judged together with the text")
    text: Mapped[str]
    context: Mapped[str | None] = mapped_column(doc="heading of the article or thread it answers; not judged")
    original_hash: Mapped[Sha256] = mapped_column(doc="of the version first seen; never changes")
    content_hash: Mapped[Sha256] = mapped_column(doc="of the current version")
    engagement: Mapped[JsonObject]
    edited_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None] = mapped_column(doc="when the platform no longer had it")
    revision_number: Mapped[int] = mapped_column(default=0, doc="0 is the original")
    cluster_id: Mapped[int | None] = mapped_column(
        ForeignKey("clusters.id", ondelete="SET NULL"), doc="alone in one: a person said that it is no copy"
    )
    indexed: Mapped[bool] = mapped_column(
        default=False, server_default=false(), doc="whether search and matching know the current version"
    )
    unscored: Mapped[bool] = mapped_column(
        default=False, server_default=false(), doc="whether its current version still waits for a score"
    )
    capture_id: Mapped[int | None] = mapped_column(ForeignKey("captures.id", ondelete="SET NULL"), index=True)
    flagged_at: Mapped[datetime | None] = mapped_column(doc="when its first flag was opened; rechecks count from here")
    recheck_at: Mapped[datetime | None] = mapped_column(doc="when the next recheck is due; empty: none")
    rechecked_at: Mapped[datetime | None] = mapped_column(doc="when it was last found or found gone")

    source: Mapped[Source] = relationship()
    latest_revision: Mapped["PostRevision | None"] = relationship(
        primaryjoin=lambda: and_(
            Post.id == foreign(remote(PostRevision.post_id)),
            Post.revision_number == foreign(remote(PostRevision.number)),
        ),
        viewonly=True,
        uselist=False,
        lazy="joined",
    )

    @property
    def dated(self) -> datetime:
        """When it was published, or collected where that is not known."""
        return self.published_at or self.collected_at

    @property
    def current_text(self) -> str:
        """The text as it stood when it was last seen."""
        return self.latest_revision.text if self.latest_revision else self.text

    @property
    def current_title(self) -> str | None:
        """The heading as it stood when it was last seen."""
        return self.latest_revision.title if self.latest_revision else self.title

    @property
    def picture_text(self) -> str:
        """The words that were recognised in its pictures."""
        return self.latest_revision.picture_text if self.latest_revision else ""

    @property
    def judged_text(self) -> str:
        """The input of the classifier: the title, unless the text repeats it, the text, and the words of pictures."""
        return join_title(self.current_title, self.current_text, self.picture_text)


class PostRevision(Base):
    """A later version of a post; number 1 is the first edit, or the first reading of its pictures."""

    __tablename__ = "post_revisions"
    __table_args__ = (UniqueConstraint("post_id", "number"),)

    id: Mapped[PrimaryKey]
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"))
    number: Mapped[int]
    title: Mapped[str | None]
    text: Mapped[str]
    picture_text: Mapped[str] = mapped_column(default="", doc="the words that were recognised in its pictures")
    content_hash: Mapped[Sha256]
    seen_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    capture_id: Mapped[int | None] = mapped_column(ForeignKey("captures.id", ondelete="SET NULL"), index=True)

    @property
    def judged_text(self) -> str:
        """What the classifier reads of this version."""
        return join_title(self.title, self.text, self.picture_text)


class Picture(Base):
    """A picture of a post, and what was read in it: words, a fingerprint, a small copy. The original is not kept."""

    __tablename__ = "pictures"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'read', 'unreadable', 'failed')", name="state"),
        Index(None, "post_id", "position"),
        partial_index("ix_pictures_waiting", "id", where="state = 'waiting'"),
    )

    id: Mapped[PrimaryKey]
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(doc="among the pictures of its post, from 0")
    address: Mapped[str]
    description: Mapped[str] = mapped_column(doc="what the author wrote of it; a part of the post's text too")
    state: Mapped[str] = mapped_column(
        String(20), default="waiting", doc="read: its words are a part of the post; unreadable: they are too uncertain"
    )
    reason: Mapped[str | None] = mapped_column(doc="why it failed")
    text: Mapped[str] = mapped_column(default="", doc="the recognised words; shown and scored only where it is read")
    confidence: Mapped[float | None] = mapped_column(Float(), doc="of the recogniser, 0 to 1")
    fingerprint: Mapped[bytes | None] = mapped_column(doc="by which the same picture is found again; keys: post_bands")
    small: Mapped[bytes | None] = mapped_column(doc="a JPEG of at most 480 px without metadata")
    read_at: Mapped[datetime | None] = mapped_column(index=True, doc="when it was read, or failed")


class ErasedAuthor(Base):
    """The pseudonym of an author who asked to be erased, so that no post of theirs is stored again."""

    __tablename__ = "erased_authors"

    author_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    erased_at: Mapped[datetime]


class KnownKey(Base):
    """A key with which authors were made pseudonyms, so that another one in its place is noticed."""

    __tablename__ = "known_keys"

    check_value: Mapped[Sha256] = mapped_column(primary_key=True, doc="a keyed hash of fixed words: nothing of the key")
    noted_at: Mapped[datetime]


class PostBand(Base):
    """One key of a post's signature: posts that share a key are candidates for copies."""

    __tablename__ = "post_bands"
    __table_args__ = ({"sqlite_with_rowid": False},)

    key: Mapped[int] = mapped_column(BigInteger(), primary_key=True, autoincrement=False)
    post_id: Mapped[int] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True, index=True, autoincrement=False
    )


def join_title(title: str | None, text: str, picture_text: str = "") -> str:
    """Put a title before its text, unless the text begins with it, and the words of pictures below."""
    # Some platforms repeat the title as the first line; it must not count twice.
    heading = title if title and not text.startswith(title) else ""
    return "\n".join(part for part in (heading, text, picture_text) if part)


class Evidence(Base):
    """A reference post that may support or refute a claim: suggested by the program, decided by a person."""

    __tablename__ = "evidence"
    __table_args__ = (
        UniqueConstraint("post_id", "reference_id"),
        CheckConstraint("bearing IN ('reports', 'contradicts', 'unclear')", name="bearing"),
        CheckConstraint("state IN ('suggested', 'supports', 'refutes', 'unrelated')", name="state"),
    )

    id: Mapped[PrimaryKey]
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"))
    reference_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"), index=True)
    similarity: Mapped[float] = mapped_column(Float(), doc="how surely it speaks of the same event, 0 to 1")
    bearing: Mapped[str] = mapped_column(
        String(20), doc="what the program reads of it: it reports what the post claims, or contradicts it"
    )
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
