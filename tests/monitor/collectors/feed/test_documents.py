"""Documents of feeds, whole and odd, and the posts that are made of them."""

import gzip
import json
from typing import Any

import pytest
from starlette.responses import Response

from monitor.collectors.http.client import PoliteClient
from tests.examples import cases, examples_of
from tests.monitor.collectors.collecting import answering
from tests.monitor.collectors.feed_samples import read_document, read_feed, rss

EXAMPLES = examples_of(__file__)


@pytest.mark.parametrize("document", cases(EXAMPLES["documents"]))
async def test_posts_of_a_document(client: PoliteClient, document: dict[str, Any]) -> None:
    body = document["body"] if "body" in document else rss(document["items"])
    batch = await read_document(client, body, document.get("type", "application/xml"))
    base = batch.fetched.url.removesuffix("/feed")
    wanted = [
        {name: value.replace("{base}", base) if isinstance(value, str) else value for name, value in post.items()}
        for post in document["posts"]
    ]
    read = [{name: getattr(post, name) or "" for name in one} for post, one in zip(batch.posts, wanted, strict=True)]
    assert read == wanted
    assert dict(batch.skipped) == document.get("skipped", {})
    assert (batch.gap, batch.unchanged) == (None, False)


REVIEW = {
    "@type": "ClaimReview",
    "claimReviewed": "Nhà máy nước Nậm Pha ngừng cấp nước ba ngày",
    "reviewRating": {"alternateName": "Sai sự thật"},
    "author": {"name": "Nhóm Soi Tin"},
    "datePublished": "2026-11-15T08:00:00+07:00",
    "url": "https://soitin.example/1",
}
OTHER = REVIEW | {
    "claimReviewed": "Cầu Nà Hoi thông xe",
    "reviewRating": {"ratingValue": 5, "bestRating": 5, "worstRating": 1},
}


def item(*scripts: str) -> str:
    markup = "".join(f'<script type="application/ld+json">{script}</script>' for script in scripts)
    body = f"<description><![CDATA[<p>Hai tin.</p>{markup}]]></description>"
    return f"<item><guid>1</guid><title>Kiểm chứng</title>{body}</item>"


async def test_each_check_is_a_post_beside_its_entry(client: PoliteClient) -> None:
    document = await read_document(client, rss(item(json.dumps([REVIEW, OTHER]))))
    second, first, entry = document.posts  # oldest first, and a feed begins with the newest
    assert (entry.text, entry.checked) == ("Hai tin.", None)
    assert first.text.startswith("Tuyên bố được kiểm chứng: Nhà máy nước Nậm Pha ngừng cấp nước ba ngày\nKết luận: Sai")
    assert first.url == "https://soitin.example/1"
    assert first.published_raw == "2026-11-15T08:00:00+07:00"
    assert (first.checked.bears, first.checked.outlet) == ("refutes", "Nhóm Soi Tin")
    assert (second.checked.bears, second.checked.verdict) == ("supports", "5/5")
    assert first.external_id.startswith("1#claim-")
    assert first.external_id != second.external_id


async def test_a_broken_or_foreign_script_is_no_check(client: PoliteClient) -> None:
    document = await read_document(client, rss(item('{"@type": "ClaimReview", ', '{"@type": "Article"}')))
    assert [post.checked for post in document.posts] == [None]


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


MEDIA = (
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
)


@pytest.mark.parametrize(("entry", "text"), EXAMPLES["words"])
async def test_words_are_the_content_then_the_description_then_a_summary_and_never_a_caption(
    client: PoliteClient, entry: str, text: str
) -> None:
    entry = entry.format(**EXAMPLES["parts"])
    body = rss(f"<item><guid>1</guid><title>Tít</title>{entry}</item>").replace("<rss ", f"<rss {MEDIA} ")
    (post,) = (await read_document(client, body)).posts
    assert (post.title, post.text) == ("Tít", text)


@pytest.mark.parametrize("end", ["<!-- hết -->", "\n<!-- a --><!-- b -->\n", "<?xml-stylesheet href='x'?>", ""])
async def test_what_follows_the_root_costs_no_entry(client: PoliteClient, end: str) -> None:
    body = (
        "\n" + rss("<item><guid>1</guid><title>A</title></item>", "<item><guid>2</guid><title>B</title></item>") + end
    )
    batch = await read_document(client, body)
    assert [post.title for post in batch.posts] == ["B", "A"]
    assert (batch.gap, batch.skipped) == (None, {})


@pytest.mark.parametrize("end", ["-->", "?>", "<!-- chưa hết"])
async def test_an_end_that_nobody_began_is_none(client: PoliteClient, end: str) -> None:
    body = rss("<item><guid>1</guid><title>A</title></item>", "<item><guid>2</guid><title>B</title></item>")
    batch = await read_document(client, body + end)
    assert [post.title for post in batch.posts] == ["A"]
    assert batch.gap == "the feed broke off before its end"


async def test_entries_that_share_a_link_are_told_apart_by_their_titles(client: PoliteClient) -> None:
    made = [f"<item><title>Thông báo {n}</title><link>https://kcn.example/tb</link></item>" for n in range(15)]
    batch = await read_document(client, rss(*made, made[3]))
    assert len(batch.posts) == 15
    assert batch.skipped == {"duplicate": 1}
    again = await read_document(client, rss(made[7]))
    assert again.posts[0].external_id in {post.external_id for post in batch.posts}


@pytest.mark.parametrize(
    "version", ["1.1", "1", "http://jsonfeed.org/version/1", "https://www.jsonfeed.org/version/1.1"]
)
async def test_json_feed_may_name_its_version_alone(client: PoliteClient, version: str) -> None:
    body = json_feed({"id": "1", "content_text": "Một"}, version=version)
    assert len((await read_document(client, body, "application/json")).posts) == 1


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
    with answering({"/feed": Response(packed, headers=headers)}) as address:
        batch = await read_feed(client, f"{address}/feed")
    assert (len(batch.posts), batch.gap) == (4, None)
