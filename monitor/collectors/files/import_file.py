"""A file of posts, opened: what it is, how its columns are read, and its posts one by one."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from itertools import islice
from pathlib import Path
from typing import Any

from monitor.collectors.files.base import until_hopeless
from monitor.collectors.files.formats import choose, look_at
from monitor.collectors.files.reading import Asked, Reading, Row
from monitor.collectors.files.sniff import Sniffed, sniff
from monitor.collectors.parsing.day_order import DateOrder
from monitor.errors import ImportRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportFile(Reading):
    """One file that can be imported, and how its format reads it.

    Args:
        path: Where it lies.
        format: The name of one of `formats.FORMATS`.
        sniffed: What its bytes are.

    """

    path: Path
    format: str
    sniffed: Sniffed

    @property
    def sha256(self) -> str:
        """The hash of the file's bytes as they lie there, compressed or not."""
        return self.sniffed.sha256

    @property
    def size_bytes(self) -> int:
        """How many bytes lie there, compressed or not."""
        return self.sniffed.size_bytes

    @property
    def encoding(self) -> str:
        """Python's name of the encoding, or the sheet of a workbook."""
        return self.sniffed.encoding

    def rows(self, on_bytes: Callable[[int], None] = lambda _: None) -> Iterator[Row]:
        """Read the posts from the beginning, in the file's order, without holding the file in memory.

        Args:
            on_bytes: Told how many more bytes were read; `size_bytes` in all when the file was read to its end.

        Returns:
            Exactly one post, refusal or repeat for each record that is not blank.

        Raises:
            ImportRefused: When the file cannot be opened any more.

        """
        with self.sniffed.open(on_bytes) as stream:
            yield from until_hopeless(self.read(stream))

    def sample(self, count: int) -> tuple[Row, ...]:
        """Read the first posts, to show what an import would do."""
        return tuple(islice(self.rows(), count))


def open_file(
    path: Path,
    *,
    mapping: Mapping[str, str] | None = None,
    format_name: str = "",
    sheet: str = "",
    dates: DateOrder = "",
    former_dates: DateOrder = "",
) -> ImportFile:
    """Find out what a file is and how its columns are to be read. The whole file is read once, to hash it.

    Args:
        path: The file, plain or gzipped.
        mapping: Columns by field, where the guess would be wrong; an empty column leaves a field out.
        format_name: Read it as this format; empty to find out.
        sheet: The sheet of a workbook; empty to take the one with the posts.
        dates: Whether the day or the month stands first in its dates; empty to find out.
        former_dates: The same of earlier files of the source, for one whose own dates do not show it.

    Raises:
        UsageError: When there is no format of that name.
        ImportRefused: When the file cannot be imported at all.

    """
    asked = Asked(columns=mapping or {}, dates=dates, former_dates=former_dates)
    sniffed = sniff(path, sheet, asked.names)
    try:
        look = look_at(sniffed, asked.names)
        chosen = choose(look, format_name, mapped=bool(asked.columns))
        reading = chosen.open(sniffed, look, asked)
    except ImportRefused as error:
        raise ImportRefused(f"{path}: {error}") from error
    read: dict[str, Any] = {each.name: getattr(reading, each.name) for each in fields(reading)}
    read["notes"] = (*sniffed.notes, *reading.notes)
    return ImportFile(path=path, format=chosen.name, sniffed=sniffed, **read)
