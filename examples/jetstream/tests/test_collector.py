"""How the stream of all Bluesky is read in bounded readings: language, deletions, breaks, cursors, lost stretches."""

import json
from collections.abc import Iterator, Mapping
from contextlib import aclosing
from datetime import timedelta
from typing import Any

import pytest
from kiemtin_jetstream.collector import JetstreamCollector
from kiemtin_jetstream.events import to_microseconds
from kiemtin_jetstream.websocket import StreamBroken

from examples.jetstream.tests.jetstream_site import FIRST_PATH, SECOND_PATH, JetstreamSite, serve_stream
from monitor.collectors.base import Batch, SourceView
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.registry import collector_for, source_kinds
from monitor.demo.sites import SitePost
from monitor.errors import PayloadInvalid
from tests.clock import HANGS_AFTER, MONDAY_MORNING, FakeClock
from tests.monitor.collectors.collecting import bodies, gone, posts, texts

START = MONDAY_MORNING - timedelta(minutes=30)
PROTOCOLS = ("v1", "v2")


def post_of(number: int, **changes: Any) -> SitePost:
    values: dict[str, Any] = {
        "id": f"3m{number:04d}",
        "author": f"nguoi_{number % 3}",
        "text": f"Bài số {number}",
        "published_at": START + timedelta(seconds=number),
    }
    return SitePost(**(values | changes))


@pytest.fixture
def site(clock: FakeClock) -> JetstreamSite:
    return JetstreamSite([post_of(number) for number in range(1, 6)], clock)


@pytest.fixture
def base(site: JetstreamSite) -> Iterator[str]:
    with serve_stream(site) as address:
        yield address


@pytest.fixture
def tip(site: JetstreamSite, clock: FakeClock) -> SitePost:
    """Write one post right now, in another language: with it a reading that goes on from a cursor has caught up."""
    post = post_of(9000, author="nguoi_xa", language="en", published_at=clock.now())
    site.add(post)
    return post


def since(number: int) -> dict[str, int]:
    return {"time_us": to_microseconds(START + timedelta(seconds=number))}


async def read(
    client: PoliteClient, base: str, cursor: Mapping[str, Any] | None = None, **settings: Any
) -> list[Batch]:
    view = SourceView(name="Luồng", address=f"{base}/", settings=settings, cursor=cursor or {})
    return [batch async for batch in JetstreamCollector(batch_seconds=HANGS_AFTER).collect(view, client)]


def test_the_plug_in_is_found_by_its_entry_point(jetstream: str) -> None:
    assert source_kinds()[-1] == jetstream
    assert type(collector_for(jetstream)) is JetstreamCollector


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_event_becomes_the_same_post_as_on_the_app_view(
    client: PoliteClient, site: JetstreamSite, base: str, tip: SitePost, protocol: str
) -> None:
    batches = await read(client, base, since(5), protocol=protocol)
    post = posts(batches)[-1]
    assert post.external_id == "at://did:plc:nguoi2/app.bsky.feed.post/3m0005"
    assert post.url == "https://bsky.app/profile/did:plc:nguoi2/post/3m0005"
    assert (post.text, post.author, post.language) == ("Bài số 5", "did:plc:nguoi2", "vi")
    assert post.published_at == START + timedelta(seconds=5)
    assert post.published_raw == "2026-11-16T01:30:05.000Z"
    assert post.edited_at is None


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_reading_ends_when_it_has_caught_up(
    client: PoliteClient, clock: FakeClock, site: JetstreamSite, base: str, tip: SitePost, protocol: str
) -> None:
    batches = await read(client, base, since(0), protocol=protocol)
    assert texts(batches) == bodies(1, 5)
    assert batches[-1].skipped == {"other language": 1}
    assert batches[-1].cursor == {"time_us": to_microseconds(clock.now())}
    assert batches[-1].gap is None
    assert batches[-1].fetched.body.count(b"\n") == 4  # the lines of what was kept
    assert "cursor" not in batches[-1].fetched.url


