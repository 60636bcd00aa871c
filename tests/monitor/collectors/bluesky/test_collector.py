"""How an account's or a list's feed on Bluesky is followed: back to what is known, with reposts and deletions."""

from datetime import timedelta
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from monitor.collectors.base import SourceView
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.registry import collector_for
from monitor.errors import PayloadInvalid, SourceRefused
from tests.clock import FakeClock
from tests.monitor.collectors.bluesky_samples import FEED, LIST, LIST_FEED, POSTS, START, post_of
from tests.monitor.collectors.collecting import Read, answering, bodies, gone, posts, reading, texts
from tests.platforms import BlueskySite

read = reading("bluesky", name="Mạng xanh", otherwise={"actor": "to_truong.bsky.example"})


@pytest.fixture
def site(clock: FakeClock) -> BlueskySite:
    return BlueskySite([post_of(number) for number in range(1, 6)], clock)


async def test_row_becomes_a_post(read: Read, site: BlueskySite) -> None:
    site.add(post_of(9, engagement={"replies": 4, "shares": 2, "likes": 51}))
    post = posts(await read())[-1]
    assert post.text == "Bài số 9"
    assert post.external_id == "at://did:plc:totruong/app.bsky.feed.post/3m0009"
    assert post.url == "https://bsky.app/profile/did:plc:totruong/post/3m0009"
    assert post.author == "did:plc:totruong"
    assert post.published_at == START + timedelta(minutes=9)
    assert post.published_raw == "2026-11-15T14:09:00.000Z"
    assert post.language == "vi"
    assert post.engagement == {"replies": 4, "shares": 2, "likes": 51}
    assert site.seen(FEED)[0].query == {
        "actor": "to_truong.bsky.example",
        "filter": "posts_with_replies",
        "limit": "100",
    }


async def test_links_are_found_by_bytes_in_vietnamese_text(read: Read, site: BlueskySite) -> None:
    text, label, address = "Người ta đồn ở đây này", "ở đây", "https://bao.example/a.html"
    start = len(text[: text.index(label)].encode())
    place = {"byteStart": start, "byteEnd": start + len(label.encode())}
    link = {"$type": "app.bsky.richtext.facet#link", "uri": address}
    site.records["3m0005"] = {"text": text, "facets": [{"index": place, "features": [link]}]}
    assert texts(await read())[-1] == f"Người ta đồn ở đây ({address}) này"


async def test_deleted_newest_post_does_not_hide_where_reading_stopped(read: Read, site: BlueskySite) -> None:
    first = await read()
    site.delete("3m0005")
    site.page_size = 2
    second = await read(first)
    assert texts(second) == bodies(3, 4)


async def test_reposts_are_counted_and_do_not_look_like_known_posts(
    read: Read, clock: FakeClock, site: BlueskySite
) -> None:
    first = await read()
    site.page_size = 2
    site.add(post_of(6), post_of(7), post_of(8))
    site.repost("3m0001", "to_truong", clock.now() - timedelta(minutes=1))  # an old one of their own, above all
    second = await read(first)
    assert set(texts(second)) >= set(bodies(6, 8))
    assert second[0].skipped == {"repost": 1}


async def test_other_peoples_posts_that_were_reposted_are_left(read: Read, clock: FakeClock, site: BlueskySite) -> None:
    site.add(post_of(50, author="nguoi_la"))
    site.repost("3m0050", "to_truong", clock.now() - timedelta(minutes=1))
    batches = await read()
    assert texts(batches) == bodies(1, 5)
    assert batches[0].skipped == {"repost": 1}


async def test_pinned_old_post_does_not_end_the_reading(client: PoliteClient) -> None:
    def view(number: int) -> dict[str, Any]:
        stamp = (START + timedelta(minutes=number)).isoformat()
        record = {"text": f"Bài số {number}", "createdAt": stamp}
        uri = f"at://did:plc:a/app.bsky.feed.post/{number}"
        return {"uri": uri, "author": {}, "record": record, "indexedAt": stamp}

    def answer(request: Request) -> Response:
        pinned = {"post": view(1), "reason": {"$type": "app.bsky.feed.defs#reasonPin"}}
        if request.query_params.get("cursor") is None:
            return JSONResponse({"feed": [pinned, {"post": view(9)}], "cursor": "b"})
        return JSONResponse({"feed": [{"post": view(8)}, {"post": view(1)}], "cursor": "c"})

    known = {"feed": "author a", "newest": (START + timedelta(minutes=2)).isoformat()}
    with answering({FEED: answer}) as base:
        view_of_source = SourceView(name="M", address=base, settings={"actor": "a"}, cursor=known)
        batches = [batch async for batch in collector_for("bluesky").collect(view_of_source, client)]
    assert [texts([batch]) for batch in batches] == [["Bài số 1", "Bài số 9"], ["Bài số 1", "Bài số 8"]]


