"""Run the desk as a server in the event loop of this process.

A client that connects and says nothing costs a file descriptor. At the limit of connections the one that keeps its
request back longest is closed, so that whoever sends a whole request is served however many others say nothing.
"""

import asyncio
import gc
import signal
import socket
import threading
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from ipaddress import ip_address
from types import FrameType
from typing import Any, Final

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from classifiers.claims import find_claim
from classifiers.concern_topics import topics_of
from classifiers.places.finder import places_in
from monitor.desk.views.highlight import stop_words
from monitor.desk.views.veil import veil
from monitor.desk.web.desk import Desk
from monitor.desk.web.request_origin import is_address
from monitor.errors import KiemtinError
from monitor.settings.settings import Settings

# As many are accepted in one go, before any can be closed: with the limit of connections it stays below 1,024 files.
BACKLOG: Final = 64
# When the desk ends, so long it waits until answers are fetched; without a limit one client could keep it open. With
# what the program gives its own work to end, it stays below the two seconds after which people press Ctrl-C again.
LAST_ANSWERS_SECONDS: Final = 0.7


@asynccontextmanager
async def serving(desk: FastAPI, settings: Settings) -> AsyncIterator[asyncio.Task[None]]:
    """Serve the desk until the block ends or the operator stops it.

    It answers at once, and reads the word lists of its pages meanwhile.

    Args:
        desk: The application.
        settings: Where it listens, and which proxies are believed.

    Yields:
        The server's task: it ends when somebody presses Ctrl-C or the machine asks the program to stop.

    Raises:
        KiemtinError: When the port is taken.

    """
    listener = _listen(settings.desk_host, settings.desk_port)
    config = uvicorn.Config(
        desk,
        http=LimitedConnection,
        backlog=BACKLOG,
        ws="none",  # an upgraded connection would no longer be counted
        log_config=None,  # the program's own logging
        log_level="error",  # strangers' broken requests are no news
        access_log=False,  # it would record who read which post
        lifespan="off",
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    # A daemon, for which nothing waits when the program ends.
    threading.Thread(target=read_word_lists, args=(desk.state.desk,), daemon=True).start()
    try:
        yield task  # the socket listens already, so early requests wait until the server is up
    finally:
        server.should_exit = True
        await task
        listener.close()


class _Server(uvicorn.Server):
    """A server that a signal ends in good order.

    Uvicorn sends itself the signal once more when it has ended. Where SIGINT was ignored, as in the background of a
    script, that broke the event loop, and threads that had answered requests kept the process from ending.

    It listens to SIGINT alone, which the command makes of other signals, so that it can say which one came.
    """

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take SIGINT while it serves; other threads than the main one cannot."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        earlier = signal.signal(signal.SIGINT, self.handle_exit)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, earlier)

    def handle_exit(self, _sig: int, _frame: FrameType | None) -> None:
        self.force_exit = self.should_exit
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Wait until all answers are fetched, but no longer than LAST_ANSWERS_SECONDS."""
        patience = asyncio.get_running_loop().call_later(LAST_ANSWERS_SECONDS, self._give_up)
        await super().shutdown(sockets)
        patience.cancel()

    def _give_up(self) -> None:
        for connection in list(self.server_state.connections):
            connection.transport.abort()


def exposure_warning(settings: Settings) -> str | None:
    """Return a line for an operator whose desk others reach in clear text; None when nobody does."""
    host = settings.desk_host.strip("[]")
    if host == "localhost" or settings.desk_is_https or (is_address(host) and ip_address(host).is_loopback):
        return None
    return (
        f"warning: the desk listens on {settings.desk_host} without HTTPS: passwords and posts cross the network in "
        "clear text. Put Caddy or nginx in front, listen on 127.0.0.1, and set `desk_url` to its https address"
    )


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Where a socket says that it is TCP, asyncio sends at once; otherwise the end of a page waits 40 ms (Nagle).
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    # Without it a restart fails while old connections time out.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        message = f"cannot listen on {host}:{port}: {error.strerror}: stop the other program or set KIEMTIN_DESK_PORT"
        raise KiemtinError(message) from error
    return listener


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


_SAMPLE: Final = "Nghe nói công ty ở Lai Châu nợ lương, ai biết thì gọi 0912 345 678."
_BARE: Final = "nghe noi cong ty no luong"  # for texts without diacritics there are lists of their own


def read_word_lists(desk: Desk) -> None:
    """Read the word lists that are read once a process, by using each of them on a sample, and keep them for good."""
    stop_words()
    for text in (_SAMPLE, _BARE):
        veil(text)
        find_claim(text)
        topics_of(text)
        places_in(text)
        desk.mask(text)
        desk.segmenter.segment(text)
    # None of it is ever garbage, and each search for some among it would hold up whoever waits for a page.
    gc.freeze()