async def test_what_is_asked_for(client: PoliteClient, site: JetstreamSite, base: str, tip: SitePost) -> None:
    await read(client, base, since(5))
    await read(client, base, since(5), protocol="v2")
    first, second = site.seen(FIRST_PATH)[0], site.seen(SECOND_PATH)[0]
    rewound = str(since(0)["time_us"])
    assert first.query == {"wantedCollections": "app.bsky.feed.post", "cursor": rewound}
    assert second.query == {"kinds": "commit,account", "collections": "app.bsky.feed.post", "cursor": rewound}
    assert second.headers["sec-websocket-protocol"] == "xrpc.v1.json"
    assert first.headers["user-agent"].startswith("kiemtin/")
    assert len(site.seen("/robots.txt")) == 1
    assert site.wrote == []


async def test_first_reading_begins_at_the_present_and_ends_in_time(
    client: PoliteClient, site: JetstreamSite, base: str
) -> None:
    assert await read(client, base, max_seconds=0.2) == []
    assert "cursor" not in site.seen(FIRST_PATH)[0].query


async def test_most_events_end_a_reading_and_the_next_goes_on(
    client: PoliteClient, clock: FakeClock, site: JetstreamSite, base: str, tip: SitePost
) -> None:
    first = await read(client, base, since(0), max_events=2)
    assert texts(first) == bodies(1, 2)
    assert first[-1].cursor == since(2)
    second = await read(client, base, first[-1].cursor)
    assert set(texts(second)) >= set(bodies(3, 5))


async def test_falling_far_behind_is_told(
    client: PoliteClient, clock: FakeClock, site: JetstreamSite, base: str
) -> None:
    clock.advance(timedelta(hours=3))
    batches = await read(client, base, since(0), max_events=2)
    assert batches[-1].gap == (
        "the reading is 3 h behind the stream: read this source more often, or raise `max_events`"
    )


async def test_batches_hold_at_most_200_posts(
    client: PoliteClient, site: JetstreamSite, base: str, clock: FakeClock
) -> None:
    site.add(*(post_of(number) for number in range(6, 501)), post_of(9000, published_at=clock.now()))
    batches = await read(client, base, since(0))
    assert [len(batch.posts) for batch in batches] == [200, 200, 101]
    assert [batch.cursor for batch in batches][:2] == [since(200), since(400)]


async def test_posts_are_given_on_after_some_seconds(client: PoliteClient, site: JetstreamSite, base: str) -> None:
    view = SourceView(name="Luồng", address=base, settings={"max_seconds": 3600}, cursor=since(0))
    batches: list[Batch] = []
    async with aclosing(JetstreamCollector(batch_seconds=0.1).collect(view, client)) as reading:
        async for batch in reading:
            batches.append(batch)
            if len(posts(batches)) == 5:
                break
        else:
            pytest.fail("not all was given on before the end")
    assert texts(batches) == bodies(1, 5)
    assert batches[-1].cursor == since(5)


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_deleted_posts_are_gone(
    client: PoliteClient, clock: FakeClock, site: JetstreamSite, base: str, tip: SitePost, protocol: str
) -> None:
    first = await read(client, base, since(0), protocol=protocol)
    clock.advance(1)
    site.delete("3m0002")
    second = await read(client, base, first[-1].cursor, protocol=protocol)
    assert gone(second) == ["at://did:plc:nguoi2/app.bsky.feed.post/3m0002"]


async def test_post_deleted_before_it_was_stored_is_not_given_at_all(
    client: PoliteClient, site: JetstreamSite, base: str
) -> None:
    site.delete("3m0004")
    batches = await read(client, base, since(0))
    assert texts(batches) == [*bodies(1, 3), "Bài số 5"]
    assert gone(batches) == ["at://did:plc:nguoi1/app.bsky.feed.post/3m0004"]
    assert batches[0].skipped == {"deleted at once": 1}


async def test_post_written_again_under_its_key_is_not_gone(
    client: PoliteClient, clock: FakeClock, site: JetstreamSite, base: str
) -> None:
    site.delete("3m0004")
    clock.advance(1)
    site.add(post_of(4, text="Viết lại", published_at=clock.now()))
    batches = await read(client, base, since(0))
    assert texts(batches)[-1] == "Viết lại"
    assert gone(batches) == []


