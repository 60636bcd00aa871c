"""Test hosts on loopback addresses that answer a share of requests with faults and log every request."""

import random
import socket
import threading
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Receive, Scope, Send

from monitor.collectors.http.client import PoliteClient
from monitor.demo.sites.server import Site
from tests.clock import FakeClock, Limit

FAULTS = ("429", "500", "cut", "slow", "reset")
RETRY_AFTER = 20  # seconds


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """One request: when it came by the site's clock, and what it was for."""

    path: str
    time: float


ASKED: ContextVar[str] = ContextVar("host that is asked", default="")


class HostClock(FakeClock):
    """A clock whose timeouts run out host by host, when the host says so."""

    def __init__(self) -> None:
        super().__init__()
        self._newest: dict[str, Limit] = {}

    @asynccontextmanager
    async def timeout(self, seconds: float) -> AsyncIterator[Limit]:
        async with super().timeout(seconds) as limit:
            self._newest[ASKED.get()] = limit
            yield limit

    def give_up(self, address: str) -> None:
        """Let the one request to a host that is on its way run out of time."""
        self._newest[address].run_out()


class NamingClient(PoliteClient):
    """A client that tells the clock which host it asks."""

    async def _send(self, url: Any, headers: Mapping[str, str], *, is_robots: bool) -> Any:
        before = ASKED.set(url.host)
        try:
            return await super()._send(url, headers, is_robots=is_robots)
        finally:
            ASKED.reset(before)


class Host:
    """One address with several sources below `/name/`; a share of its answers goes wrong.

    Args:
        sites: By name.
        address: On which they are.
        clock: Tells when requests come, and when the client gives up on this host.
        share: Of requests that get a fault.
        seed: Decides which requests get which fault.

    """

    def __init__(self, sites: Mapping[str, Site], address: str, clock: HostClock, *, share: float, seed: int) -> None:
        self.log: list[LoggedRequest] = []
        self.faults: Counter[str] = Counter()
        self.most_at_once = 0
        self._at_once = 0
        self._address, self._clock = address, clock
        self._share = share
        self._random = random.Random(seed)  # noqa: S311  it decides on faults, not on secrets
        routes: list[BaseRoute] = [Mount(f"/{name}", site) for name, site in sites.items()]
        self._app = Starlette(routes=[*routes, Route("/robots.txt", self._robots)])

    @staticmethod
    async def _robots(_request: Any) -> PlainTextResponse:
        return PlainTextResponse("", 404)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.log.append(LoggedRequest(scope["path"], self._clock.monotonic()))
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        fault = None
        if scope["path"] != "/robots.txt" and self._random.random() < self._share:
            fault = self._random.choice(FAULTS)
            self.faults[fault] += 1
        if fault == "slow":
            await self._hang(receive)
            return
        try:
            await self._answer(fault, scope, receive, send)
        finally:
            self._at_once -= 1

    async def _answer(self, fault: str | None, scope: Scope, receive: Receive, send: Send) -> None:
        if fault == "429":
            headers = {"retry-after": str(RETRY_AFTER)}
            await PlainTextResponse("Too Many Requests", 429, headers)(scope, receive, send)
        elif fault == "500":
            await PlainTextResponse("Something broke", 500)(scope, receive, send)
        elif fault == "reset":
            receive.__self__.transport.abort()
        else:
            await self._app(scope, receive, _halved(send) if fault == "cut" else send)

    async def _hang(self, receive: Receive) -> None:
        """Answer nothing until the client gives up; only then may it send its next request."""
        self._at_once -= 1
        self._clock.give_up(self._address)
        while (await receive())["type"] != "http.disconnect":
            pass


def _halved(send: Send) -> Send:
    async def half(message: Any) -> None:
        if message["type"] == "http.response.body":
            body = message.get("body", b"")
            message = {**message, "body": body[: len(body) // 2], "more_body": True}
        await send(message)

    return half


@contextmanager
def serve_hosts(hosts: Mapping[str, Host]) -> Iterator[Mapping[str, str]]:
    """Serve each host on its own address, all from one thread; gives the base address of each."""
    listeners = {address: socket.create_server((address, 0), backlog=128) for address in hosts}
    by_place = {listener.getsockname(): hosts[address] for address, listener in listeners.items()}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await by_place[tuple(scope["server"])](scope, receive, send)

    config = uvicorn.Config(
        app, http="h11", ws="none", lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    sockets: Sequence[socket.socket] = list(listeners.values())
    thread = threading.Thread(target=server.run, kwargs={"sockets": sockets}, daemon=True)
    thread.start()
    try:
        yield {address: f"http://{address}:{each.getsockname()[1]}" for address, each in listeners.items()}
    finally:
        server.should_exit = True
        thread.join()
        for each in sockets:
            with suppress(OSError):
                each.close()
