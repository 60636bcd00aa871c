"""Redirects, and the guard against private addresses."""

import asyncio
import re
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from monitor.collectors.http.address_guard import AddressPolicy
from monitor.collectors.http.client import guarded_pool
from monitor.demo.sites import FeedSite, serve
from monitor.errors import (
    AddressBlocked,
    FetchFailed,
    SourceRefused,
)
from tests.clock import FakeClock
from tests.monitor.collectors.http.conftest import Get

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


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://[::1]/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://10.0.0.8/",
        "http://0.0.0.0/",
        "http://224.0.0.1/",
    ],
)
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

    with serve(Starlette(routes=[Route("/{path:path}", answer)])) as base:
        async with open_client(allow_addresses=(base.removeprefix("http://"),)) as client:
            with pytest.raises(AddressBlocked, match=r"169\.254\.169\.254"):
                await client.get(f"{base}/a")
    assert asked == ["/robots.txt"]


async def test_redirect_to_a_name_with_a_private_address_is_not_followed(
    open_client: Any, monkeypatch: pytest.MonkeyPatch, site: FeedSite, base: str
) -> None:
    async def resolve(host: str, port: int, **_: Any) -> Any:
        return [(0, 0, 0, "", ("192.168.1.1" if host == "bao.example" else host, port))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    site.redirects = {"/a": (302, "http://bao.example/")}
    async with open_client() as client:
        with pytest.raises(AddressBlocked, match=r"bao\.example leads to 192\.168\.1\.1"):
            await client.get(f"{base}/a")


@pytest.mark.parametrize("answers", [["10.0.0.7"], ["93.184.215.14", "10.0.0.7"], ["fe80::1"]])
async def test_name_with_a_private_address_is_not_opened(
    open_client: Any, monkeypatch: pytest.MonkeyPatch, answers: list[str]
) -> None:
    async def resolve(host: str, port: int, **_: Any) -> Any:
        return [(0, 0, 0, "", (address, port)) for address in answers]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
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
    open_client: Any, monkeypatch: pytest.MonkeyPatch, site: FeedSite, base: str
) -> None:
    async def resolve(host: str, port: int, **_: Any) -> Any:
        return [(0, 0, 0, "", ("127.0.0.1" if host == "bao.example" else host, port))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    name = base.removeprefix("http://").replace("127.0.0.1", "bao.example")
    async with open_client(allow_addresses=(name,)) as client:
        await client.get(f"http://{name}/")
    assert site.seen("/")[0].headers["host"] == name
