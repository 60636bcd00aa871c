"""Changes by which open flags may move in the queue: noted where they happen, read and deleted where flags are placed.

Rows are only added, also for what is noted already: a reader that has not seen this change may be about to delete the
row of an earlier one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, func, insert, select
from sqlalchemy.orm import Session

from storage.models import QueueChange


@dataclass(frozen=True, slots=True)
class Changes:
    """Some changes: the numbers of their rows, and of what changed."""

    ids: Sequence[int]
    posts: Sequence[int]
    clusters: Sequence[int]
    sources: Sequence[int]


def note(
    session: Session, *, posts: Iterable[int] = (), clusters: Iterable[int] = (), sources: Iterable[int] = ()
) -> None:
    """Note that the open flags of posts, clusters or sources have to be placed anew."""
    rows = [
        {"post_id": None, "cluster_id": None, "source_id": None} | {column: number}
        for column, numbers in (("post_id", posts), ("cluster_id", clusters), ("source_id", sources))
        for number in sorted(set(numbers))
    ]
    if rows:
        session.connection().execute(insert(QueueChange), rows)  # past the session, which looks at each of them


def newest(session: Session) -> int:
    """Return the number of the newest change; 0 when there is none."""
    return session.scalar(select(func.max(QueueChange.id))) or 0


def oldest(session: Session, *, until: int, limit: int) -> Changes:
    """Return the oldest changes up to a number, each post, cluster and source once."""
    columns = (QueueChange.id, QueueChange.post_id, QueueChange.cluster_id, QueueChange.source_id)
    query = select(*columns).where(QueueChange.id <= until).order_by(QueueChange.id).limit(limit)
    rows = session.execute(query).all()
    ids, *changed = zip(*rows, strict=True) if rows else [()] * len(columns)
    posts, clusters, sources = (sorted({number for number in numbers if number is not None}) for numbers in changed)
    return Changes(ids, posts, clusters, sources)


def forget(session: Session, changes: Changes) -> None:
    """Delete changes whose flags were placed."""
    session.connection().execute(
        delete(QueueChange).where(QueueChange.id == bindparam("number")), [{"number": each} for each in changes.ids]
    )
