"""JSON lines: one object a line. Objects inside an object are read as columns with a dot, as in `author.name`."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, TextIO

from monitor.collectors.files.base import (
    MOST_COLUMNS,
    NOT_AN_OBJECT,
    NOT_JSON,
    Line,
    Record,
    Refusal,
    Value,
    excerpt_of,
    numbered_lines,
)
from monitor.collectors.parsing.json_models import parse_json

_MAX_DEPTH = 4


@dataclass(frozen=True, slots=True)
class JsonLinesReader:
    """Reads the records of a file of JSON lines. Columns need not be the same in each record."""

    notes: tuple[str, ...] = ()

    def records(self, stream: TextIO) -> Iterator[Record | Refusal]:
        """Give one item for each line that is not blank."""
        for item in json_objects(stream):
            if isinstance(item, Refusal):
                yield item
            else:
                yield _record(item)


@dataclass(frozen=True, slots=True)
class JsonObject:
    """One object of a file, its first line, and how it begins there."""

    line: int
    payload: Mapping[str, Any]
    excerpt: str


def json_objects(stream: TextIO) -> Iterator[JsonObject | Refusal]:
    """Give the object of each line that is not blank, or why there is none."""
    for line in numbered_lines(stream):
        if line.problem:
            yield line.refused(line.problem)
        elif line.text.strip():
            yield _object(line)


def _object(line: Line) -> JsonObject | Refusal:
    try:
        payload = parse_json(line.text)
    except ValueError:
        return line.refused(NOT_JSON)
    if not isinstance(payload, dict):
        return line.refused(NOT_AN_OBJECT)
    return JsonObject(line.number, payload, excerpt_of(line.text))


def _record(item: JsonObject) -> Record:
    beside: dict[str, Any] = {}
    columns = _columns(item.payload, beside)
    values = dict(islice(columns, MOST_COLUMNS))
    beside.update(columns)
    written = json.dumps(beside, ensure_ascii=False, sort_keys=True) if beside else ""
    return Record(item.line, values, item.excerpt, written)


def _columns(
    payload: Mapping[str, Any], beside: dict[str, Any], prefix: str = "", depth: int = 1
) -> Iterator[tuple[str, Value]]:
    """Flatten an object. Lists go to `beside`: no field of a post is one."""
    for key, value in payload.items():
        name = prefix + key
        if value is None or isinstance(value, str | int | float):
            yield name, value
        elif isinstance(value, dict) and depth < _MAX_DEPTH:
            yield from _columns(value, beside, f"{name}.", depth + 1)
        else:
            beside[name] = value
