"""A websocket passes the same checks as a page: guard, robots.txt, rate limit, refusals."""

import asyncio
import socket
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

import pytest
from kiemtin_jetstream.websocket import HandshakeRejected, StreamBroken, _connect, open_stream

from examples.jetstream.tests.jetstream_site import FIRST_PATH, JetstreamSite, serve_stream
from monitor.collectors.http.client import PoliteClient
from monitor.demo.sites import SitePost
from monitor.errors import AddressBlocked, PayloadInvalid, RateLimited, SourceRefused
from tests.clock import HANGS_AFTER, FakeClock
from tests.monitor.collectors.conftest import ClientFactory


@pytest.fixture
def site(clock: FakeClock) -> JetstreamSite:
    return JetstreamSite([], clock)


@pytest.fixture
def base(site: JetstreamSite) -> Iterator[str]:
    with serve_stream(site) as address:
        yield address


async def first_message(client: PoliteClient, url: str, seconds: float = 0.05) -> str | None:
    async with open_stream(url, client) as stream:
        return await stream.receive(seconds)


async def test_message_arrives_and_silence_is_none(
    client: PoliteClient, clock: FakeClock, site: JetstreamSite, base: str
) -> None:
    async with open_stream(f"{base}{FIRST_PATH}", client) as stream:
        assert await stream.receive(0.05) is None
        site.add(SitePost(id="1", author="an", text="Chào", published_at=clock.now()))
        assert "Chào" in (await stream.receive(5) or "")


async def test_private_address_is_not_connected_to(open_client: ClientFactory, site: JetstreamSite, base: str) -> None:
    port = base.rpartition(":")[2]
    async with open_client(allow_addresses=()) as client:
        with pytest.raises(AddressBlocked, match="only 80 and 443"):
            await first_message(client, f"{base}{FIRST_PATH}")
    async with open_client(allow_addresses=(f"elsewhere:{port}",)) as client:
        with pytest.raises(AddressBlocked):
            await first_message(client, "ws://127.0.0.1/subscribe")
    assert site.log == []


async def test_name_that_leads_to_a_private_address_is_not_connected_to(
    open_client: ClientFactory, site: JetstreamSite, base: str
) -> None:
    port = int(base.rpartition(":")[2])
    async with open_client(allow_addresses=()) as client:
        with pytest.raises(AddressBlocked, match=r"localhost leads to .*not a public address"):
            await _connect(f"ws://localhost:{port}/", "localhost", port, client.checks, None, pings=True)
    assert site.log == []


@pytest.mark.parametrize("url", ["ws://an:mat-khau@127.0.0.1/x", "ws:///x", "ws://127.0.0.1:99999/x"])
async def test_malformed_address(client: PoliteClient, url: str) -> None:
    with pytest.raises(AddressBlocked) as caught:
        await first_message(client, url)
    assert "mat-khau" not in str(caught.value)


async def test_name_is_resolved_and_its_first_address_that_answers_is_taken(
    open_client: ClientFactory, site: JetstreamSite, base: str
) -> None:
    port = base.rpartition(":")[2]
    async with open_client(allow_addresses=("localhost",)) as client:
        assert await first_message(client, f"ws://localhost:{port}{FIRST_PATH}") is None
    assert site.seen(FIRST_PATH)[0].headers["host"] == f"localhost:{port}"


async def test_server_name_in_tls_is_the_name_not_the_address(open_client: ClientFactory) -> None:
    hellos: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hellos.append(await reader.read(2000))
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, open_client(allow_addresses=("localhost",)) as client:
        with pytest.raises(StreamBroken, match="could not be reached"):
            await _connect(f"wss://localhost:{port}/", "localhost", port, client.checks, None, pings=True)
    assert [b"localhost" in hello for hello in hellos] == [True]


