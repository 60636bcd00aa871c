"""The HTTP client on real sockets: what it sends, what it refuses, and how long it waits."""

import gzip
import zlib
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest
import stamina
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from monitor.collectors.http.client import PoliteClient
from monitor.collectors.http.exchange import Decompressor
from monitor.demo.sites import FeedSite
from monitor.errors import (
    CollectError,
    FetchFailed,
    PayloadInvalid,
    RateLimited,
    SourceRefused,
)
from tests.clock import FakeClock
from tests.monitor.collectors.collecting import answered, answering
from tests.monitor.collectors.http.conftest import Get


async def test_says_who_we_are_and_sends_no_more_than_needed(get: Get, site: FeedSite) -> None:
    await get("/?a=1", params={"b": "ừ"}, headers={"x-own": "yes"})
    robots, page = site.log
    assert robots.path == "/robots.txt"
    assert page.query == {"a": "1", "b": "ừ"}
    assert page.headers["user-agent"] == "kiemtin/0.1 (+https://lien-doan.example/kiemtin)"
    assert page.headers["x-own"] == "yes"
    assert "cookie" not in page.headers


async def test_a_header_of_ours_gives_way_to_one_of_the_same_name(get: Get, site: FeedSite) -> None:
    await get("/", headers={"Accept": "application/json"})
    assert site.log[-1].headers["accept"] == "application/json"


async def test_name_of_whoever_asks_may_have_any_letters(open_client: Any, site: FeedSite, base: str) -> None:
    async with open_client(user_agent="kiemtin/0.1 (+Liên đoàn)") as client:
        await client.get(f"{base}/")
    assert site.log[-1].headers["user-agent"].encode("latin-1").decode() == "kiemtin/0.1 (+Liên đoàn)"


async def test_answer_carries_its_provenance(get: Get, clock: FakeClock, base: str) -> None:
    fetched = await get()
    assert fetched.url == fetched.final_url == f"{base}/"
    assert fetched.permanent_url is None
    assert fetched.fetched_at == clock.now()
    assert fetched.content_type == "text/html"
    assert fetched.pause == 0.0
    assert len(fetched.sha256) == 64
    assert "Báo Mẫu" in fetched.text()


async def test_cookies_are_not_kept(client: PoliteClient) -> None:
    seen = []

    def page(request: Request) -> Response:
        seen.append(request.headers.get("cookie"))
        return Response("x", headers={"set-cookie": "session=1; Path=/"})

    with answering({"/": page}) as base:
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
async def test_statuses(get: Get, site: FeedSite, status: int, error: Any) -> None:
    site.fail("/", status)
    if error is None:
        assert (await get()).status == status
        return
    with pytest.raises(CollectError) as caught:
        await get()
    assert isinstance(caught.value, error)
    assert str(status) in str(caught.value)
    assert "\n" not in str(caught.value)


async def test_caller_can_take_a_status_as_an_answer(get: Get, site: FeedSite) -> None:
    site.fail("/", 404, 401)
    accepted = frozenset({401, 404})
    assert (await get("/", accept_status=accepted)).status == 404
    assert (await get("/", accept_status=accepted)).status == 401


async def test_passing_trouble_is_tried_again_three_times(get: Get, site: FeedSite) -> None:
    with stamina.set_testing(True, attempts=3, cap=True):
        site.fail("/", 500, 502)
        assert (await get()).status == 200
        site.fail("/", 500, 500, 500, 500)
        with pytest.raises(FetchFailed, match="answers 500"):
            await get()
    assert len(site.seen("/")) == 6


async def test_lasting_trouble_is_not_tried_again(get: Get, site: FeedSite) -> None:
    with stamina.set_testing(True, attempts=3, cap=True):
        site.fail("/", 404, 404)
        with pytest.raises(PayloadInvalid):
            await get()
    assert len(site.seen("/")) == 1


