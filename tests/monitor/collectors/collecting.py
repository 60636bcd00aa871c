"""What the tests of all collectors share: one reading that goes on from the last, and what came of it."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from monitor.collectors.base import Batch, PublicPost, SourceView
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.http.fetched import Fetched
from monitor.collectors.registry import collector_for
from monitor.demo.sites import serve
from tests.clock import MONDAY_MORNING

Read = Callable[..., Awaitable[list[Batch]]]


async def read_source(kind: str, client: PoliteClient, last: Sequence[Batch] | None, **of_source: Any) -> list[Batch]:
    """Read a source once, going on from the cursors that the last batches left."""
    cursors = [batch.cursor for batch in last or () if batch.cursor is not None]
    validators = [batch.validators for batch in last or () if batch.validators is not None]
    values = {"cursor": cursors[-1] if cursors else {}, "validators": validators[-1] if validators else {}}
    view = SourceView(**(values | of_source))
    return [batch async for batch in collector_for(kind).collect(view, client)]


def reading(
    kind: str,
    *,
    name: str,
    path: str = "/",
    always: Mapping[str, Any] | None = None,
    otherwise: Mapping[str, Any] | None = None,
    secret: str | None = None,
    watch: Callable[[Any], str] = str,
) -> Any:
    """Make the fixture `read`, by which the tests of a collector read its sample site: `await read(last, tag="lương")`.

    A call names the batches of the reading before it, and may name another site (`at`), posts that are `watched`,
    another secret, and settings.

    Args:
        kind: The collector.
        name: Of the source.
        path: What follows the site's address in the address of the source.
        always: Settings to which those of a call are added.
        otherwise: Settings where a call gives none.
        secret: Of the source.
        watch: Makes an external identifier of what a call names as watched.

    """

    @pytest.fixture
    def read(client: PoliteClient, base: str) -> Read:
        async def read_once(
            last: Sequence[Batch] | None = None,
            *,
            at: str = base,
            watched: Sequence[Any] = (),
            secret: str | None = secret,
            **settings: Any,
        ) -> list[Batch]:
            view = {"name": name, "address": at + path, "secret": secret, "watched": tuple(map(watch, watched))}
            settings = {**(always or {}), **(settings or otherwise or {})}
            return await read_source(kind, client, last, **view, settings=settings)

        return read_once

    return read


def numbered(number: int, since: datetime, text: str = "Bài số {}", /, **values: Any) -> dict[str, Any]:
    """Give what a sample post of a number says and when, a minute after that of the number before."""
    return {"text": text.format(number), "published_at": since + timedelta(minutes=number), **values}


def answered(
    body: bytes | str,
    url: str = "https://a.example/",
    content_type: str = "text/html; charset=utf-8",
    at: datetime = MONDAY_MORNING,
) -> Fetched:
    """Make the answer of a server that has a body."""
    raw = body.encode("utf-8", "replace") if isinstance(body, str) else body
    headers = {"content-type": content_type}
    return Fetched(url=url, final_url=url, status=200, headers=headers, body=raw, fetched_at=at)


def answering(answers: Mapping[str, Any]) -> AbstractContextManager[str]:
    """Serve answers by their paths: responses, or functions that make them of requests."""
    return serve(Starlette(routes=[Route(path, answer) for path, answer in answers.items()]))


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