async def test_robots_file_is_obeyed_and_read_once_a_day(
    client: PoliteClient, open_client: ClientFactory, clock: FakeClock, site: JetstreamSite, base: str
) -> None:
    for _ in range(2):
        await first_message(client, f"{base}{FIRST_PATH}")
    assert len(site.seen("/robots.txt")) == 1
    clock.advance(timedelta(days=1))
    await first_message(client, f"{base}{FIRST_PATH}")
    assert len(site.seen("/robots.txt")) == 2
    site.robots = (200, b"User-agent: *\nDisallow: /subscribe")
    async with open_client() as other:
        with pytest.raises(SourceRefused, match=r"robots\.txt"):
            await first_message(other, f"{base}{FIRST_PATH}")
    assert len(site.seen(FIRST_PATH)) == 3


async def test_delay_is_kept_between_connections(
    open_client: ClientFactory, clock: FakeClock, site: JetstreamSite, base: str
) -> None:
    async with open_client(api_delay=2.0) as client:
        for _ in range(3):
            await first_message(client, f"{base}{FIRST_PATH}")
    times = [request.time for request in site.log]
    assert all(later - earlier >= timedelta(seconds=2) for earlier, later in pairwise(times))


async def test_refusal_says_when_to_come_back_and_is_obeyed(
    client: PoliteClient, clock: FakeClock, site: JetstreamSite, base: str
) -> None:
    site.rate_limit(0)
    for _ in range(2):
        with pytest.raises(RateLimited) as caught:
            await first_message(client, f"{base}{FIRST_PATH}")
        assert caught.value.retry_at == clock.now() + timedelta(seconds=120)
    assert len(site.seen(FIRST_PATH)) == 1
    clock.advance(timedelta(minutes=5))
    await first_message(client, f"{base}{FIRST_PATH}")
    assert len(site.seen(FIRST_PATH)) == 2


@pytest.mark.parametrize("status", [401, 403, 451])
async def test_members_only(client: PoliteClient, site: JetstreamSite, base: str, status: int) -> None:
    site.fail(FIRST_PATH, status)
    with pytest.raises(SourceRefused, match=str(status)):
        await first_message(client, f"{base}{FIRST_PATH}")


async def test_challenge(client: PoliteClient, site: JetstreamSite, base: str) -> None:
    site.challenge = True
    with pytest.raises(SourceRefused, match="challenge"):
        await first_message(client, f"{base}{FIRST_PATH}")


async def test_redirect_is_not_followed(client: PoliteClient, site: JetstreamSite, base: str) -> None:
    site.redirects[FIRST_PATH] = (302, f"{base}/other")
    with pytest.raises(PayloadInvalid, match="redirects"):
        await first_message(client, f"{base}{FIRST_PATH}")
    assert site.seen("/other") == []


async def test_wrong_path_and_failing_server(client: PoliteClient, site: JetstreamSite, base: str) -> None:
    with pytest.raises(HandshakeRejected, match="404") as caught:
        await first_message(client, f"{base}/nowhere")
    assert caught.value.body == b"Not Found"
    site.fail(FIRST_PATH, 500)
    with pytest.raises(StreamBroken, match="500"):
        await first_message(client, f"{base}{FIRST_PATH}")


async def test_server_that_never_answers_is_given_up(open_client: ClientFactory) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        async with open_client(timeout=0.1) as client, asyncio.timeout(HANGS_AFTER):
            with pytest.raises(StreamBroken, match="could not be reached"):
                await _connect(f"ws://127.0.0.1:{port}/", "127.0.0.1", port, client.checks, None, pings=True)


async def test_message_larger_than_allowed_breaks_the_stream(
    open_client: ClientFactory, clock: FakeClock, site: JetstreamSite, base: str
) -> None:
    site.raw = ["x" * 2000]
    async with open_client(max_body_bytes=1000) as client:
        with pytest.raises(StreamBroken, match="broke off"):
            await first_message(client, f"{base}{FIRST_PATH}", 5)
