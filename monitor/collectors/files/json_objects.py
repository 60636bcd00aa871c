"""Objects in a file: one a line, or the elements of a list in one JSON document, read one by one.

The elements are parsed by Python's own decoder, not by a streaming library: ijson 3.6 replaces half of a surrogate pair
by a question mark, loses all that follows an undecodable byte, and does not say on which line an element begins.
"""

import json
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from io import StringIO
from itertools import islice, repeat
from typing import Any, TextIO

from monitor.collectors.files.base import (
    BROKEN_DOCUMENT,
    DEEPER_ANSWER,
    ENDED_EARLY,
    MAX_RECORD_CHARACTERS,
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
from monitor.collectors.files.mapping import column_key, known_names
from monitor.collectors.parsing.json_models import bounded_integer, parse_json

_CHUNK = 64 * 1024
_SPACE = " \t\r\n\ufeff"
_DEEPEST_COLUMN = 4
_ANSWERS = frozenset({"comments", "replies", "answers", "responses", "children", "binhluan", "traloi", "phanhoi"})
ANSWERED = "parent title"
"""The column of an answer with what it answers; it feeds the context, whose names hold it."""
_DEEPEST_LIST = 10  # documents of programs hold their posts in the first or second level


@dataclass(frozen=True, slots=True)
class JsonObject:
    """One object of a file, its first line, and how it begins there."""

    line: int
    payload: Mapping[str, Any]
    excerpt: str


@dataclass(frozen=True, slots=True)
class JsonReader:
    """Reads objects as records, whose columns need not be the same. Objects inside have a dot, as in `author.name`.

    Args:
        in_document: Whether they are the elements of a list in one document; they stand one a line otherwise.
        wanted: Columns that a person named, by which the list is found.

    """

    in_document: bool = False
    wanted: Collection[str] = ()
    notes: tuple[str, ...] = ()
    delimiter: None = None

    def objects(self, stream: TextIO) -> Iterator[JsonObject | Refusal]:
        """Give each object, or why there is none."""
        return elements(stream, wanted=self.wanted) if self.in_document else json_lines(stream)

    def records(self, stream: TextIO) -> Iterator[Record | Refusal]:
        """Give one item for each object, in the file's order, without holding the file in memory."""
        for item in self.objects(stream):
            if isinstance(item, Refusal):
                yield item
                continue
            record = _record(item)
            yield record
            yield from _answers(item, record)


def json_lines(stream: TextIO) -> Iterator[JsonObject | Refusal]:
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
    # What is read as records of its own does not tell a post from its later version.
    lists = {name: value for name, value in beside.items() if value and not _answers_in(name, value)}
    written = json.dumps(lists, ensure_ascii=False, sort_keys=True) if lists else ""
    return Record(item.line, values, item.excerpt, written)


def _answers(item: JsonObject, record: Record) -> Iterator[Record | Refusal]:
    """Read the answers in an object, one level deep, as records that name what they answer."""
    heading = _first(record.values, "title") or _first(record.values, "text")
    parent = _first(record.values, "external_id")
    for name, value in item.payload.items():
        for answer in _answers_in(name, value):
            excerpt = excerpt_of(json.dumps(answer, ensure_ascii=False))
            inner = _record(JsonObject(item.line, answer, excerpt))
            values = {key: _within(parent, key, said) for key, said in inner.values.items()}
            yield replace(inner, values={**values, ANSWERED: heading})
            deeper = sum(len(_answers_in(key, below)) for key, below in answer.items())
            yield from repeat(Refusal(item.line, DEEPER_ANSWER, excerpt), deeper)


def _answers_in(name: str, value: Any) -> list[dict[str, Any]]:
    """Give the answers in a value, as a list or in the `data` of an object."""
    if column_key(name.partition(".")[0]) not in _ANSWERS:
        return []
    listed = value.get("data") if isinstance(value, dict) else value
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def _first(values: Mapping[str, Value], field: str) -> Value:
    named = {column_key(name): value for name, value in values.items() if value not in (None, "")}
    return next((named[key] for key in known_names(field) if key in named), None)


def _within(parent: Value, name: str, value: Value) -> Value:
    """Put the post's identifier before that of an answer, which may be told from its neighbours alone."""
    is_identifier = column_key(name) in known_names("external_id") and value not in (None, "")
    return f"{parent}/{value}" if is_identifier and parent is not None else value


def _columns(
    payload: Mapping[str, Any], beside: dict[str, Any], prefix: str = "", depth: int = 1
) -> Iterator[tuple[str, Value]]:
    """Flatten an object. Lists go to `beside`: no field of a post is one."""
    for key, value in payload.items():
        name = prefix + key
        if value is None or isinstance(value, str | int | float):
            yield name, value
        elif isinstance(value, dict) and depth < _DEEPEST_COLUMN:
            yield from _columns(value, beside, f"{name}.", depth + 1)
        else:
            beside[name] = value


class _Broken(Exception):
    """The document is not JSON at this place, or ends before it should."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Document:
    """A window on the text of a document that moves forward."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._text = ""
        self._place = 0
        self._ended = False
        self._decoder = json.JSONDecoder(parse_int=bounded_integer)
        self.line = 1

    def peek(self) -> str:
        """Give the next character that is no space; empty at the end."""
        while True:
            while self._place < len(self._text):
                if self._text[self._place] not in _SPACE:
                    return self._text[self._place]
                self._move(self._place + 1)
            if not self._fill():
                return ""

    def take(self, expected: str) -> None:
        """Move past one of some characters."""
        following = self.peek()
        if not following:
            raise _Broken(ENDED_EARLY)
        if following not in expected:
            raise _Broken(BROKEN_DOCUMENT)
        self._move(self._place + 1)

    def value(self) -> tuple[Any, str]:
        """Read one value; give it, and how it begins."""
        self.peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._place)
            except (ValueError, RecursionError) as error:
                if len(self._text) - self._place > MAX_RECORD_CHARACTERS:
                    raise _Broken(BROKEN_DOCUMENT) from error
                if not self._fill():
                    raise _Broken(ENDED_EARLY) from error
                continue
            if end == len(self._text) and self._fill():
                continue  # a number may go on
            excerpt = excerpt_of(self._text[self._place : self._place + _CHUNK])
            self._move(end)
            return value, excerpt

    def first_names(self) -> frozenset[str]:
        """Give the columns of the first object of the list that begins here; the place stays."""
        if len(self._text) - self._place < _CHUNK:
            self._fill()
        start = self._text[self._place + 1 : self._place + MAX_RECORD_CHARACTERS].lstrip(_SPACE)
        try:
            first, _ = self._decoder.raw_decode(start)
        except (ValueError, RecursionError):
            return frozenset()
        return names_of(first) if isinstance(first, dict) else frozenset()

    def _move(self, place: int) -> None:
        self.line += self._text.count("\n", self._place, place)
        self._place = place

    def _fill(self) -> bool:
        if self._ended:
            return False
        try:
            chunk = self._stream.read(_CHUNK)
        except (EOFError, OSError, UnicodeDecodeError, zlib.error) as error:
            raise _Broken(ENDED_EARLY) from error
        self._ended = not chunk
        self._text, self._place = self._text[self._place :] + chunk, 0
        return bool(chunk)


