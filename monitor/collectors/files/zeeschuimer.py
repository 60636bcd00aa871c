"""Captures of the Zeeschuimer browser extension: as it saves them, and unwrapped as 4CAT writes them again."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TextIO

from monitor.collectors.files.base import UNKNOWN_ITEM, Refusal, Repeat, excerpt_of, until_hopeless
from monitor.collectors.files.jsonl_file import JsonObject, json_objects
from monitor.collectors.files.mapping import FIELDS, ColumnMapping
from monitor.collectors.files.places import first_value
from monitor.collectors.files.platform_items import platform_of
from monitor.collectors.files.reading import Look, Row
from monitor.collectors.files.sniff import Sniffed
from monitor.collectors.files.values import as_text
from monitor.errors import ImportRefused

_META = "__import_meta"
_WRAPPED = frozenset({"data", "item_id", "source_platform"})
_USER_AGENT = re.compile(r'"user_agent"\s*:\s*"(?:[^"\\]|\\.)*"?\s*,?\s*')


@dataclass(frozen=True, slots=True)
class Capture:
    """One item of a capture, without the browser that captured it.

    Args:
        data: The item as the platform loaded it.
        platform: How the capture names the platform; may be empty.
        key: What is the same for all captures of one item; empty when nothing is.
        updated: When it was last captured, in the capture's own unit; 0 when it does not say.

    """

    data: Mapping[str, Any]
    platform: str
    key: str
    updated: float


def unwrap(payload: Mapping[str, Any]) -> Capture:
    """Take an item out of its wrapping, whichever it has."""
    data = payload.get("data")
    if payload.keys() >= _WRAPPED and isinstance(data, dict):
        return _capture(data, payload)
    rest = {name: value for name, value in payload.items() if name != _META}
    meta = payload.get(_META)
    return _capture(rest, meta if isinstance(meta, dict) else {})


def _capture(data: Mapping[str, Any], meta: Mapping[str, Any]) -> Capture:
    platform = as_text(first_value(meta, ("source_platform",)))
    identifier = as_text(first_value(meta, ("item_id",)) or first_value(data, ("id", "rest_id", "code")))
    updated = first_value(meta, ("last_updated", "timestamp_collected"))
    return Capture(
        data=data,
        platform=platform,
        key=f"{platform} {identifier}" if identifier else "",
        updated=float(updated) if isinstance(updated, int | float) and math.isfinite(updated) else 0.0,
    )


@dataclass(frozen=True, slots=True)
class CaptureReading:
    """A file of captures. Of an item that occurs several times only the newest capture becomes a post."""

    sniffed: Sniffed
    mapping: ColumnMapping
    columns: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    delimiter: str | None = None
    notes: tuple[str, ...] = ()

    def rows(self, stream: TextIO) -> Iterator[Row]:
        """Give one post, refusal or repeat for each line that is not blank."""
        newest = self._newest()
        for item in json_objects(stream):
            if isinstance(item, Refusal):
                yield Refusal(item.line, item.reason, _without_browser(item.excerpt))
                continue
            capture = unwrap(item.payload)
            if newest.get(capture.key, item.line) == item.line:
                yield _row(item, capture)
            else:
                yield Repeat(item.line)

    def _newest(self) -> dict[str, int]:
        """Find the line of each item's newest capture; of two of one time it is the later line."""
        times: dict[str, float] = {}
        lines: dict[str, int] = {}
        with self.sniffed.open() as stream:
            for item in until_hopeless(json_objects(stream)):
                if isinstance(item, Refusal):
                    continue
                capture = unwrap(item.payload)
                if capture.key and capture.updated >= times.get(capture.key, 0.0):
                    times[capture.key], lines[capture.key] = capture.updated, item.line
        return lines


def _row(item: JsonObject, capture: Capture) -> Row:
    excerpt = excerpt_of(_without_browser(json.dumps(capture.data, ensure_ascii=False)))
    platform = platform_of(capture.data, capture.platform)
    if platform is None:
        return Refusal(item.line, UNKNOWN_ITEM, excerpt)
    return platform.post(capture.data, item.line, excerpt)


def _without_browser(text: str) -> str:
    return _USER_AGENT.sub("", text)


def read_captures(sniffed: Sniffed, look: Look, name: str, given: Mapping[str, str]) -> CaptureReading:
    """Prepare to read a file of captures.

    Raises:
        ImportRefused: When it holds no JSON lines, or a person wants to map columns.

    """
    if look.container != "jsonl":
        raise ImportRefused(f"it does not hold one JSON object a line, as {name} writes them: leave --format out")
    if given:
        raise ImportRefused(f"--map does not go with {name}, whose fields are fixed: add --format jsonl to map columns")
    captures = [unwrap(payload) for payload in look.objects]
    platforms = (platform_of(capture.data, capture.platform) for capture in captures)
    platform = next((platform for platform in platforms if platform), None)
    shown = {field: platform.places[field][0] for field in FIELDS if field in platform.places} if platform else {}
    return CaptureReading(sniffed, ColumnMapping(shown))


@dataclass(frozen=True, slots=True)
class Zeeschuimer:
    """Captures of the browser extension."""

    name: str = "zeeschuimer"
    maps_columns: bool = False

    def recognises(self, look: Look) -> bool:
        """Recognise the wrapping, or what 4CAT leaves of it."""
        return any(payload.keys() >= _WRAPPED or _META in payload for payload in look.objects)

    def open(self, sniffed: Sniffed, look: Look, given: Mapping[str, str]) -> CaptureReading:
        """Prepare to read captures."""
        return read_captures(sniffed, look, self.name, given)
