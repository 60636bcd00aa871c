"""Captures: which fetched bytes prove a flagged post and must be kept, and which prove nothing any more."""

from collections.abc import Sequence
from enum import Enum
from typing import Any

from sqlalchemy import Select, select, union, update
from sqlalchemy.orm import Session

from storage.models import Capture, Flag, Post, PostRevision
from storage.posts import unscored_condition


class CaptureAction(Enum):
    """What is to become of fetched bytes."""

    KEEP = "keep"
    WAIT = "wait"
    DROP = "drop"
    UNKNOWN = "unknown"


def required_actions(session: Session, hashes: Sequence[str], model_id: int) -> dict[str, CaptureAction]:
    """Tell what is to become of fetched bytes, by their SHA-256 (a few hundred at a time).

    Bytes are kept for a flagged post, wait for a post without a score, and are else to be dropped. Unknown are those
    that no capture names: their crawl may not have ended.
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
    """Tell where bytes are kept already."""
    kept = select(Capture.warc_path).where(Capture.sha256 == sha256, Capture.warc_path.is_not(None))
    return session.scalar(kept.limit(1))


def set_path(session: Session, sha256: str, path: str) -> None:
    """Note where bytes are kept, for every capture of them."""
    session.execute(update(Capture).where(Capture.sha256 == sha256).values(warc_path=path))


def release_unused(session: Session) -> list[str]:
    """Forget kept bytes of which no post is left; returns where they are, for the caller to delete."""
    linked = _linked().subquery()
    used = select(Capture.warc_path).join(linked, linked.c.capture_id == Capture.id)
    unused = select(Capture.warc_path).where(
        Capture.warc_path.is_not(None), Capture.warc_path.not_in(used.where(Capture.warc_path.is_not(None)))
    )
    paths = sorted({path for path in session.scalars(unused) if path})
    _clear_paths(session, paths)
    return paths


def release_author(session: Session, author_key: str) -> tuple[list[str], list[str]]:
    """Forget the kept bytes in which an author's posts were read, although others' posts stand in them too.

    Returns:
        Where the kept ones are, and the hashes of all, for the caller to delete.

    """
    linked = _linked().subquery()
    rows = session.execute(
        select(Capture.sha256, Capture.warc_path)
        .join(linked, linked.c.capture_id == Capture.id)
        .join(Post, Post.id == linked.c.post_id)
        .where(Post.author_key == author_key)
    ).all()
    paths = sorted({path for _, path in rows if path})
    _clear_paths(session, paths)
    return paths, sorted({sha256 for sha256, _ in rows})


def _clear_paths(session: Session, paths: Sequence[str]) -> None:
    for path in paths:
        session.execute(update(Capture).where(Capture.warc_path == path).values(warc_path=None))


def _linked() -> Select[Any] | Any:
    """Pair captures with the posts whose first or later version was read from them."""
    return union(
        select(Post.capture_id.label("capture_id"), Post.id.label("post_id")).where(Post.capture_id.is_not(None)),
        select(PostRevision.capture_id, PostRevision.post_id).where(PostRevision.capture_id.is_not(None)),
    )