async def test_challenge_page_is_a_refusal_even_where_403_is_accepted(get: Get, site: FeedSite) -> None:
    site.challenge = True
    with pytest.raises(SourceRefused, match="challenge"):
        await get("/", accept_status=frozenset({403}))


@pytest.mark.parametrize(
    ("page", "status", "is_challenge"),
    [
        ("<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>", 503, True),
        ("<title>Chờ một chút</title><script>window._cf_chl_opt = {cvId: '3'};</script>", 200, True),
        ("<title>Tin</title><script>a.src='/cdn-cgi/challenge-platform/a.js'</script>", 200, False),
    ],
    ids=["without its header", "calls itself a page", "a page with a script of the same firm"],
)
async def test_challenge_is_known_by_its_looks(
    client: PoliteClient, page: str, status: int, is_challenge: bool
) -> None:
    refused = pytest.raises(SourceRefused, match="challenge") if is_challenge else nullcontext()
    with answering({"/": HTMLResponse(page, status)}) as base, refused:
        assert (await client.get(f"{base}/")).text() == page


# --- bodies


async def test_nobody_listens(client: PoliteClient) -> None:
    with answering({}) as base:
        pass
    with pytest.raises(FetchFailed, match="could not be read"):
        await client.get(f"{base}/")


def packed(body: bytes, encoding: str = "gzip") -> AbstractContextManager[str]:
    return answering({"/": Response(body, headers={"content-encoding": encoding})})


async def test_size_is_counted_after_decompression(client: PoliteClient) -> None:
    small = gzip.compress(b"x" * 1_000_001)
    assert len(small) < 2000
    with packed(small) as base, pytest.raises(FetchFailed, match="larger than 1000000"):
        await client.get(f"{base}/")


async def test_all_members_of_a_gzip_file_are_read_and_padding_means_nothing(client: PoliteClient) -> None:
    members = b"".join(gzip.compress(f"phần {number} ".encode()) for number in range(3))
    with packed(members + bytes(512)) as base:
        assert (await client.get(f"{base}/")).text() == "phần 0 phần 1 phần 2 "


@pytest.mark.parametrize("size", [1, 2, 7])
def test_members_may_end_anywhere_in_a_chunk(size: int) -> None:
    whole = gzip.compress(b"a" * 50) + gzip.compress(b"") + gzip.compress(b"b" * 50)
    decompressor = Decompressor("gzip")
    chunks = (whole[place : place + size] for place in range(0, len(whole), size))
    assert b"".join(decompressor.feed(chunk, 1000) for chunk in chunks) == b"a" * 50 + b"b" * 50
    assert Decompressor("gzip").feed(whole, 60) == b"a" * 50 + b"b" * 10
    with pytest.raises(zlib.error, match="too many"):
        Decompressor("gzip").feed(gzip.compress(b"") * 2000, 1000)


@pytest.mark.parametrize(
    ("encoding", "said"),
    [*((encoding, "compressed as") for encoding in ("gzip, gzip", "br", "zstd")), ("gzip", "could not be read")],
)
async def test_compression_that_was_not_asked_for_or_is_none(client: PoliteClient, encoding: str, said: str) -> None:
    with packed(b"this is not gzip", encoding) as base, pytest.raises(FetchFailed, match=said):
        await client.get(f"{base}/")


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
def test_charsets(body: bytes, content_type: str) -> None:
    assert answered(body, content_type=content_type).text() == "Tiếng Việt"


def test_charset_that_the_page_declares() -> None:
    page = '<meta http-equiv="Content-Type" content="text/html; charset=windows-1258">Việt'.encode()
    western = page.replace("Việt".encode(), b"Vi\xea\xf2t")
    assert answered(western, content_type="text/html").text().endswith("Viê\u0323t")


def test_bytes_that_are_no_text_are_still_read() -> None:
    assert isinstance(answered(bytes(range(256)), content_type="").text(), str)
