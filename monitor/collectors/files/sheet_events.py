"""Cells, rows, strings and links of a workbook, taken from the events of its XML.

No tree is built: a row of millions of cells, or millions of rows, take no memory.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import IO

from lxml import etree

from monitor.collectors.files.archive import DAMAGED
from monitor.collectors.files.base import MOST_COLUMNS, MOST_EMPTY_CELLS, TOO_MANY_EMPTY_CELLS, ReadingEnds
from monitor.errors import ImportRefused

MOST_STRINGS = 1_000_000
_INDEX_DIGITS = 9  # of row numbers, places of strings and styles; the format allows a million rows
_PIECE_BYTES = 64 * 1024
_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LINK_WORDS = frozenset({"view", "link", "open", "source", "view source", "url", "permalink", "xem", "mở", "liên kết"})
_EXACT_DIGITS = 15  # a sheet rounds numbers to so many
RELATIONS = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
    "{http://purl.oclc.org/ooxml/officeDocument/relationships}id",
)
"""How a part names another: in the usual form of the format, and in the strict one."""


def index_of(written: str) -> int | None:
    """Read the number of a row, string, style or format; None for anything else."""
    return int(written) if written.isascii() and written.isdigit() and len(written) <= _INDEX_DIGITS else None


class CellReader:
    """Gives the text of cells."""

    def __init__(self, strings: Sequence[str], date_styles: frozenset[int], epoch: datetime) -> None:
        self._strings = strings
        self._date_styles = date_styles
        self._epoch = epoch

    def text(self, kind: str, style: str, value: str) -> str:
        """Read a cell, whose type and style are written as in its attributes."""
        if kind == "s":
            place = index_of(value)
            return self._strings[place] if place is not None and place < len(self._strings) else ""
        if kind == "b":
            return {"1": "TRUE", "0": "FALSE"}.get(value, value)
        if kind == "e":
            return ""
        return self._number(value, style) if kind == "n" else _unescaped(value)

    def _number(self, value: str, style: str) -> str:
        try:
            number = float(value)
        except ValueError:
            return value
        if index_of(style) in self._date_styles:
            try:
                return (self._epoch + timedelta(seconds=round(number * 86_400))).isoformat(sep=" ")
            except (OverflowError, ValueError):
                return value
        # Beyond that many digits a sheet has rounded it; written so, it is told from a sound identifier.
        return f"{number:E}" if value.isdigit() and len(value) > _EXACT_DIGITS else value


class StringTable:
    """Takes the strings of a workbook's common table from the events of its XML."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._words = _Words()

    def start(self, tag: str, _: Mapping[str, str]) -> None:
        """Begin an element."""
        self._words.start(_local(tag))

    def data(self, text: str) -> None:
        """Take a text."""
        self._words.data(text)

    def end(self, tag: str) -> None:
        """End an element."""
        name = _local(tag)
        self._words.end(name)
        if name == "si":
            if len(self.found) == MOST_STRINGS:
                raise ImportRefused(f"it holds more than {MOST_STRINGS:,} texts: save it as CSV")
            self.found.append(_unescaped(self._words.take()))

    def close(self) -> None:
        """Have nothing more to do."""


