"""What the feed collector makes of a newspaper's feeds, sound and broken."""

import unicodedata
from datetime import timedelta
from typing import Any

import pytest

from monitor.collectors.http.client import PoliteClient
from monitor.demo.sites import FeedSite
from monitor.demo.sites.feed_site import ATOM_PATH, JSON_PATH, RSS_PATH
from monitor.errors import FetchFailed, PayloadInvalid
from tests.clock import FakeClock
from tests.monitor.collectors.feed.conftest import Read
from tests.monitor.collectors.feed_samples import START, article, day_first_date, gmt7_date, read_document, rss


async def test_rss_becomes_posts_oldest_first(read: Read, base: str) -> None:
    batch = await read()
    assert [post.title for post in batch.posts] == [f'Cầu Nà Hoi "thông" xe lần {number}' for number in (1, 2, 3)]
    first = batch.posts[0]
    assert first.external_id == first.url == f"{base}/bai/bai-001.html"
    assert first.text == "Tỉnh thông báo.\n\nĐoạn 1: a < b & c."
    assert first.published_at == START + timedelta(minutes=1)
    assert first.published_raw == "Mon, 16 Nov 2026 08:01:00 +0700"
    assert first.published_precision == "second"
    assert first.language == "vi"
    assert first.engagement == {"replies": 1}
    assert first.edited_at is None


async def test_atom_says_what_was_edited(read: Read, site: FeedSite) -> None:
    site.edit("bai-002", "Tỉnh cải chính.")
    batch = await read(ATOM_PATH)
    changed = {post.external_id: post for post in batch.posts}["tag:mau.example,2026:bai-002"]
    assert changed.text == "Tỉnh cải chính."
    assert changed.edited_at == site.clock.now()
    assert changed.author == "toasoan"
    assert [post.edited_at for post in batch.posts].count(None) == 2


async def test_json_feed(read: Read, site: FeedSite) -> None:
    site.edit("bai-003", "Sửa.")
    batch = await read(JSON_PATH)
    assert [post.external_id for post in batch.posts] == ["bai-001", "bai-002", "bai-003"]
    assert batch.posts[0].text == "Tỉnh thông báo.\n\nĐoạn 1: a < b & c."
    assert batch.posts[2].edited_at == site.clock.now()
    assert batch.posts[0].language == "vi"


async def test_posts_show_only_when_their_time_has_come(read: Read, clock: FakeClock, site: FeedSite) -> None:
    site.add(article(4, published_at=clock.now() + timedelta(hours=1)))
    first = await read()
    clock.advance(timedelta(hours=1))
    second = await read(RSS_PATH, first)
    assert (len(first.posts), len(second.posts)) == (3, 4)


async def test_second_reading_sends_validators_and_gets_304(read: Read, site: FeedSite) -> None:
    first = await read()
    again = await read(RSS_PATH, first)
    assert again.unchanged
    assert again.fetched.status == 304
    assert again.posts == ()
    assert again.cursor is None
    assert again.validators is None
    request = site.seen(RSS_PATH)[-1]
    assert request.headers["if-none-match"] == first.fetched.headers["etag"]
    assert request.headers["if-none-match"].startswith('W/"')
    assert request.headers["if-modified-since"] == first.fetched.headers["last-modified"]


async def test_without_validators_the_body_is_compared_without_its_clock(
    read: Read, clock: FakeClock, site: FeedSite
) -> None:
    site.etag = False
    site.restless = True
    first = await read()
    clock.advance(timedelta(minutes=5))
    second = await read(RSS_PATH, first)
    assert second.fetched.body != first.fetched.body
    assert second.unchanged
    assert "if-none-match" not in site.seen(RSS_PATH)[-1].headers


async def test_validators_are_not_sent_to_another_address(read: Read, site: FeedSite) -> None:
    first = await read()
    await read(ATOM_PATH, first)
    assert "if-none-match" not in site.seen(ATOM_PATH)[0].headers


async def test_permanent_move_is_reported_and_its_validators_are_not_kept(
    read: Read, site: FeedSite, base: str
) -> None:
    site.redirects["/rss/cu.rss"] = (301, RSS_PATH)
    batch = await read("/rss/cu.rss")
    assert batch.fetched.permanent_url == base + RSS_PATH
    assert batch.validators == {}
    assert len(batch.posts) == 3


