"""What a format is: it recognises its files by their beginning, and reads their posts."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TextIO, TypeAlias

from monitor.collectors.base import PublicPost
from monitor.collectors.files.base import Refusal, Repeat
from monitor.collectors.files.json_objects import JsonReader
from monitor.collectors.files.mapping import ColumnMapping
from monitor.collectors.files.sniff import Container, Sniffed
from monitor.collectors.files.table import TableReader
from monitor.collectors.parsing.day_order import DateOrder

Row: TypeAlias = PublicPost | Refusal | Repeat


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a person says of a file.

    Args:
        columns: Columns by field, where the guess would be wrong; an empty column leaves a field out.
        dates: Whether the day or the month stands first in its dates; empty to find out.
        former_dates: The same of earlier files of the source, for one whose own dates do not show it.

    """

    columns: Mapping[str, str] = field(default_factory=dict)
    dates: DateOrder = ""
    former_dates: DateOrder = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that are named."""
        return tuple(column for column in self.columns.values() if column)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the beginning of a file shows.

    Args:
        container: How its records are separated.
        reader: Reads its records; None for a download.
        objects: The first objects of JSON; nothing otherwise.
        head: The decoded beginning.
        platform: Where a download comes from; empty for anything else.

    """

    container: Container
    reader: TableReader | JsonReader | None = None
    objects: tuple[Mapping[str, Any], ...] = ()
    head: str = ""
    platform: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of a table; nothing otherwise."""
        return self.reader.columns if isinstance(self.reader, TableReader) else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A file as one format reads it.

    Args:
        read: Gives exactly one item for each record that is not blank, in the file's order.
        mapping: Which column or place feeds which field, to be shown.
        columns: The columns that a person may map; none where the format fixes them.
        unused: Those of the columns that feed no field.
        delimiter: What stands between two values, in a CSV file.
        dates: Whether the day or the month stands first in its dates; empty where they are of another form.
        notes: What a person should know of how it is read.

    """

    read: Callable[[TextIO], Iterator[Row]]
    mapping: ColumnMapping
    columns: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    delimiter: str | None = None
    dates: DateOrder = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFormat:
    """One way in which a tool writes posts into files.

    Args:
        name: How people ask for it.
        recognises: Tells whether a file is surely of this format.
        open: Prepares to read a file, given its beginning and what a person says of it; raises ImportRefused when the
            file cannot be of this format, or must not be imported.
        maps_columns: Whether a person may say which column feeds which field.

    """

    name: str
    recognises: Callable[[Look], bool]
    open: Callable[[Sniffed, Look, Asked], Reading]
    maps_columns: bool = True
