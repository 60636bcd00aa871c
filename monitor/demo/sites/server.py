"""What every sample platform shares: posts that appear with the clock, switches for faults, a request log."""

import asyncio
import socket
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import inf

import uvicorn
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from monitor.clock import Clock

_CHALLENGE_PAGE = (
    "<!DOCTYPE html><html><head><title>Just a moment...</title></head>"
    "<body><script>window._cf_chl_opt={};</script><p>Enable JavaScript and cookies to continue</p></body></html>"
)
_RATE_WINDOW = timedelta(minutes=5)
_LOOKS_EVERY_SECONDS = 0.02
_GRACE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class SitePicture:
    """A picture: its bytes, and what its author wrote of it."""

    data: bytes
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePost:
    """One post of a sample platform. Times are aware UTC; `engagement` has replies, shares and likes."""

    id: str
    author: str
    text: str
    published_at: datetime
    title: str | None = None
    edited_at: datetime | None = None
    language: str | None = "vi"
    engagement: Mapping[str, int] = field(default_factory=dict)
    pictures: Sequence[SitePicture] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRequest:
    """One request as it arrived; header names are lower case, the time is the site's clock."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    time: datetime


def stamp(moment: datetime, timespec: str = "milliseconds") -> str:
    """Write a time as most platforms do: ISO 8601 with a Z."""
    return moment.isoformat(timespec=timespec).replace("+00:00", "Z")


class Site:
    """A sample platform, itself an ASGI application. Its public attributes are switches and may be turned at any time.

    Args:
        posts: Everything that will ever be published; a post shows from its `published_at` on.
        clock: The site's time.
        page_size: How many posts one answer holds at most.

    """

    _router: ASGIApp

    def __init__(self, posts: Iterable[SitePost], clock: Clock, *, page_size: int) -> None:
        self.clock = clock
        self.page_size = page_size
        self.log: list[SeenRequest] = []
        self.robots: tuple[int, bytes] = (404, b"Not Found")
        self.etag = True
        self.challenge = False
        self.slow = 0.0
        self.slow_robots = 0.0
        self.truncate = False
        self.charset: str | None = None
        self.redirects: dict[str, tuple[int, str]] = {}
        self.failures: dict[str, list[int]] = {}
        self._posts = {post.id: post for post in posts}
        self.remaining: int | None = None  # requests of this window; None where there is no limit
        self.reset_at = clock.now()  # when the window of the limit ends

    def add(self, *posts: SitePost) -> None:
        """Publish more posts."""
        self._posts |= {post.id: post for post in posts}

    def edit(self, post_id: str, text: str) -> None:
        """Give a post another text, as of now."""
        self._posts[post_id] = replace(self._posts[post_id], text=text, edited_at=self.clock.now())

    def delete(self, post_id: str) -> None:
        """Take a post away."""
        del self._posts[post_id]

    def rate_limit(self, requests: int) -> None:
        """Answer this many more requests, then refuse until five minutes from now have passed."""
        self.remaining, self.reset_at = requests, self.clock.now() + _RATE_WINDOW

    def fail(self, path: str, *statuses: int) -> None:
        """Answer the next requests for a path with these statuses, one each."""
        self.failures.setdefault(path, []).extend(statuses)

    def visible(self) -> list[SitePost]:
        """List what is published by now, newest first."""
        now = self.clock.now()
        shown = [post for post in self._posts.values() if post.published_at <= now]
        return sorted(shown, key=lambda post: (post.published_at, post.id), reverse=True)

    def seen(self, path: str) -> list[SeenRequest]:
        """List the requests for a path so far."""
        return [request for request in self.log if request.path == path]

    def router(self) -> ASGIApp:
        """Give the application that answers when no switch does."""
        return self._router

    def too_many(self) -> Response:
        """Refuse a request too many, with Retry-After in seconds."""
        seconds = int((self.reset_at - self.clock.now()).total_seconds())
        return Response("Too Many Requests", 429, {"retry-after": str(seconds)}, media_type="text/plain")

    def limit_headers(self) -> dict[str, str]:
        """Give the headers in which this platform tells of its limits; most tell nothing."""
        return {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        self._record(request)
        answer = await self._faulty(request) or self.router()
        await _truncated(answer, scope, receive, send) if self.truncate else await answer(scope, receive, send)

    def _record(self, request: Request) -> None:
        self.log.append(
            SeenRequest(
                method=request.method,
                path=request.url.path,
                query=dict(request.query_params),
                headers=dict(request.headers),
                time=self.clock.now(),
            )
        )

    async def _faulty(self, request: Request) -> Response | None:
        path = request.url.path
        if path == "/robots.txt":
            await self._linger(request, self.slow_robots)
            status, body = self.robots
            return Response(body, status, media_type="text/plain")
        await self._linger(request, self.slow)
        if self.failures.get(path):
            return Response("Something broke", self.failures[path].pop(0), media_type="text/plain")
        if self.challenge:
            return HTMLResponse(_CHALLENGE_PAGE, 403, {"cf-mitigated": "challenge", "server": "cloudflare"})
        if self._spend():
            return self.too_many()
        if path in self.redirects:
            status, target = self.redirects[path]
            return Response("", status, {"location": target})
        return None

    async def _linger(self, request: Request, seconds: float) -> None:
        """Wait so many seconds by the site's clock; for ever, until the client leaves."""
        if 0 < seconds < inf:
            await self.clock.sleep(seconds)
        while seconds == inf and not await request.is_disconnected():  # noqa: ASYNC110  there is no event
            await asyncio.sleep(_LOOKS_EVERY_SECONDS)

    def _spend(self) -> bool:
        """Take one request from the allowance; say whether there was none left."""
        if self.remaining is not None and self.clock.now() >= self.reset_at:
            self.remaining = None
        if self.remaining is None:
            return False
        self.remaining -= 1
        return self.remaining < 0


