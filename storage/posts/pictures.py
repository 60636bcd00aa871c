"""Pictures of posts: those that wait to be read, and what was read in them.

The words of a post's pictures are a part of the post: where they change, a revision is added, which is searched and
scored like any other.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, and_, delete, func, select, update
from sqlalchemy.orm import Session, joinedload

from storage.database import require, rows_among
from storage.models import Picture, Post, PostRevision, SearchText, Source

READ = "read"
OPTION = "pictures"
"""The setting of a source whose pictures are read."""


def keep(session: Session, shown: Mapping[int, Sequence[tuple[str, str]]]) -> None:
    """Store the pictures of new and changed posts, to be read; those that a changed post no longer shows go.

    Args:
        session: The unit of work.
        shown: For each post the addresses of its pictures, with what the author wrote of them.

    """
    stored: dict[int, dict[str, Picture]] = {}
    for (picture,) in rows_among(session, select(Picture), Picture.post_id, shown):
        stored.setdefault(picture.post_id, {})[_place(picture.address)] = picture
    for post_id, pictures in shown.items():
        former = stored.get(post_id, {})
        for position, (address, description) in enumerate(pictures):
            values = {"position": position, "address": address, "description": description}
            if same := former.pop(_place(address), None):
                for name, value in values.items():
                    setattr(same, name, value)
            else:
                session.add(Picture(post_id=post_id, **values))
        for left_out in former.values():
            session.delete(left_out)
        session.flush()
        if former:
            current = and_(PostRevision.post_id == post_id, PostRevision.number == _newest(post_id))
            session.execute(update(PostRevision).where(current).values(picture_text=_words(session, post_id)))


def _place(address: str) -> str:
    """Return an address without its query, in which platforms sign each answer anew."""
    return address.partition("?")[0]


def waiting(
    session: Session, limit: int, *, since: datetime, names: Collection[str] = ()
) -> Sequence[tuple[Picture, Post]]:
    """List pictures that wait to be read, newest first, with their posts and sources.

    Those of posts that are gone, and of sources whose setting was taken back, are left alone.

    Args:
        session: The unit of work.
        limit: How many at most.
        since: Only of posts that were collected since then.
        names: Only of these sources; empty: of all.

    """
    query = select(Picture, Post).join(Post, Post.id == Picture.post_id).join(Source, Source.id == Post.source_id)
    query = query.where(Picture.state == "waiting", Post.collected_at >= since, Post.deleted_at.is_(None))
    query = query.where(Source.settings[OPTION].as_boolean())
    if names:
        query = query.where(Source.name.in_(names))
    found = session.execute(query.options(joinedload(Post.source)).order_by(Picture.id.desc()).limit(limit))
    return [(picture, post) for picture, post in found]


def count_since(session: Session, since: datetime) -> int:
    """Count the pictures that were read, or failed, since a time."""
    return session.scalar(select(func.count()).where(Picture.read_at >= since)) or 0


def store(session: Session, picture_id: int, now: datetime, **read: Any) -> None:
    """Store what became of a picture, and have its post compared and scored with its words.

    Args:
        session: The unit of work.
        picture_id: The picture; one that was deleted or read meanwhile is left alone.
        now: The present time, UTC.
        read: The columns of the picture, with its new `state`.

    """
    picture = session.get(Picture, picture_id)
    post = session.get(Post, picture.post_id) if picture else None
    if picture is None or post is None or picture.state != "waiting":
        return
    for name, value in {**read, "read_at": now}.items():
        setattr(picture, name, value)
    session.flush()
    if picture.fingerprint:
        # It is compared again, by the keys of its pictures too.
        session.execute(delete(SearchText).where(SearchText.post_id == post.id))
        session.execute(update(Post).where(Post.id == post.id).values(indexed=False))
    if (words := _words(session, post.id)) != post.picture_text:
        _reword(session, post, words, now)


def _newest(post_id: int) -> ScalarSelect[int]:
    return select(Post.revision_number).where(Post.id == post_id).scalar_subquery()


def _words(session: Session, post_id: int) -> str:
    return "\n".join(each.text for each in of_post(session, post_id) if each.state == READ and each.text)


def _reword(session: Session, post: Post, words: str, now: datetime) -> None:
    number = post.revision_number + 1
    same = {"title": post.current_title, "text": post.current_text, "content_hash": post.content_hash}
    session.add(PostRevision(post_id=post.id, number=number, picture_text=words, seen_at=now, **same))
    session.flush()
    role = session.scalar(select(Source.role).where(Source.id == post.source_id))
    post.revision_number, post.unscored = number, role == "monitored"
    session.flush()
    session.expire(post, ["latest_revision"])


def of_post(session: Session, post_id: int) -> Sequence[Picture]:
    """List the pictures of a post in their order."""
    return session.scalars(select(Picture).where(Picture.post_id == post_id).order_by(Picture.position)).all()


def by_id(session: Session, picture_id: int) -> Picture:
    """Return a picture.

    Raises:
        NotFound: When there is none of that number.

    """
    return require(
        session,
        select(Picture).where(Picture.id == picture_id),
        f"there is no picture {picture_id}: its post may have been deleted",
    )


def fingerprints(session: Session, post_ids: Collection[int]) -> dict[int, list[bytes]]:
    """Return the fingerprints of the pictures of some posts, by post."""
    query = select(Picture.post_id, Picture.fingerprint).where(Picture.fingerprint.is_not(None))
    found: dict[int, list[bytes]] = {}
    for post_id, fingerprint in rows_among(session, query.order_by(Picture.id), Picture.post_id, post_ids):
        found.setdefault(post_id, []).append(fingerprint)
    return found
