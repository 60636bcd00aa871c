"""A sample Jetstream server: replays what happened from a time on, then waits; drops, repeats and refuses on demand."""

import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request as Handshake
from websockets.http11 import Response as Answer
from websockets.sync.server import ServerConnection
from websockets.sync.server import serve as listen
from websockets.typing import Subprotocol

from monitor.clock import Clock
from monitor.demo.sites.server import SeenRequest, Site, SitePost
from tests.platforms.bluesky_site import record_of

FIRST_PATH = "/subscribe"
SECOND_PATH = "/xrpc/network.bsky.jetstream.subscribeEvents"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIMES_BEGIN = 1_000_000_000_000_000  # a smaller cursor is a number of an event, a larger one a time
_GLANCE_SECONDS = 0.02
_LOOKBACK = timedelta(hours=36)


class JetstreamSite(Site):
    """A Jetstream server on loopback; `serve_stream` makes it answer. Publishing, editing and deleting are events.

    Besides the switches of every site: `drops` says after how many events the next connections break off; `farewells`
    after how many, and with which error, the next connections of the second form are ended; `repeat` sends every event
    twice; `lookback` is how far back the stream reaches; `raw` are lines that come before all events.

    Args:
        posts: What was published before.
        clock: Its time.

    """

    def __init__(self, posts: Iterable[SitePost], clock: Clock) -> None:
        super().__init__((), clock, page_size=1)
        self.drops: list[int] = []
        self.farewells: list[tuple[int, str]] = []
        self.repeat = False
        self.lookback = _LOOKBACK
        self.raw: list[str] = []
        self.wrote: list[str] = []
        self._events: list[dict[str, Any]] = []
        self.add(*posts)

    def add(self, *posts: SitePost) -> None:
        """Publish more posts, each at its own time."""
        super().add(*posts)
        for post in posts:
            self._commit("create", post, post.published_at)

    def edit(self, post_id: str, text: str) -> None:
        """Put another record in a post's place, now."""
        super().edit(post_id, text)
        self._commit("update", self._posts[post_id], self.clock.now())

    def delete(self, post_id: str) -> None:
        """Take a post away, now."""
        self._commit("delete", self._posts[post_id], self.clock.now())
        super().delete(post_id)

    def account(self, author: str, *, status: str | None) -> None:
        """Let an account be deleted, takendown, suspended or deactivated, or come back (None), now."""
        state = {"active": status is None, "did": did_of(author), **({"status": status} if status else {})}
        self._happen("account", author, self.clock.now(), account=state)

    def identity(self, author: str) -> None:
        """Let an account change its handle, now."""
        state = {"did": did_of(author), "handle": f"{author}.bsky.example"}
        self._happen("identity", author, self.clock.now(), identity=state)

    def router(self) -> ASGIApp:
        """Give what answers without a websocket: nothing is here."""
        return PlainTextResponse("Not Found", 404)

    def too_many(self) -> Response:
        """Refuse as the servers' proxy does."""
        return PlainTextResponse("Too Many Requests", 429, {"retry-after": "120"})

    def answer_handshake(self, _connection: ServerConnection, request: Handshake) -> Answer | None:
        """Answer what opens no stream; None lets it open."""
        parts = urlsplit(request.path)
        query = {name: ",".join(values) for name, values in parse_qs(parts.query).items()}
        self.log.append(
            SeenRequest(
                method="GET",
                path=parts.path,
                query=query,
                headers={name.lower(): value for name, value in request.headers.raw_items()},
                time=self.clock.now(),
            )
        )
        if parts.path == "/robots.txt":
            return _answer(self.robots[0], self.robots[1])
        if self.failures.get(parts.path):
            return _answer(self.failures[parts.path].pop(0), b"Something broke")
        if self.challenge:
            return _answer(403, b"<title>Just a moment...</title>", {"cf-mitigated": "challenge"})
        if self._spend():
            return _answer(429, b"Too Many Requests", {"retry-after": "120"})
        if parts.path in self.redirects:
            status, target = self.redirects[parts.path]
            return _answer(status, b"", {"location": target})
        return self._refuse(parts.path, query)

    def replay(self, connection: ServerConnection) -> None:
        """Send what happened since the cursor, then whatever happens, until the client leaves."""
        request = connection.request
        if request is None:
            return
        parts = urlsplit(request.path)
        second = parts.path == SECOND_PATH
        asked = parse_qs(parts.query).get("cursor")
        position = self._position(int(asked[0])) if asked else len(self._due())
        drop = self.drops.pop(0) if self.drops else None
        farewell = self.farewells.pop(0) if second and self.farewells else None
        sent = 0
        try:
            for line in self.raw:
                connection.send(line)
            while True:
                for event in self._due()[position:]:
                    if sent == drop:
                        connection.socket.close()
                        return
                    if farewell and sent == farewell[0]:
                        connection.send(json.dumps({"$type": "error", "error": farewell[1], "message": "Tạm biệt"}))
                        return
                    for _ in range(2 if self.repeat else 1):
                        connection.send(_line(event, second=second))
                    position, sent = position + 1, sent + 1
                if not self._listen(connection) and second:
                    return
        except (ConnectionClosed, OSError):
            return

    def _listen(self, connection: ServerConnection) -> bool:
        try:
            self.wrote.append(str(connection.recv(timeout=_GLANCE_SECONDS)))
        except TimeoutError:
            return True
        return False

    def _refuse(self, path: str, query: dict[str, str]) -> Answer | None:
        if path not in (FIRST_PATH, SECOND_PATH):
            return _answer(404, b"Not Found")
        if path == SECOND_PATH and "wantedCollections" in query:
            return _answer(400, b'{"error": "InvalidRequest", "message": "unknown parameter wantedCollections"}')
        cursor = int(query.get("cursor") or 0)
        if path == SECOND_PATH and cursor >= _TIMES_BEGIN and cursor < self._oldest():
            return _answer(400, b'{"error": "CursorTooOld", "message": "cursor is below the lookback floor"}')
        return None

    def _position(self, cursor: int) -> int:
        """Find the first event to send: inclusive; older than the lookback is clamped, later than now is now."""
        events, now = self._due(), _microseconds(self.clock.now())
        if cursor < _TIMES_BEGIN:
            return next((place for place, event in enumerate(events) if event["seq"] >= cursor), len(events))
        if cursor > now:
            return len(events)
        since = max(cursor, self._oldest())
        return next((place for place, event in enumerate(events) if event["time_us"] >= since), len(events))

    def _oldest(self) -> int:
        return _microseconds(self.clock.now() - self.lookback)

    def _due(self) -> list[dict[str, Any]]:
        now = _microseconds(self.clock.now())
        return sorted((event for event in self._events if event["time_us"] <= now), key=lambda event: event["time_us"])

    def _commit(self, operation: str, post: SitePost, at: datetime) -> None:
        content = {} if operation == "delete" else {"record": record_of(post), "cid": f"bafyrei{post.id}"}
        place = {"operation": operation, "collection": "app.bsky.feed.post", "rkey": post.id}
        self._happen("commit", post.author, at, commit={"rev": f"3m{len(self._events)}", **place, **content})

    def _happen(self, kind: str, author: str, at: datetime, **content: dict[str, Any]) -> None:
        seq = len(self._events) + 1
        self._events.append({"did": did_of(author), "time_us": _microseconds(at), "seq": seq, "kind": kind, **content})


