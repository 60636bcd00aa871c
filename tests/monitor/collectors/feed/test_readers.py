"""The fast reader of ordinary feeds takes them to mean what the tolerant one does, or leaves them to it."""

from collections.abc import Callable
from datetime import UTC, datetime
from html import escape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from monitor.collectors.feed.entries import Feed
from monitor.collectors.feed.plain import read_plain_feed
from monitor.collectors.feed.tolerant import read_any_feed
from monitor.demo.sites import FeedSite
from monitor.demo.sites.feed_site import ATOM_PATH, RSS_PATH, rfc822_date
from tests.clock import MONDAY_MORNING, FakeClock
from tests.monitor.collectors.feed_samples import article, day_first_date, gmt7_date, rss
from tests.monitor.collectors.payloads import text

NAMESPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:slash="http://purl.org/rss/1.0/modules/slash/" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" '
    'xmlns:wfw="http://wellformedweb.org/CommentAPI/" xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:atom="http://www.w3.org/2005/Atom"'
)
WORDPRESS, ALERTS = text("wordpress.xml"), text("alerts.xml")


def item(parts: str = "<title>A</title>") -> str:
    return f"<item><guid>/bai/1</guid><pubDate>24/11/2026 08:00</pubDate><description>Lời</description>{parts}</item>"


def both(text: str) -> tuple[Feed | None, Feed | None]:
    return read_plain_feed(text), read_any_feed(text)


def served(site: FeedSite, path: str) -> str:
    with TestClient(Starlette(routes=[Mount("", site)]), base_url="http://bao.example") as client:
        return client.get(path).content.decode()


def newspaper(style: Callable[[datetime], str] = rfc822_date) -> FeedSite:
    return FeedSite([article(number) for number in range(1, 6)], FakeClock(MONDAY_MORNING), date_style=style)


@pytest.mark.parametrize(
    ("site", "path"),
    [
        (newspaper, RSS_PATH),
        (lambda: newspaper(gmt7_date), RSS_PATH),
        (lambda: newspaper(day_first_date), RSS_PATH),
        (newspaper, ATOM_PATH),
    ],
)
def test_feeds_of_the_sample_sites_are_read_fast_and_the_same(site: Callable[[], FeedSite], path: str) -> None:
    plain, tolerant = both(served(site(), path))
    assert plain.entries
    assert plain == tolerant


@pytest.mark.parametrize(
    "text",
    [
        WORDPRESS,
        ALERTS,
        rss(),
        rss(item("<title>A</title><!-- ghi chú -->")),
        rss(item("<title>A</title><link>/bai/1</link>")),
        rss(item("<author>an@bao.example (An)</author><title>A &lt;b&gt;B&lt;/b&gt;</title><source>S</source>")),
        rss(item("<title>A</title><odd>?</odd>")),
        rss(f"{item()}<odd><title>B</title></odd>"),
    ],
)
def test_ordinary_feeds_are_read_fast_and_the_same(text: str) -> None:
    plain, tolerant = both(text)
    assert plain is not None
    assert plain == tolerant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "không phải",
        "<html><body>x</body></html>",
        rss(item("<title>A & B</title>")),
        rss(item("<title>A</title>"))[:-20],
        rss(item("<title>A</title><title>B</title>")),
        rss(item("<content:encoded><p>chưa thoát</p></content:encoded>")).replace("<rss ", f"<rss {NAMESPACES} "),
        rss(item("<title>A</title><link>/a</link>").replace("<item", "<item xml:base='https://khac.example/'")),
        rss(item("<title>LÆ°Æ¡ng Ã¡</title>")),
        rss(item("<title>A\x96B</title>")),
        rss(item("<title>A</title><link>https://a.example/?a=1&amp;amp;b=2</link>")),
        rss(item("<title>A</title><link>https:////a.example/</link>")),
        rss("<item><title>Không ngày</title><guid>1</guid><description>A</description></item>"),
        rss("<item><title>Không lời</title><guid>1</guid><pubDate>24/11/2026</pubDate></item>"),
        rss("<item><title>Không địa chỉ</title><description>A</description><pubDate>24/11/2026</pubDate></item>"),
        rss().replace("<rss ", '<rss xmlns="http://backend.userland.com/rss2" '),
        rss().replace("?>", '?><!DOCTYPE rss [<!ENTITY a "b">]>'),
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/>",
        ALERTS.replace('content type="html"', 'content type="xhtml"'),
        ALERTS.replace("<email>", "<email>x</email><email>"),
        ALERTS.replace('<link href="https://tin.example/u?a=1&amp;b=2"/>', "<link>https://tin.example/</link>"),
    ],
)
def test_what_only_the_tolerant_reader_knows_is_left_to_it(text: str) -> None:
    assert read_plain_feed(text) is None


