"""Values deep inside JSON, named by their place: `user.name`, `tags.0.title`, `parts.*.time`, `**.time`."""

from collections.abc import Iterator, Sequence
from typing import Any

from monitor.collectors.files.base import Value

_DEEPEST = 30


def first_value(payload: Any, places: Sequence[str]) -> Value:
    """Give the first text, number or truth value that stands at one of some places and is not empty.

    Args:
        payload: Parsed JSON.
        places: The best first. `*` is any element of a list, a number is one of them, `**` is any depth.

    """
    for place in places:
        for value in values_at(payload, place):
            if isinstance(value, str | int | float) and value != "":
                return value
    return None


def values_at(payload: Any, place: str) -> Iterator[Any]:
    """Give all values at a place, in the order of the payload; a key may itself hold dots, as names of columns do."""
    if isinstance(payload, dict) and place in payload:
        return iter((payload[place],))
    return _walk(payload, place.split("."), _DEEPEST)


def _walk(value: Any, parts: Sequence[str], depth: int) -> Iterator[Any]:
    if not parts:
        yield value
        return
    if depth == 0:
        return
    part, rest = parts[0], parts[1:]
    if part == "**":
        yield from _walk(value, rest, depth - 1)
        for inner in _inside(value):
            yield from _walk(inner, parts, depth - 1)
    elif part == "*":
        for inner in value if isinstance(value, list) else ():
            yield from _walk(inner, rest, depth - 1)
    elif isinstance(value, dict):
        if part in value:
            yield from _walk(value[part], rest, depth - 1)
    elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
        yield from _walk(value[int(part)], rest, depth - 1)


def _inside(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value
