"""What every kind must do to a host, read off the host's own log: pace, waits, robots.txt, refusals, broken answers."""

import gzip
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import pairwise
from urllib.parse import quote

import pytest
from starlette.responses import Response

from monitor.collectors.base import Batch, PublicPost
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.registry import source_kinds
from monitor.crawl.captures import as_warc
from monitor.demo.sites import Site
from monitor.errors import AddressBlocked, FetchFailed, PayloadInvalid, RateLimited, SourceRefused
from tests.clock import FakeClock
from tests.monitor.collectors.collecting import Read, answering, gone, posts, texts
from tests.monitor.collectors.conftest import ClientFactory
from tests.monitor.collectors.platform_samples import PLATFORMS, POSTS, Platform

ROBOTS = "/robots.txt"
WAITS_IN_THE_CRAWLER = {"facebook", "threads"}  # their limit is the token's, not the host's: test_collect_platforms.py
NAMES_NO_TIME = {"youtube", "factcheck"}  # when too much is asked at once, Google does not say for how long to wait
NO_EDITS = {"factcheck", "webpage"}  # a page of a list is read once, and again by recheck
WITH_VALIDATORS = {"feed", "xenforo", "webpage"}

every_platform = pytest.mark.parametrize("platform", PLATFORMS, ids=str)


@pytest.fixture
def site(platform: Platform, clock: FakeClock) -> Site:
    return platform.build(clock)


@pytest.fixture
def read(client: PoliteClient, platform: Platform, base: str) -> Read:
    """Read the platform once: `await read(last, watched=…)`."""
    return partial(platform.read, client, base)


def by_text(batches: list[Batch]) -> dict[str, PublicPost]:
    return {post.text: post for post in posts(batches)}


def asked(site: Site) -> list[str]:
    return [request.path for request in site.log]


def test_no_kind_is_forgotten() -> None:
    assert {platform.kind for platform in PLATFORMS} == set(source_kinds())


@every_platform
async def test_pace_is_kept_and_robots_are_read_once_a_day(
    open_client: ClientFactory, clock: FakeClock, platform: Platform, site: Site, base: str
) -> None:
    async with open_client(html_delay=5.0, api_delay=2.0) as client:
        first = await platform.read(client, base)
        second = await platform.read(client, base, first)
        assert posts(first)
        assert asked(site).count(ROBOTS) == 1
        least = [2.0 if before.path == ROBOTS or platform.is_api else 5.0 for before in site.log[:-1]]
        paused = [(later.time - earlier.time).total_seconds() for earlier, later in pairwise(site.log)]
        assert len(paused) >= 2
        assert all(really >= wanted for really, wanted in zip(paused, least, strict=True))
        clock.advance(timedelta(days=1))
        await platform.read(client, base, first + second)
    assert asked(site).count(ROBOTS) == 2


@pytest.mark.parametrize("platform", [each for each in PLATFORMS if each.kind not in WAITS_IN_THE_CRAWLER], ids=str)
async def test_host_that_asked_to_wait_is_asked_nothing_until_then(
    read: Read, clock: FakeClock, platform: Platform, site: Site
) -> None:
    site.rate_limit(0)
    until = clock.now() + timedelta(minutes=5)
    for _ in range(2):
        with pytest.raises(RateLimited) as caught:
            await read()
        assert caught.value.retry_at == until or platform.kind in NAMES_NO_TIME
        assert len(site.log) == 2  # robots.txt, and the request that was refused: the second time nobody was asked
    clock.advance(timedelta(minutes=5))
    assert posts(await read())


@every_platform
async def test_challenge_is_met_once_and_not_worked_around(read: Read, site: Site) -> None:
    site.challenge = True
    with pytest.raises(SourceRefused, match="challenge"):
        await read()
    assert len(site.log) == 2
    assert {request.headers["user-agent"].partition("/")[0] for request in site.log} == {"kiemtin"}
    assert all("cookie" not in request.headers for request in site.log)


@every_platform
@pytest.mark.parametrize(
    ("robots", "error"),
    [
        ((200, b"User-agent: *\nDisallow: /"), SourceRefused),
        ((200, b"\xef\xbb\xbfUser-agent: kiemtin\nDisallow: /"), SourceRefused),
        ((403, b""), SourceRefused),
        ((500, b""), FetchFailed),
    ],
    ids=["forbidden", "byte order mark", "403", "500"],
)
async def test_nothing_is_asked_for_where_robots_do_not_allow_it(
    read: Read, site: Site, robots: tuple[int, bytes], error: type[Exception]
) -> None:
    site.robots = robots
    with pytest.raises(error, match=r"robots\.txt"):
        await read()
    assert asked(site) == [ROBOTS]


