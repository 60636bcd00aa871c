"""JSON lines: one object a line. Objects inside an object are read as columns with a dot, as in `author.name`."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TextIO

from monitor.collectors.files.base import NOT_AN_OBJECT, NOT_JSON, Record, Refusal, Value, numbered_lines

_MAX_DEPTH = 4


@dataclass(frozen=True, slots=True)
class JsonLinesReader:
    """Reads the records of a file of JSON lines. Columns need not be the same in each record."""

    def records(self, stream: TextIO) -> Iterator[Record | Refusal]:
        """Give one item for each line that is not blank."""
        for line in numbered_lines(stream):
            if line.problem:
                yield Refusal(line.number, line.problem)
            elif line.text.strip():
                yield _record(line.number, line.text)


def _record(number: int, text: str) -> Record | Refusal:
    try:
        payload = json.loads(text)
    except (ValueError, RecursionError):  # a number of too many digits is a ValueError as well
        return Refusal(number, NOT_JSON)
    if not isinstance(payload, dict):
        return Refusal(number, NOT_AN_OBJECT)
    return Record(number, dict(_columns(payload)))


def _columns(payload: Mapping[str, Any], prefix: str = "", depth: int = 1) -> Iterator[tuple[str, Value]]:
    """Flatten an object. Lists are left out: no field of a post is one."""
    for key, value in payload.items():
        name = prefix + key
        if value is None or isinstance(value, str | int | float):
            yield name, value
        elif isinstance(value, dict) and depth < _MAX_DEPTH:
            yield from _columns(value, f"{name}.", depth + 1)
