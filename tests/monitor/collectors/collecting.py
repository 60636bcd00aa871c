"""What the tests of all collectors share: one reading that goes on from the last, and what came of it."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
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


def reader(
    kind: str,
    *,
    name: str,
    path: str = "/",
    always: Mapping[str, Any] | None = None,
    otherwise: Mapping[str, Any] | None = None,
    secret: str | None = None,
    watch: Callable[[Any], str] = str,
) -> Callable[..., Awaitable[list[Batch]]]:
    """Make the function by which the tests of a collector read its sample site.

    Args:
        kind: The collector.
        name: Of the source.
        path: What follows the site's address in the address of the source.
        always: Settings to which those of a call are added.
        otherwise: Settings where a call gives none.
        secret: Of the source, unless a call gives another.
        watch: Makes an external identifier of what a call names as watched.

    """

    async def read(
        client: PoliteClient,
        base: str,
        last: Sequence[Batch] | None = None,
        *,
        watched: Sequence[Any] = (),
        secret: str | None = secret,
        **settings: Any,
    ) -> list[Batch]:
        return await read_source(
            kind,
            client,
            last,
            name=name,
            address=base + path,
            settings={**(always or {}), **(settings or otherwise or {})},
            watched=tuple(watch(each) for each in watched),
            secret=secret,
        )

    return read


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
