"""A list inside one JSON document, read element by element, so that a file of any size takes little memory.

The elements are parsed by Python's own decoder, not by a streaming library: ijson 3.6 replaces half of a surrogate pair
by a question mark, loses all that follows an undecodable byte, and does not say on which line an element begins.
"""

import json
import zlib
from collections.abc import Iterator
from typing import Any, TextIO

from monitor.collectors.files.base import (
    BROKEN_DOCUMENT,
    ENDED_EARLY,
    MAX_RECORD_CHARACTERS,
    NOT_AN_OBJECT,
    Refusal,
    excerpt_of,
)
from monitor.collectors.files.jsonl_file import JsonObject
from monitor.collectors.parsing.json_models import bounded_integer

_CHUNK = 64 * 1024
_SPACE = " \t\r\n\ufeff"


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


def elements(stream: TextIO, key: str) -> Iterator[JsonObject | Refusal]:
    """Read the objects of a list in the outermost object of a document.

    A document that breaks off, or is broken, gives what stands before, and one last refusal.
    """
    document = _Document(stream)
    line = 1
    try:
        if _up_to(document, key) is None:
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