class RowReader:
    """Takes the rows of a sheet from the events of its XML."""

    def __init__(self, cells: CellReader, links: Mapping[tuple[int, int], str]) -> None:
        self.found: list[tuple[int, list[str]]] = []
        self._cells = cells
        self._links = links
        self._number = 0
        self._row: list[str] = []
        self._place, self._kind, self._style = 0, "n", ""
        self._words = _Words()
        self._emptiness = _Emptiness()

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Begin an element."""
        name = _local(tag)
        self._words.start(name)
        self._emptiness.start()
        if name == "row":
            written = index_of(attributes.get("r", ""))
            self._number, self._row = self._number + 1 if written is None else written, []
        elif name == "c":
            self._place = _column(attributes.get("r", ""), len(self._row))
            self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "")

    def data(self, text: str) -> None:
        """Take a text."""
        self._words.data(text)

    def end(self, tag: str) -> None:
        """End an element."""
        name = _local(tag)
        self._words.end(name)
        if name == "c":
            written = self._cells.text(self._kind, self._style, self._words.take())
            if written.strip(" ()[]").casefold() in _LINK_WORDS:
                written = self._links.get((self._number, self._place), written)
            # One column more than may be is kept, so that the row is seen to be too wide.
            missing = min(self._place, MOST_COLUMNS) - len(self._row)
            if written and missing >= 0:
                self._row += [""] * missing + [written]
        elif name == "row" and any(map(str.strip, self._row)):
            self.found.append((self._number, self._row))
            self._emptiness.end()

    def close(self) -> None:
        """Have nothing more to do."""


class LinkTable:
    """Takes the links of a sheet's cells from the events of its XML; they stand behind the rows."""

    def __init__(self, targets: Mapping[str, str]) -> None:
        self.found: dict[tuple[int, int], str] = {}
        self._targets = targets
        self._emptiness = _Emptiness()

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Begin an element."""
        self._emptiness.start()
        if _local(tag) != "hyperlink":
            return
        cell = _CELL.fullmatch(attributes.get("ref", "").partition(":")[0])
        target = self._targets.get(relation_of(attributes))
        if cell and target:
            self.found[int(cell[2]), _column(cell[0], 0)] = target

    def data(self, text: str) -> None:
        """Take a text: a part that has some is not empty."""
        if not text.isspace():
            self._emptiness.end()

    def end(self, tag: str) -> None:
        """Have no use for it."""

    def close(self) -> None:
        """Have nothing more to do."""


class _Emptiness:
    """Counts the elements since the last one that held anything."""

    def __init__(self) -> None:
        self._elements = 0

    def start(self) -> None:
        """Begin an element."""
        self._elements += 1
        if self._elements > MOST_EMPTY_CELLS:
            raise ReadingEnds(TOO_MANY_EMPTY_CELLS)

    def end(self) -> None:
        """End the emptiness."""
        self._elements = 0


class _Words:
    """Joins the texts of values and runs, without the readings that East Asian programs add."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._is_text = self._is_reading = False

    def start(self, name: str) -> None:
        """Begin an element."""
        self._is_reading = self._is_reading or name == "rPh"
        self._is_text = name in ("v", "t") and not self._is_reading

    def data(self, text: str) -> None:
        """Take a text."""
        if self._is_text:
            self._parts.append(text)

    def end(self, name: str) -> None:
        """End an element."""
        self._is_text = False
        self._is_reading = self._is_reading and name != "rPh"

    def take(self) -> str:
        text = "".join(self._parts)
        self._parts.clear()
        return text


def taken(stream: IO[bytes], target: "RowReader | StringTable | LinkTable") -> Iterator[None]:
    """Feed a part to what takes from it; stops after each piece.

    Raises:
        EOFError: When the part breaks off or is damaged.
        ReadingEnds: When it is empty for too long.

    """
    parser = etree.XMLParser(target=target, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        while piece := stream.read(_PIECE_BYTES):
            parser.feed(piece)
            yield
        parser.close()
        yield
    except ReadingEnds:
        raise
    except (etree.XMLSyntaxError, *DAMAGED) as error:
        raise EOFError from error


def _column(reference: str, following: int) -> int:
    """Return the place of a cell: `C7` is the third, 2; a cell that does not say it comes next."""
    match = _CELL.fullmatch(reference)
    if match is None:
        return following
    place = 0
    for letter in match[1]:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1


def relation_of(attributes: Mapping[str, str]) -> str:
    """Return the identifier by which an element names another part; empty when it names none."""
    return next((attributes[name] for name in RELATIONS if attributes.get(name)), "")


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text
