"""Which addresses count as public, how connections are made to them, and where redirects may lead."""

import asyncio
import re
from collections.abc import Callable, Iterable
from ipaddress import ip_network
from typing import Any

import httpcore
import pytest
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from monitor.collectors.http.address_guard import AddressPolicy, GuardedBackend, is_public
from monitor.collectors.http.client import guarded_pool
from monitor.demo.sites import FeedSite, serve
from monitor.errors import (
    AddressBlocked,
    FetchFailed,
    SourceRefused,
)
from tests.clock import FakeClock
from tests.examples import examples_of
from tests.monitor.collectors.collecting import answering
from tests.monitor.collectors.http.conftest import Get

EXAMPLES = examples_of(__file__)

REGISTRY = EXAMPLES["registry"]  # of networks by IANA, and whether each is globally reachable
MULTICAST_AND_FORMER = {"224.0.0.0/4": False, "ff00::/8": False, "fec0::/10": False, "::ffff:0:0:0/96": False}


Named = Callable[..., None]


@pytest.fixture
async def named(monkeypatch: pytest.MonkeyPatch) -> Named:
    """Say to which addresses the name `bao.example` leads."""

    def lead(*addresses: str) -> None:
        async def look_up(host: str, port: int, **_: Any) -> Any:
            return [(0, 0, 0, "", (each, port)) for each in (addresses if host == "bao.example" else [host])]

        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", look_up)

    return lead


@pytest.mark.parametrize(("network", "reachable"), (REGISTRY | MULTICAST_AND_FORMER).items())
def test_registered_networks(network: str, reachable: bool) -> None:
    addresses = ip_network(network)
    for address in (addresses[0], addresses[-1]):
        narrower = [each for each in REGISTRY if address in ip_network(each) and ip_network(each) != addresses]
        if all(ip_network(each).prefixlen < addresses.prefixlen for each in narrower):
            assert is_public(str(address)) is reachable


@pytest.mark.parametrize("address", EXAMPLES["public"])
def test_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", EXAMPLES["not_public"])
def test_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["169.254.169.254", "fe80::1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe"])
def test_link_local_addresses_are_never_opened_nor_is_advised_to_allow_them(address: str) -> None:
    for policy in (AddressPolicy(), AddressPolicy(["a.example", "169.254.169.254"])):
        with pytest.raises(AddressBlocked, match="never opened") as caught:
            policy.check_addresses("a.example", 80, ["93.184.215.14", address])
        assert "allow_addresses" not in str(caught.value)