async def test_claimed_date_of_the_future_is_not_believed(read: Read, clock: FakeClock, site: BlueskySite) -> None:
    site.records["3m0005"] = {"createdAt": "2031-01-01T00:00:00Z"}
    post = posts(await read())[-1]
    assert post.published_at == START + timedelta(minutes=5)
    assert post.published_raw == "2031-01-01T00:00:00Z"


async def test_order_is_that_of_coming_in(read: Read, site: BlueskySite) -> None:
    site.indexed["3m0002"] = START + timedelta(hours=2)  # written offline, sent later
    assert texts(await read()) == ["Bài số 1", *bodies(3, 5), "Bài số 2"]


async def test_changed_actor_does_not_go_on_from_the_other_ones_cursor(read: Read, site: BlueskySite) -> None:
    first = await read()
    site.add(*(post_of(number, id=f"3k{number}", author="tho_han") for number in range(-150, 0)))
    site.page_size = 50
    second = await read(first, actor="did:plc:thohan")
    assert len(posts(second)) == 100


async def test_list_feed(read: Read, site: BlueskySite) -> None:
    site.lists[LIST] = ("to_truong", "tho_han")
    site.add(post_of(6, author="tho_han"), post_of(7, author="nguoi_la"))
    batches = await read(feed="list", list=LIST)
    assert texts(batches) == bodies(1, 6)
    assert site.seen(LIST_FEED)[0].query == {"list": LIST, "limit": "100"}


async def test_languages(read: Read, site: BlueskySite) -> None:
    site.add(post_of(6, language="en"), post_of(7, language=None), post_of(8, language="vi-VN"))
    site.records["3m0005"] = {"langs": ["en", "vi"]}
    batches = await read()
    assert texts(batches) == [*bodies(1, 5), "Bài số 7", "Bài số 8"]
    assert [post.language for post in posts(batches)][4:] == ["vi", None, "vi-VN"]
    assert batches[0].skipped == {"other language": 1}
    both = await read(actor="to_truong.bsky.example", languages="vi, en")
    everything = await read(actor="to_truong.bsky.example", languages=["*"])
    assert len(posts(both)) == len(posts(everything)) == 8


async def test_what_may_not_be_kept_is_counted(read: Read, site: BlueskySite) -> None:
    site.lists[LIST] = ("to_truong", "kin_dao")
    site.labels["kin_dao"] = ["!no-unauthenticated"]
    site.add(post_of(6, author="kin_dao"), post_of(7, text=""), post_of(8), post_of(9), post_of(10), post_of(11))
    site.views["3m0008"] = {"$type": "app.bsky.feed.defs#notFoundPost", "notFound": True}
    site.views["3m0009"] = {"$type": "app.bsky.feed.defs#blockedPost", "blocked": True}
    site.views["3m0010"] = {"uri": "at://không-phải"}
    site.records["3m0011"] = {"labels": {"values": [{"val": "!no-unauthenticated"}]}}
    batches = await read(feed="list", list=LIST)
    assert texts(batches) == bodies(1, 5)
    assert batches[0].skipped == {
        "author opted out": 2,
        "no text": 1,
        "not found": 1,
        "blocked": 1,
        "malformed": 1,
    }


async def test_watched_posts_are_asked_after_25_at_a_time(read: Read, site: BlueskySite) -> None:
    site.add(*(post_of(number) for number in range(6, 151)))
    first = await read()
    watched = tuple(post.external_id for post in sorted(posts(first), key=lambda post: post.external_id))[:30]
    site.delete("3m0007")
    site.delete("3m0030")
    site.edit("3m0008", "Bản đã sửa")
    second = await read(first, watched=(*watched, "at://lạ", "không phải"))
    assert [gone for batch in second for gone in batch.gone] == [watched[6], watched[29]]
    assert "Bản đã sửa" in texts(second[1:])
    assert len(site.seen(POSTS)) == 2


