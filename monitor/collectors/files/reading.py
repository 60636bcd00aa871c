"""What a format is: it recognises its files by their beginning, and reads their posts."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TextIO, TypeAlias

from monitor.collectors.base import PublicPost
from monitor.collectors.files.base import Refusal, Repeat, Table
from monitor.collectors.files.mapping import ColumnMapping
from monitor.collectors.files.sniff import Container, Sniffed

Row: TypeAlias = PublicPost | Refusal | Repeat


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the beginning of a file shows.

    Args:
        container: How its records are separated.
        table: Reads it, where it is a table.
        objects: The first objects of a file of JSON lines; nothing otherwise.
        head: The decoded beginning.
        platform: Where a download comes from; empty for anything else.

    """

    container: Container
    table: Table | None = None
    objects: tuple[Mapping[str, Any], ...] = ()
    head: str = ""
    platform: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of a table; nothing otherwise."""
        return self.table.columns if self.table else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A file as one format reads it.

    Args:
        rows: Gives exactly one item for each record that is not blank, in the file's order.
        mapping: Which column or place feeds which field, to be shown.
        columns: The columns that a person may map; none where the format fixes them.
        unused: Those of the columns that feed no field.
        delimiter: What stands between two values, in a CSV file.
        notes: What a person should know of how it is read.

    """

    rows: Callable[[TextIO], Iterator[Row]]
    mapping: ColumnMapping
    columns: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    delimiter: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFormat:
    """One way in which a tool writes posts into files.

    Args:
        name: How people ask for it.
        recognises: Tells whether a file is surely of this format.
        open: Prepares to read a file, given its beginning and the columns by field that a person named; raises
            ImportRefused when the file cannot be of this format, or must not be imported.
        maps_columns: Whether a person may say which column feeds which field.

    """

    name: str
    recognises: Callable[[Look], bool]
    open: Callable[[Sniffed, Look, Mapping[str, str]], Reading]
    maps_columns: bool = True
