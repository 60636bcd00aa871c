"""Connections that keep their request back do not shut the desk; word lists are read while it starts."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI, Response

from classifiers.text.lexicon import default_lexicon
from classifiers.text.segment import Segmenter, Word
from monitor.desk.web import server
from monitor.desk.web.server import LimitedConnection, exposure_warning, serving
from monitor.errors import KiemtinError
from monitor.settings.settings import Settings
from tests.monitor.desk.made_desk import make_desk
from tests.monitor.desk.world import World

LIMIT = 8
REQUEST = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
HALF_FORM = (
    b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 9\r\n\r\nname"
)
Client = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def served(app: FastAPI, tmp_path: Path, **settings: Any) -> AsyncIterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    async with serving(app, Settings(home=tmp_path, desk_port=port, **settings)):
        yield port


async def connect(port: int, first: bytes = b"") -> Client:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(first)
    await writer.drain()
    return reader, writer


async def answer(client: Client) -> bytes:
    """Give the first line of an answer."""
    return await client[0].readline()


async def close(clients: list[Client]) -> None:
    for _, writer in clients:
        writer.close()


async def answered(port: int, request: bytes = REQUEST) -> bytes:
    """Send a request over a connection of its own; gives the first line of the answer."""
    client = await connect(port, request)
    line = await answer(client)
    await close([client])
    return line


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LimitedConnection, "max_connections", LIMIT)


@pytest.mark.parametrize("first", [b"", b"GET / HT", HALF_FORM])
async def test_a_whole_request_is_answered_however_many_keep_theirs_back(
    app: FastAPI, tmp_path: Path, few: None, first: bytes
) -> None:
    async with served(app, tmp_path) as port:
        silent = [await connect(port, first) for _ in range(LIMIT * 3)]
        reviewer = await connect(port, REQUEST)
        assert await answer(reviewer) == b"HTTP/1.1 200 OK\r\n"
        # The oldest made room.
        for reader, _ in silent[: LIMIT * 2]:
            with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
                await reader.readexactly(1)
        await close([*silent, reviewer])


async def test_a_request_that_does_not_arrive_in_time_is_given_up(
    app: FastAPI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LimitedConnection, "request_seconds", 0.0)
    async with served(app, tmp_path) as port:
        reader, writer = await connect(port, b"GET / HT")
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)
        writer.close()


async def test_an_answer_that_nobody_fetches_does_not_keep_the_desk_open(
    app: FastAPI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "LAST_ANSWERS_SECONDS", 0)

    @app.get("/healthz/long")
    async def long() -> Response:
        return Response(b"a" * 50_000_000)

    with ExitStack() as silent:
        async with served(app, tmp_path) as port:
            client = silent.enter_context(socket.create_connection(("127.0.0.1", port)))
            client.sendall(REQUEST.replace(b"/healthz", b"/healthz/long"))
            await asyncio.to_thread(client.recv, 1, socket.MSG_PEEK)


async def test_one_connection_serves_several_requests(app: FastAPI, tmp_path: Path, few: None) -> None:
    async with served(app, tmp_path) as port:
        client = await connect(port)
        for _ in range(3):
            client[1].write(REQUEST)
            await client[1].drain()
            head = await client[0].readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200 OK\r\n")
            assert b"server:" not in head.lower()
            await client[0].readexactly(int(head.lower().partition(b"content-length: ")[2].split()[0]))
        await close([client])


@pytest.mark.parametrize(
    "framing",
    [
        b"Content-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: xchunked\r\nContent-Length: 3\r\n\r\nabc",
        b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        b"Content-Length: 3\r\nContent-Length: 30\r\n\r\nabc",
        b"Content-Length: +3\r\n\r\nabc",
        b"Transfer-Encoding: chunked\r\n\r\nZZ\r\nabc\r\n0\r\n\r\n",
    ],
)
async def test_a_request_has_one_length_and_hides_no_other_request(
    app: FastAPI, tmp_path: Path, framing: bytes
) -> None:
    first = b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\n" + framing
    last = REQUEST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    async with served(app, tmp_path) as port:
        reader, writer = await connect(port, first + last)
        got = re.findall(rb"HTTP/1\.1 (\d{3})", await reader.read())
        writer.close()
    assert got == [b"400"]


async def test_an_upgrade_is_not_a_way_around_the_count(app: FastAPI, tmp_path: Path) -> None:
    ask = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"
    async with served(app, tmp_path) as port:
        assert await answered(port, ask) == b"HTTP/1.1 303 See Other\r\n"


async def test_a_port_that_is_taken_is_told(app: FastAPI, tmp_path: Path) -> None:
    async with served(app, tmp_path) as port:
        with pytest.raises(KiemtinError, match="KIEMTIN_DESK_PORT"):
            async with serving(app, Settings(home=tmp_path, desk_port=port)):
                pass


@pytest.mark.parametrize(("proxies", "believed"), [((), False), (("127.0.0.1",), True), (("192.0.2.1",), False)])
async def test_only_proxies_that_are_set_are_believed(
    app: FastAPI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, proxies: tuple[str, ...], believed: bool
) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    seen: list[str] = []
    config: list[uvicorn.Config] = []
    made = uvicorn.Config

    async def asked(scope: dict[str, object], receive: object, send: object) -> None:
        seen.append(str(scope["client"][0]))  # type: ignore[index]
        await app(scope, receive, send)  # type: ignore[arg-type]

    def configure(_: object, **options: object) -> uvicorn.Config:
        config.append(made(asked, **options))  # type: ignore[arg-type]
        return config[-1]

    monkeypatch.setattr(server.uvicorn, "Config", configure)
    forwarded = REQUEST.replace(b"\r\n\r\n", b"\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n")
    async with served(app, tmp_path, trusted_proxies=proxies) as port:
        assert await answered(port, forwarded) == b"HTTP/1.1 200 OK\r\n"
    assert seen == ["203.0.113.9" if believed else "127.0.0.1"]


@pytest.mark.parametrize(
    ("host", "url", "warned"),
    [
        ("127.0.0.1", "", False),
        ("::1", "", False),
        ("localhost", "", False),
        ("0.0.0.0", "", True),  # noqa: S104
        ("192.168.1.5", "http://ban.lan", True),
        ("0.0.0.0", "https://kiemtin.example.vn", False),  # noqa: S104
    ],
)
def test_a_desk_that_others_reach_in_clear_text_is_warned_of(tmp_path: Path, host: str, url: str, warned: bool) -> None:
    line = exposure_warning(Settings(home=tmp_path, desk_host=host, desk_url=url))
    assert (line is not None and "desk_url" in line) is warned


async def test_the_end_of_a_page_is_sent_at_once(app: FastAPI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once, made = [], LimitedConnection.connection_made

    def noting(connection: LimitedConnection, transport: asyncio.Transport) -> None:
        at_once.append(transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0)
        made(connection, transport)

    monkeypatch.setattr(LimitedConnection, "connection_made", noting)
    async with served(app, tmp_path) as port:
        assert await answered(port) == b"HTTP/1.1 200 OK\r\n"
    assert at_once == [True]


class Listening(Segmenter):
    """A segmenter that notes what it is asked, and loads nothing."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def segment(self, text: str) -> list[Word]:
        self.asked.append(text)
        return []


async def test_a_desk_that_starts_uses_each_list_once(world: World, tmp_path: Path) -> None:
    masked: list[str] = []

    def mask(text: str) -> str:
        masked.append(text)
        return text

    segmenter = Listening()
    app = make_desk(world.database, world.clock, Settings(home=tmp_path), segmenter=segmenter, mask=mask)
    async with served(app, tmp_path):
        pass  # it is stopped before it has answered anybody, and ends all the same
    assert len(masked) == len(segmenter.asked) == 2, "with and without diacritics there are lists of their own"
    assert default_lexicon.cache_info().currsize == 1
