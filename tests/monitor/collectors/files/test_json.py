"""JSON: objects one a line, and the elements of a list in one document; whole, broken and without end."""

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collectors.files.base import (
    BROKEN_DOCUMENT,
    DEEPER_ANSWER,
    ENDED_EARLY,
    HALF_CHARACTER,
    MANGLED_ID,
    NO_TEXT,
    NOT_AN_OBJECT,
    NOT_JSON,
    NUL_BYTES,
    TOO_LONG,
    Record,
    Refusal,
)
from monitor.collectors.files.formats import open_file
from monitor.collectors.files.json_objects import JsonReader, elements, outline
from monitor.errors import ImportRefused
from tests.monitor.collectors.files.conftest import Read, Write

POSTS = [{"id": "1", "text": "Chưa nhận lương"}, {"id": "2", "text": "Nóng quá"}]


def test_each_line_becomes_a_post_or_a_reason(read: Read) -> None:
    lines = [
        ('{"id": 1, "text": "tốt"}', None),
        ("[1, 2]", NOT_AN_OBJECT),
        ("{cut off", NOT_JSON),
        ("", None),
        ('{"id": 3, "text": null}', NO_TEXT),
        ('{"id": 4, "text": "nửa \\ud83d"}', HALF_CHARACTER),
        ('{"id": 5, "text": "a\\u0000b"}', NUL_BYTES),
        ('{"id": 1.23e17, "text": "mã hỏng"}', MANGLED_ID),
        ("[" * 100_000, NOT_JSON),
        ('{"id": 6, "text": "' + "x" * 1_000_000 + '"}', TOO_LONG),
        ('{"id": 7, "text": "cuối"}', None),
    ]
    opened = read("posts.jsonl", "\n".join(line for line, _ in lines))
    assert opened.texts == ["tốt", "cuối"]
    assert opened.refused == [(number, reason) for number, (_, reason) in enumerate(lines, start=1) if reason]


def test_values_of_every_kind_are_understood(read: Read) -> None:
    payload = {
        "id": 17,
        "text": "Bếp ăn ca ba hết cơm",
        "created_at": 1_700_000_000,
        "author": {"name": "someone"},
        "likes": "1.2K",
        "shares": None,
        "comments": 3.0,
        "tags": ["a"],
    }
    opened = read("posts.jsonl", json.dumps(payload), mapping={"author": "author.name"})
    assert (opened.post.external_id, opened.post.author) == ("17", "someone")
    assert opened.times == ["2023-11-14T22:13:20+00:00"]
    assert opened.post.engagement == {"likes": 1200, "comments": 3}
    assert "tags" not in opened.file.columns


def test_columns_are_those_of_all_first_records(read: Read) -> None:
    opened = read("posts.jsonl", '{"id": 1}\n{"id": 2, "message": "a"}\n{"message": "b", "url": "x"}\n')
    assert opened.file.columns == ("id", "message", "url")
    assert opened.texts == ["a", "b"]


def test_of_ten_thousand_keys_the_first_thousand_are_columns_and_the_rest_still_tells_lines_apart(read: Read) -> None:
    lines = [{"text": "Chưa nhận lương", **dict.fromkeys(map(str, range(9_999)), 1), "last": last} for last in (1, 2)]
    opened = read("a.jsonl", "\n".join(map(json.dumps, lines)))
    assert len(opened.file.columns) == 1_000
    assert len(set(opened.ids)) == 2


@pytest.mark.parametrize(
    "document",
    [
        POSTS,
        {"data": POSTS},
        {"errors": [{"code": 7}], "meta": {"tags": ["a"], "page": {"n": 1}}, "data": {"posts": POSTS}},
    ],
    ids=["list", "data", "deeper"],
)
@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("name", ["posts.json", "posts.jsonl"])
def test_one_document_is_read_by_the_first_list_of_objects_with_a_text(
    read: Read, document: Any, indent: int | None, name: str
) -> None:
    opened = read(name, json.dumps(document, indent=indent))
    assert (opened.file.format, opened.texts, opened.refused) == ("json", ["Chưa nhận lương", "Nóng quá"], [])


