"""The one polite client on real sockets: what it sends, what it refuses, and how long it waits."""

import asyncio
import gzip
import re
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any

import httpx
import pytest
import stamina
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.collectors.guard import AddressPolicy, GuardedBackend
from monitor.collectors.http import Fetched, PoliteClient, guarded_transport
from monitor.demo.sites import FeedSite, serve
from monitor.demo.sites.feed_site import RSS_PATH
from monitor.errors import (
    AddressBlocked,
    CollectError,
    FetchFailed,
    PayloadInvalid,
    RateLimited,
    SourceRefused,
)
from tests.clock import FakeClock


@pytest.fixture
def site(clock: FakeClock) -> FeedSite:
    return FeedSite([], clock)


@pytest.fixture
def base(site: FeedSite) -> Iterator[str]:
    with serve(site) as address:
        yield address


async def test_says_who_we_are_and_sends_no_more_than_needed(client: PoliteClient, site: FeedSite, base: str) -> None:
    await client.get(f"{base}/?a=1", params={"b": "ừ"}, headers={"x-own": "yes"})
    robots, page = site.log
    assert robots.path == "/robots.txt"
    assert page.query == {"a": "1", "b": "ừ"}
    assert page.headers["user-agent"] == "kiemtin/0.1 (+https://lien-doan.example/kiemtin)"
    assert page.headers["x-own"] == "yes"
    assert "cookie" not in page.headers


async def test_answer_carries_its_provenance(client: PoliteClient, clock: FakeClock, base: str) -> None:
    fetched = await client.get(f"{base}/")
    assert fetched.url == fetched.final_url == f"{base}/"
    assert fetched.permanent_url is None
    assert fetched.fetched_at == clock.now()
    assert fetched.content_type == "text/html"
    assert len(fetched.sha256) == 64
    assert "Báo Mẫu" in fetched.text()


async def test_cookies_are_not_kept(client: PoliteClient) -> None:
    seen = []

    def page(request: Request) -> Response:
        seen.append(request.headers.get("cookie"))
        return Response("x", headers={"set-cookie": "session=1; Path=/"})

    with serve(Starlette(routes=[Route("/", page)])) as base:
        await client.get(f"{base}/")
        await client.get(f"{base}/")
    assert seen == [None, None]


async def test_proxies_of_the_environment_are_not_used(
    open_client: Any, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    async with open_client() as client:
        assert (await client.get(f"{base}/")).status == 200


# --- statuses


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, PayloadInvalid),
        (401, SourceRefused),
        (403, SourceRefused),
        (404, PayloadInvalid),
        (410, PayloadInvalid),
        (422, PayloadInvalid),
        (429, RateLimited),
        (451, SourceRefused),
        (500, FetchFailed),
        (502, FetchFailed),
        (503, RateLimited),
        (304, None),
    ],
)
async def test_statuses(client: PoliteClient, site: FeedSite, base: str, status: int, error: Any) -> None:
    site.fail("/", status)
    if error is None:
        assert (await client.get(f"{base}/")).status == status
        return
    with pytest.raises(CollectError) as caught:
        await client.get(f"{base}/")
    assert isinstance(caught.value, error)
    assert str(status) in str(caught.value)
    assert "\n" not in str(caught.value)


async def test_caller_can_take_a_status_as_an_answer(client: PoliteClient, site: FeedSite, base: str) -> None:
    site.fail("/", 404, 401)
    accepted = frozenset({401, 404})
    assert (await client.get(f"{base}/", accept_status=accepted)).status == 404
    assert (await client.get(f"{base}/", accept_status=accepted)).status == 401


async def test_passing_trouble_is_tried_again_three_times(client: PoliteClient, site: FeedSite, base: str) -> None:
    with stamina.set_testing(True, attempts=3, cap=True):
        site.fail("/", 500, 502)
        assert (await client.get(f"{base}/")).status == 200
        site.fail("/", 500, 500, 500, 500)
        with pytest.raises(FetchFailed, match="answers 500"):
            await client.get(f"{base}/")
    assert len(site.seen("/")) == 6


async def test_lasting_trouble_is_not_tried_again(client: PoliteClient, site: FeedSite, base: str) -> None:
    with stamina.set_testing(True, attempts=3, cap=True):
        site.fail("/", 404, 404)
        with pytest.raises(PayloadInvalid):
            await client.get(f"{base}/")
    assert len(site.seen("/")) == 1


async def test_challenge_page_is_a_refusal_even_where_403_is_accepted(
    client: PoliteClient, site: FeedSite, base: str
) -> None:
    site.challenge = True
    with pytest.raises(SourceRefused, match="challenge"):
        await client.get(f"{base}/", accept_status=frozenset({403}))


