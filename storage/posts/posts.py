"""Posts: storing them in batches (storing twice changes nothing), revisions, removals, and posts without a score."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, insert, or_, select, update
from sqlalchemy.orm import Session, joinedload

from storage.database import count_changed, in_chunks, insert_ignoring, require, rows_among
from storage.models import Cluster, ErasedAuthor, Flag, Post, PostRevision, Review, Source, join_title
from storage.posts import pictures

MONITORED = "monitored"
_BESIDE = ("author_aliases", "pictures")  # no columns of a post


@dataclass(frozen=True, slots=True, kw_only=True)
class PostDraft:
    """The columns of a post to store. Times are aware UTC; `text` is the original, unchanged.

    `pictures` are addresses, with what the author wrote of them.
    """

    external_id: str
    text: str
    content_hash: str
    collected_at: datetime
    url: str | None = None
    author_key: str | None = None
    author_aliases: tuple[str, ...] = ()
    published_at: datetime | None = None
    published_raw: str | None = None
    published_precision: str | None = None
    edited_at: datetime | None = None
    language: str | None = None
    title: str | None = None
    context: str | None = None
    engagement: Mapping[str, int] = field(default_factory=dict)
    capture_id: int | None = None
    pictures: Sequence[tuple[str, str]] = ()


@dataclass(slots=True)
class RecordCounts:
    """Counts of a batch: new posts, edited ones, known ones, and posts of erased authors, which are not stored.

    `erased_ids` are the external ids of the last.
    """

    new: int = 0
    changed: int = 0
    duplicate: int = 0
    erased: int = 0
    erased_ids: frozenset[str] = frozenset()

    def add(self, other: "RecordCounts") -> None:
        """Add the counts of another batch."""
        self.new += other.new
        self.changed += other.changed
        self.duplicate += other.duplicate
        self.erased += other.erased


def record(session: Session, source_id: int, drafts: Sequence[PostDraft], *, any_version: bool = False) -> RecordCounts:
    """Store posts of one source: a new post is inserted, an edit becomes a revision, the rest are duplicates.

    Posts of authors who asked to be erased are never stored.

    Args:
        session: The unit of work.
        source_id: The source they come from.
        drafts: The posts, oldest version first when one occurs twice.
        any_version: Count a text that equals any earlier version as a duplicate. Files do not say which version is
            newer, so importing one twice must not look like an edit.

    """
    erased = _erased(session, {key for draft in drafts for key in _keys(draft)})
    pending = [draft for draft in drafts if erased.isdisjoint(_keys(draft))]
    source = require(session, select(Source).where(Source.id == source_id), f"there is no source {source_id}")
    refused = frozenset(draft.external_id for draft in drafts if not erased.isdisjoint(_keys(draft)))
    stored = RecordCounts(erased=len(drafts) - len(pending), erased_ids=refused)
    # A batch may hold several versions of one post: each pass stores at most one version of each.
    while pending:
        first: dict[str, PostDraft] = {}
        repeats: list[PostDraft] = []
        for draft in pending:
            if draft.external_id in first:
                repeats.append(draft)
            else:
                first[draft.external_id] = draft
        stored.add(_record_distinct(session, source, first, any_version=any_version))
        pending = repeats
    return stored


def _record_distinct(
    session: Session, source: Source, drafts: Mapping[str, PostDraft], *, any_version: bool
) -> RecordCounts:
    source_id, monitored = source.id, source.role == MONITORED
    # Looked up first, because an upsert could not tell new posts from edited ones.
    known = _known(session, source_id, list(drafts))
    new = [draft for external_id, draft in drafts.items() if external_id not in known]
    rows = [_columns(source_id, draft) | {"unscored": monitored} for draft in new]
    insert_ignoring(session, Post, rows, ("source_id", "external_id"))
    stored, fresh = RecordCounts(new=len(new)), list(new)
    seen_before = _earlier_hashes(session, list(known.values())) if any_version else {}
    for external_id, post in known.items():
        draft = drafts[external_id]
        if draft.content_hash == post.content_hash or draft.content_hash in seen_before.get(post.id, ()):
            stored.duplicate += 1
            _refresh(post, draft)
        else:
            stored.changed += 1
            _revise(session, post, draft)
            post.unscored = monitored
            fresh.append(draft)
    session.flush()
    if source.settings.get(pictures.OPTION) is True:
        _keep_pictures(session, source_id, fresh)
    return stored


def _keep_pictures(session: Session, source_id: int, drafts: Sequence[PostDraft]) -> None:
    shown = {draft.external_id: draft.pictures for draft in drafts}
    ids = select(Post.external_id, Post.id).where(Post.source_id == source_id)
    found = rows_among(session, ids, Post.external_id, shown)
    pictures.keep(session, {post_id: shown[external_id] for external_id, post_id in found})


def erased_keys(session: Session) -> list[str]:
    """List the pseudonyms of all authors who asked to be erased."""
    return list(session.scalars(select(ErasedAuthor.author_key).order_by(ErasedAuthor.author_key)))


def _keys(draft: PostDraft) -> tuple[str, ...]:
    return (draft.author_key, *draft.author_aliases) if draft.author_key else ()


def _erased(session: Session, author_keys: Collection[str]) -> set[str]:
    key = ErasedAuthor.author_key
    return {found for (found,) in rows_among(session, select(key), key, author_keys)}


def _known(session: Session, source_id: int, external_ids: Sequence[str]) -> dict[str, Post]:
    of_source = select(Post).where(Post.source_id == source_id)
    return {post.external_id: post for (post,) in rows_among(session, of_source, Post.external_id, external_ids)}


def _earlier_hashes(session: Session, known: Sequence[Post]) -> dict[int, set[str]]:
    hashes = {post.id: {post.original_hash} for post in known}
    query = select(PostRevision.post_id, PostRevision.content_hash)
    edited = [post.id for post in known if post.revision_number]
    for post_id, content_hash in rows_among(session, query, PostRevision.post_id, edited):
        hashes[post_id].add(content_hash)
    return hashes


def _columns(source_id: int, draft: PostDraft) -> dict[str, Any]:
    columns = {each.name: getattr(draft, each.name) for each in fields(draft) if each.name not in _BESIDE}
    own = {"source_id": source_id, "original_hash": draft.content_hash, "revision_number": 0}
    return {**columns, **own, "engagement": dict(draft.engagement)}


def _refresh(post: Post, draft: PostDraft) -> None:
    """Update what may change without the text: the counts, and that the post is still there."""
    # Some responses carry no counts; they must not erase those that are known.
    if draft.engagement and dict(draft.engagement) != post.engagement:
        post.engagement = dict(draft.engagement)
    # The pseudonym was made with a former key, or by another spelling.
    if post.author_key in draft.author_aliases:
        post.author_key = draft.author_key
    # A post that is read again is there, whatever was found before.
    post.deleted_at = None


def _revise(session: Session, post: Post, draft: PostDraft) -> None:
    number = post.revision_number + 1
    revision = {
        "post_id": post.id,
        "number": number,
        "title": draft.title,
        "text": draft.text,
        "picture_text": post.picture_text,
        "content_hash": draft.content_hash,
        "seen_at": draft.collected_at,
        "edited_at": draft.edited_at,
        "capture_id": draft.capture_id,
    }
    session.execute(insert(PostRevision), [revision])
    post.revision_number, post.content_hash = number, draft.content_hash
    post.edited_at = draft.edited_at or draft.collected_at
    _refresh(post, draft)


def tombstone(session: Session, source_id: int, external_ids: Sequence[str], now: datetime) -> int:
    """Mark posts as deleted by their platform; returns how many were not marked before."""
    still = (Post.source_id == source_id, Post.deleted_at.is_(None))
    marking = update(Post).where(*still).values(deleted_at=now)
    return sum(count_changed(session, marking.where(Post.external_id.in_(chunk))) for chunk in in_chunks(external_ids))


def known_authors(session: Session, source_id: int, external_ids: Sequence[str]) -> dict[str, str | None]:
    """Return the pseudonym of each post, by external id, that a source holds of those asked for."""
    query = select(Post.external_id, Post.author_key).where(Post.source_id == source_id)
    return dict(rows_among(session, query, Post.external_id, external_ids))


def is_known(session: Session, source_name: str, external_id: str, content_hashes: Sequence[str] = ()) -> bool:
    """Tell whether a source holds a post of this identifier, or one with the same content.

    Args:
        session: The unit of work.
        source_name: The source; it may not exist yet.
        external_id: The post's identifier within the source.
        content_hashes: Content hashes to look for among the first and the current versions.

    """
    same = or_(
        Post.external_id == external_id,
        Post.content_hash.in_(content_hashes),
        Post.original_hash.in_(content_hashes),
    )
    query = select(Post.id).join(Source).where(Source.name == source_name, same).limit(1)
    return session.scalar(query) is not None


def numbers_used(session: Session) -> int:
    """Return how many numbers lie between the oldest and the newest post: about as many are stored."""
    # Counting them would read them all.
    first, last = session.scalar(select(func.min(Post.id))), session.scalar(select(func.max(Post.id)))
    return 0 if first is None or last is None else last - first + 1


def existing_ids(session: Session, post_ids: Sequence[int]) -> set[int]:
    """Return those of the given ids (at most a few hundred) that are still stored."""
    return set(session.scalars(select(Post.id).where(Post.id.in_(post_ids))))


@dataclass(frozen=True, slots=True)
class Deleted:
    """How many posts were deleted, and how many decisions with them."""

    posts: int
    decisions: int


def delete_expired(session: Session, source_id: int, now: datetime, days: int, limit: int) -> Deleted:
    """Delete the oldest posts of a source that are past their retention, with their scores, flags and reviews.

    Args:
        session: The unit of work.
        source_id: The source of the posts.
        now: The present time, UTC.
        days: Their retention.
        limit: How many posts at most.

    """
    expired = and_(Post.source_id == source_id, Post.collected_at < now - timedelta(days=days))
    moment = Post.collected_at
    last = session.scalar(select(moment).where(expired).order_by(moment).offset(limit - 1).limit(1))
    if last is not None:
        # All posts of the last moment go together: a platform's page or a file has one for many of them.
        expired = and_(Post.source_id == source_id, moment <= last)
    return _delete(session, expired)


def delete_of_source(session: Session, source_id: int, limit: int) -> Deleted:
    """Delete some posts of a source, which is being removed, with their scores, flags and reviews."""
    some = select(Post.id).where(Post.source_id == source_id).order_by(Post.id).limit(limit).subquery()
    return _delete(session, Post.id.in_(select(some.c.id)))


def erase_author(session: Session, author_key: str, now: datetime, aliases: Sequence[str] = ()) -> Deleted:
    """Delete every post of an author's pseudonyms, and store that none may be stored again."""
    keys = (author_key, *aliases)
    insert_ignoring(session, ErasedAuthor, [{"author_key": key, "erased_at": now} for key in keys], ("author_key",))
    return _delete(session, Post.author_key.in_(keys))


