"""Payloads with something in them that no platform should send, and what must hold of whatever is read from them."""

import copy
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import astuple
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from monitor.collectors.base import PublicPost
from monitor.collectors.http.fetched import Fetched
from monitor.errors import KiemtinError
from tests.monitor.collectors.collecting import answered

few_examples = settings(derandomize=True, max_examples=60, deadline=None)

HUGE = "@5000 digits@"
HALF = "nửa \ud83d"
WRONG: tuple[Any, ...] = (
    *(None, True, False, -1, 0, 1.5, 10**30, 10**400, float("inf"), float("nan"), HUGE),
    *("", HALF, "\ud83d", "NUL \0", "9" * 5000, "https://[x", "9999-99-99T99:99:99Z", "0001-01-01T00:00:00+23:59"),
    *([], {}, [[]], [None, 7, "a", {}], {"id": {"id": []}}),
)


def as_json(payload: Any) -> bytes:
    """Write a payload as a server would; HUGE becomes a number of 5,000 digits."""
    return json.dumps(payload).replace(f'"{HUGE}"', "9" * 5000).encode()


def answer(payload: Any, url: str = "https://a.example/api") -> Fetched:
    return answered(payload if isinstance(payload, bytes) else as_json(payload), url, content_type="")


def places(payload: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """List the places of all values in a payload."""
    inner: Iterable[tuple[Any, Any]] = ()
    if isinstance(payload, dict):
        inner = payload.items()
    elif isinstance(payload, list):
        inner = enumerate(payload)
    for key, value in inner:
        yield (*path, key)
        yield from places(value, (*path, key))


def mutated(payload: Any) -> st.SearchStrategy[Any]:
    """Make copies of a valid payload in which up to three values are wrong or missing."""
    wrong = st.sampled_from(WRONG) | st.just(_ABSENT)
    changes = st.lists(st.tuples(st.sampled_from(list(places(payload))), wrong), min_size=1, max_size=3)
    return changes.map(lambda some: _changed(payload, some))


_ABSENT = object()


def _changed(payload: Any, changes: list[tuple[tuple[Any, ...], Any]]) -> Any:
    whole = copy.deepcopy(payload)
    for path, value in changes:
        try:
            holder = whole
            for key in path[:-1]:
                holder = holder[key]
            if value is _ABSENT:
                del holder[path[-1]]
            else:
                holder[path[-1]] = copy.deepcopy(value)  # a later change may go into it
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took this place away
    return whole


def each_wrong(payload: Any) -> Iterator[Any]:
    """Make copies of a valid payload in which one value is wrong, for each place and each wrong value."""
    for path in places(payload):
        for value in WRONG:
            yield _changed(payload, [(path, value)])


def assert_storable(posts: Iterable[PublicPost]) -> None:
    """Check that a database takes these posts: whole characters, and counts that are whole numbers."""
    for post in posts:
        texts = [value for value in astuple(post) if isinstance(value, str)]
        assert "\0" not in "".join(texts)
        "".join(texts).encode()
        assert post.external_id
        for count in post.engagement.values():
            assert type(count) is int
            assert abs(count) < 2**53


def assert_cursor_storable(cursor: Mapping[str, Any] | None) -> None:
    """Check that a database takes a cursor: strict JSON of whole characters without NUL."""
    text = json.dumps(cursor, ensure_ascii=False, allow_nan=False)
    text.encode()
    assert "\\u0000" not in text


def read_all(payloads: Iterable[Any], read: Callable[[Any], Iterable[PublicPost]]) -> None:
    """Read each payload; nothing but the program's own errors may come of it, and posts that can be stored."""
    for payload in payloads:
        try:
            posts = list(read(payload))
        except KiemtinError:
            continue
        assert_storable(posts)