class Dialler(httpcore.AsyncNetworkBackend):
    """Notes where connections would go; nobody answers on the first address."""

    def __init__(self) -> None:
        self.dialled: list[str] = []

    async def connect_tcp(self, host: str, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        self.dialled.append(host)
        if len(self.dialled) == 1:
            raise httpcore.ConnectError("nobody there")
        return httpcore.AsyncMockStream([])


async def test_next_address_is_tried_when_one_does_not_answer() -> None:
    dialler = Dialler()
    backend = GuardedBackend(AddressPolicy(["localhost"]), dialler)
    with pytest.raises(httpcore.ConnectError, match="nobody there"):
        await backend.connect_tcp("93.184.215.14", 80)
    await backend.connect_tcp("93.184.215.15", 443)
    assert dialler.dialled == ["93.184.215.14", "93.184.215.15"]


async def test_name_is_looked_up_once_and_its_vetted_address_is_dialled(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads elsewhere when it is looked up again leads nowhere else here."""
    answers = iter([["93.184.215.14", "93.184.215.15"], ["127.0.0.1"]])

    async def look_up(_host: str, port: int, **_: Any) -> Any:
        return [(0, 0, 0, "", (address, port)) for address in next(answers)]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", look_up)
    dialler = Dialler()
    await GuardedBackend(AddressPolicy(), dialler).connect_tcp("bao.example", 443)
    assert dialler.dialled == ["93.184.215.14", "93.184.215.15"]


async def test_nothing_is_dialled_before_the_address_is_vetted() -> None:
    dialler = Dialler()
    backend = GuardedBackend(AddressPolicy(), dialler)
    with pytest.raises(AddressBlocked):
        await backend.connect_tcp("127.0.0.1", 80)
    with pytest.raises(AddressBlocked):
        await backend.connect_tcp("93.184.215.14", 22)
    with pytest.raises(AddressBlocked, match="local socket"):
        await backend.connect_unix_socket("/run/docker.sock")
    assert dialler.dialled == []


async def test_unknown_name() -> None:
    backend = GuardedBackend(AddressPolicy(), Dialler())
    with pytest.raises(httpcore.ConnectError, match="is not known"):
        await backend.connect_tcp("a..b", 80)


@pytest.mark.parametrize("allowed", [["::1"], ["[::1]"], ["[::1]:8080"], ["::1:8080"]])
def test_allowing_an_ipv6_address(allowed: Iterable[str]) -> None:
    AddressPolicy(allowed).check_url("http://[::1]:8080/")


# --- redirects


async def test_permanent_redirects_tell_the_new_address(get: Get, site: FeedSite, base: str) -> None:
    site.redirects = {"/a": (301, "/b"), "/b": (308, f"{base}/")}
    answer = await get("/a")
    assert (answer.url, answer.final_url, answer.permanent_url) == (f"{base}/a", f"{base}/", f"{base}/")


async def test_one_temporary_redirect_keeps_the_old_address(get: Get, site: FeedSite, base: str) -> None:
    site.redirects = {"/a": (301, "/b"), "/b": (302, "/")}
    answer = await get("/a")
    assert (answer.final_url, answer.permanent_url) == (f"{base}/", None)


async def test_five_redirects_are_followed_and_not_six(get: Get, site: FeedSite) -> None:
    site.redirects = {f"/{number}": (302, f"/{number - 1}") for number in range(1, 7)} | {"/0": (302, "/")}
    assert (await get("/4")).status == 200
    with pytest.raises(FetchFailed, match="more than 5 times"):
        await get("/5")


async def test_conditions_do_not_travel_with_a_redirect(get: Get, site: FeedSite) -> None:
    site.redirects = {"/a": (302, "/")}
    await get("/a", headers={"If-None-Match": '"1"', "x-kept": "1"})
    assert site.seen("/a")[0].headers["if-none-match"] == '"1"'
    assert "if-none-match" not in site.seen("/")[0].headers
    assert site.seen("/")[0].headers["x-kept"] == "1"


async def test_no_header_travels_to_another_host(get: Get, clock: FakeClock, site: FeedSite) -> None:
    other = FeedSite([], clock)
    with serve(other) as elsewhere:
        site.redirects = {"/a": (302, f"{elsewhere}/")}
        await get("/a", headers={"x-key": "secret"})
    assert "x-key" not in other.seen("/")[0].headers
    assert other.log[0].path == "/robots.txt"


async def test_redirect_into_a_forbidden_part_is_refused(get: Get, site: FeedSite) -> None:
    site.robots = (200, b"User-agent: *\nDisallow: /rieng/")
    site.redirects = {"/a": (302, "/rieng/b")}
    with pytest.raises(SourceRefused, match=r"/robots\.txt does not allow"):
        await get("/a")
    assert site.seen("/rieng/b") == []


# --- addresses


@pytest.mark.parametrize("url", EXAMPLES["not_opened"])
async def test_private_addresses_are_not_opened(open_client: Any, url: str) -> None:
    async with open_client(allow_addresses=()) as client:
        with pytest.raises(AddressBlocked, match="not a public address"):
            await client.get(url)


@pytest.mark.parametrize(
    "url",
    ["ftp://a.example/", "file:///etc/passwd", "a.example", "", "http://", "http://a.example:22/", "http://u:p@a.example/",
     "http://a.example:99999/", "http://[::1", "https://a.example:80a/"],
)  # fmt: skip
async def test_what_is_no_plain_web_address_is_not_opened(open_client: Any, url: str) -> None:
    async with open_client(allow_addresses=()) as client:
        with pytest.raises(AddressBlocked) as caught:
            await client.get(url)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "inside", ["http://127.0.0.1/", "http://169.254.169.254/", "http://10.1.1.1:22/", "file:///etc"]
)
async def test_redirect_inside_is_not_followed(open_client: Any, site: FeedSite, base: str, inside: str) -> None:
    site.redirects = {"/a": (302, inside)}
    async with open_client(allow_addresses=(base.removeprefix("http://"),)) as client:
        with pytest.raises(AddressBlocked):
            await client.get(f"{base}/a")


async def test_redirect_to_another_server_inside_never_reaches_it(
    open_client: Any, clock: FakeClock, site: FeedSite, base: str
) -> None:
    inside = FeedSite([], clock)
    with serve(inside) as elsewhere:
        site.redirects = {"/a": (302, f"{elsewhere}/")}
        async with open_client(allow_addresses=(base.removeprefix("http://"),)) as client:
            with pytest.raises(AddressBlocked):
                await client.get(f"{base}/a")
    assert [request.path for request in site.log] == ["/robots.txt", "/a"]
    assert inside.log == []


async def test_rules_that_moved_inside_are_not_read_and_nothing_else_is(open_client: Any) -> None:
    asked: list[str] = []

    def answer(request: Request) -> Response:
        asked.append(request.url.path)
        return RedirectResponse("http://169.254.169.254/robots.txt", 301)

    with answering({"/{path:path}": answer}) as base:
        async with open_client(allow_addresses=(base.removeprefix("http://"),)) as client:
            with pytest.raises(AddressBlocked, match=r"169\.254\.169\.254"):
                await client.get(f"{base}/a")
    assert asked == ["/robots.txt"]


async def test_redirect_to_a_name_with_a_private_address_is_not_followed(
    open_client: Any, named: Named, site: FeedSite, base: str
) -> None:
    named("192.168.1.1")
    site.redirects = {"/a": (302, "http://bao.example/")}
    async with open_client() as client:
        with pytest.raises(AddressBlocked, match=r"bao\.example leads to 192\.168\.1\.1"):
            await client.get(f"{base}/a")


@pytest.mark.parametrize("answers", [["10.0.0.7"], ["93.184.215.14", "10.0.0.7"], ["fe80::1"]])
async def test_name_with_a_private_address_is_not_opened(open_client: Any, named: Named, answers: list[str]) -> None:
    named(*answers)
    async with open_client() as client:
        with pytest.raises(AddressBlocked, match=re.escape(f"leads to {answers[-1]}")):
            await client.get("http://bao.example/")


async def test_allowing_one_port_allows_no_other(open_client: Any, base: str) -> None:
    async with open_client(allow_addresses=(base.removeprefix("http://"),)) as client:
        assert (await client.get(f"{base}/")).status == 200
        with pytest.raises(AddressBlocked, match="allow_addresses"):
            await client.get("http://127.0.0.1:1/")


async def test_pool_itself_opens_no_private_address(site: FeedSite, base: str) -> None:
    """The guard holds in the connection pool, whatever is or is not checked before."""
    async with guarded_pool(AddressPolicy()) as pool:
        with pytest.raises(AddressBlocked, match="not opened"):
            await pool.request("GET", f"{base}/")
        with pytest.raises(AddressBlocked, match="not a public address"):
            await pool.request("GET", "http://127.0.0.1/")
    assert site.log == []


async def test_pool_connects_to_the_checked_address_and_keeps_the_name(
    open_client: Any, named: Named, site: FeedSite, base: str
) -> None:
    named("127.0.0.1")
    name = base.removeprefix("http://").replace("127.0.0.1", "bao.example")
    async with open_client(allow_addresses=(name,)) as client:
        await client.get(f"http://{name}/")
    assert site.seen("/")[0].headers["host"] == name
