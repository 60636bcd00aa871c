"""The formats of files that can be imported, the surest first, and the choice of one."""

from collections.abc import Collection, Mapping
from itertools import islice
from typing import Any

from monitor.collectors.files.base import Table
from monitor.collectors.files.captures import FOURCAT, ZEESCHUIMER
from monitor.collectors.files.columns import JSON_LINES, plain_table
from monitor.collectors.files.csv_file import detect_csv
from monitor.collectors.files.downloads import download
from monitor.collectors.files.known_tables import (
    CROWDTANGLE,
    EXPORT_COMMENTS,
    META_CONTENT_LIBRARY,
    YOUTUBE_DATA_TOOLS,
)
from monitor.collectors.files.reading import FileFormat, Look
from monitor.collectors.files.sheet import detect_sheet
from monitor.collectors.files.sniff import Sniffed
from monitor.collectors.files.telegram_export import TELEGRAM_EXPORT
from monitor.collectors.parsing.json_models import parse_json
from monitor.errors import ImportRefused, UsageError

FORMATS: tuple[FileFormat, ...] = (
    TELEGRAM_EXPORT,
    download("facebook"),
    download("tiktok"),
    ZEESCHUIMER,
    FOURCAT,
    CROWDTANGLE,
    YOUTUBE_DATA_TOOLS,
    META_CONTENT_LIBRARY,
    EXPORT_COMMENTS,
    JSON_LINES,
    plain_table("csv"),
    plain_table("xlsx"),
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
    objects = tuple(_objects(sniffed.head)) if sniffed.container == "jsonl" else ()
    return Look(
        container=sniffed.container,
        table=_table(sniffed, wanted),
        objects=objects,
        head=sniffed.head,
        platform=sniffed.platform,
    )


def _table(sniffed: Sniffed, wanted: Collection[str]) -> Table | None:
    if sniffed.container == "csv":
        return detect_csv(sniffed.head, wanted)
    return detect_sheet(sniffed.head, wanted) if sniffed.container == "xlsx" else None


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
    for each in FORMATS:
        if (each.maps_columns or not mapped or look.container in ("json", "download")) and each.recognises(look):
            return each
    raise ImportRefused("it is one JSON document: write one object a line (jq -c '.[]' FILE > FILE.jsonl)")


def _objects(head: str) -> list[Mapping[str, Any]]:
    """Parse the first lines that are objects; the last line of the beginning may be cut."""
    objects: list[Mapping[str, Any]] = []
    for line in islice((line for line in head.split("\n") if line.strip()), _PROBED_OBJECTS):
        try:
            payload = parse_json(line)
        except ValueError:
            continue
        if isinstance(payload, dict):
            objects.append(payload)
    return objects
