"""Captures: which fetched bytes belong to a flagged post and must be kept, and which may be deleted."""

from collections.abc import Sequence
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, exists, select, union, update
from sqlalchemy.orm import Session, aliased

from storage.models import Capture, Flag, Post, PostRevision


class CaptureAction(Enum):
    """What to do with fetched bytes."""

    KEEP = "keep"
    WAIT = "wait"
    DROP = "drop"
    UNKNOWN = "unknown"


def required_actions(session: Session, hashes: Sequence[str]) -> dict[str, CaptureAction]:
    """Decide what to do with fetched bytes, by SHA-256 (at most a few hundred).

    KEEP: they hold a flagged post. WAIT: they hold a post without a score. DROP: all their posts are scored, none is
    flagged. UNKNOWN: no capture has this hash, because the crawl that fetched them has not committed yet.
    """
    asked = Capture.sha256.in_(hashes)
    known = set(session.scalars(select(Capture.sha256).where(asked)))
    flagged = exists().where(Flag.post_id == Post.id, Flag.shown())
    keep = {row.sha256 for row in session.execute(_with_posts(asked, flagged))}
    wait = {row.sha256 for row in session.execute(_with_posts(asked, Post.unscored.is_(True)))}
    of_known = dict.fromkeys(known, CaptureAction.DROP) | dict.fromkeys(wait, CaptureAction.WAIT)
    return dict.fromkeys(hashes, CaptureAction.UNKNOWN) | of_known | dict.fromkeys(keep, CaptureAction.KEEP)


def path_of(session: Session, sha256: str) -> str | None:
    """Return the path of kept bytes; None when they are not kept."""
    kept = select(Capture.warc_path).where(Capture.sha256 == sha256, Capture.warc_path.is_not(None))
    return session.scalar(kept.limit(1))


def set_path(session: Session, sha256: str, path: str) -> None:
    """Store the path of kept bytes in every capture of them."""
    session.execute(update(Capture).where(Capture.sha256 == sha256).values(warc_path=path))


def unused_paths(session: Session, after: str, limit: int) -> list[str]:
    """List paths of kept bytes of which no post is left, in order.

    Args:
        session: The unit of work.
        after: Only paths after this one.
        limit: How many at most.

    """
    same = aliased(Capture)
    read = select(same.id).where(same.warc_path == Capture.warc_path)
    # Two conditions: for one with "or" PostgreSQL would collect the captures of all posts first.
    unused = (
        ~read.join(Post, Post.capture_id == same.id).exists(),
        ~read.join(PostRevision, PostRevision.capture_id == same.id).exists(),
    )
    query = select(Capture.warc_path).where(Capture.warc_path > after, *unused).distinct()
    return [path for path in session.scalars(query.order_by(Capture.warc_path).limit(limit)) if path]


def release_author(session: Session, author_key: str) -> tuple[list[str], list[str]]:
    """Clear the paths of kept bytes that hold posts of an author, even if they hold posts of others too.

    Returns:
        The paths of kept bytes, and the hashes of all: the caller deletes the files.

    """
    rows = session.execute(_with_posts(Post.author_key == author_key)).all()
    paths = sorted({row.warc_path for row in rows if row.warc_path})
    release_paths(session, paths)
    return paths, sorted({row.sha256 for row in rows})


def release_paths(session: Session, paths: Sequence[str]) -> None:
    """Clear the paths of kept bytes, whose files the caller deletes."""
    for path in paths:
        session.execute(update(Capture).where(Capture.warc_path == path).values(warc_path=None))


def _with_posts(*conditions: ColumnElement[bool]) -> CompoundSelect[Any]:
    """Select hash and path of captures from which a post's first or later version was read."""
    found = select(Capture.sha256, Capture.warc_path)
    # Each half has the conditions of its own: together they would be put to all posts.
    return union(
        found.join(Post, Post.capture_id == Capture.id).where(*conditions),
        found.join(PostRevision, PostRevision.capture_id == Capture.id)
        .join(Post, Post.id == PostRevision.post_id)
        .where(*conditions),
    )