def test_what_the_feed_says_of_itself() -> None:
    feed = read_plain_feed(WORDPRESS)
    assert (feed.language, feed.min_interval_seconds, feed.is_broken_off) == ("vi-VN", 1800, False)


def test_author_with_an_address_is_named_by_both() -> None:
    feed = read_plain_feed(ALERTS)
    assert feed.entries[0].author == "An (an@tin.example)"


WORDS = st.one_of(
    st.sampled_from(["", " Nợ lương ", "A &amp; B", "<b>đậm</b>", "a < b", "&#8230;", "&nbsp;", "x</1>y", "Ã¡"]),
    st.text(st.characters(categories=["L", "N", "P", "S", "Z"], max_codepoint=0x1EFF), max_size=12),
)
ADDRESSES = st.sampled_from(["", "/a", "https://b.example/x?a=1&b=2", "tin-7", "http:///x", "//c.example", "a&b;c"])
DATES = st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001  made aware by `timezones`
    lambda moment: f"{moment:%a, %d %b %Y %H:%M:%S} +0700"
)


def element(name: str, values: st.SearchStrategy[str], attributes: str = "") -> st.SearchStrategy[str]:
    plain = values.map(lambda value: f"<{name}{attributes}>{escape(value)}</{name}>")
    return st.one_of(plain, values.map(lambda value: f"<{name}><![CDATA[{value.replace(']]>', '')}]]></{name}>"))


RSS_PARTS = st.one_of(
    element("title", WORDS),
    element("description", WORDS),
    element("content:encoded", WORDS),
    element("link", ADDRESSES),
    element("guid", ADDRESSES),
    element("guid", ADDRESSES, ' isPermaLink="false"'),
    element("pubDate", DATES),
    element("dc:date", DATES),
    element("author", WORDS),
    element("dc:creator", WORDS),
    element("slash:comments", st.sampled_from(["3", "x", ""])),
    st.sampled_from(
        ['<enclosure url="/a.jpg"/>', "<category>c</category>", "<comments>/c</comments>", "<source>s</source>"]
    ),
    st.sampled_from(
        ['<media:content url="/a.jpg">q</media:content>', '<media:thumbnail url="/a"/>', "<media:title>m</media:title>"]
    ),
)
ATOM_PARTS = st.one_of(
    element("title", WORDS),
    element("title", WORDS, ' type="html"'),
    element("summary", WORDS, ' type="text"'),
    element("summary", WORDS),
    element("content", WORDS, ' type="HTML"'),
    element("content", WORDS),
    element("id", ADDRESSES),
    element("published", DATES),
    element("updated", DATES),
    ADDRESSES.map(lambda link: f'<link href="{escape(link)}"/>'),
    ADDRESSES.map(lambda link: f'<link rel="Enclosure" href="{escape(link)}"/>'),
    ADDRESSES.map(lambda link: f'<link rel="alternate" type="application/json" href="{escape(link)}"/>'),
    WORDS.map(lambda name: f"<author><name>{escape(name)}</name><uri>/u</uri></author>"),
    WORDS.map(lambda name: f"<author>{escape(name)}</author>"),
    st.sampled_from(['<category term="c"/>', "<author><email>a@b.example</email></author>"]),
)


@given(
    st.lists(st.lists(RSS_PARTS, max_size=7).map("".join), max_size=3),
    st.sampled_from(["", "<language>vi</language>", "<ttl>30</ttl>"]),
)
def test_any_rss_of_known_elements_means_the_same_to_both(items: list[str], said: str) -> None:
    body = "".join(f"<item>{item}</item>" for item in items)
    plain, tolerant = both(f'<rss version="2.0" {NAMESPACES}><channel><title>T</title>{said}{body}</channel></rss>')
    assert plain is None or plain == tolerant


@given(st.lists(st.lists(ATOM_PARTS, max_size=7).map("".join), max_size=3))
@example(['<id></id><link rel="Enclosure" href=""/>'])
@example(['<id>/a</id><link rel="Enclosure" href="/a"/>'])
@example(['<id>/a</id><link rel="alternate" type="application/json" href="/a"/>'])
def test_any_atom_of_known_elements_means_the_same_to_both(entries: list[str]) -> None:
    body = "".join(f"<entry>{entry}</entry>" for entry in entries)
    plain, tolerant = both(f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="vi"><title>T</title>{body}</feed>')
    assert plain is None or plain == tolerant
