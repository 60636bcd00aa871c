"""JSON lines, whole and broken."""

import io
import json
from collections.abc import Callable
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from monitor.collectors.base import PublicPost
from monitor.collectors.files import Refusal, open_file
from monitor.collectors.files.base import (
    HALF_CHARACTER,
    MANGLED_ID,
    NO_TEXT,
    NOT_AN_OBJECT,
    NOT_JSON,
    NUL_BYTES,
    TOO_LONG,
    Record,
)
from monitor.collectors.files.jsonl_file import JsonLinesReader

Write = Callable[[str, str | bytes], Path]


def reasons(path: Path) -> list[str | None]:
    return [row.reason if isinstance(row, Refusal) else None for row in open_file(path).rows()]


def test_each_line_becomes_a_post_or_a_reason(write: Write) -> None:
    lines = [
        '{"id": 1, "text": "tốt"}',
        "[1, 2]",
        "{cut off",
        "",
        '{"id": 3, "text": null}',
        '{"id": 4, "text": "nửa \\ud83d"}',
        '{"id": 5, "text": "a\\u0000b"}',
        '{"id": 1.23e17, "text": "mã hỏng"}',
        "[" * 100_000,
        '{"id": 6, "text": "' + "x" * 1_000_000 + '"}',
        '{"id": 7, "text": "cuối"}',
    ]
    path = write("posts.jsonl", "\n".join(lines))
    assert reasons(path) == [
        None, NOT_AN_OBJECT, NOT_JSON, NO_TEXT, HALF_CHARACTER, NUL_BYTES, MANGLED_ID, NOT_JSON, TOO_LONG, None,
    ]  # fmt: skip


def test_a_refusal_names_its_line(write: Write) -> None:
    path = write("posts.jsonl", '{"text": "a"}\n\n\nbroken\n')
    assert [row for row in open_file(path).rows() if isinstance(row, Refusal)] == [Refusal(4, NOT_JSON)]


def test_values_of_every_kind_are_understood(write: Write) -> None:
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
    file = open_file(write("posts.jsonl", json.dumps(payload)), mapping={"author": "author.name"})
    (post,) = file.rows()
    assert isinstance(post, PublicPost)
    assert (post.external_id, post.author, post.published_raw) == ("17", "someone", "1700000000")
    assert post.published_at is not None
    assert post.published_at.isoformat() == "2023-11-14T22:13:20+00:00"
    assert post.engagement == {"likes": 1200, "comments": 3}
    assert "tags" not in file.columns


def test_columns_are_those_of_all_first_records(write: Write) -> None:
    file = open_file(write("posts.jsonl", '{"id": 1}\n{"id": 2, "message": "a"}\n{"message": "b", "url": "x"}\n'))
    assert file.columns == ("id", "message", "url")
    assert [isinstance(row, PublicPost) for row in file.rows()] == [False, True, True]


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.lists(JSON_VALUES, min_size=1, max_size=8))
def test_each_json_line_gives_exactly_one_item(values: list[object]) -> None:
    stream = io.StringIO("\n".join(json.dumps(value) for value in values), newline="")
    items = list(JsonLinesReader().records(stream))
    assert [isinstance(item, Record) for item in items] == [isinstance(value, dict) for value in values]
