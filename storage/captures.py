"""Captures: which fetched bytes belong to a flagged post and must be kept, and which may be deleted."""

from collections.abc import Sequence
from enum import Enum
from typing import Any

from sqlalchemy import Select, select, union, update
from sqlalchemy.orm import Session

from storage.models import Capture, Flag, Post, PostRevision
from storage.posts import unscored_condition


class CaptureAction(Enum):
    """What to do with fetched bytes."""

    KEEP = "keep"
    WAIT = "wait"
    DROP = "drop"
    UNKNOWN = "unknown"


def required_actions(session: Session, hashes: Sequence[str], model_id: int) -> dict[str, CaptureAction]:
    """Decide what to do with fetched bytes, by SHA-256 (at most a few hundred).

    KEEP: they hold a flagged post. WAIT: they hold a post without a score. DROP: all their posts are scored, none is
    flagged. UNKNOWN: no capture has this hash, because the crawl that fetched them has not committed yet.
    """
    asked = Capture.sha256.in_(hashes)
    linked = _linked().subquery()
    of_posts = select(Capture.sha256).join(linked, linked.c.capture_id == Capture.id).where(asked)
    known = set(session.scalars(select(Capture.sha256).where(asked)))
    keep = set(session.scalars(of_posts.join(Flag, Flag.post_id == linked.c.post_id)))
    waiting = of_posts.join(Post, Post.id == linked.c.post_id).where(unscored_condition(model_id))
    wait = set(session.scalars(waiting))
    return {each: _required_action(each, known, keep, wait) for each in hashes}


def _required_action(each: str, known: set[str], keep: set[str], wait: set[str]) -> CaptureAction:
    if each not in known:
        return CaptureAction.UNKNOWN
    if each in keep:
        return CaptureAction.KEEP
    return CaptureAction.WAIT if each in wait else CaptureAction.DROP


def path_of(session: Session, sha256: str) -> str | None:
    """Return the path of kept bytes; None when they are not kept."""
    kept = select(Capture.warc_path).where(Capture.sha256 == sha256, Capture.warc_path.is_not(None))
    return session.scalar(kept.limit(1))


def set_path(session: Session, sha256: str, path: str) -> None:
    """Store the path of kept bytes in every capture of them."""
    session.execute(update(Capture).where(Capture.sha256 == sha256).values(warc_path=path))


def release_unused(session: Session) -> list[str]:
    """Clear the paths of kept bytes of which no post is left; returns the paths, whose files the caller deletes."""
    linked = _linked().subquery()
    used = select(Capture.warc_path).join(linked, linked.c.capture_id == Capture.id)
    unused = select(Capture.warc_path).where(
        Capture.warc_path.is_not(None), Capture.warc_path.not_in(used.where(Capture.warc_path.is_not(None)))
    )
    paths = sorted({path for path in session.scalars(unused) if path})
    release_paths(session, paths)
    return paths


def release_author(session: Session, author_key: str) -> tuple[list[str], list[str]]:
    """Clear the paths of kept bytes that hold posts of an author, even if they hold posts of others too.

    Returns:
        The paths of kept bytes, and the hashes of all: the caller deletes the files.

    """
    linked = _linked().subquery()
    rows = session.execute(
        select(Capture.sha256, Capture.warc_path)
        .join(linked, linked.c.capture_id == Capture.id)
        .join(Post, Post.id == linked.c.post_id)
        .where(Post.author_key == author_key)
    ).all()
    paths = sorted({path for _, path in rows if path})
    release_paths(session, paths)
    return paths, sorted({sha256 for sha256, _ in rows})


def release_paths(session: Session, paths: Sequence[str]) -> None:
    """Clear the paths of kept bytes, whose files the caller deletes."""
    for path in paths:
        session.execute(update(Capture).where(Capture.warc_path == path).values(warc_path=None))


def _linked() -> Select[Any] | Any:
    """Select pairs of capture id and post id: a post's first or later version was read from that capture."""
    return union(
        select(Post.capture_id.label("capture_id"), Post.id.label("post_id")).where(Post.capture_id.is_not(None)),
        select(PostRevision.capture_id, PostRevision.post_id).where(PostRevision.capture_id.is_not(None)),
    )
