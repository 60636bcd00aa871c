"""What the tests of all collectors share: one reading that goes on from the last, and what came of it."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from monitor.collectors.base import Batch, PublicPost, SourceView
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.registry import collector_for


async def read_source(kind: str, client: PoliteClient, last: Sequence[Batch] | None, **of_source: Any) -> list[Batch]:
    """Read a source once, going on from the cursors that the last batches left."""
    cursors = [batch.cursor for batch in last or () if batch.cursor is not None]
    validators = [batch.validators for batch in last or () if batch.validators is not None]
    values = {"cursor": cursors[-1] if cursors else {}, "validators": validators[-1] if validators else {}}
    view = SourceView(**(values | of_source))
    return [batch async for batch in collector_for(kind).collect(view, client)]


def posts(batches: Sequence[Batch]) -> list[PublicPost]:
    return [post for batch in batches for post in batch.posts]


def texts(batches: Sequence[Batch]) -> list[str]:
    return [post.text for post in posts(batches)]


def gone(batches: Sequence[Batch]) -> list[str]:
    return [name for batch in batches for name in batch.gone]


def skipped(batches: Sequence[Batch]) -> Counter[str]:
    return sum((batch.skipped for batch in batches), start=Counter[str]())


def bodies(first: int, last: int) -> list[str]:
    """Name the texts of sample posts that are numbered."""
    return [f"Bài số {number}" for number in range(first, last + 1)]