def outline(stream: TextIO, key: str) -> dict[str, Any] | None:
    """Give what stands in a document's outermost object before the list of a name.

    Returns:
        The values by name; None when the text is no object that has this list, as far as can be seen.

    """
    try:
        return _up_to(_Document(stream), key)
    except _Broken:
        return None


def holds_objects(head: str, wanted: Collection[str] = ()) -> bool:
    """Tell whether a document holds a list of objects with texts, as far as its beginning shows."""
    try:
        return _to_list(_Document(StringIO(head)), _text_keys(wanted))
    except _Broken:
        return False


def elements(stream: TextIO, key: str = "", wanted: Collection[str] = ()) -> Iterator[JsonObject | Refusal]:
    """Read the objects of a list in a document.

    A document that breaks off, or is broken, gives what stands before, and one last refusal.

    Args:
        stream: The document.
        key: The name of the list in the outermost object; empty: the first list whose first object has a text.
        wanted: Columns that a person named, one of which may stand for the text.

    """
    document = _Document(stream)
    line = 1
    try:
        if not (_up_to(document, key) is not None if key else _to_list(document, _text_keys(wanted))):
            return
        document.take("[")
        while document.peek() != "]":
            line = document.line
            value, excerpt = document.value()
            yield JsonObject(line, value, excerpt) if isinstance(value, dict) else Refusal(line, NOT_AN_OBJECT, excerpt)
            if document.peek() != "]":
                line = document.line
                document.take(",")
    except _Broken as broken:
        yield Refusal(line, broken.reason)


def _up_to(document: _Document, key: str) -> dict[str, Any] | None:
    """Move to the beginning of the list, and give what stood before it."""
    before: dict[str, Any] = {}
    document.take("{")
    while document.peek() == '"':
        name, _ = document.value()
        document.take(":")
        if name == key and document.peek() == "[":
            return before
        before[name], _ = document.value()
        if document.peek() == "}":
            return None
        document.take(",")
    return None


def _to_list(document: _Document, keys: frozenset[str], depth: int = 0) -> bool:
    """Move to the first list, at any depth, whose first object has one of some names; tell whether there is one."""
    begins = document.peek()
    if begins == "[" and document.first_names() & keys:
        return True
    if begins != "{" or depth == _DEEPEST_LIST:
        document.value()
        return False
    document.take("{")
    while document.peek() == '"':
        document.value()
        document.take(":")
        if _to_list(document, keys, depth + 1):
            return True
        if document.peek() == ",":
            document.take(",")
    document.take("}")
    return False


def _text_keys(wanted: Collection[str]) -> frozenset[str]:
    return frozenset([*known_names("text"), *map(column_key, wanted)])


def names_of(payload: Mapping[str, Any]) -> frozenset[str]:
    """Give the columns of an object, as `column_key` writes them."""
    return frozenset(column_key(name) for name, _ in islice(_columns(payload, {}), MOST_COLUMNS))
