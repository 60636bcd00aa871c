"""What a format is: it recognises its files by their beginning, and reads their posts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TextIO, TypeAlias

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


class Reading(Protocol):
    """A file as one format reads it."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that a person may map; none where the format fixes them."""
        ...

    @property
    def unused(self) -> tuple[str, ...]:
        """Those of the columns that feed no field."""
        ...

    @property
    def mapping(self) -> ColumnMapping:
        """Which column or place feeds which field, to be shown."""
        ...

    @property
    def delimiter(self) -> str | None:
        """What stands between two values, in a CSV file."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of how it is read."""
        ...

    def rows(self, stream: TextIO) -> Iterator[Row]:
        """Give exactly one item for each record that is not blank, in the file's order."""
        ...


class FileFormat(Protocol):
    """One way in which a tool writes posts into files."""

    @property
    def name(self) -> str:
        """How people ask for it."""
        ...

    @property
    def maps_columns(self) -> bool:
        """Whether a person may say which column feeds which field."""
        ...

    def recognises(self, look: Look) -> bool:
        """Tell whether a file is surely of this format."""
        ...

    def open(self, sniffed: Sniffed, look: Look, given: Mapping[str, str], /) -> Reading:
        """Prepare to read a file.

        Args:
            sniffed: The file.
            look: Its beginning.
            given: Columns by field, as a person named them.

        Raises:
            ImportRefused: When the file cannot be of this format, or must not be imported.

        """
        ...