def test_a_document_whose_texts_have_another_name_is_read_by_the_advice_of_its_refusal(
    write: Write, read: Read
) -> None:
    document = json.dumps({"data": [{"ma": "1", "loi": "Chưa nhận lương"}]})
    with pytest.raises(ImportRefused, match="name the text with --map text=NAME"):
        open_file(write("a.json", document))
    assert read("a.json", document, mapping={"text": "loi"}).texts == ["Chưa nhận lương"]
    assert read("a.jsonl", '{"ma": "1", "loi": "Chưa nhận lương"}\n', mapping={"text": "loi"}).texts  # as jq writes it


def test_answers_in_a_post_are_read_one_level_deep_and_deeper_ones_counted(read: Read) -> None:
    post = {"id": "1", "text": "a", "comments": [{"text": "b"}, {"id": "1", "text": "c", "replies": [{"text": "d"}]}]}
    paged = {"id": "2", "title": "Lương", "text": "e", "comments": {"data": [{"id": "7", "text": "g"}]}}
    opened = read("a.jsonl", f"{json.dumps(post)}\n{json.dumps(paged)}\n")
    assert opened.texts == ["a", "b", "c", "e", "g"]
    assert opened.refused == [(1, DEEPER_ANSWER)]
    assert [row.context for row in opened.posts] == [None, "a", "a", None, "Lương"]
    assert (opened.ids[0], opened.ids[2:]) == ("1", ["1/1", "2", "2/7"])


def test_a_post_without_an_identifier_stays_the_same_when_answers_are_added(read: Read) -> None:
    first = read("a.jsonl", json.dumps({"text": "a", "comments": []}))
    later = read("b.jsonl", json.dumps({"text": "a", "comments": [{"text": "b"}]}))
    assert later.ids[0] == first.ids[0] != later.ids[1]


def test_a_document_that_is_broken_inside_says_that_reading_ended() -> None:
    items = list(elements(io.StringIO('{"messages": [{"id": 1} {"id": 2}]}'), "messages"))
    assert [item.reason if isinstance(item, Refusal) else item.payload for item in items] == [
        {"id": 1},
        BROKEN_DOCUMENT,
    ]


def test_a_document_that_was_cut_gives_what_is_whole_and_says_so(read: Read) -> None:
    opened = read("a.json", json.dumps(POSTS, indent=1)[:-20])
    assert (opened.texts, opened.reasons) == (["Chưa nhận lương"], [ENDED_EARLY])


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.lists(JSON_VALUES, min_size=1, max_size=8))
def test_each_json_line_gives_exactly_one_item(values: list[object]) -> None:
    stream = io.StringIO("\n".join(json.dumps(value) for value in values), newline="")
    items = list(JsonReader().records(stream))
    assert [isinstance(item, Record) for item in items] == [isinstance(value, dict) for value in values]


@given(
    st.lists(st.dictionaries(st.text(), st.text() | st.integers() | st.lists(st.text()))),
    st.dictionaries(st.text().filter(lambda name: name != "messages"), st.integers() | st.text()),
    st.sampled_from([None, 1]),
)
def test_every_element_of_a_list_is_found(
    listed: list[dict[str, Any]], before: dict[str, Any], indent: int | None
) -> None:
    text = json.dumps({**before, "messages": listed, "after": [1]}, indent=indent, ensure_ascii=False)
    found = list(elements(io.StringIO(text, newline=""), "messages"))
    assert [item.payload for item in found if not isinstance(item, Refusal)] == listed
    assert len(found) == len(listed)
    assert outline(io.StringIO(text, newline=""), "messages") == before


@given(st.text(), st.sampled_from(["", "messages"]))
def test_any_text_gives_objects_or_a_refusal(text: str, key: str) -> None:
    for item in elements(io.StringIO('{"messages": [' + text, newline=""), key):
        assert isinstance(item, Refusal) or isinstance(item.payload, dict)
