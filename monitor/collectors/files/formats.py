"""The formats of files that can be imported, the surest first, and the choice of one."""

from collections.abc import Collection, Iterator
from io import StringIO
from itertools import islice

from monitor.collectors.files.captures import FOURCAT, ZEESCHUIMER
from monitor.collectors.files.columns import known_table, plain
from monitor.collectors.files.csv_file import detect_csv
from monitor.collectors.files.downloads import download
from monitor.collectors.files.json_objects import JsonObject, JsonReader
from monitor.collectors.files.reading import FileFormat, Look
from monitor.collectors.files.sniff import Sniffed
from monitor.collectors.files.table import TableReader, sheet_reader
from monitor.collectors.files.telegram_export import TELEGRAM_EXPORT
from monitor.errors import UsageError

FORMATS: tuple[FileFormat, ...] = (
    TELEGRAM_EXPORT,
    download("facebook_download"),
    download("tiktok_download"),
    ZEESCHUIMER,
    FOURCAT,
    *map(known_table, ("crowdtangle", "youtube_data_tools", "meta_content_library", "exportcomments")),
    plain("jsonl"),
    plain("json"),
    plain("csv"),
    plain("workbook"),
)
_PROBED_OBJECTS = 20


def format_names() -> tuple[str, ...]:
    """Name the formats that can be asked for."""
    return tuple(sorted(each.name for each in FORMATS))


def look_at(sniffed: Sniffed, wanted: Collection[str] = ()) -> Look:
    """Take a look at the beginning of a file.

    Args:
        sniffed: The file.
        wanted: Columns that a person named.

    Raises:
        ImportRefused: When it is a table without columns.

    """
    reader = _reader(sniffed, wanted)
    items: Iterator[object] = reader.objects(StringIO(sniffed.head)) if isinstance(reader, JsonReader) else iter(())
    probed = islice(items, _PROBED_OBJECTS)
    return Look(
        container=sniffed.container,
        reader=reader,
        objects=tuple(item.payload for item in probed if isinstance(item, JsonObject)),
        head=sniffed.head,
        platform=sniffed.platform,
    )


def _reader(sniffed: Sniffed, wanted: Collection[str]) -> TableReader | JsonReader | None:
    if sniffed.container == "csv":
        return detect_csv(sniffed.head, wanted)
    if sniffed.container == "workbook":
        return sheet_reader(sniffed.head, wanted)
    return None if sniffed.container == "download" else JsonReader(sniffed.container == "json", tuple(wanted))


def choose(look: Look, name: str, *, mapped: bool) -> FileFormat:
    """Choose how a file is read: as it was asked for, or by what it shows.

    Args:
        look: The file's beginning.
        name: The format that was asked for; empty for none.
        mapped: Whether a person named columns, so that a format whose fields are fixed will not do.

    Raises:
        UsageError: When there is no format of that name.
        ImportRefused: When none reads this file.

    """
    if name:
        for each in FORMATS:
            if each.name == name:
                return each
        raise UsageError(f"there is no format named {name!r}: use one of {', '.join(format_names())}")
    # Downloads and exports of chats must not be read as plain documents: they say what is not public.
    fixed = mapped and look.container not in ("json", "download")
    return next(each for each in FORMATS if (each.maps_columns or not fixed) and each.recognises(look))
