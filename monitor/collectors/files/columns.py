"""Formats whose records are columns: plain tables and JSON, and the tables of known tools."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from html import unescape
from itertools import islice
from typing import TextIO

from monitor.collectors.files.base import Record, Refusal, Value, until_hopeless
from monitor.collectors.files.file_dates import DateReader, order_of
from monitor.collectors.files.json_objects import JsonReader
from monitor.collectors.files.mapping import ColumnMapping, map_columns
from monitor.collectors.files.reading import Asked, FileFormat, ImportFile, Row
from monitor.collectors.files.record_post import to_post
from monitor.collectors.files.row_identity import RowIdentities
from monitor.collectors.files.shapes import Shape, shapes_of
from monitor.collectors.files.sniff import Container, Sniffed
from monitor.collectors.files.table import TableReader
from monitor.collectors.parsing.day_order import DAY_FIRST, MONTH_FIRST, DateOrder
from monitor.errors import ImportRefused

_SAMPLED_RECORDS = 200
_NO_OBJECT = f"none of the first {_SAMPLED_RECORDS} lines is a JSON object: write one object a line"
_NO_LIST = (
    "it is one JSON document, and none of its lists holds objects with a text: name the text with --map text=NAME, or "
    "write one object a line (jq -c '.NAME[]' FILE > FILE.jsonl)"
)
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_CONVERSATION = frozenset({"sender_name", "timestamp_ms", "content"})  # as Facebook and Instagram write messages
_WORDS = ("text", "title", "context")
RecordReader = TableReader | JsonReader


def plain(container: Container) -> FileFormat:
    """Read tables or JSON as anybody writes them: columns are guessed by name, English or Vietnamese.

    Args:
        container: How records are separated, after which the format is named.

    """

    def recognises(sniffed: Sniffed) -> bool:
        return sniffed.container == container

    def open_plain(sniffed: Sniffed, asked: Asked) -> ImportFile:
        if not recognises(sniffed):
            raise ImportRefused("it is not a file of such records: leave --format out")
        return open_columns(sniffed, asked)

    return FileFormat(name=container, recognises=recognises, open=open_plain)


def open_columns(sniffed: Sniffed, asked: Asked, shape: Shape | None = None) -> ImportFile:
    """Prepare to read records.

    Args:
        sniffed: The file.
        asked: What a person says of it.
        shape: Where each field stands; None to guess it from the names of the columns.

    Raises:
        ImportRefused: When no column holds the text, one that was named is not there, or the order of day and month in
            its dates stays open.

    """
    reader = sniffed.reader
    if reader is None:
        raise ImportRefused("it holds no such records: leave --format out")
    sample = _sample(sniffed, reader)
    columns = reader.columns if isinstance(reader, TableReader) else _keys(sample)
    if set(columns) >= _CONVERSATION:
        raise ImportRefused("it is a private conversation: only what is public may be imported")
    if not columns:
        raise ImportRefused(_NO_LIST if sample or sniffed.container == "json" else _NO_OBJECT)
    given = asked.columns
    if shape:
        shape = replace(shape, fields={**shape.fields, **_named(columns, sample, given)})
        mapping = ColumnMapping(_shown(shape, columns), frozenset(given))
    else:
        mapping = map_columns(columns, sample, given)
        shape = Shape(fields={field: (column,) for field, column in mapping.columns.items()}, reads={})
    dates = _date_order(sniffed, reader, shape, asked, sample)
    shown = (f"day and month in its dates: {dates}",) if dates else ()
    used = shape.columns()
    return ImportFile(
        sniffed=sniffed,
        read=partial(_rows, reader, shape, DateReader(shape.in_utc, dates == MONTH_FIRST)),
        mapping=mapping,
        columns=columns,
        unused=tuple(column for column in columns if column not in used),
        dates=dates,
        notes=(*reader.notes, *mapping.notes, *shown),
    )


def _date_order(
    sniffed: Sniffed, reader: RecordReader, shape: Shape, asked: Asked, sample: Sequence[Record]
) -> DateOrder:
    """Decide whether the day or the month stands first: by the first records, by all where those leave it open.

    Raises:
        ImportRefused: When none of its dates shows it, nor its columns' names, nor an earlier file of the source.

    """
    found, example = order_of(shape.said(record.values).get("published") for record in sample)
    if asked.dates or not (found or example):
        return asked.dates if found or example else ""
    if not found:
        with sniffed.open() as stream:
            items = until_hopeless(reader.records(stream))
            records = (item for item in items if isinstance(item, Record))
            found, _ = order_of(shape.said(record.values).get("published") for record in records)
    names = "".join(name for record in sample[:1] for name in record.values)
    order = found or asked.former_dates or ("" if names.isascii() else DAY_FIRST)
    if not order:
        raise ImportRefused(
            f"does the day or the month stand first in {example}? Its dates do not show it: add --dates {DAY_FIRST} or "
            f"--dates {MONTH_FIRST}"
        )
    return order


def known_table(name: str) -> FileFormat:
    """Read the tables of one tool."""

    def shape_of(sniffed: Sniffed) -> Shape | None:
        shown = dict.fromkeys(sniffed.columns, True)
        return next((shape for shape in shapes_of(name) if shape.fits(shown)), None) if shown else None

    def open_table(sniffed: Sniffed, asked: Asked) -> ImportFile:
        shape = shape_of(sniffed)
        if shape is None:
            needed = " or ".join(", ".join(group[0] for group in each.needs) for each in shapes_of(name))
            raise ImportRefused(f"it is no {name} file, which has the columns {needed}: leave --format out")
        return open_columns(sniffed, asked, shape)

    return FileFormat(name=name, recognises=lambda sniffed: shape_of(sniffed) is not None, open=open_table)


def _rows(reader: RecordReader, shape: Shape, read_date: DateReader, stream: TextIO) -> Iterator[Row]:
    with RowIdentities() as identities:
        for record in reader.records(stream):
            if isinstance(record, Refusal):
                yield record
            elif reason := shape.left_out(record.values):
                yield Refusal(record.line, reason, record.excerpt)
            else:
                identify = partial(identities.of, record)
                said = shape.said(record.values)
                if isinstance(reader, TableReader):
                    said |= {field: _plain(said[field]) for field in _WORDS if field in said}
                yield to_post(said, record.line, record.excerpt, identify=identify, read_date=read_date)


def _plain(value: Value) -> Value:
    """Read the references to characters (`&amp;`, `&#7891;`) that tools leave in tables."""
    return _REFERENCE.sub(lambda reference: unescape(reference[0]), value) if isinstance(value, str) else value


def _named(columns: tuple[str, ...], sample: list[Record], given: Mapping[str, str]) -> Mapping[str, tuple[str, ...]]:
    """Give the places of the fields that a person named; none for one that was left out."""
    if not given:
        return {}
    any_text = {"text": columns[0]}  # what no one named is left as it is
    chosen = map_columns(columns, sample, {**any_text, **given}).columns
    return {field: (chosen[field],) if field in chosen else () for field in given}


def _shown(shape: Shape, columns: tuple[str, ...]) -> dict[str, str]:
    there = {field: [place for place in places if place in columns] for field, places in shape.fields.items()}
    return {field: " or ".join(places) for field, places in there.items() if places}


def _keys(sample: list[Record]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(column for record in sample for column in record.values))


def _sample(sniffed: Sniffed, reader: RecordReader) -> list[Record]:
    with sniffed.open() as stream:
        items = islice(reader.records(stream), _SAMPLED_RECORDS)
        return [item for item in items if isinstance(item, Record)]