async def test_watched_posts_that_the_feed_shows_are_not_asked_after(read: Read, site: BlueskySite) -> None:
    first = await read()
    site.delete("3m0003")
    second = await read(first, watched=tuple(post.external_id for post in posts(first)))
    assert [request.query["uris"][-6:] for request in site.seen(POSTS)] == ["3m0003"]
    assert second[-1].gone == ("at://did:plc:totruong/app.bsky.feed.post/3m0003",)


async def test_watched_post_that_is_shown_as_not_found_is_gone_and_a_blocked_one_is_not(
    read: Read, site: BlueskySite
) -> None:
    first = await read()
    site.views["3m0002"] = {"$type": "app.bsky.feed.defs#notFoundPost", "notFound": True}
    site.views["3m0004"] = {"$type": "app.bsky.feed.defs#blockedPost", "blocked": True}
    second = await read(first, watched=tuple(post.external_id for post in posts(first)))
    assert gone(second) == ["at://did:plc:totruong/app.bsky.feed.post/3m0002"]
    assert [request.query["uris"][-6:] for request in site.seen(POSTS)] == ["3m0002"]


async def test_answer_to_a_post_that_is_gone_is_kept(read: Read) -> None:
    lost = {"$type": "app.bsky.feed.defs#notFoundPost", "uri": "at://did:plc:b/app.bsky.feed.post/1", "notFound": True}
    own = {"uri": "at://did:plc:a/app.bsky.feed.post/2", "author": {}, "record": {"text": "Tôi cũng thấy vậy"}}
    answer = JSONResponse({"feed": [{"post": own, "reply": {"root": lost, "parent": lost}}]})
    with answering({FEED: answer}) as base:
        batches = await read(at=base)
    assert texts(batches) == ["Tôi cũng thấy vậy"]
    assert batches[0].skipped == {}


@pytest.mark.parametrize("name", ["BlockedActor", "BlockedByActor"])
async def test_blocked_account_is_a_refusal(read: Read, site: BlueskySite, name: str) -> None:
    site.refusals["to_truong"] = name
    with pytest.raises(SourceRefused, match=f"{name}.*remove the source"):
        await read()


@pytest.mark.parametrize("name", ["AccountTakedown", "AccountDeactivated"])
async def test_posts_of_an_account_that_left_are_given_as_gone_before_the_refusal(
    client: PoliteClient, site: BlueskySite, base: str, name: str
) -> None:
    site.refusals["to_truong"] = name
    settings = {"actor": "to_truong.bsky.example"}
    watched = ("at://did:plc:totruong/app.bsky.feed.post/3m0001",)
    view = SourceView(name="Mạng xanh", address=base, settings=settings, watched=watched)
    seen = []
    with pytest.raises(SourceRefused, match="deactivated or taken down"):  # noqa: PT012  only reading on raises it
        async for batch in collector_for("bluesky").collect(view, client):
            seen.append(batch)  # noqa: PERF401 - what came before the error is wanted
    assert [batch.gone_authors for batch in seen] == [("did:plc:totruong",)]


async def test_unknown_account_and_unknown_list(read: Read) -> None:
    with pytest.raises(PayloadInvalid, match=r"Profile not found.*check `actor`"):
        await read(actor="ai.bsky.example")
    with pytest.raises(PayloadInvalid, match=r"UnknownList.*check `list`"):
        await read(feed="list", list=LIST)


async def test_refusal_with_a_page_instead_of_json(read: Read) -> None:
    page = HTMLResponse("<html><head><title>403 Forbidden</title></head><body></body></html>", 403)
    with answering({FEED: page}) as base, pytest.raises(SourceRefused, match=r"answers 403.* without signing in"):
        await read(at=base)


async def test_search_that_is_closed_to_strangers_is_never_asked(read: Read, site: BlueskySite) -> None:
    first = await read()
    site.delete("3m0003")
    await read(first, watched=tuple(post.external_id for post in posts(first)))
    assert {request.path for request in site.log} == {"/robots.txt", FEED, POSTS}