def authored(session: Session) -> list[tuple[int, str, str | None, str]]:
    """List id, kind of source, address and pseudonym of all posts with an author."""
    query = select(Post.id, Source.kind, Post.url, Post.author_key).join(Source)
    rows = session.execute(query.where(Post.author_key.is_not(None)).order_by(Post.id))
    return [(post_id, kind, url, key or "") for post_id, kind, url, key in rows]


def set_author(session: Session, post_id: int, author_key: str) -> None:
    """Store the pseudonym of a post that was made anew."""
    session.execute(update(Post).where(Post.id == post_id).values(author_key=author_key))


def has_pseudonyms_of(session: Session, until: datetime) -> bool:
    """Tell whether a post with an author was stored by then, or an author erased: their key is still needed."""
    post = select(Post.id).where(Post.author_key.is_not(None), Post.collected_at <= until)
    erased = select(ErasedAuthor.author_key).where(ErasedAuthor.erased_at <= until)
    return session.scalar(post.limit(1)) is not None or session.scalar(erased.limit(1)) is not None


def ids_by_author(session: Session, author_keys: Sequence[str]) -> set[int]:
    """Return the ids of all posts of an author's pseudonyms."""
    return set(session.scalars(select(Post.id).where(Post.author_key.in_(author_keys))))