async def _truncated(answer: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Send only the first half of the body that the headers promise; the server then hangs up."""

    async def half(message: dict[str, object]) -> None:
        body = message.get("body", b"")
        if message["type"] == "http.response.body" and isinstance(body, bytes):
            message = {**message, "body": body[: len(body) // 2], "more_body": True}
        await send(message)

    await answer(scope, receive, half)  # type: ignore[arg-type]  # a message is any mapping, here a dictionary


class LoopbackServer(uvicorn.Server):
    """A server that stops at once: uvicorn's own looks ten times a second whether it should, and then waits as long.

    Args:
        app: What to serve.

    """

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(uvicorn.Config(app, http="h11", ws="none", lifespan="off", log_config=None, access_log=False))
        self._stopped = Future[None]()

    def stop(self) -> None:
        """End the server, from any thread."""
        self._stopped.set_result(None)

    async def main_loop(self) -> None:
        """Answer requests until `stop` is called."""
        await self.on_tick(0)  # it also makes the headers that every answer has
        await asyncio.wrap_future(self._stopped)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002  uvicorn's own
        """Let no one in any more, and give requests that are being answered a second."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=_GRACE_SECONDS)
        await asyncio.sleep(0)  # connections close in the loop's next round


@contextmanager
def serve(app: ASGIApp, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve an application on loopback, in a thread, until the block ends.

    Args:
        app: What to serve.
        host: The address to listen on.
        port: The port; 0 for any that is free.

    Yields:
        The address to read, without a slash at its end.

    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=128)
    # Connections inherit it. Without it a body waits 40 ms behind its headers, for each answer.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    server = LoopbackServer(app)
    # The socket listens already, so that requests made before the thread is up simply wait.
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name=f"site {host}", daemon=True)
    thread.start()
    name = f"[{host}]" if ":" in host else host
    try:
        yield f"http://{name}:{listener.getsockname()[1]}"
    finally:
        server.stop()
        thread.join()
        listener.close()