async def test_challenge_is_known_by_its_looks_when_its_header_is_missing(client: PoliteClient) -> None:
    page = b"<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>"
    with (
        serve(Starlette(routes=[Route("/", lambda _: Response(page, 503))])) as base,
        pytest.raises(SourceRefused, match="challenge"),
    ):
        await client.get(f"{base}/")


# --- bodies


async def test_slow_server(open_client: Any, site: FeedSite, base: str) -> None:
    site.slow = 10.0
    async with open_client(timeout=0.2) as client:
        with pytest.raises(FetchFailed, match=r"longer than 0\.2 s"):
            await client.get(f"{base}/")


async def test_nobody_listens(client: PoliteClient) -> None:
    with serve(Starlette()) as base:
        pass
    with pytest.raises(FetchFailed, match="could not be read"):
        await client.get(f"{base}/")


async def test_cut_body(client: PoliteClient, site: FeedSite, base: str) -> None:
    site.truncate = True
    with pytest.raises(FetchFailed, match="could not be read"):
        await client.get(f"{base}/")


def answering(body: bytes, **headers: str) -> AbstractAsyncContextManager[str] | Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return serve(Starlette(routes=[Route("/", lambda _: Response(body, headers=named))]))


async def test_size_is_counted_after_decompression(client: PoliteClient) -> None:
    small = gzip.compress(b"x" * 1_000_001)
    assert len(small) < 2000
    with answering(small, content_encoding="gzip") as base, pytest.raises(FetchFailed, match="larger than 1000000"):
        await client.get(f"{base}/")


async def test_compressed_body_is_unpacked(client: PoliteClient) -> None:
    with answering(gzip.compress("Xin chào".encode()), content_encoding="gzip") as base:
        assert (await client.get(f"{base}/")).text() == "Xin chào"


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "zstd"])
async def test_compression_that_was_not_asked_for(client: PoliteClient, encoding: str) -> None:
    with answering(b"x", content_encoding=encoding) as base, pytest.raises(FetchFailed, match="compressed as"):
        await client.get(f"{base}/")


async def test_broken_compression(client: PoliteClient) -> None:
    with answering(b"this is not gzip", content_encoding="gzip") as base, pytest.raises(FetchFailed):
        await client.get(f"{base}/")


def fetched(clock: FakeClock, body: bytes, content_type: str = "") -> Fetched:
    return Fetched(
        url="http://a.example/",
        final_url="http://a.example/",
        status=200,
        headers={"content-type": content_type},
        body=body,
        fetched_at=clock.now(),
    )


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("Tiếng Việt".encode(), "text/html; charset=utf-8"),
        ("Tiếng Việt".encode(), "text/html"),
        ("Tiếng Việt".encode(), "text/html; charset=iso-8859-1"),
        ("Tiếng Việt".encode(), "text/html; charset=no-such-thing"),
        ("Tiếng Việt".encode("utf-8-sig"), "text/html; charset=iso-8859-1"),
        ("Tiếng Việt".encode("utf-16"), "text/html"),
        ("Tiếng Việt".encode("utf-16-le"), "text/html; charset=UTF-16LE"),
    ],
)
def test_charsets(clock: FakeClock, body: bytes, content_type: str) -> None:
    assert fetched(clock, body, content_type).text() == "Tiếng Việt"


def test_charset_that_the_page_declares(clock: FakeClock) -> None:
    page = '<meta http-equiv="Content-Type" content="text/html; charset=windows-1258">Việt'.encode()
    western = page.replace("Việt".encode(), b"Vi\xea\xf2t")
    assert fetched(clock, western, "text/html").text().endswith("Viê\u0323t")


def test_bytes_that_are_no_text_are_still_read(clock: FakeClock) -> None:
    assert isinstance(fetched(clock, bytes(range(256))).text(), str)


# --- redirects


async def test_permanent_redirects_tell_the_new_address(client: PoliteClient, site: FeedSite, base: str) -> None:
    site.redirects = {"/a": (301, "/b"), "/b": (308, f"{base}/")}
    answer = await client.get(f"{base}/a")
    assert (answer.url, answer.final_url, answer.permanent_url) == (f"{base}/a", f"{base}/", f"{base}/")


async def test_one_temporary_redirect_keeps_the_old_address(client: PoliteClient, site: FeedSite, base: str) -> None:
    site.redirects = {"/a": (301, "/b"), "/b": (302, "/")}
    answer = await client.get(f"{base}/a")
    assert (answer.final_url, answer.permanent_url) == (f"{base}/", None)


