"""What reads several sources side by side: readings, and looks at flagged posts again."""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from typing import Any, TypeVar

from monitor.clock import Clock
from monitor.collectors.base import Collector, SourceView
from monitor.collectors.http.client import PoliteClient
from monitor.crawl.batch_writer import BatchWriter
from storage.database import Database
from storage.models import Source

# Long enough for the slowest batch, short enough that a killed program on another host blocks a source only briefly.
LEASE = timedelta(minutes=10)  # renewed with every batch
SOURCES_AT_A_TIME = 8  # most of the time each of them waits for its server
Item = TypeVar("Item")


class SourceReader:
    """Reads several sources at a time, each in a lease of its own.

    Args:
        database: Sources and posts.
        client: The HTTP client, open; one for the whole program, so that the rate limit of each host holds.
        collector_for: Returns the collector of a kind of source.
        batches: Stores what is read.
        clock: Tells the time.
        parallel: How many sources are read at a time.
        secret_for: Returns the operator's key for a source, by its name and kind.

    """

    def __init__(
        self,
        database: Database,
        client: PoliteClient,
        collector_for: Callable[[str], Collector],
        batches: BatchWriter,
        clock: Clock,
        *,
        parallel: int = SOURCES_AT_A_TIME,
        secret_for: Callable[[str, str], str | None] = lambda _name, _kind: None,
    ) -> None:
        self._database = database
        self._client = client
        self._collector_for = collector_for
        self._batches = batches
        self._clock = clock
        self._secret_for = secret_for
        self._slots = asyncio.Semaphore(parallel)
        self._owner = f"{socket.gethostname()}:{os.getpid()}"
        self._active: set[int] = set()  # the numbers of sources that are read or wait for their turn

    async def _each(self, items: Iterable[Item], read: Callable[[Item], Awaitable[None]]) -> None:
        """Read all, some at a time; when one fails the others are ended.

        Raises:
            Exception: The first error: callers handle single ones, and it explains the rest.

        """

        async def in_turn(item: Item) -> None:
            async with self._slots:
                await read(item)

        try:
            async with asyncio.TaskGroup() as group:
                for item in items:
                    group.create_task(in_turn(item))
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from failures

    def _view(self, source: Source, **further: Any) -> SourceView:
        """Return a source as its collector sees it."""
        return SourceView(
            name=source.name,
            address=source.address,
            settings=source.settings,
            cursor=source.cursor,
            secret=self._secret_for(source.name, source.kind),
            **further,
        )
