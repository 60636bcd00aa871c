"""Captures of the Zeeschuimer browser extension, as it saves them and as 4CAT writes them again; tables of 4CAT."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple, TextIO

from monitor.collectors.files.base import UNKNOWN_ITEM, Refusal, excerpt_of
from monitor.collectors.files.columns import known_table, open_columns
from monitor.collectors.files.json_objects import JsonObject, JsonReader
from monitor.collectors.files.mapping import ColumnMapping
from monitor.collectors.files.reading import Asked, FileFormat, ImportFile, Row
from monitor.collectors.files.record_post import to_post
from monitor.collectors.files.shapes import item_shape, shapes_of
from monitor.collectors.files.sniff import Sniffed
from monitor.collectors.files.values import as_text, first_value
from monitor.errors import ImportRefused

_META = "__import_meta"
_WRAPPED = frozenset({"data", "item_id", "source_platform"})
_USER_AGENT = re.compile(r'"user_agent"\s*:\s*"(?:[^"\\]|\\.)*"?\s*,?\s*')


class Capture(NamedTuple):
    """One item of a capture as the platform loaded it, and how the capture names the platform; that may be empty."""

    data: Mapping[str, Any]
    platform: str


def unwrap(payload: Mapping[str, Any]) -> Capture:
    """Take an item out of its wrapping, whichever it has, without the browser that captured it."""
    data, meta = payload.get("data"), payload.get(_META)
    if payload.keys() >= _WRAPPED and isinstance(data, dict):
        return Capture(data, as_text(first_value(payload, ("source_platform",))))
    rest = {name: value for name, value in payload.items() if name != _META}
    return Capture(rest, as_text(first_value(meta, ("source_platform",))))


def _rows(reader: JsonReader, stream: TextIO) -> Iterator[Row]:
    """Give one post or refusal for each item."""
    for item in reader.objects(stream):
        if isinstance(item, Refusal):
            yield Refusal(item.line, item.reason, _without_browser(item.excerpt))
        else:
            yield _row(item, unwrap(item.payload))


def _row(item: JsonObject, capture: Capture) -> Row:
    excerpt = excerpt_of(_without_browser(json.dumps(capture.data, ensure_ascii=False)))
    shape = item_shape(capture.data, capture.platform)
    reason = shape.left_out(capture.data) if shape else UNKNOWN_ITEM
    if shape is None or reason:
        return Refusal(item.line, reason, excerpt)
    return to_post(shape.said(capture.data), item.line, excerpt)


def _without_browser(text: str) -> str:
    return _USER_AGENT.sub("", text)


def _open_captures(name: str, sniffed: Sniffed, asked: Asked) -> ImportFile:
    if not isinstance(sniffed.reader, JsonReader):
        raise ImportRefused(f"it does not hold JSON objects, as {name} writes them: leave --format out")
    if asked.columns:
        raise ImportRefused(f"--map does not go with {name}, whose fields are fixed: add --format jsonl to map columns")
    captures = [unwrap(payload) for payload in sniffed.objects]
    shapes = (item_shape(capture.data, capture.platform) for capture in captures)
    shape = next((shape for shape in shapes if shape), None)
    shown = {field: places[0] for field, places in shape.fields.items()} if shape else {}
    return ImportFile(sniffed=sniffed, read=partial(_rows, sniffed.reader), mapping=ColumnMapping(shown))


def _is_wrapped(sniffed: Sniffed) -> bool:
    """Recognise the extension's wrapping, or what 4CAT leaves of it."""
    return any(payload.keys() >= _WRAPPED or _META in payload for payload in sniffed.objects)


ZEESCHUIMER = FileFormat(
    name="zeeschuimer", recognises=_is_wrapped, open=partial(_open_captures, "zeeschuimer"), maps_columns=False
)
_TABLES = known_table("fourcat")


def _is_fourcat(sniffed: Sniffed) -> bool:
    """Recognise the columns of 4CAT, or items of platforms without any wrapping."""
    return _TABLES.recognises(sniffed) or any(_is_row(payload) or item_shape(payload) for payload in sniffed.objects)


def _open_fourcat(sniffed: Sniffed, asked: Asked) -> ImportFile:
    if not isinstance(sniffed.reader, JsonReader):
        return _TABLES.open(sniffed, asked)
    if any(map(_is_row, sniffed.objects)):
        return open_columns(sniffed, asked, shapes_of("fourcat")[0])
    return _open_captures("fourcat", sniffed, asked)


def _is_row(payload: Mapping[str, object]) -> bool:
    return shapes_of("fourcat")[0].fits(payload) and item_shape(unwrap(payload).data) is None


FOURCAT = FileFormat(name="fourcat", recognises=_is_fourcat, open=_open_fourcat)