async def test_five_redirects_are_followed_and_not_six(client: PoliteClient, site: FeedSite, base: str) -> None:
    site.redirects = {f"/{number}": (302, f"/{number - 1}") for number in range(1, 7)} | {"/0": (302, "/")}
    assert (await client.get(f"{base}/4")).status == 200
    with pytest.raises(FetchFailed, match="more than 5 times"):
        await client.get(f"{base}/5")


async def test_conditions_do_not_travel_with_a_redirect(client: PoliteClient, site: FeedSite, base: str) -> None:
    site.redirects = {"/a": (302, "/")}
    await client.get(f"{base}/a", headers={"If-None-Match": '"1"', "x-kept": "1"})
    assert site.seen("/a")[0].headers["if-none-match"] == '"1"'
    assert "if-none-match" not in site.seen("/")[0].headers
    assert site.seen("/")[0].headers["x-kept"] == "1"


async def test_no_header_travels_to_another_host(
    client: PoliteClient, clock: FakeClock, site: FeedSite, base: str
) -> None:
    other = FeedSite([], clock)
    with serve(other) as elsewhere:
        site.redirects = {"/a": (302, f"{elsewhere}/")}
        await client.get(f"{base}/a", headers={"x-key": "secret"})
    assert "x-key" not in other.seen("/")[0].headers
    assert other.log[0].path == "/robots.txt"


async def test_redirect_into_a_forbidden_part_is_refused(client: PoliteClient, site: FeedSite, base: str) -> None:
    site.robots = (200, b"User-agent: *\nDisallow: /rieng/")
    site.redirects = {"/a": (302, "/rieng/b")}
    with pytest.raises(SourceRefused, match=r"/robots\.txt does not allow"):
        await client.get(f"{base}/a")
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


def test_private_place_where_the_guard_hangs_has_not_moved() -> None:
    """When httpx or httpcore move it, this fails, and so does every client: better none than an unguarded one."""
    assert isinstance(guarded_transport(AddressPolicy())._pool._network_backend, GuardedBackend)
    assert hasattr(httpx.AsyncHTTPTransport(trust_env=False)._pool, "_network_backend")


# --- pace


async def test_pause_between_two_requests_to_a_host(open_client: Any, clock: FakeClock, base: str) -> None:
    async with open_client(html_delay=5.0, api_delay=1.0) as client:
        await client.get(f"{base}/")
        await client.get(f"{base}/")
    after_robots, between_pages = clock.slept
    assert 1.0 <= after_robots <= 1.2
    assert 5.0 <= between_pages <= 6.0


async def test_crawl_delay_raises_the_pause_to_a_minute_at_most(
    open_client: Any, clock: FakeClock, site: FeedSite, base: str
) -> None:
    site.robots = (200, b"User-agent: *\nCrawl-delay: 900")
    async with open_client(api_delay=1.0) as client:
        await client.get(f"{base}/", api=True)
        await client.get(f"{base}/", api=True)
    assert 60.0 <= clock.slept[-1] <= 72.0


async def test_request_rate_is_a_pause_too(open_client: Any, clock: FakeClock, site: FeedSite, base: str) -> None:
    site.robots = (200, b"User-agent: *\nRequest-rate: 3/30s")
    async with open_client(api_delay=1.0) as client:
        await client.get(f"{base}/", api=True)
        await client.get(f"{base}/", api=True)
    assert 10.0 <= clock.slept[-1] <= 12.0


async def test_one_request_at_a_time(open_client: Any) -> None:
    at_once = peak = 0

    async def page(_: Request) -> Response:
        nonlocal at_once, peak
        at_once += 1
        peak = max(peak, at_once)
        await asyncio.sleep(0.01)
        at_once -= 1
        return Response("x")

    async with open_client() as client:
        with serve(Starlette(routes=[Route("/", page)])) as base:
            await asyncio.gather(*(client.get(f"{base}/") for _ in range(5)))
    assert peak == 1


async def test_host_that_asked_to_wait_is_left_alone_until_then(
    client: PoliteClient, clock: FakeClock, site: FeedSite, base: str
) -> None:
    await client.get(f"{base}/")
    site.rate_limit(0)
    for _ in range(2):
        with pytest.raises(RateLimited) as caught:
            await client.get(f"{base}/")
        assert caught.value.retry_at == clock.now() + timedelta(minutes=5)
    assert len(site.seen("/")) == 2
    clock.advance(timedelta(minutes=5))
    assert (await client.get(f"{base}/")).status == 200


async def test_requests_of_the_day_are_counted(open_client: Any, clock: FakeClock, site: FeedSite, base: str) -> None:
    async with open_client(requests_per_host_per_day=3) as client:
        for _ in range(2):
            await client.get(f"{base}/")
        with pytest.raises(RateLimited, match="requests_per_host_per_day"):
            await client.get(f"{base}/")
        clock.advance(timedelta(days=1))
        await client.get(f"{base}/{RSS_PATH.removeprefix('/')}")
    assert len(site.seen("/")) == 2


