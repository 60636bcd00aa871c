"""Records that no tool should write: each is a post that can be stored, or a refusal with its reason, never a crash."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from monitor.collectors.base import PublicPost
from monitor.collectors.files.base import HALF_CHARACTER, NO_ID, UNKNOWN_ITEM, Refusal
from monitor.collectors.files.formats import open_file
from monitor.errors import ImportRefused
from tests.monitor.collectors.files.conftest import Write
from tests.monitor.collectors.files.test_captures import CAPTURES, TIKTOK, X, wrapped
from tests.monitor.collectors.hostile import HALF, HUGE, as_json, assert_storable, each_wrong, few_examples, mutated
from tests.monitor.collectors.payloads import sample

MESSAGE = sample("telegram_message.json")
PLAIN = {"id": "1", "text": "Mai nghỉ", "author": {"name": "an"}, "created_at": "2026-11-24T10:00:00Z", "likes": 3}


RECORDS = {
    "tiktok": wrapped(TIKTOK, "tiktok.com"),
    "x": wrapped(X, "twitter.com"),
    "facebook": wrapped(CAPTURES["facebook"], "facebook.com"),
    "plain": PLAIN,
}


def read_lines(write: Write, *records: Any) -> list[PublicPost | Refusal]:
    """Read a file of JSON lines that begins with a sound record, so that its format is known."""
    lines = b"\n".join(as_json(record) for record in records)
    return list(open_file(write("items.ndjson", lines)).rows())


def read_export(write: Write, *messages: Any, **more: Any) -> list[PublicPost | Refusal]:
    document = {"name": "Kênh", "type": "public_channel", "id": 42, **more, "messages": list(messages)}
    return list(open_file(write("result.json", as_json(document))).rows())


def assert_sound(rows: list[PublicPost | Refusal]) -> None:
    assert_storable(row for row in rows if isinstance(row, PublicPost))
    assert all(row.reason for row in rows if isinstance(row, Refusal))


@pytest.mark.parametrize("name", RECORDS)
def test_each_wrong_value_at_each_place_costs_its_own_line_alone(name: str, write: Write) -> None:
    sound = RECORDS[name]
    rows = read_lines(write, sound, *each_wrong(sound), sound | {"item_id": "last"})
    assert_sound(rows)
    assert isinstance(rows[-1], PublicPost)


def test_each_wrong_value_at_each_place_of_a_message_costs_that_message_alone(write: Write) -> None:
    wrong = list(each_wrong(MESSAGE))
    rows = read_export(write, MESSAGE, *wrong, MESSAGE)
    assert_sound(rows)
    assert len(rows) == len(wrong) + 2
    assert isinstance(rows[-1], PublicPost)


@pytest.mark.parametrize("number", [HUGE, 10**400, True, float("inf"), float("nan"), [], {}, "", None])
def test_identifier_that_is_none_is_refused(number: Any, write: Write) -> None:
    rows = read_export(write, MESSAGE | {"id": number}, MESSAGE)
    assert [row.reason for row in rows if isinstance(row, Refusal)] == [NO_ID]
    (_, row) = read_lines(write, RECORDS["tiktok"], wrapped(TIKTOK | {"id": number}, "tiktok.com"))
    assert isinstance(row, Refusal)


def test_half_of_a_character_pair_is_refused_and_not_replaced(write: Write) -> None:
    first, second, last = read_export(write, MESSAGE | {"text": HALF}, MESSAGE | {"from_id": "\udc80"}, MESSAGE)
    assert [row.reason for row in (first, second) if isinstance(row, Refusal)] == [HALF_CHARACTER, HALF_CHARACTER]
    assert isinstance(last, PublicPost)


def test_byte_that_cannot_be_decoded_costs_its_own_message_alone(write: Write) -> None:
    document = {"name": "Kênh", "type": "public_channel", "id": 42, "messages": [MESSAGE | {"text": "a?b"}, MESSAGE]}
    path = write("result.json", json.dumps(document, ensure_ascii=False).encode().replace(b"a?b", b"a\xffb"))
    first, last = open_file(path).rows()
    assert isinstance(first, Refusal)
    assert first.reason == HALF_CHARACTER
    assert isinstance(last, PublicPost)


@pytest.mark.parametrize("depth", [100, 900, 960, 990, 1_000, 100_000])
def test_nesting_without_end_is_refused(depth: int, write: Write) -> None:
    deep = (
        '{"item_id": "2", "source_platform": "tiktok.com", "data": {"id": "2", "a": ' + "[" * depth + "]" * depth + "}}"
    )
    lines = as_json(RECORDS["tiktok"]) + b"\n" + deep.encode()
    first, second = open_file(write("items.ndjson", lines)).rows()
    assert isinstance(first, PublicPost)
    assert isinstance(second, Refusal)
    assert second.reason == UNKNOWN_ITEM  # what lies too deep is nothing


@settings(parent=few_examples, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mutated(wrapped(TIKTOK, "tiktok.com")))
def test_no_capture_is_too_strange(write: Write, payload: Any) -> None:
    assert_sound(read_lines(write, RECORDS["tiktok"], payload))


@settings(parent=few_examples, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mutated({"name": "Kênh", "type": "public_channel", "id": 42, "messages": [MESSAGE, MESSAGE]}))
def test_no_export_is_too_strange(write: Write, payload: Any) -> None:
    try:
        rows = list(open_file(write("result.json", as_json(payload))).rows())
    except ImportRefused:
        return
    assert_sound(rows)
