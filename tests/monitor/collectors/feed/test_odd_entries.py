"""Entries that lack what feeds should have, and addresses that are relative to something else than the feed."""

import gzip
import json
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from monitor.collectors.http.client import PoliteClient
from monitor.demo.sites import serve
from tests.monitor.collectors.feed_samples import read, read_document, rss

ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"{}>{}</feed>'


def json_feed(*items: dict[str, Any], version: str = "https://jsonfeed.org/version/1.1") -> str:
    return json.dumps({"version": version, "title": "T", "items": items})


async def test_entries_with_words_alone_are_all_kept_each_with_a_name_of_its_own(client: PoliteClient) -> None:
    items = [f"<item><description>Thông báo {number}</description></item>" for number in range(5)]
    first = await read_document(client, rss(*items, items[0]))
    assert [post.text for post in first.posts] == [f"Thông báo {number}" for number in reversed(range(5))]
    assert dict(first.skipped) == {"duplicate": 1}
    later = await read_document(client, rss("<item><description>Thông báo 9</description></item>", *items))
    assert {post.external_id for post in first.posts} < {post.external_id for post in later.posts}


async def test_entries_of_one_title_and_date_are_told_apart_by_their_words(client: PoliteClient) -> None:
    def item(text: str) -> str:
        return (
            f"<item><title>Lịch cắt điện</title><pubDate>24/11/2026</pubDate><description>{text}</description></item>"
        )

    batch = await read_document(client, rss(item("Phường A"), item("Phường B"), item("Phường A"), item("Phường B")))
    assert [post.text for post in batch.posts] == ["Phường B", "Phường A"]
    assert dict(batch.skipped) == {"duplicate": 2}


async def test_json_items_with_words_alone_are_all_kept(client: PoliteClient) -> None:
    batch = await read_document(client, json_feed({"content_text": "Một"}, {"content_text": "Hai"}), "application/json")
    assert [post.text for post in batch.posts] == ["Hai", "Một"]


@pytest.mark.parametrize(
    "entry",
    [
        '<id>tag:bao.example,2026:1</id><link href="/bai/1"/><title>A</title>',
        '<link href="/bai/1"/><id>tag:bao.example,2026:1</id><title>A</title>',
        '<id>tag:bao.example,2026:1</id><link href="/bai/1"/><title>A</title><content type="xhtml"><b>x</b></content>',
    ],
    ids=["after", "before", "read tolerantly"],
)
async def test_a_relative_link_counts_before_and_after_the_identifier(client: PoliteClient, entry: str) -> None:
    (post,) = (await read_document(client, ATOM.format("", f"<entry>{entry}</entry>"))).posts
    assert str(post.url).endswith("/bai/1")
    assert post.external_id == "tag:bao.example,2026:1"


async def test_a_relative_link_counts_after_a_guid_too(client: PoliteClient) -> None:
    item = "<item><guid>bai-1</guid><link>/bai/1</link><title>A</title></item>"
    (post,) = (await read_document(client, rss(item))).posts
    assert str(post.url).endswith("/bai/1")


@pytest.mark.parametrize(
    ("base", "expected"), [("https://cdn.example/muc/", "https://cdn.example/muc/bai"), ("/muc/", "/muc/bai")]
)
async def test_links_in_words_are_relative_to_xml_base(client: PoliteClient, base: str, expected: str) -> None:
    words = "<content type='html'>Xem &lt;a href='bai'&gt;ở đây&lt;/a&gt;</content>"
    entry = f"<entry><id>1</id><link href='bai'/><title>A</title>{words}</entry>"
    (post,) = (await read_document(client, ATOM.format(f' xml:base="{base}"', entry))).posts
    assert post.text.endswith(f"{expected})")
    assert str(post.url).endswith(expected)


@pytest.mark.parametrize(
    "version", ["1.1", "1", "http://jsonfeed.org/version/1", "https://www.jsonfeed.org/version/1.1"]
)
async def test_json_feed_may_name_its_version_alone(client: PoliteClient, version: str) -> None:
    body = json_feed({"id": "1", "content_text": "Một"}, version=version)
    assert len((await read_document(client, body, "application/json")).posts) == 1


async def test_an_item_of_pictures_alone_says_what_its_pictures_say(client: PoliteClient) -> None:
    markup = '<img src="a.jpg" alt="Công nhân xếp hàng nhận lương"><p><img src="b.jpg"></p>'
    described, silent = {"id": "1", "content_html": markup}, {"id": "2", "content_html": '<img src="b.jpg">'}
    batch = await read_document(client, json_feed(described, silent), "application/json")
    assert [post.text for post in batch.posts] == ["Công nhân xếp hàng nhận lương"]
    assert dict(batch.skipped) == {"empty": 1}
    item = f"<item><guid>1</guid><description><![CDATA[{markup}]]></description></item>"
    assert [post.text for post in (await read_document(client, rss(item))).posts] == ["Công nhân xếp hàng nhận lương"]


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
async def test_undeclared_western_letters_are_read_as_browsers_do(client: PoliteClient, encoding: str) -> None:
    item = "<item><guid>1</guid><title>Les élèves naïfs à l'école</title></item>"
    body = f'<rss version="2.0"><channel><title>T</title>{item}</channel></rss>'.encode(encoding)
    (post,) = (await read_document(client, body, "text/xml")).posts
    assert post.title == "Les élèves naïfs à l'école"


async def test_a_feed_in_several_gzip_members_is_whole(client: PoliteClient) -> None:
    body = rss(*(f"<item><guid>{number}</guid><title>Tin {number}</title></item>" for number in range(4))).encode()
    packed = gzip.compress(body[:100]) + gzip.compress(body[100:])
    headers = {"content-type": "text/xml", "content-encoding": "gzip"}
    with serve(Starlette(routes=[Route("/feed", lambda _: Response(packed, headers=headers))])) as address:
        batch = await read(client, f"{address}/feed")
    assert (len(batch.posts), batch.gap) == (4, None)
