"""The first sheet of an .xlsx workbook (ECMA-376), read row by row.

Read here and not by openpyxl, which holds each row, all styles and the width that a cell's name claims in memory.
Here entities stay unread, and no more is kept than a row.
"""

import json
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lxml import etree

from monitor.collectors.files.archive import DAMAGED, names_in, open_member
from monitor.collectors.files.base import ReadingEnds
from monitor.collectors.files.sheet_events import (
    CellReader,
    LinkTable,
    RowReader,
    StringTable,
    index_of,
    relation_of,
    taken,
)
from monitor.errors import ImportRefused

WORKBOOK = "xl/workbook.xml"
_OTHER_KINDS = {
    "xl/workbook.bin": "it is a binary workbook (.xlsb): save it as .xlsx",
    "content.xml": "it is an OpenDocument file: save it as .xlsx or CSV",
    "word/document.xml": "it is a Word document: copy its table into a workbook and save that as .xlsx",
}
_SHEET_BYTES = 300_000_000
_STRINGS_BYTES = 100_000_000
_PART_BYTES = 10_000_000
_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_QUOTED_IN_FORMAT = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.')
_EPOCH, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 - a sheet's times have no zone


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
    parts = [(sheet.get("name") or "", targets.get(relation_of(sheet.attrib), "")) for sheet in sheets]
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
    rows = RowReader(CellReader(strings, _date_styles(archive), sheet.epoch), _links(archive, sheet.part))
    with open_member(archive, sheet.part, _SHEET_BYTES) as stream:
        for _ in taken(stream, rows):
            yield from (json.dumps([number, *row], ensure_ascii=False) + "\n" for number, row in rows.found)
            rows.found.clear()


def _strings(archive: zipfile.ZipFile) -> list[str]:
    name = next((name for name in names_in(archive) if name.lower() == "xl/sharedstrings.xml"), None)
    target = StringTable()
    if name is not None:
        with open_member(archive, name, _STRINGS_BYTES) as stream:
            for _ in taken(stream, target):
                pass
    return target.found


def _links(archive: zipfile.ZipFile, part: str) -> Mapping[tuple[int, int], str]:
    """Return the addresses behind cells, by row and column."""
    folder, _, name = part.rpartition("/")
    relations = f"{folder}/_rels/{name}.rels"
    if relations not in names_in(archive):
        return {}
    targets = {each.get("Id") or "": each.get("Target") or "" for each in _part(archive, relations)}
    addresses = {key: address for key, address in targets.items() if address.startswith(("https://", "http://"))}
    if not addresses:
        return {}
    links = LinkTable(addresses)
    with open_member(archive, part, _SHEET_BYTES) as stream, suppress(ReadingEnds):
        for _ in taken(stream, links):
            pass
    return links.found


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
        return index_of(number) in _DATE_FORMATS
    return re.search(r"[ymdhs]", _QUOTED_IN_FORMAT.sub("", code.partition(";")[0]), re.IGNORECASE) is not None


def _part(archive: zipfile.ZipFile, name: str) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        with open_member(archive, name, _PART_BYTES) as stream:
            return etree.fromstring(stream.read(), parser)
    except (etree.XMLSyntaxError, *DAMAGED) as error:
        raise ImportRefused(f"{name} in it is damaged: save the workbook again") from error
