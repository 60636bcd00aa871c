"""Rows and messages that no server of Bluesky should send: they are counted and left, and reading goes on."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from monitor.collectors.base import Batch, PublicPost
from monitor.collectors.bluesky.api import Feed, problem_of, read_page, read_posts
from monitor.collectors.bluesky.jetstream_api import Event, StreamEnd, read_message, refusal_name
from monitor.collectors.bluesky.record import to_post
from monitor.collectors.http.client import PoliteClient
from monitor.demo.sites import serve
from monitor.errors import CollectError
from tests.clock import FakeClock
from tests.monitor.collectors.bluesky_samples import FEED, read
from tests.monitor.collectors.collecting import posts, skipped, texts
from tests.monitor.collectors.hostile import (
    HALF,
    HUGE,
    answer,
    as_json,
    assert_cursor_storable,
    assert_storable,
    each_wrong,
    few_examples,
    mutated,
    read_all,
)
from tests.monitor.collectors.payloads import DID, bluesky_page, bluesky_record, bluesky_row

OF_AN = Feed(
    base="https://api.example",
    actor=DID,
    list_uri="",
    filter="posts_with_replies",
    languages=frozenset({"vi"}),
    backfill_pages=1,
)


def message(**changes: Any) -> dict[str, Any]:
    commit = {
        "rev": "3m",
        "operation": "create",
        "collection": "app.bsky.feed.post",
        "rkey": "3m1",
        "record": bluesky_record(),
        "cid": "bafy",
    }
    return {"did": DID, "time_us": 1_779_719_009_157_119, "kind": "commit", "commit": commit} | changes


def second_form() -> dict[str, Any]:
    first = message()
    payload = {
        "$type": "network.bsky.jetstream.subscribeEvents#commit",
        "seq": 1,
        "did": DID,
        "time": "2026-11-15T14:09:00.000Z",
        **first["commit"],
    }
    return {"$type": "message", "payload": payload}


async def read_payload(client: PoliteClient, payload: Any, last: list[Batch] | None = None) -> list[Batch]:
    with serve(Starlette(routes=[Route(FEED, lambda _: Response(as_json(payload)))])) as base:
        return await read(client, base, last, actor=DID)


@pytest.mark.parametrize(
    "wrong",
    [
        {"uri": HALF},
        {"uri": 3},
        {"uri": f"at://{DID}/app.bsky.feed.post/a b"},
        {"author": None},
        {"author": {"labels": "none"}},
        {"record": []},
        {"record": bluesky_record(text=HALF)},
        {"record": bluesky_record(text=["a"])},
        {"record": bluesky_record(text="NUL \0")},
        {"record": bluesky_record(labels={"values": 3})},
        {"labels": {}},
    ],
)
async def test_row_that_is_not_as_documented_is_counted_and_the_rest_kept(
    client: PoliteClient, wrong: dict[str, Any]
) -> None:
    batches = await read_payload(client, bluesky_page(bluesky_row(3), bluesky_row(2, **wrong), bluesky_row(1)))
    assert texts(batches) == ["Bài số 1", "Bài số 3"]
    assert skipped(batches) == {"malformed": 1}
    assert_cursor_storable(batches[-1].cursor)


async def test_part_that_makes_no_sense_costs_no_post(client: PoliteClient) -> None:
    odd = bluesky_record(1, langs=["vi", HALF, 3], facets=[7, {"index": 3}], embed=[], createdAt=True)
    batches = await read_payload(
        client,
        bluesky_page(bluesky_row(1, record=odd, likeCount=True, replyCount=HUGE, repostCount=10**30, indexedAt=[])),
    )
    (post,) = posts(batches)
    assert (post.text, post.language, post.engagement, post.published_at) == ("Bài số 1", "vi", {}, None)


async def test_opt_out_among_broken_labels_is_honoured(client: PoliteClient) -> None:
    labels = [7, {"val": []}, {"val": "!no-unauthenticated"}]
    batches = await read_payload(
        client,
        bluesky_page(
            bluesky_row(1, author={"labels": labels}), bluesky_row(2, record=bluesky_record(labels={"values": labels}))
        ),
    )
    assert skipped(batches) == {"author opted out": 2}


async def test_cursor_that_cannot_be_sent_ends_the_reading(client: PoliteClient) -> None:
    assert texts(await read_payload(client, bluesky_page(bluesky_row(1), cursor=HALF))) == ["Bài số 1"]


async def test_time_that_has_not_come_yet_does_not_become_the_cursor(client: PoliteClient, clock: FakeClock) -> None:
    later = clock.now() + timedelta(days=400)
    batches = await read_payload(client, bluesky_page(bluesky_row(1, indexedAt=later.isoformat())))
    assert (batches[-1].cursor or {})["newest"] == clock.now().isoformat()


@pytest.mark.parametrize("body", [{"error": HALF, "message": ["a"]}, {"error": 3}, [], "NUL \0", {"message": "a\0b"}])
def test_refusal_is_explained_in_words_that_can_be_stored(body: Any) -> None:
    said = str(problem_of(answer(body), OF_AN))
    assert "\0" not in said
    said.encode()


def test_each_wrong_value_at_each_place_gives_posts_or_an_error_of_ours() -> None:
    read_all(each_wrong(bluesky_page(bluesky_row(1), cursor="a")), read_feed)
    read_all(each_wrong({"posts": [bluesky_row(1)["post"]]}), read_some)


@few_examples
@given(mutated(bluesky_page(bluesky_row(2), bluesky_row(1), cursor="a")))
def test_no_page_is_too_strange(payload: Any) -> None:
    read_all([payload], read_feed)


def read_feed(payload: Any) -> list[PublicPost]:
    return list(read_page(answer(payload), OF_AN).posts)


def read_some(payload: Any) -> list[PublicPost]:
    return [post for post in read_posts(answer(payload), OF_AN).values() if isinstance(post, PublicPost)]


def assert_sound(event: Event | StreamEnd | None) -> None:
    if isinstance(event, Event):
        assert type(event.time_us) is int
        assert event.time.tzinfo is not None
        f"{event.did} {event.key}".encode()
        if event.record is not None:
            post = to_post(event.record, did=event.did, key=event.key, wanted=frozenset({"vi"}), witnessed=event.time)
            assert_storable([post] if isinstance(post, PublicPost) else [])
    elif event is not None:
        event.explanation.encode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"did": HALF},
        {"did": ["did:plc:a"]},
        {"time_us": HUGE},
        {"time_us": 10**30},
        {"time_us": True},
        {"time_us": 1e18},
        {"time_us": float("inf")},
        {"commit": []},
        {"commit": {"operation": "delete", "collection": "app.bsky.feed.post", "rkey": HALF}},
        {"commit": {"operation": "delete", "collection": "app.bsky.feed.post", "rkey": None}},
        {"kind": {}},
        {"unknown": HUGE},
        {"unknown": HALF},
    ],
)
def test_message_that_is_not_as_documented_is_no_event(wrong: dict[str, Any]) -> None:
    assert read_message(as_json(message(**wrong)).decode()) is None


def test_record_that_is_not_as_documented_still_moves_the_stream_on() -> None:
    for text in (HALF.replace("\ud83d", "\0"), 3, ["a"], None):
        odd = message()
        odd["commit"]["record"] = bluesky_record(text=text)
        event = read_message(as_json(odd).decode())
        assert isinstance(event, Event)
        assert (event.operation, event.record) == ("create", None)


def test_nesting_without_end_is_no_event() -> None:
    assert read_message('{"a":' + "[" * 100_000) is None
    assert refusal_name(b"[" * 100_000) == ""


def messages() -> Iterator[dict[str, Any]]:
    account = {"active": False, "did": DID, "seq": 1, "status": "deleted", "time": "2026-11-15T14:09:00.000Z"}
    yield message()
    yield {"did": DID, "time_us": 1, "kind": "account", "account": account}
    yield second_form()
    yield {"$type": "error", "error": "ConsumerTooSlow", "message": "too slow"}


@pytest.mark.parametrize("sound", list(messages()))
def test_each_wrong_value_at_each_place_gives_a_sound_event_or_none(sound: dict[str, Any]) -> None:
    assert read_message(json.dumps(sound)) is not None
    for payload in each_wrong(sound):
        assert_sound(read_message(as_json(payload).decode()))


@few_examples
@given(mutated(message()))
def test_no_message_is_too_strange(payload: Any) -> None:
    assert_sound(read_message(as_json(payload).decode()))


@few_examples
@given(mutated({"error": "CursorTooOld", "message": "below the floor"}))
def test_no_refusal_is_too_strange(payload: Any) -> None:
    refusal_name(as_json(payload)).encode()
    try:
        str(problem_of(answer(payload), OF_AN)).encode()
    except CollectError:
        assert not isinstance(payload, dict)
