"""Run the desk as a server in the event loop of this process."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address
from types import FrameType
from typing import Final

import uvicorn
from fastapi import FastAPI

from monitor.desk.views.word_lists import read_word_lists
from monitor.desk.web.connections import LimitedConnection
from monitor.desk.web.request_origin import is_address
from monitor.errors import KiemtinError
from monitor.settings.settings import Settings

# As many are accepted in one go, before any can be closed: with the limit of connections it stays below 1,024 files.
BACKLOG: Final = 64
# When the desk ends, so long it waits until answers are fetched; without a limit one client could keep it open.
LAST_ANSWERS_SECONDS: Final = 10.0


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
    reading = asyncio.create_task(asyncio.to_thread(read_word_lists, desk.state.desk))
    try:
        yield task  # the socket listens already, so early requests wait until the server is up
    finally:
        server.should_exit = True
        await task
        await reading
        listener.close()


class _Server(uvicorn.Server):
    """A server that a signal ends in good order.

    Uvicorn sends itself the signal once more when it has ended. Where SIGINT was ignored, as in the background of a
    script, that broke the event loop, and threads that had answered requests kept the process from ending.
    """

    def handle_exit(self, sig: int, _frame: FrameType | None) -> None:
        self.force_exit = self.should_exit and sig == signal.SIGINT
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
