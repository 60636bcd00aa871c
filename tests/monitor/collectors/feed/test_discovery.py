"""How the feed collector finds a feed, and how often that feed wants to be read."""

import pytest
from starlette.responses import Response

from monitor.collectors.base import KnownPost, SourceView
from monitor.collectors.feed.collector import FeedCollector
from monitor.collectors.http.client import PoliteClient
from monitor.demo.sites import FeedSite
from monitor.demo.sites.feed_site import ATOM_PATH, RSS_PATH
from monitor.errors import PayloadInvalid
from tests.monitor.collectors.collecting import answering
from tests.monitor.collectors.feed.conftest import Read
from tests.monitor.collectors.feed_samples import read_document, rss


async def test_feed_that_a_web_page_announces_is_read_and_remembered(read: Read, site: FeedSite, base: str) -> None:
    first = await read("/")
    assert len(first.posts) == 3
    assert first.fetched.url == base + RSS_PATH
    assert list(first.validators or {}) == [base + RSS_PATH]
    again = await read("/", first)
    assert again.unchanged
    assert [request.path for request in site.log] == ["/robots.txt", "/", RSS_PATH, RSS_PATH]
    assert "if-none-match" in site.log[-1].headers


async def test_feed_that_moved_is_looked_for_on_its_page_again(read: Read, site: FeedSite, base: str) -> None:
    first = await read("/")
    site.fail(RSS_PATH, 404)
    second = await read("/", first)
    assert [request.path for request in site.log[-3:]] == [RSS_PATH, "/", RSS_PATH]
    assert second.fetched.url == base + RSS_PATH


async def test_feed_found_for_another_address_is_not_used(read: Read, site: FeedSite) -> None:
    first = await read("/")
    await read(ATOM_PATH, first)
    assert site.log[-1].path == ATOM_PATH


async def test_announced_feed_that_is_a_page_too_is_followed_no_further(read: Read, site: FeedSite) -> None:
    site.redirects[RSS_PATH] = (302, "/")
    with pytest.raises(PayloadInvalid, match="is a web page, not a feed: its feed is"):
        await read("/")
    assert [request.path for request in site.log] == ["/robots.txt", "/", RSS_PATH, "/"]


@pytest.mark.parametrize("is_known", [True, False], ids=["found before", "to be found"])
async def test_single_posts_are_looked_for_in_the_feed_that_a_page_announces(
    read: Read, client: PoliteClient, site: FeedSite, base: str, is_known: bool
) -> None:
    first = await read("/")
    site.edit("bai-002", "Bản đã sửa")
    cursor = (first.cursor or {}) if is_known else {}
    view = SourceView(name="Báo", address=f"{base}/", cursor=cursor)
    known = [KnownPost(external_id=first.posts[1].external_id, url=None)]
    (again,) = [batch async for batch in FeedCollector().recheck(view, client, known)]
    assert [(post.external_id, post.text) for post in again.posts] == [(known[0].external_id, "Bản đã sửa")]


async def test_feed_of_articles_is_preferred_to_interfaces_and_comments(read: Read) -> None:
    page = (
        '<html><link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/2">'
        '<link rel="alternate" type="application/rss+xml" title="Bình luận" href="/comments/feed/">'
        '<link rel="alternate" type="application/rss+xml" href="javascript:x">'
        '<link rel="alternate" type="Application/RSS+XML" href="/feed/"></html>'
    )
    feed = Response(rss("<item><guid>1</guid><title>A</title></item>"))
    with answering({"/": Response(page, media_type="text/html"), "/feed/": feed}) as address:
        assert (await read(f"{address}/")).fetched.url == f"{address}/feed/"


@pytest.mark.parametrize(
    ("channel", "cache_control", "seconds"),
    [
        ("", "", None),
        ("<ttl>60</ttl>", "", 3600),
        ("<ttl>soon</ttl>", "", None),
        ("<sy:updatePeriod>\n hourly </sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>", "", 1800),
        ("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", "", 86_400),
        ("<sy:updatePeriod>sometimes</sy:updatePeriod>", "", None),
        ("", "public, max-age=900", 900),
        ("", "s-maxage=900", None),
        ("", "no-cache, max-age=900", None),
        ("<ttl>10</ttl>", "max-age=900", 900),
        ("<ttl>60</ttl>", "max-age=900", 3600),
    ],
)
async def test_wait_that_a_feed_asks_for(read: Read, channel: str, cache_control: str, seconds: int | None) -> None:
    body = rss(channel).replace("<rss ", '<rss xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" ')
    headers = {"content-type": "text/xml", "cache-control": cache_control}
    with answering({"/feed": Response(body, headers=headers)}) as address:
        batch = await read(f"{address}/feed")
    assert (batch.cursor or {}).get("least_interval_seconds") == seconds


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "is empty"),
        (b"  \n", "is empty"),
        (b"hello", "neither RSS, Atom nor JSON Feed"),
        (b"<!DOCTYPE html><html><body>x</body></html>", "names none"),
        (b'{"version": "https://jsonfeed.org/version/1"', "broke off before its end"),
        (b'{"items": []}', "not a JSON Feed"),
        (b'{"a":' * 100_000, "broke off before its end"),
    ],
)
async def test_what_is_no_feed_is_one_clear_line(client: PoliteClient, body: bytes, said: str) -> None:
    with pytest.raises(PayloadInvalid, match=said) as caught:
        await read_document(client, body)
    assert "\n" not in str(caught.value)
