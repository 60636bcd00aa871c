"""The formats of files that can be imported, the surest first, and the choice of one."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from monitor.collectors.files.captures import FOURCAT, ZEESCHUIMER
from monitor.collectors.files.columns import known_table, plain
from monitor.collectors.files.downloads import download
from monitor.collectors.files.reading import Asked, FileFormat, ImportFile
from monitor.collectors.files.sniff import Sniffed, sniff
from monitor.collectors.files.telegram_export import TELEGRAM_EXPORT
from monitor.collectors.parsing.day_order import DateOrder
from monitor.errors import ImportRefused, UsageError

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


def format_names() -> tuple[str, ...]:
    """Name the formats that can be asked for."""
    return tuple(sorted(each.name for each in FORMATS))


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
    chosen = _choose(sniffed, format_name, mapped=bool(asked.columns))
    try:
        file = chosen.open(sniffed, asked)
    except ImportRefused as error:
        raise ImportRefused(f"{path}: {error}") from error
    return replace(file, format=chosen.name, notes=(*sniffed.notes, *file.notes))


def _choose(sniffed: Sniffed, name: str, *, mapped: bool) -> FileFormat:
    """Choose how a file is read: as it was asked for, or by what it shows. Who maps columns wants no fixed fields."""
    if name:
        for each in FORMATS:
            if each.name == name:
                return each
        raise UsageError(f"there is no format named {name!r}: use one of {', '.join(format_names())}")
    # Downloads and exports of chats must not be read as plain documents: they say what is not public.
    fixed = mapped and sniffed.container not in ("json", "download")
    return next(each for each in FORMATS if (each.maps_columns or not fixed) and each.recognises(sniffed))
