"""The first sheet of an .xlsx workbook (ECMA-376), read row by row.

Read here and not by openpyxl, which holds each row, all styles and the width that a cell's name claims in memory.
Here entities stay unread, and no more is kept than a row.
"""

import json
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, Any

from lxml import etree

from monitor.collectors.files.archive import DAMAGED, names_in, open_member
from monitor.errors import ImportRefused

WORKBOOK = "xl/workbook.xml"
_OTHER_KINDS = {
    "xl/workbook.bin": "it is a binary workbook (.xlsb): save it as .xlsx",
    "content.xml": "it is an OpenDocument file: save it as .xlsx or CSV",
    "word/document.xml": "it is a Word document: copy its table into a workbook and save that as .xlsx",
}
MOST_COLUMNS = 1_000
_INDEX_DIGITS = 9  # of row numbers, places of strings and styles; the format allows a million rows
_PIECE_BYTES = 64 * 1024
_SHEET_BYTES = 300_000_000
_STRINGS_BYTES = 100_000_000
_PART_BYTES = 10_000_000
_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_QUOTED_IN_FORMAT = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.')
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_EPOCH, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 - a sheet's times have no zone
_LINK_WORDS = frozenset({"view", "link", "open", "source", "view source", "url", "permalink", "xem", "mở", "liên kết"})
_EXACT_DIGITS = 15  # a sheet rounds numbers to so many
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet of a workbook that is read.

    Args:
        name: Its name, as its tab shows it.
        part: Where it lies in the archive.
        epoch: The day from which its dates count.
        others: The names of the sheets that are not read.

    """

    name: str
    part: str
    epoch: datetime
    others: tuple[str, ...]


def first_sheet(archive: zipfile.ZipFile) -> Sheet:
    """Find the first visible sheet.

    Raises:
        ImportRefused: When there is none, or the workbook is damaged.

    """
    names = names_in(archive)
    if WORKBOOK not in names:
        kind = next((kind for part, kind in _OTHER_KINDS.items() if part in names), "")
        raise ImportRefused(kind or "it is a zip archive: unpack it and import the file with the posts")
    book = _part(archive, WORKBOOK)
    targets = {each.get("Id"): each.get("Target") or "" for each in _part(archive, "xl/_rels/workbook.xml.rels")}
    sheets = [each for each in book.iter("{*}sheet") if each.get("state", "visible") == "visible"]
    parts = [
        (sheet.get("name") or "", targets.get(sheet.get(_RELATION) or sheet.get(_STRICT_RELATION), ""))
        for sheet in sheets
    ]
    found = [(name, posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")) for name, target in parts if target]
    if not found:
        raise ImportRefused("it has no sheet with rows: export it again")
    properties = next(book.iter("{*}workbookPr"), None)
    is_1904 = properties is not None and properties.get("date1904") in ("1", "true")
    (name, part), *others = found
    return Sheet(name, part, _EPOCH_1904 if is_1904 else _EPOCH, tuple(other for other, _ in others))


def sheet_lines(archive: zipfile.ZipFile, sheet: Sheet) -> Iterator[str]:
    """Give each row that is not blank as a line of JSON: its number, then its cells as text.

    Raises:
        EOFError: When the sheet breaks off or is damaged; rows before that are given.
        ImportRefused: When a part is too large.

    """
    strings = _strings(archive)
    rows = _Rows(_Cells(strings, _date_styles(archive), sheet.epoch), _links(archive, sheet.part))
    with open_member(archive, sheet.part, _SHEET_BYTES) as stream:
        for _ in _taken(stream, rows):
            yield from (json.dumps([number, *row], ensure_ascii=False) + "\n" for number, row in rows.found)
            rows.found.clear()


class _Cells:
    """Gives the text of cells."""

    def __init__(self, strings: Sequence[str], date_styles: frozenset[int], epoch: datetime) -> None:
        self._strings = strings
        self._date_styles = date_styles
        self._epoch = epoch

    def text(self, kind: str, style: str, value: str) -> str:
        """Read a cell, whose type and style are written as in its attributes."""
        if kind == "s":
            place = int(value) if value.isascii() and value.isdigit() and len(value) <= _INDEX_DIGITS else -1
            return self._strings[place] if 0 <= place < len(self._strings) else ""
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
        if style.isascii() and style.isdigit() and len(style) <= _INDEX_DIGITS and int(style) in self._date_styles:
            try:
                return (self._epoch + timedelta(seconds=round(number * 86_400))).isoformat(sep=" ")
            except (OverflowError, ValueError):
                return value
        # Beyond that many digits a sheet has rounded it; written so, it is told from a sound identifier.
        return f"{number:E}" if value.isdigit() and len(value) > _EXACT_DIGITS else value


class _Strings:
    """Takes the strings of a workbook's common table from the events of its XML."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._words = _Words()

    def start(self, tag: str, _: Mapping[str, str]) -> None:
        self._words.start(_local(tag))

    def data(self, text: str) -> None:
        self._words.data(text)

    def end(self, tag: str) -> None:
        name = _local(tag)
        self._words.end(name)
        if name == "si":
            self.found.append(_unescaped(self._words.take()))

    def close(self) -> None:
        """Have nothing more to do."""