def flags_by_author(session: Session, author_keys: Sequence[str]) -> list[int]:
    """List the flags on posts of an author's pseudonyms: reports may quote them."""
    query = select(Flag.id).join(Post, Post.id == Flag.post_id).where(Post.author_key.in_(author_keys))
    return list(session.scalars(query))


def delete_by_author(session: Session, author_key: str) -> Deleted:
    """Delete every post of a pseudonym whose account its platform no longer has."""
    return _delete(session, Post.author_key == author_key)


def _delete(session: Session, which: ColumnElement[bool]) -> Deleted:
    chosen = select(Post.id).where(which).scalar_subquery()
    reviews = select(func.count()).select_from(Review).join(Flag).where(Flag.post_id.in_(chosen))
    decisions = session.scalar(reviews) or 0
    clusters = session.scalars(select(Post.cluster_id).where(which, Post.cluster_id.is_not(None)).distinct()).all()
    posts = count_changed(session, delete(Post).where(which))
    # No foreign key removes a cluster whose last post is gone.
    for left in in_chunks(clusters):
        is_empty = ~exists().where(Post.cluster_id == Cluster.id)
        session.execute(delete(Cluster).where(Cluster.id.in_(left), is_empty))
    return Deleted(posts, decisions)


def watched_ids(session: Session, source_id: int, since: datetime, limit: int) -> Sequence[str]:
    """List the external ids of a source's recent posts that are still there, last published first."""
    # Some platforms give no time of publication.
    moment = func.coalesce(Post.published_at, Post.collected_at)
    query = (
        select(Post.external_id)
        .where(Post.source_id == source_id, Post.deleted_at.is_(None), Post.collected_at >= since)
        .order_by(moment.desc(), Post.id.desc())
        .limit(limit)
    )
    return session.scalars(query).all()