async def test_replaced_record_is_an_edit(
    client: PoliteClient, clock: FakeClock, site: JetstreamSite, base: str
) -> None:
    site.edit("3m0003", "Bản đã sửa")
    batches = await read(client, base, since(0))
    edited = next(post for post in posts(batches) if post.external_id.endswith("3m0003"))
    assert (edited.text, edited.edited_at) == ("Bản đã sửa", clock.now())


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("status", ["deleted", "takendown", "suspended", "deactivated"])
async def test_author_who_left_takes_all_posts_along(
    client: PoliteClient, site: JetstreamSite, base: str, protocol: str, status: str
) -> None:
    site.account("nguoi_2", status=status)
    batches = await read(client, base, since(0), protocol=protocol)
    assert [batch.gone_authors for batch in batches] == [("did:plc:nguoi2",)]
    assert texts(batches) == ["Bài số 1", "Bài số 3", "Bài số 4"]
    assert batches[0].skipped == {"account gone": 2}


async def test_author_who_came_back_keeps_new_posts(
    client: PoliteClient, clock: FakeClock, site: JetstreamSite, base: str
) -> None:
    site.account("nguoi_2", status="deactivated")
    clock.advance(1)
    site.account("nguoi_2", status=None)
    clock.advance(1)
    site.add(post_of(8, published_at=clock.now()))
    batches = await read(client, base, since(0))
    assert texts(batches) == ["Bài số 1", "Bài số 3", "Bài số 4", "Bài số 8"]
    assert [batch.gone_authors for batch in batches] == [()]


async def test_new_handles_and_other_records_are_passed_over(
    client: PoliteClient, site: JetstreamSite, base: str
) -> None:
    like = {"operation": "create", "collection": "app.bsky.feed.like", "rkey": "1", "record": {}}
    site.raw = [json.dumps({"did": "did:plc:a", **since(1), "kind": "commit", "commit": like})]
    site.identity("nguoi_1")
    batches = await read(client, base, since(0))
    assert texts(batches) == bodies(1, 5)
    assert batches[0].skipped == {}


async def test_malformed_lines_are_counted(client: PoliteClient, site: JetstreamSite, base: str, tip: SitePost) -> None:
    site.raw = ["không phải JSON", "[]", '{"kind":"commit"}', '{"did":"did:plc:a","time_us":true,"kind":"account"}']
    batches = await read(client, base, since(0))
    assert texts(batches) == bodies(1, 5)
    assert batches[0].skipped == {"malformed": 4, "other language": 1}


async def test_language_is_the_tagged_one_or_what_it_looks_like(
    client: PoliteClient, site: JetstreamSite, base: str, tip: SitePost
) -> None:
    site.add(
        post_of(6, language=None, text="Công ty nợ lương ba tháng rồi"),
        post_of(7, language=None, text="The company owes three months"),
        post_of(8, language="en", text="Công ty nợ lương"),
        post_of(9, language="vi-VN", text="ok"),
    )
    batches = await read(client, base, since(0))
    assert texts(batches)[5:] == ["Công ty nợ lương ba tháng rồi", "ok"]
    assert batches[0].skipped == {"other language": 3}
    everything = await read(client, base, since(0), languages="*")
    assert len(posts(everything)) == 10


async def test_broken_connection_is_made_again_a_little_earlier(
    client: PoliteClient, clock: FakeClock, site: JetstreamSite, base: str, tip: SitePost
) -> None:
    site.add(*(post_of(number) for number in range(6, 21)))
    site.drops = [10, 8]
    batches = await read(client, base, since(0))
    assert set(texts(batches)) == set(bodies(1, 20))
    assert texts(batches)[:10] == bodies(1, 10)
    assert batches[0].cursor == since(10)
    asked = [int(request.query["cursor"]) for request in site.seen(FIRST_PATH)]
    assert asked[1] == since(5)["time_us"]
    assert clock.slept == [1.0, 2.0]
    twice = [post for post in posts(batches) if post.text == "Bài số 7"]
    assert len(twice) > 1
    assert {post.external_id for post in twice} == {"at://did:plc:nguoi1/app.bsky.feed.post/3m0007"}


async def test_everything_sent_twice_is_given_once_a_batch(
    client: PoliteClient, site: JetstreamSite, base: str, tip: SitePost
) -> None:
    site.repeat = True
    assert texts(await read(client, base, since(0))) == bodies(1, 5)