async def test_window_that_ran_past_everything_known_is_a_gap(read: Read, clock: FakeClock, site: FeedSite) -> None:
    site.page_size = 3
    first = await read()
    clock.advance(timedelta(hours=2))
    site.add(*(article(number) for number in range(100, 103)))
    assert first.gap is None
    second = await read(RSS_PATH, first)
    assert second.gap is not None
    assert "2026-11-16 01:03" in second.gap
    site.add(article(103))
    third = await read(RSS_PATH, second)
    assert third.gap is None


@pytest.mark.parametrize("style", [gmt7_date, day_first_date])
async def test_vietnamese_date_styles(read: Read, site: FeedSite, style: Any) -> None:
    site.date_style = style
    batch = await read()
    assert batch.posts[0].published_at == START + timedelta(minutes=1)
    assert batch.posts[0].published_raw == style(START + timedelta(minutes=1))


async def test_decomposed_letters_stay_as_they_came(read: Read, site: FeedSite) -> None:
    decomposed = unicodedata.normalize("NFD", "Người lao động nghỉ việc")
    site.add(article(4, text=decomposed, title=decomposed))
    batch = await read()
    assert batch.posts[-1].text == decomposed
    assert batch.posts[-1].title == decomposed


async def test_other_charset_is_read_by_the_declaration(read: Read, site: FeedSite) -> None:
    site.charset = "utf-16"
    assert (await read()).posts[0].text.startswith("Tỉnh")


async def test_declared_vietnamese_charset(client: PoliteClient) -> None:
    text = unicodedata.normalize("NFD", "Tiền")  # windows-1258 has tones as separate characters
    text = text.replace("e\u0302", "ê")
    body = rss(f"<item><guid>1</guid><title>{text}</title></item>").replace("utf-8", "windows-1258")
    batch = await read_document(client, body.encode("cp1258"))
    assert unicodedata.normalize("NFC", batch.posts[0].title or "") == "Tiền"


async def test_entry_without_identifier_is_named_by_its_address_without_tracking(client: PoliteClient) -> None:
    link = "https://bao.example/a.html?id=3&amp;utm_source=rss&amp;fbclid=x#top"
    with_link = rss(f"<item><title>A</title><link>{link}</link></item>")
    bare = rss("<item><title>A</title><pubDate>24/11/2026 08:00</pubDate></item>")
    (named,) = (await read_document(client, with_link)).posts
    assert named.external_id.startswith("https://bao.example/a.html?id=3#")
    derived = {(await read_document(client, bare)).posts[0].external_id for _ in range(2)}
    assert len(derived) == 1
    assert len(derived.pop()) == 64


async def test_document_that_breaks_off_loses_its_last_entry_and_is_read_again(client: PoliteClient) -> None:
    whole = rss("<item><guid>1</guid><title>A</title></item>", "<item><guid>2</guid><title>B dài lắm</title></item>")
    batch = await read_document(client, whole[: whole.index("dài")])
    assert [post.external_id for post in batch.posts] == ["1"]
    assert batch.skipped == {"broken off": 1}
    assert batch.gap == "the feed broke off before its end"
    assert batch.validators == {}
    assert (batch.cursor or {})["body_sha256"] is None


async def test_entities_of_a_hostile_feed_neither_grow_nor_read_files(client: PoliteClient) -> None:
    body = (
        f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "{"x" * 50}"><!ENTITY b "{"&a;" * 50}">'
        f'<!ENTITY c "{"&b;" * 50}"><!ENTITY f SYSTEM "file://{__file__}">]><rss version="2.0"><channel>'
        "<item><guid>1</guid><title>Tin &c;</title><description>&f;</description></item></channel></rss>"
    )
    post = (await read_document(client, body)).posts[0]
    assert len(post.title or "") < 10_000
    assert "hostile" not in post.text


async def test_entry_that_left_the_window_is_not_gone(read: Read, site: FeedSite) -> None:
    first = await read()
    site.delete("bai-001")
    second = await read(RSS_PATH, first)
    assert len(second.posts) == 2
    assert second.gone == ()


async def test_body_that_is_a_file_name_opens_no_file(client: PoliteClient) -> None:
    with pytest.raises(PayloadInvalid, match="neither"):
        await read_document(client, __file__, "text/plain")


async def test_feed_larger_than_allowed(client: PoliteClient) -> None:
    with pytest.raises(FetchFailed, match="larger than 1000000 bytes"):
        await read_document(client, b"x" * 1_000_001)