@every_platform
async def test_robots_that_do_not_come_forbid_everything(
    open_client: ClientFactory, platform: Platform, site: Site, base: str
) -> None:
    site.slow_robots = 10.0
    async with open_client(timeout=0.2) as client:
        with pytest.raises(FetchFailed, match=r"robots\.txt took longer"):
            await platform.read(client, base)
    assert asked(site) == [ROBOTS]


@every_platform
async def test_answer_that_breaks_off_gives_nothing(read: Read, site: Site) -> None:
    site.truncate = True
    with pytest.raises(FetchFailed, match="could not be read"):
        await read()


@every_platform
async def test_answer_that_does_not_come_is_given_up(
    open_client: ClientFactory, platform: Platform, site: Site, base: str
) -> None:
    site.slow = 10.0
    async with open_client(timeout=0.2) as client:
        with pytest.raises(FetchFailed, match="took longer"):
            await platform.read(client, base)


@every_platform
@pytest.mark.parametrize("inside", ["http://169.254.169.254/latest/meta-data/", "http://10.0.0.8/"])
async def test_no_platform_leads_to_a_private_address(read: Read, site: Site, inside: str) -> None:
    await read()
    first = site.log[1].path
    site.redirects[first] = (302, inside)
    with pytest.raises(AddressBlocked, match="not a public address"):
        await read()
    assert asked(site)[-1] == first


@pytest.mark.parametrize("platform", [each for each in PLATFORMS if each.kind in WITH_VALIDATORS], ids=str)
async def test_validators_are_sent_and_give_way_to_newer_ones(read: Read, platform: Platform, site: Site) -> None:
    batches = await read()
    sent: list[set[str]] = []
    for number in (POSTS + 1, POSTS + 2):
        site.add(platform.post(number))
        before = len(site.log)
        newer = await read(batches)
        assert platform.post(number).text in texts(newer)
        sent.append({request.headers.get("if-none-match", "") for request in site.log[before:]} - {""})
        batches += newer
    assert [len(tags) for tags in sent] == [1, 1]
    assert sent[0] != sent[1]
    last = await read(batches)
    assert 304 in {batch.fetched.status for batch in last}
    assert posts(last) == []


TIMELINES = {"mastodon", "bluesky", "discourse", "telegram", "youtube", "facebook", "threads"}
every_timeline = pytest.mark.parametrize("platform", [each for each in PLATFORMS if each.kind in TIMELINES], ids=str)


@every_timeline
async def test_first_reading_goes_back_as_many_pages_as_told(
    client: PoliteClient, platform: Platform, site: Site, base: str
) -> None:
    one_page = replace(platform, settings={**platform.settings, "backfill_pages": 1})
    (batch,) = await one_page.read(client, base)
    assert texts([batch]) == [platform.post(number).text for number in (POSTS - 1, POSTS)]
    assert batch.gap is None


@every_timeline
async def test_later_reading_goes_back_to_what_is_known_and_the_cursor_moves_at_its_end(
    read: Read, platform: Platform, site: Site
) -> None:
    first = await read()
    fresh = [platform.post(number) for number in range(POSTS + 1, POSTS + 6)]
    site.add(*fresh)
    second = await read(first)
    assert {post.text for post in fresh} <= set(texts(second))
    assert [batch.cursor is not None for batch in second] == [False] * (len(second) - 1) + [True]
    assert {batch.gap for batch in second} == {None}
    assert len(await read(second)) == 1


@every_timeline
async def test_reading_that_was_stopped_is_done_again_and_misses_nothing(
    read: Read, platform: Platform, site: Site
) -> None:
    first = await read()
    fresh = [platform.post(number) for number in range(POSTS + 1, POSTS + 6)]
    site.add(*fresh[:-1])
    stopped = (await read(first))[:1]
    site.add(fresh[-1])
    rest = await read([*first, *stopped])
    assert {post.text for post in fresh} <= set(texts(rest))


@pytest.mark.parametrize(
    "platform", [each for each in PLATFORMS if each.kind in TIMELINES - {"mastodon", "bluesky"}], ids=str
)
async def test_more_than_a_reading_may_take_is_a_gap(
    read: Read, client: PoliteClient, platform: Platform, site: Site, base: str
) -> None:
    first = await read()
    site.add(*(platform.post(number) for number in range(POSTS + 1, POSTS + 9)))
    two_pages = replace(platform, settings={**platform.settings, "max_pages": 2})
    second = await two_pages.read(client, base, first)
    assert set(texts(second)) == {platform.post(number).text for number in range(POSTS + 5, POSTS + 9)}
    assert [batch.gap is None for batch in second] == [True, False]
    assert "were missed: read this source more often" in (second[-1].gap or "")
    assert texts(await read(second)) == texts(second[:1])


@pytest.mark.parametrize("platform", [each for each in PLATFORMS if each.kind in TIMELINES - {"bluesky"}], ids=str)
async def test_empty_platform_and_its_first_post(read: Read, platform: Platform, site: Site) -> None:
    for number in range(1, POSTS + 1):
        site.delete(platform.post(number).id)
    first = await read()
    assert posts(first) == []
    site.add(platform.post(POSTS + 1))
    assert texts(await read(first)) == [platform.post(POSTS + 1).text]


