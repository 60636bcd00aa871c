"""Connections of the desk's server: how many at once, and how long a request may take to arrive.

A client that connects and says nothing costs a file descriptor. At the limit the one that keeps its request back
longest is closed, so that whoever sends a whole request is served however many others say nothing.
"""

import asyncio
from collections.abc import Iterable
from typing import Any, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

MAX_CONNECTIONS: Final = 256  # of the 1,024 file descriptors that a process usually may open
REQUEST_SECONDS: Final = 20.0


class LimitedConnection(H11Protocol):
    """One connection, closed when its request does not arrive in time."""

    max_connections = MAX_CONNECTIONS
    request_seconds = REQUEST_SECONDS

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._deadline: asyncio.TimerHandle | None = None

    @property
    def due_at(self) -> float | None:
        """When its request must have arrived, by the loop's time; None when none is due."""
        return self._deadline.when() if self._deadline is not None else None

    def connection_made(self, transport: Any) -> None:
        """Take a connection, and close another one at the limit."""
        super().connection_made(transport)
        self._expect_request()
        if len(self.connections) > self.max_connections:
            _longest_waiting(self.connections, self).give_up()

    def data_received(self, data: bytes) -> None:
        """Take bytes of a request; once it is whole nothing is waited for."""
        if self._deadline is None and (self.cycle is None or self.cycle.response_complete):
            self._expect_request()  # the next one on this connection
        super().data_received(data)
        if self.cycle is not None and not self.cycle.more_body:
            self._expect_nothing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._expect_nothing()
        super().connection_lost(exc)

    def give_up(self) -> None:
        """Close the connection. The count forgets it now, because the loop closes it only a moment later."""
        self._expect_nothing()
        self.connections.discard(self)
        self.transport.abort()

    def _expect_request(self) -> None:
        self._deadline = self.loop.call_later(self.request_seconds, self.give_up)

    def _expect_nothing(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def _longest_waiting(connections: Iterable[Any], newest: LimitedConnection) -> LimitedConnection:
    """Return the connection that keeps its request back longest; the newest when all others are at work."""
    waiting = [one for one in connections if isinstance(one, LimitedConnection) and one.due_at is not None]
    return min(waiting, key=lambda one: one.due_at or 0.0, default=newest)
