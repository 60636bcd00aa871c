"""Messages that no server of Bluesky should send: they are counted and left, and reading goes on."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from kiemtin_jetstream.events import Event, StreamEnd, read_message, refusal_name

from monitor.collectors.base import PublicPost
from monitor.collectors.bluesky.record import to_post
from tests.monitor.collectors.hostile import HALF, HUGE, as_json, assert_storable, each_wrong, few_examples, mutated
from tests.monitor.collectors.payloads import DID, bluesky_record


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