keyed = pytest.mark.parametrize("platform", [each for each in PLATFORMS if each.secret], ids=str)


@keyed
async def test_secret_goes_in_a_header_and_stands_in_no_address_log_message_or_proof(
    read: Read, platform: Platform, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="httpx")
    secret = platform.secret or ""
    batches = await read()
    assert all(secret in repr(request.headers) and secret not in repr(request.query) for request in site.log[1:])
    site.fail(site.log[-1].path, 418)
    with pytest.raises(PayloadInvalid) as caught:
        await read(batches)
    told = [str(caught.value), caplog.text, *(repr(batch) for batch in batches)]
    kept = [gzip.decompress(as_warc(batch.fetched)).decode() for batch in batches]
    assert not any(each in words for words in told + kept for each in (secret, quote(secret, safe="")))


@keyed
async def test_wrong_secret_is_a_refusal_that_says_where_to_set_it_and_does_not_repeat_it(
    client: PoliteClient, platform: Platform, site: Site, base: str
) -> None:
    wrong = replace(platform, secret="mot-khoa-khac")
    with pytest.raises(SourceRefused, match=r"set it in \[secrets\]") as caught:
        await wrong.read(client, base)
    assert "mot-khoa-khac" not in str(caught.value)


TELLS_WHEN = {"mastodon", "discourse", "youtube", "xenforo"}  # the others do not say when a post was changed


@pytest.mark.parametrize("platform", [each for each in PLATFORMS if each.kind not in NO_EDITS], ids=str)
async def test_edit_arrives_under_the_same_identifier(
    read: Read, clock: FakeClock, platform: Platform, site: Site
) -> None:
    first = await read()
    before = by_text(first)[platform.post(POSTS).text]
    site.edit(platform.post(POSTS).id, "Bản đã sửa")
    after = by_text(await read(first, watched=(before.external_id,)))["Bản đã sửa"]
    assert after.external_id == before.external_id
    assert after.edited_at == (clock.now() if platform.kind in TELLS_WHEN else None)


@pytest.mark.parametrize("platform", [each for each in PLATFORMS if each.requests_to_recheck], ids=str)
async def test_single_posts_are_asked_after_again(
    read: Read, client: PoliteClient, platform: Platform, site: Site, base: str
) -> None:
    first = await read()
    edited, deleted = (by_text(first)[platform.post(number).text] for number in (POSTS, POSTS - 1))
    site.edit(platform.post(POSTS).id, "Bản đã sửa")
    site.delete(platform.post(POSTS - 1).id)
    start = len(site.log)
    again = await platform.recheck(client, base, first, [edited, deleted, *platform.strange])
    assert by_text(again)["Bản đã sửa"].external_id == edited.external_id
    assert gone(again) == ([] if platform.kind == "feed" else [deleted.external_id])  # it may only have left the feed
    assert len(site.log) - start == platform.requests_to_recheck
    assert all("if-none-match" not in request.headers for request in site.log[start:])
    assert platform.kind == "xenforo" or all(batch.cursor is None for batch in again)


NONE_OF_THEM = (b"<html></html>", b"[]", b"{}", b"", b'{"error": "x"}', b"[" * 100_000)
NOTHING_NEW = {("mastodon", b"[]"), ("factcheck", b"{}"), ("factcheck", b'{"error": "x"}')}  # sound answers
OF_ANOTHER_ACCOUNT = {(kind, body) for kind in ("facebook", "threads") for body in (b"{}", b'{"error": "x"}')}
SAID = {
    "mastodon": "is it a Mastodon server",
    "discourse": "is it a Discourse forum",
    "bluesky": "is it a Bluesky AppView",
    "youtube": "is it YouTube's Data API",
    "facebook": "as the Graph API does",
    "threads": "as the Graph API does",
    "factcheck": "Fact Check",
}


@pytest.mark.parametrize(
    ("platform", "body"),
    [
        (platform, body)
        for platform in PLATFORMS
        if platform.kind in SAID
        for body in NONE_OF_THEM
        if (platform.kind, body) not in NOTHING_NEW | OF_ANOTHER_ACCOUNT
    ],
    ids=lambda value: repr(value[:12]) if isinstance(value, bytes) else str(value),
)
async def test_what_is_not_the_platform_is_one_clear_line(
    client: PoliteClient, platform: Platform, body: bytes
) -> None:
    answers = {ROBOTS: Response(""), "/{path:path}": Response(body)}
    with answering(answers) as base, pytest.raises(PayloadInvalid, match=SAID[platform.kind]) as caught:
        await platform.read(client, base)
    assert "\n" not in str(caught.value)