async def test_stream_that_breaks_off_again_and_again_fails_after_giving_what_came(
    client: PoliteClient, site: JetstreamSite, base: str, jetstream: str
) -> None:
    site.drops = [2, 0, 0, 0, 0, 0]
    seen = []
    view = SourceView(name="Luồng", address=base, cursor=since(0))
    with pytest.raises(StreamBroken, match=r"broke off.*try again later"):  # noqa: PT012  only reading on raises it
        async for batch in collector_for(jetstream).collect(view, client):
            seen.append(batch)  # noqa: PERF401 - what came before the error is wanted
    assert texts(seen) == bodies(1, 2)
    assert len(site.seen(FIRST_PATH)) == 5


async def test_stretch_that_the_server_silently_left_out_is_a_gap(
    client: PoliteClient, clock: FakeClock, site: JetstreamSite, base: str, tip: SitePost
) -> None:
    clock.advance(timedelta(hours=40))
    site.add(post_of(7000, published_at=clock.now() - timedelta(minutes=5)))
    site.add(post_of(7001, published_at=clock.now()))
    batches = await read(client, base, since(5))
    assert texts(batches) == bodies(7000, 7001)
    assert batches[0].gap == (
        "the stream has nothing between 2026-11-16 01:30 and 2026-11-17 17:55 UTC: "
        "read this source more often, or raise `max_events`"
    )


async def test_cursor_that_is_too_old_is_a_gap_and_reading_goes_on_at_the_present(
    client: PoliteClient, clock: FakeClock, site: JetstreamSite, base: str, jetstream: str
) -> None:
    clock.advance(timedelta(hours=40))
    view = SourceView(name="L", address=base, settings={"protocol": "v2", "max_seconds": 0.3}, cursor=since(5))
    batches = [batch async for batch in collector_for(jetstream).collect(view, client)]
    (batch,) = batches
    assert batch.gap == (
        "the stream no longer has what followed 2026-11-16 01:30 UTC: "
        "read this source more often, or raise `max_events`"
    )
    assert batch.cursor is None
    assert [("cursor" in request.query) for request in site.seen(SECOND_PATH)] == [True, False]


@pytest.mark.parametrize(("name", "cursors"), [("ConsumerTooSlow", [True, True]), ("CursorTooOld", [True, False])])
async def test_farewell_of_the_second_form(
    client: PoliteClient, site: JetstreamSite, base: str, tip: SitePost, name: str, cursors: list[bool]
) -> None:
    site.farewells = [(3, name)]
    batches = await read(client, base, since(0), protocol="v2", max_seconds=1.0)
    assert texts(batches)[:3] == bodies(1, 3)
    assert [("cursor" in request.query) for request in site.seen(SECOND_PATH)] == cursors
    assert any(batch.gap for batch in batches) == (name == "CursorTooOld")


async def test_number_of_an_event_is_never_the_cursor(
    client: PoliteClient, site: JetstreamSite, base: str, tip: SitePost
) -> None:
    first = await read(client, base, since(0), max_events=3)
    assert first[-1].cursor == since(3)
    other = JetstreamSite([post_of(number) for number in (3, 4, 5)], site.clock)  # another server counts from 1 too
    other.add(tip)
    with serve_stream(other) as elsewhere:
        assert texts(await read(client, elsewhere, first[-1].cursor)) == bodies(3, 5)


async def test_time_that_has_not_come_yet_does_not_become_the_cursor(
    client: PoliteClient, clock: FakeClock, site: JetstreamSite, base: str
) -> None:
    future = to_microseconds(clock.now() + timedelta(days=400))
    site.raw = [json.dumps({"did": "did:plc:a", "time_us": future, "kind": "identity"})]
    batches = await read(client, base, since(0))
    assert batches[-1].cursor == {"time_us": to_microseconds(clock.now())}


async def test_other_refusal_of_what_was_asked(client: PoliteClient, site: JetstreamSite, base: str) -> None:
    site.fail(FIRST_PATH, 400)
    with pytest.raises(PayloadInvalid, match=r"400 \(Something broke\)"):
        await read(client, base, since(0))
    assert len(site.seen(FIRST_PATH)) == 1


async def test_passing_failure_of_the_handshake_is_tried_again(
    client: PoliteClient, site: JetstreamSite, base: str, tip: SitePost
) -> None:
    site.fail(FIRST_PATH, 502, 500)
    assert texts(await read(client, base, since(0))) == bodies(1, 5)