class _Rows:
    """Takes the rows of a sheet from the events of its XML."""

    def __init__(self, cells: _Cells, links: Mapping[tuple[int, int], str]) -> None:
        self.found: list[tuple[int, list[str]]] = []
        self._cells = cells
        self._links = links
        self._number = 0
        self._row: list[str] = []
        self._place, self._kind, self._style = 0, "n", ""
        self._words = _Words()

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        name = _local(tag)
        self._words.start(name)
        if name == "row":
            written = attributes.get("r", "")
            is_given = written.isascii() and written.isdigit() and len(written) <= _INDEX_DIGITS
            self._number, self._row = int(written) if is_given else self._number + 1, []
        elif name == "c":
            self._place = _column(attributes.get("r", ""), len(self._row))
            self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "")

    def data(self, text: str) -> None:
        self._words.data(text)

    def end(self, tag: str) -> None:
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

    def close(self) -> None:
        """Have nothing more to do."""


class _Links:
    """Takes the links of a sheet's cells from the events of its XML; they stand behind the rows."""

    def __init__(self, targets: Mapping[str, str]) -> None:
        self.found: dict[tuple[int, int], str] = {}
        self._targets = targets

    @property
    def has_targets(self) -> bool:
        """Whether there is any address to be found."""
        return bool(self._targets)

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if _local(tag) != "hyperlink":
            return
        cell = _CELL.fullmatch(attributes.get("ref", "").partition(":")[0])
        target = self._targets.get(attributes.get(_RELATION) or attributes.get(_STRICT_RELATION) or "")
        if cell and target:
            self.found[int(cell[2]), _column(cell[0], 0)] = target

    def data(self, text: str) -> None:
        """Have no use for it."""

    def end(self, tag: str) -> None:
        """Have no use for it."""

    def close(self) -> None:
        """Have nothing more to do."""


class _Words:
    """Joins the texts of values and runs, without the readings that East Asian programs add."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._is_text = self._is_reading = False

    def start(self, name: str) -> None:
        self._is_reading = self._is_reading or name == "rPh"
        self._is_text = name in ("v", "t") and not self._is_reading

    def data(self, text: str) -> None:
        if self._is_text:
            self._parts.append(text)

    def end(self, name: str) -> None:
        self._is_text = False
        self._is_reading = self._is_reading and name != "rPh"

    def take(self) -> str:
        text = "".join(self._parts)
        self._parts.clear()
        return text


def _taken(stream: IO[bytes], target: "_Rows | _Strings | _Links") -> Iterator[None]:
    """Feed a part to what takes from it; stops after each piece.

    Raises:
        EOFError: When the part breaks off or is damaged.

    """
    # Events instead of a tree: a row of millions of cells, or millions of rows, take no memory.
    parser = etree.XMLParser(target=target, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        while piece := stream.read(_PIECE_BYTES):
            parser.feed(piece)
            yield
        parser.close()
        yield
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


def _strings(archive: zipfile.ZipFile) -> list[str]:
    name = next((name for name in names_in(archive) if name.lower() == "xl/sharedstrings.xml"), None)
    target = _Strings()
    if name is not None:
        with open_member(archive, name, _STRINGS_BYTES) as stream:
            for _ in _taken(stream, target):
                pass
    return target.found


def _links(archive: zipfile.ZipFile, part: str) -> Mapping[tuple[int, int], str]:
    """Return the addresses behind cells, by row and column."""
    folder, _, name = part.rpartition("/")
    relations = f"{folder}/_rels/{name}.rels"
    if relations not in names_in(archive):
        return {}
    targets = {each.get("Id") or "": each.get("Target") or "" for each in _part(archive, relations)}
    target = _Links({key: address for key, address in targets.items() if address.startswith(("https://", "http://"))})
    if target.has_targets:
        with open_member(archive, part, _SHEET_BYTES) as stream:
            for _ in _taken(stream, target):
                pass
    return target.found


def _date_styles(archive: zipfile.ZipFile) -> frozenset[int]:
    if "xl/styles.xml" not in names_in(archive):
        return frozenset()
    styles = _part(archive, "xl/styles.xml")
    own = {each.get("numFmtId"): each.get("formatCode") or "" for each in styles.iter("{*}numFmt")}
    formats = [
        each.get("numFmtId") or "" for cells in styles.iter("{*}cellXfs") for each in cells.iterchildren("{*}xf")
    ]
    return frozenset(place for place, number in enumerate(formats) if _is_date(number, own.get(number)))


def _is_date(number: str, code: str | None) -> bool:
    if code is None:
        return number.isdigit() and len(number) < len("1000") and int(number) in _DATE_FORMATS
    return re.search(r"[ymdhs]", _QUOTED_IN_FORMAT.sub("", code.partition(";")[0]), re.IGNORECASE) is not None


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _part(archive: zipfile.ZipFile, name: str) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        with open_member(archive, name, _PART_BYTES) as stream:
            return etree.fromstring(stream.read(), parser)
    except (etree.XMLSyntaxError, *DAMAGED) as error:
        raise ImportRefused(f"{name} in it is damaged: save the workbook again") from error
