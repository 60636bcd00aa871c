"""Posts, flags, decisions, matters and sources of a period as files of rows, personal data masked.

No author, no reviewer and no address of a post stands in them: addresses of posts often name a person.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, Final

from sqlalchemy.orm import Session

from monitor.clock import Clock
from monitor.collectors.files.row_files import Columns, Kind, Row, open_writer
from monitor.errors import ReportFailed
from monitor.files import whole_file
from monitor.privacy.masks.mask import mask_personal
from storage import audit
from storage.database import Database
from storage.figures.report_counts import Period
from storage.posts import exports

SCHEMA: Final = "kiemtin.export/1"  # raise the number when a column changes its name or meaning
AT_ONCE: Final = 500
Read = Callable[[Session, Period | None], Iterator[exports.Row]]


@dataclass(frozen=True, slots=True)
class Exported:
    """A table that can be exported: its columns, what reads it, and which of its texts are masked."""

    columns: Columns
    read: Read
    masked: tuple[str, ...]


_KINDS: Final[Mapping[str, Kind]] = {
    **dict.fromkeys(("id", "post_id", "flag_id", "cluster_id", "revision", "withdraws", "posts"), Kind.INTEGER),
    **dict.fromkeys(("publishers", "merged_into"), Kind.INTEGER),
    **dict.fromkeys(("published_at", "collected_at", "edited_at", "deleted_at"), Kind.MOMENT),
    **dict.fromkeys(
        ("opened_at", "decided_at", "created_at", "counts_at", "first_at", "last_at", "changed_at"), Kind.MOMENT
    ),
    "probability": Kind.NUMBER,
    "retention_days": Kind.INTEGER,
    "stands": Kind.TRUTH,
    "enabled": Kind.TRUTH,
}
"""The kinds of the columns that hold no text."""


def _columns(names: str) -> Columns:
    return {name: _KINDS.get(name, Kind.TEXT) for name in f"schema id {names}".split()}


TABLES: Final[Mapping[str, Exported]] = {
    "posts": Exported(
        _columns(
            "source role published_at published_precision collected_at edited_at deleted_at revision language title "
            "text context engagement cluster_id"
        ),
        exports.posts,
        masked=("source", "title", "text", "context"),
    ),
    "flags": Exported(
        _columns("post_id source label state probability model revision opened_at"),
        exports.flags,
        masked=("source",),
    ),
    "decisions": Exported(
        _columns("flag_id post_id label decision state stands withdraws revision note evidence decided_at"),
        exports.decisions,
        masked=("note",),
    ),
    "matters": Exported(
        _columns(
            "kind label state verdict sentence topic place counts_at first_at last_at opened_at changed_at posts "
            "publishers merged_into"
        ),
        exports.matters,
        masked=("sentence", "place"),
    ),
    "sources": Exported(
        _columns("name kind address role legal_basis retention_days enabled created_at posts"),
        exports.sources,
        masked=("name", "legal_basis"),
    ),
}


def rows_of(session: Session, table: str, period: Period | None) -> Iterator[Row]:
    """Yield the rows of a table in the order of their numbers, as they go out."""
    of = TABLES[table]
    of_source = cache(mask_personal)  # the few names of sources come again in every row
    for row in of.read(session, period):
        values = {**row, "schema": SCHEMA}
        for name in of.masked:
            mask = of_source if name in ("source", "name") else mask_personal
            values[name] = mask(values[name]) if values[name] else values[name]
        yield {name: _value(name, values[name]) for name in of.columns}


def _value(name: str, value: Any) -> Any:
    if name == "engagement":  # numbers alone: what else a platform counts could name people
        counts = {key: count for key, count in sorted(value.items()) if isinstance(count, int)}
        return json.dumps(counts, ensure_ascii=False)
    if name == "evidence":
        return " ".join(_impersonal(address) or "" for address in value).strip()
    if name == "address":
        return _impersonal(value)
    if name == "stands":
        return bool(value)
    return value


def _impersonal(address: str) -> str | None:
    """Return an address, unless it names the person whose page it is."""
    return address if mask_personal(address) == address else None


def export(  # noqa: PLR0917  the last two may be left out
    database: Database,
    clock: Clock,
    table: str,
    files: Mapping[str, Path],
    period: Period | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> int:
    """Write a table of a period into files, each whole or not at all; the export stands in the audit trail.

    Args:
        database: Where the rows are.
        clock: Tells the time of the export.
        table: One of TABLES.
        files: Where to write, by format.
        period: Which rows; None: all.
        progress: Called with the number of rows so far.

    Returns:
        The number of rows.

    Raises:
        ReportFailed: A file cannot be written.
        NotReady: Parquet is wanted, and its extra is not installed.

    """
    try:
        with database.work() as session:
            count = _write(rows_of(session, table, period), TABLES[table].columns, files, progress)
    except OSError as error:
        message = f"cannot write {error.filename or table}: {error.strerror}: check its rights and the free space"
        raise ReportFailed(message) from error
    with database.changes() as session:
        since, until = (period.start.isoformat(), period.end.isoformat()) if period else (None, None)
        detail = {"rows": count, "formats": sorted(files), "since": since, "until": until}
        audit.record(session, at=clock.now(), action="export", subject=table, detail=detail)
    return count


def _write(rows: Iterable[Row], columns: Columns, files: Mapping[str, Path], progress: Callable[[int], None]) -> int:
    count = 0
    with ExitStack() as stack:
        opened = {name: stack.enter_context(whole_file(path)) for name, path in files.items()}
        writers = [open_writer(name, file, columns, SCHEMA) for name, file in opened.items()]
        remaining = iter(rows)
        while some := list(islice(remaining, AT_ONCE)):
            for writer in writers:
                writer.write(some)
            count += len(some)
            progress(count)
        for writer in writers:
            writer.finish()
    return count