@contextmanager
def serve_stream(site: JetstreamSite, host: str = "127.0.0.1") -> Iterator[str]:
    """Let a server answer on loopback, in threads, until the block ends.

    Args:
        site: The server.
        host: The address to listen on.

    Yields:
        The address to read, without a slash at its end.

    """
    protocols = [Subprotocol("xrpc.v1.json")]
    with listen(
        site.replay,
        host,
        0,
        process_request=site.answer_handshake,
        subprotocols=protocols,
        select_subprotocol=lambda _, offered: protocols[0] if protocols[0] in offered else None,
    ) as server:
        thread = threading.Thread(target=server.serve_forever, name=f"stream {host}", daemon=True)
        thread.start()
        try:
            yield f"ws://{host}:{server.socket.getsockname()[1]}"
        finally:
            server.shutdown()
            thread.join()


def did_of(author: str) -> str:
    """Give an account's lasting identifier."""
    return f"did:plc:{author.replace('_', '')}"


def _line(event: dict[str, Any], *, second: bool) -> str:
    """Write an event in the first wire form, with the number that newer servers add, or in the second."""
    if not second:
        first = {name: value for name, value in event.items() if name != "seq"}
        return json.dumps(first | {"cursor": event["seq"]}, ensure_ascii=False)
    kind = event["kind"]
    inner = event["commit"] if kind == "commit" else {kind: event[kind]}
    stamp = (_EPOCH + timedelta(microseconds=event["time_us"])).isoformat(timespec="microseconds")
    payload = {
        "$type": f"network.bsky.jetstream.subscribeEvents#{kind}",
        "seq": event["seq"],
        "did": event["did"],
        "time": stamp.replace("+00:00", "Z"),
        **inner,
    }
    return json.dumps({"$type": "message", "payload": payload}, ensure_ascii=False)


def _answer(status: int, body: bytes, headers: dict[str, str] | None = None) -> Answer:
    reply = Headers({"content-length": str(len(body)), "connection": "close", **(headers or {})})
    return Answer(status, "Answer", reply, body)


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)
