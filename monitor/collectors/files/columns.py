"""Formats whose records are columns: plain tables and JSON lines, and the tables of known tools."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from typing import TextIO

from monitor.collectors.files.base import Record, RecordReader, Refusal, Value
from monitor.collectors.files.jsonl_file import JsonLinesReader
from monitor.collectors.files.mapping import ColumnMapping, map_columns
from monitor.collectors.files.reading import FileFormat, Look, Reading, Row
from monitor.collectors.files.record_post import ReadDate, to_post
from monitor.collectors.files.row_identity import RowIdentities
from monitor.collectors.files.sniff import Sniffed
from monitor.collectors.files.values import published
from monitor.errors import ImportRefused

_SAMPLED_RECORDS = 200
Values = Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One kind of table that a tool writes.

    Args:
        required: Columns by which it is recognised.
        sources: For each field the columns that may feed it, the best first; a field that is not named is guessed,
            one without columns is left out.
        derived: Further columns, which follow from those of the record.
        consumed: Columns from which they follow.
        refusal: Says why a record is left out; empty when it is not.
        read_date: Reads the date as this tool writes it.

    """

    required: frozenset[str] = frozenset()
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    derived: Mapping[str, Callable[[Values], Value]] = field(default_factory=dict)
    consumed: frozenset[str] = frozenset()
    refusal: Callable[[Values], str] = lambda _: ""
    read_date: ReadDate = published

    def preset(self, columns: tuple[str, ...]) -> dict[str, str]:
        """Give the column of each field that this tool fixes."""
        return {field: next((name for name in names if name in columns), "") for field, names in self.sources.items()}

    def prepared(self, item: Record | Refusal) -> Record | Refusal:
        """Add the derived columns to a record, or say why it is left out."""
        if isinstance(item, Refusal):
            return item
        if reason := self.refusal(item.values):
            return Refusal(item.line, reason, item.excerpt)
        return replace(item, values={**item.values, **{name: make(item.values) for name, make in self.derived.items()}})


_PLAIN = Variant()


def plain_table(container: str) -> FileFormat:
    """Read tables as anybody writes them: columns are guessed by name, English or Vietnamese.

    Args:
        container: The kind of table, after which the format is named.

    """

    def recognises(look: Look) -> bool:
        return look.container == container

    def open_table(sniffed: Sniffed, look: Look, given: Mapping[str, str]) -> Reading:
        if look.table is None or not recognises(look):
            raise ImportRefused("it is not a file of rows: leave --format out")
        mapping = map_columns(look.table.columns, _sample(sniffed, look.table), given)
        return _reading(look.table, look.table.columns, mapping, delimiter=look.table.delimiter)

    return FileFormat(name=container, recognises=recognises, open=open_table)


def open_json_lines(sniffed: Sniffed, look: Look, given: Mapping[str, str], read_date: ReadDate = published) -> Reading:
    """Prepare to read JSON lines as anybody writes them; the keys of the first records are the columns."""
    if look.container != "jsonl":
        raise ImportRefused("it does not hold one JSON object a line: leave --format out")
    reader = JsonLinesReader()
    sample = _sample(sniffed, reader)
    columns = tuple(dict.fromkeys(column for record in sample for column in record.values))
    if not columns:
        raise ImportRefused(f"none of the first {_SAMPLED_RECORDS} lines is a JSON object: write one object a line")
    return _reading(reader, columns, map_columns(columns, sample, given), Variant(read_date=read_date))


JSON_LINES = FileFormat(name="jsonl", recognises=lambda look: look.container == "jsonl", open=open_json_lines)


def known_table(name: str, *variants: Variant) -> FileFormat:
    """Read the tables of one tool."""

    def variant_of(look: Look) -> Variant | None:
        return next((variant for variant in variants if variant.required <= set(look.columns)), None)

    def open_table(sniffed: Sniffed, look: Look, given: Mapping[str, str]) -> Reading:
        variant, table = variant_of(look), look.table
        if variant is None or table is None:
            needed = " or ".join(", ".join(sorted(variant.required)) for variant in variants)
            raise ImportRefused(f"it is no {name} file, which has the columns {needed}: leave --format out")
        columns = (*table.columns, *variant.derived)
        prepared = map(variant.prepared, _sample(sniffed, table))
        sample = [record for record in prepared if isinstance(record, Record)]
        mapping = map_columns(columns, sample, {**variant.preset(columns), **given})
        mapping = replace(mapping, given=frozenset(given))
        return _reading(table, columns, mapping, variant, delimiter=table.delimiter)

    return FileFormat(name=name, recognises=lambda look: variant_of(look) is not None, open=open_table)


def _reading(
    reader: RecordReader,
    columns: tuple[str, ...],
    mapping: ColumnMapping,
    variant: Variant = _PLAIN,
    *,
    delimiter: str | None = None,
) -> Reading:
    def rows(stream: TextIO) -> Iterator[Row]:
        with RowIdentities() as identities:
            for record in map(variant.prepared, reader.records(stream)):
                if isinstance(record, Refusal):
                    yield record
                    continue
                said = {field: record.values.get(column) for field, column in mapping.columns.items()}
                identify = partial(identities.of, record)
                yield to_post(said, record.line, record.excerpt, identify=identify, read_date=variant.read_date)

    used = {*mapping.columns.values(), *variant.derived, *variant.consumed}
    return Reading(
        rows=rows,
        mapping=mapping,
        columns=columns,
        unused=tuple(column for column in columns if column not in used),
        delimiter=delimiter,
        notes=(*reader.notes, *mapping.notes),
    )


def _sample(sniffed: Sniffed, reader: RecordReader) -> list[Record]:
    with sniffed.open() as stream:
        items = islice(reader.records(stream), _SAMPLED_RECORDS)
        return [item for item in items if isinstance(item, Record)]
