"""What known tools write, as rows of `shapes.toml`: where each field of a post stands in a record."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from monitor.collectors.files.base import NOT_PUBLIC, REPOST, Value
from monitor.collectors.files.mapping import FIELDS
from monitor.collectors.files.values import as_text, first_value, is_mangled_id, optional_text, values_at, web_address

Payload = Mapping[str, Any]
ITEM: Final = "item"
"""The format of shapes of items of platforms, which several formats wrap."""
_TABLE = Path(__file__).with_name("shapes.toml")
_ID_PARAMETERS = ("story_fbid", "fbid", "v", "multi_permalinks")
_LEAST_INSTAGRAM_DIGITS, _MOST_INSTAGRAM_DIGITS = 16, 20
_INSTAGRAM_EPOCH = 1_314_220_021_721
_PLACE_IN_ADDRESS = re.compile(r"\{([^}]+)\}")
_EVERYBODY = frozenset({"public", "everyone", "everybody", "công khai", "mọi người", "tất cả mọi người"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One shape of records.

    Args:
        format: The format that it belongs to.
        fields: For each field the places that may feed it, the best first.
        needs: Places of which a record has at least one of each group.
        address: How the address is written, with places in braces; empty where a place holds it.
        inside: A place at which the record stands in some files.
        reposts: What only a post has that passes on another's.
        private: What only a post has that not everybody may see.
        names: Words by which a capture names the platform.
        lists: The lists of a document in which such records stand.
        in_utc: Whether dates that name no zone are in UTC; otherwise in Vietnamese time.
        reads: Names of `READS` by field.

    """

    format: str = ""
    fields: Mapping[str, Sequence[str]]
    needs: Sequence[Sequence[str]] = ()
    address: str = ""
    inside: str = ""
    reposts: Sequence[str] = ()
    private: Sequence[str] = ()
    names: Sequence[str] = ()
    lists: Sequence[str] = ()
    in_utc: bool = False
    reads: Mapping[str, str]

    def fits(self, record: Payload) -> bool:
        """Tell whether a record has this shape."""
        record = self._unwrapped(record)
        return all(any(_is_there(record, place) for place in group) for group in self.needs)

    def said(self, record: Payload) -> dict[str, Value]:
        """Give what a record says, by field of a post."""
        record = self._unwrapped(record)
        said = {field: self._value(record, field) for field in self.fields}
        if self.address:
            parts = {part: said.get(part) or first_value(record, _places(part)) for part in self._parts()}
            filled = all(optional_text(value) for value in parts.values())
            said["url"] = _PLACE_IN_ADDRESS.sub(lambda part: as_text(parts[part[1]]), self.address) if filled else None
        if said.get("title") == said.get("text"):
            said["title"] = None  # a heading is the text of a post that has no other
        return said

    def left_out(self, record: Payload) -> str:
        """Say why a record is left out; empty when it is not."""
        record = self._unwrapped(record)
        if any(_is_there(record, place) for place in self.reposts):
            return REPOST
        audience = as_text(self._value(record, "audience")).strip().casefold()
        is_private = audience not in _EVERYBODY if audience else any(_is_there(record, each) for each in self.private)
        return NOT_PUBLIC if is_private else ""

    def columns(self) -> frozenset[str]:
        """Give all places from which a record is read."""
        parts = {place for part in self._parts() for place in _places(part)}
        return frozenset(parts.union(*self.fields.values()))

    def _parts(self) -> list[str]:
        return _PLACE_IN_ADDRESS.findall(self.address)

    def _unwrapped(self, record: Payload) -> Payload:
        inner = record.get(self.inside)
        return inner if isinstance(inner, dict) else record

    def _value(self, record: Payload, field: str) -> Value:
        """Give the first value that is filled; a number that a spreadsheet rounded names no author."""
        read = READS[self.reads[field]] if field in self.reads else None
        for place in self.fields.get(field, ()):
            value = first_value(record, (place,))
            written = optional_text(value)
            if written and not (field == "author" and is_mangled_id(written)):
                return read(value) if read else value
        return None


@cache
def shapes() -> tuple[Shape, ...]:
    """Read all shapes, those that are told apart by more first."""
    return tuple(map(_shape, tomllib.loads(_TABLE.read_text(encoding="utf-8"))["shape"]))


def shapes_of(name: str) -> tuple[Shape, ...]:
    """Give the shapes of a format."""
    return tuple(shape for shape in shapes() if shape.format == name)


def item_shape(record: Payload, named: str = "") -> Shape | None:
    """Recognise the platform of an item by its shape.

    Args:
        record: The item.
        named: How the capture names the platform, if it does; it decides between two shapes that are alike.

    Returns:
        The shape; None when it is of no platform that is read.

    """
    items = shapes_of(ITEM)
    candidates = [shape for shape in items if any(name in named.lower() for name in shape.names)]
    return next((shape for shape in candidates or items if shape.fits(record)), None)


def _shape(row: Mapping[str, Any]) -> Shape:
    url = row.get("url", "")
    is_made = isinstance(url, str) and "{" in url
    fields = {field: _places(row[field]) for field in (*FIELDS, "audience") if field in row}
    return Shape(
        format=row["format"],
        fields={field: places for field, places in fields.items() if not (is_made and field == "url")},
        needs=[_places(group) for group in row.get("needs", ())],
        address=url if is_made else "",
        in_utc=row.get("zone") == "utc",
        reads=row.get("reads", {}),
        inside=row.get("inside", ""),
        **{name: row.get(name, ()) for name in ("reposts", "private", "names", "lists")},
    )


def _places(written: str | Sequence[str]) -> tuple[str, ...]:
    return tuple(place.strip() for place in written.split("|")) if isinstance(written, str) else tuple(written)


def _is_there(record: Payload, place: str) -> bool:
    """Tell whether there is anything at a place; with `=`, whether it begins so."""
    name, _, begins = place.partition("=")
    there: Iterator[Any] = (value for value in values_at(record, name) if value is not None and value != "")
    return any(str(value).casefold().startswith(begins.casefold()) if begins else True for value in there)


def id_in_address(value: Value) -> str | None:
    """Give the identifier in a post's address: the last part of its path, or the parameter that holds it."""
    address = web_address(value)
    if not address:
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    parameters = parse_qs(parts.query)
    for name in _ID_PARAMETERS:
        if parameters.get(name):
            return parameters[name][0]
    last = parts.path.rstrip("/").rpartition("/")[2]
    return last if last and not last.endswith(".php") else address


def _as_utf8(value: Value) -> str:
    """Give a text as it was written: Facebook writes each byte of its UTF-8 as a character of its own."""
    text = as_text(value)
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def _instagram_time(value: Value) -> Value:
    """Read the time in an identifier: milliseconds since 24 August 2011 above its low 23 bits."""
    number = as_text(value).removeprefix("POLARIS_").partition("_")[0]
    if not number.isdigit() or not _LEAST_INSTAGRAM_DIGITS <= len(number) < _MOST_INSTAGRAM_DIGITS:
        return value
    return (int(number) >> 23) + _INSTAGRAM_EPOCH


READS: Mapping[str, Callable[[Value], Value]] = {
    "id in address": id_in_address,
    "references": lambda value: unescape(as_text(value)),
    "bytes": _as_utf8,
    "time in an identifier of Instagram": _instagram_time,
}