# --- robots.txt


async def test_robots_is_read_once_a_day(client: PoliteClient, clock: FakeClock, site: FeedSite, base: str) -> None:
    await asyncio.gather(*(client.get(f"{base}/") for _ in range(3)))
    assert len(site.seen("/robots.txt")) == 1
    clock.advance(timedelta(hours=24))
    await client.get(f"{base}/")
    assert len(site.seen("/robots.txt")) == 2


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        (b"User-agent: *\nDisallow: /", "/", False),
        (b"\xef\xbb\xbfUser-agent: *\nDisallow: /", "/", False),
        (b"User-agent: kiemtin\nDisallow: /\nUser-agent: *\nAllow: /", "/", False),
        (b"User-agent: *\nDisallow: /\n\nUser-agent: kiemtin\nAllow: /", "/", True),
        (b"User-agent: tin\nDisallow: /", "/", True),
        (b"User-agent: kiemtin\nDisallow: /x\n\nUser-agent: kiemtin\nDisallow: /rss", RSS_PATH, False),
        (b"User-agent: *\nDisallow: /rss/\nAllow: /rss/tin-moi-nhat.rss", RSS_PATH, True),
        (b"User-agent: *\nDisallow: /*.rss$", RSS_PATH, False),
        (b"<!DOCTYPE html><html>no rules here</html>", "/", True),
        (b"#" * 600_000 + b"\nUser-agent: *\nDisallow: /", "/", True),
    ],
)
async def test_robots_rules(
    *, client: PoliteClient, site: FeedSite, base: str, rules: bytes, path: str, allowed: bool
) -> None:
    site.robots = (200, rules)
    if allowed:
        assert (await client.get(base + path)).status == 200
    else:
        with pytest.raises(SourceRefused, match=f"{base}/robots.txt does not allow"):
            await client.get(base + path)
        assert site.seen(path) == []


async def test_address_without_a_path_is_covered_by_the_rules(client: PoliteClient, site: FeedSite, base: str) -> None:
    site.robots = (200, b"User-agent: *\nDisallow: /")
    with pytest.raises(SourceRefused):
        await client.get(base)


@pytest.mark.parametrize("status", [404, 410])
async def test_site_without_rules_may_be_read(client: PoliteClient, site: FeedSite, base: str, status: int) -> None:
    site.robots = (status, b"")
    assert (await client.get(f"{base}/")).status == 200


@pytest.mark.parametrize("status", [401, 403])
async def test_site_that_hides_its_rules_is_not_read(
    client: PoliteClient, site: FeedSite, base: str, status: int
) -> None:
    site.robots = (status, b"")
    with pytest.raises(SourceRefused, match=f"/robots.txt answers {status}"):
        await client.get(f"{base}/")
    assert site.seen("/") == []


@pytest.mark.parametrize("status", [500, 503, 429, 408])
async def test_site_whose_rules_are_out_of_reach_is_not_read_now(
    client: PoliteClient, clock: FakeClock, site: FeedSite, base: str, status: int
) -> None:
    site.robots = (status, b"")
    with pytest.raises(FetchFailed):
        await client.get(f"{base}/")
    assert site.seen("/") == []
    site.robots = (404, b"")
    clock.advance(timedelta(minutes=1))
    assert (await client.get(f"{base}/")).status == 200


async def test_rules_that_take_too_long(open_client: Any, site: FeedSite, base: str) -> None:
    site.slow_robots = 10.0
    async with open_client(timeout=0.2) as client:
        with pytest.raises(FetchFailed, match=r"robots\.txt took longer"):
            await client.get(f"{base}/")
    assert site.seen("/") == []


async def test_old_copy_of_the_rules_serves_while_they_are_out_of_reach(
    client: PoliteClient, clock: FakeClock, site: FeedSite, base: str
) -> None:
    site.robots = (200, b"User-agent: *\nDisallow: /rss/")
    await client.get(f"{base}/")
    clock.advance(timedelta(days=2))
    site.robots = (500, b"")
    assert (await client.get(f"{base}/")).status == 200
    with pytest.raises(SourceRefused):
        await client.get(base + RSS_PATH)


async def test_moved_rules_are_followed(client: PoliteClient) -> None:
    routes = [
        Route("/robots.txt", lambda _: Response(status_code=301, headers={"location": "/rules"})),
        Route("/rules", lambda _: Response("User-agent: *\nDisallow: /")),
    ]
    with serve(Starlette(routes=routes)) as base, pytest.raises(SourceRefused):
        await client.get(f"{base}/")
