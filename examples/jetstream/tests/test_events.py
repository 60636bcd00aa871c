"""Which settings a stream may have, and which messages are events."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kiemtin_jetstream.events import (
    StreamEnd,
    Subscription,
    from_microseconds,
    read_message,
    refusal_name,
    to_microseconds,
)

from monitor.collectors.base import SourceView
from monitor.errors import UsageError


def subscription(address: str = "wss://stream.example/", **settings: Any) -> Subscription:
    return Subscription.from_source(SourceView(name="Luồng", address=address, settings=settings))


def test_defaults() -> None:
    found = subscription()
    assert (found.protocol, found.max_seconds, found.max_events, found.languages) == ("v1", 60, 20_000, {"vi"})
    assert found.url() == "wss://stream.example/subscribe?wantedCollections=app.bsky.feed.post"


@pytest.mark.parametrize("path", ["/subscribe", "/xrpc/network.bsky.jetstream.subscribeEvents"])
def test_address_may_end_with_the_path(path: str) -> None:
    assert subscription(f"wss://stream.example{path}").url() == subscription().url()


def test_second_form_bears_no_pings() -> None:
    assert subscription(protocol="v2").accepts_pings is False
    assert subscription(protocol="v2").subprotocol == "xrpc.v1.json"


def test_farewell_is_one_line() -> None:
    found = read_message('{"$type":"error","error":"ConsumerTooSlow","message":"a\\n b"}')
    assert found == StreamEnd(name="ConsumerTooSlow", explanation="ConsumerTooSlow a b")


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b'{"error": "CursorTooOld"}', "CursorTooOld"),
        (b"CursorTooOld: below the floor", "CursorTooOld"),
        (b'{"error": "InvalidRequest"}', "InvalidRequest"),
        (b"[]", ""),
        (b"", ""),
    ],
)
def test_name_of_a_refusal(body: bytes, name: str) -> None:
    assert refusal_name(body) == name


@given(st.text())
def test_no_message_is_too_strange(message: str) -> None:
    read_message(message)


@pytest.mark.parametrize("bad", ["", "{}", "null", '{"$type":"message"}', '{"$type":"message","payload":{"time":3}}'])
def test_what_is_no_event(bad: str) -> None:
    assert read_message(bad) is None


def test_microseconds_there_and_back() -> None:
    assert from_microseconds(1779719009157119).isoformat() == "2026-05-25T14:23:29.157119+00:00"
    assert to_microseconds(from_microseconds(1779719009157119)) == 1779719009157119


@pytest.mark.parametrize(
    "settings",
    [
        {"protocol": "v3"},
        {"max_seconds": 0},
        {"max_seconds": "long"},
        {"max_seconds": True},
        {"max_events": 0},
        {"max_events": 1.5},
        {"languages": [3]},
    ],
)
def test_wrong_settings(settings: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="source Luồng"):
        subscription(**settings)


def test_address_of_a_page_is_no_stream() -> None:
    with pytest.raises(UsageError, match="wss://"):
        subscription("https://stream.example")
