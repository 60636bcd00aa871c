"""Formats whose records are columns: plain CSV and JSON lines, and the CSV files of known tools."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import TextIO

from monitor.collectors.files.base import Record, RecordReader, Refusal, Table
from monitor.collectors.files.jsonl_file import JsonLinesReader
from monitor.collectors.files.mapping import ColumnMapping, map_columns
from monitor.collectors.files.reading import Look, Row
from monitor.collectors.files.record_post import ReadDate, to_post
from monitor.collectors.files.row_identity import RowIdentities
from monitor.collectors.files.sniff import Sniffed
from monitor.collectors.files.values import published
from monitor.errors import ImportRefused

_SAMPLED_RECORDS = 200


Prepare = Callable[[Record], Record | Refusal]
"""Adds to a record what follows from its columns, or says why it is to be left out."""


def as_it_is(record: Record) -> Record:
    """Leave a record as it stands in the file."""
    return record


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnReading:
    """A file whose records are read by column.

    Args:
        reader: Reads the records.
        columns: Their columns.
        mapping: Which column feeds which field.
        delimiter: What stands between two values, in a CSV file.
        prepare: Prepares a record.
        read_date: Reads the date as this format writes it.
        consumed: The columns from which it follows.

    """

    reader: RecordReader
    columns: tuple[str, ...]
    mapping: ColumnMapping
    delimiter: str | None = None
    prepare: Prepare = as_it_is
    read_date: ReadDate = published
    consumed: frozenset[str] = frozenset()

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of how the records are read."""
        return (*self.reader.notes, *self.mapping.notes)

    @property
    def unused(self) -> tuple[str, ...]:
        """The columns that feed no field."""
        used = {*self.mapping.columns.values(), *self.consumed}
        return tuple(column for column in self.columns if column not in used)

    def rows(self, stream: TextIO) -> Iterator[Row]:
        """Give one post or refusal for each record that is not blank."""
        with RowIdentities() as identities:
            for record in self.reader.records(stream):
                prepared = record if isinstance(record, Refusal) else self.prepare(record)
                if isinstance(prepared, Refusal):
                    yield prepared
                else:
                    yield to_post(prepared, self.mapping, identities, self.read_date)


@dataclass(frozen=True, slots=True)
class PlainTable:
    """A table as anybody writes it, named after its container: columns are guessed by name, English or Vietnamese."""

    name: str
    maps_columns: bool = True

    def recognises(self, look: Look) -> bool:
        """Take every table of the kind."""
        return look.container == self.name

    def open(self, sniffed: Sniffed, look: Look, given: Mapping[str, str]) -> ColumnReading:
        """Find out which column feeds which field."""
        return _open_table(sniffed, look.table if self.recognises(look) else None, given)


@dataclass(frozen=True, slots=True)
class PlainJsonLines:
    """JSON lines as anybody writes them: the keys are guessed by their names."""

    name: str = "jsonl"
    maps_columns: bool = True

    def recognises(self, look: Look) -> bool:
        """Take every file of JSON lines."""
        return look.container == "jsonl"

    def open(self, sniffed: Sniffed, look: Look, given: Mapping[str, str]) -> ColumnReading:
        """Take the keys of the first records for columns."""
        _require(look.container == "jsonl", "it does not hold one JSON object a line: leave --format out")
        reader = JsonLinesReader()
        sample = _sample(sniffed, reader)
        columns = tuple(dict.fromkeys(column for record in sample for column in record.values))
        _require(columns, f"none of the first {_SAMPLED_RECORDS} lines is a JSON object: write one object a line")
        return ColumnReading(reader=reader, columns=columns, mapping=map_columns(columns, sample, given))


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One kind of CSV file that a tool writes.

    Args:
        required: Columns by which it is recognised.
        sources: For each field the columns that may feed it, the best first; a field that is not named is guessed,
            one without columns is left out.
        derived: Columns that `prepare` adds.
        consumed: Columns from which it makes them.
        prepare: Prepares a record.
        read_date: Reads the date as this tool writes it.

    """

    required: frozenset[str]
    sources: Mapping[str, tuple[str, ...]]
    derived: tuple[str, ...] = ()
    consumed: frozenset[str] = frozenset()
    prepare: Prepare = as_it_is
    read_date: ReadDate = published

    def preset(self, columns: tuple[str, ...]) -> dict[str, str]:
        """Give the column of each field that this tool fixes."""
        return {field: next((name for name in names if name in columns), "") for field, names in self.sources.items()}


@dataclass(frozen=True, slots=True)
class ColumnFormat:
    """The CSV files of one tool."""

    name: str
    variants: tuple[Variant, ...]
    maps_columns: bool = True

    def recognises(self, look: Look) -> bool:
        """Recognise the tool's columns."""
        return self._variant(look) is not None

    def open(self, sniffed: Sniffed, look: Look, given: Mapping[str, str]) -> ColumnReading:
        """Read the columns as the tool means them, save those that a person named."""
        variant = self._variant(look)
        if variant is None:
            needed = " or ".join(", ".join(sorted(variant.required)) for variant in self.variants)
            raise ImportRefused(f"it is no {self.name} file, which has the columns {needed}: leave --format out")
        reader = look.table
        if reader is None:
            raise ImportRefused(f"it is no table, as {self.name} writes it: leave --format out")
        columns = (*reader.columns, *variant.derived)
        prepared = map(variant.prepare, _sample(sniffed, reader))
        sample = [record for record in prepared if isinstance(record, Record)]
        mapping = map_columns(columns, sample, {**variant.preset(columns), **given})
        return ColumnReading(
            reader=reader,
            columns=columns,
            mapping=replace(mapping, given=frozenset(given)),
            delimiter=reader.delimiter,
            prepare=variant.prepare,
            read_date=variant.read_date,
            consumed=frozenset(variant.derived) | variant.consumed,
        )

    def _variant(self, look: Look) -> Variant | None:
        return next((variant for variant in self.variants if variant.required <= set(look.columns)), None)


def _open_table(sniffed: Sniffed, table: Table | None, given: Mapping[str, str]) -> ColumnReading:
    if table is None:
        raise ImportRefused("it is not a file of rows: leave --format out")
    mapping = map_columns(table.columns, _sample(sniffed, table), given)
    return ColumnReading(reader=table, columns=table.columns, mapping=mapping, delimiter=table.delimiter)


def _require(condition: object, otherwise: str) -> None:
    if not condition:
        raise ImportRefused(otherwise)


def _sample(sniffed: Sniffed, reader: RecordReader) -> list[Record]:
    with sniffed.open() as stream:
        items = islice(reader.records(stream), _SAMPLED_RECORDS)
        return [item for item in items if isinstance(item, Record)]
