"""Single values of a file: found by their place in JSON, and read as the fields of a post want them.

A place is `user.name`, `tags.0.title`, `parts.*.time` (any element of a list) or `**.time` (any depth).
"""

import math
import re
from collections.abc import Iterator, Sequence
from typing import Any

from monitor.collectors.files.base import Value

_PLACEHOLDERS = frozenset({"", "null", "none", "nan", "n/a", "#n/a", "-"})
_COUNT = re.compile(r"([0-9]{1,15})(?:[.,]([0-9]{1,6}))?\s*(\S{0,6})")
_GROUPED = re.compile(r"[0-9]{1,3}(?:([., \u00a0])[0-9]{3})(?:\1[0-9]{3})*")
_MAGNITUDES = (
    {"": 1}
    | dict.fromkeys(("k", "n", "ng", "nghìn", "ngàn"), 1_000)
    | dict.fromkeys(("m", "tr", "triệu"), 1_000_000)
    | dict.fromkeys(("b", "t", "tỷ", "tỉ"), 1_000_000_000)
)
_MANGLED_ID = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+[0-9]{1,3}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8}){0,2}")
_MOST_LANGUAGE_CHARACTERS = 20
_DEEPEST_PLACE = 30
_MOST_EXACT_FLOAT = 2**53  # beyond it a float no longer tells two neighbouring identifiers apart


def as_text(value: Value) -> str:
    """Write a value as text, untouched when it is text already; nothing, true, false and infinity become empty."""
    if value is None or isinstance(value, bool) or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < _MOST_EXACT_FLOAT:
        return str(int(value))
    return str(value)


def optional_text(value: Value) -> str | None:
    """Give a value as text without space around it; None for nothing and for the words that exports write for it."""
    text = as_text(value).strip()
    return None if text.casefold() in _PLACEHOLDERS else text


def web_address(value: Value) -> str | None:
    """Give an address that a person can open in a browser; None for anything else."""
    text = optional_text(value)
    return text if text and text.lower().startswith(("https://", "http://")) else None


def language_tag(value: Value) -> str | None:
    """Give a language tag such as `vi` or `zh-Hant`; None for anything else."""
    text = optional_text(value)
    fits = text and len(text) <= _MOST_LANGUAGE_CHARACTERS and _LANGUAGE.fullmatch(text)
    return text.replace("_", "-") if text and fits else None


def is_mangled_id(identifier: str) -> bool:
    """Tell whether a spreadsheet rounded an identifier, so that several posts would share it."""
    return _MANGLED_ID.fullmatch(identifier) is not None


def parse_count(value: Value) -> int | None:
    """Read a count as platforms and spreadsheets write it: 1234, "1,234", "1.234", "1.2K", "1,2 Tr".

    Returns:
        The count; None when it is none (nothing, a fraction, below zero, words).

    """
    if isinstance(value, bool) or value is None:
        return None
    text = as_text(value).strip()
    if _GROUPED.fullmatch(text):
        return int(re.sub(r"[^0-9]", "", text))
    match = _COUNT.fullmatch(text)
    if match is None:
        return None
    whole, fraction, magnitude = match[1], match[2] or "", _MAGNITUDES.get(match[3].casefold())
    if magnitude is None:
        return None
    scaled = int(whole + fraction) * magnitude
    return scaled // 10 ** len(fraction) if scaled % 10 ** len(fraction) == 0 else None


def first_value(payload: Any, places: Sequence[str]) -> Value:
    """Give the first text, number or truth value that stands at one of some places and is not empty.

    Args:
        payload: Parsed JSON.
        places: The best first.

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
    return _walk(payload, place.split("."), _DEEPEST_PLACE)


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