def texts_of(session: Session, post_ids: Collection[int]) -> dict[int, str]:
    """Return heading and text of posts, by id; those that are gone are left out."""
    found = session.scalars(select(Post).where(Post.id.in_(post_ids), Post.deleted_at.is_(None)))
    return {post.id: join_title(post.title, post.text) for post in found}


def in_order(session: Session, post_ids: Sequence[int]) -> list[Post]:
    """Return some hundred posts with their sources, in the given order; those that are gone are left out."""
    found = session.scalars(select(Post).options(joinedload(Post.source)).where(Post.id.in_(post_ids)))
    by_id = {post.id: post for post in found}
    return [by_id[post_id] for post_id in post_ids if post_id in by_id]


def revisions(session: Session, post_id: int) -> Sequence[PostRevision]:
    """List the later versions of a post, first edit first."""
    return session.scalars(
        select(PostRevision).where(PostRevision.post_id == post_id).order_by(PostRevision.number)
    ).all()


def version(session: Session, post: Post, number: int) -> tuple[str | None, str, str]:
    """Return the title, the text and the words of pictures of a version of a post; 0 is the original."""
    query = select(PostRevision).where(PostRevision.post_id == post.id, PostRevision.number == number)
    later = session.scalars(query).one_or_none() if number else None
    return (later.title, later.text, later.picture_text) if later else (post.title, post.text, "")
