"""A file of posts, opened, and what a format is: it recognises its files by their beginning, and reads their posts."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TextIO, TypeAlias

from monitor.collectors.base import PublicPost
from monitor.collectors.files.base import Refusal, until_hopeless
from monitor.collectors.files.mapping import ColumnMapping
from monitor.collectors.files.sniff import Sniffed
from monitor.collectors.parsing.day_order import DateOrder
from monitor.errors import ImportRefused

Row: TypeAlias = PublicPost | Refusal


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
class ImportFile:
    """A file that can be imported, as one format reads it.

    Args:
        sniffed: What it is.
        read: Gives exactly one item for each record that is not blank, in the file's order.
        mapping: Which column or place feeds which field, to be shown.
        format: The name of the format.
        columns: The columns that a person may map; none where the format fixes them.
        unused: Those of the columns that feed no field.
        dates: Whether the day or the month stands first in its dates; empty where they are of another form.
        notes: What a person should know of how it is read.

    """

    sniffed: Sniffed
    read: Callable[[TextIO], Iterator[Row]]
    mapping: ColumnMapping
    format: str = ""
    columns: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    dates: DateOrder = ""
    notes: tuple[str, ...] = ()

    def rows(self, on_bytes: Callable[[int], None] = lambda _: None) -> Iterator[Row]:
        """Read the posts from the beginning, in the file's order, without holding the file in memory.

        Args:
            on_bytes: Told how many more bytes were read; the file's size in all when it was read to its end.

        Returns:
            Exactly one post, refusal or repeat for each record that is not blank.

        Raises:
            ImportRefused: When the file cannot be opened any more, or one of the files in it is too large.

        """
        with self.sniffed.open(on_bytes) as stream:
            try:
                yield from until_hopeless(self.read(stream))
            except ImportRefused as error:
                raise ImportRefused(f"{self.sniffed.path}: {error}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFormat:
    """One way in which a tool writes posts into files.

    Args:
        name: How people ask for it.
        recognises: Tells whether a file is surely of this format.
        open: Prepares to read a file, given what a person says of it; raises ImportRefused when the file cannot be of
            this format, or must not be imported.
        maps_columns: Whether a person may say which column feeds which field.

    """

    name: str
    recognises: Callable[[Sniffed], bool]
    open: Callable[[Sniffed, Asked], ImportFile]
    maps_columns: bool = True
