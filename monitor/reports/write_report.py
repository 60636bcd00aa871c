"""Write the weekly report: compute the figures, write each file under a temporary name, then rename it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from monitor.clock import Clock
from monitor.errors import ReportFailed, UsageError
from monitor.private_files import partial_path
from monitor.reports.figures import SCHEMA_VERSION, WeekFigures, gather
from monitor.reports.html import write_html
from monitor.reports.iso_week import Week
from monitor.reports.xlsx import write_xlsx
from storage import reports
from storage.database import Database

FORMATS: Final = ("xlsx", "html")
_WRITERS: Final[Mapping[str, Callable[[WeekFigures, Path], None]]] = {"xlsx": write_xlsx, "html": write_html}


def write_weekly_report(
    database: Database, week: Week, folder: Path, *, clock: Clock, formats: Sequence[str] = FORMATS, top: int
) -> list[Path]:
    """Write the report of a week and store that it was issued.

    Args:
        database: The week's posts.
        week: Which week.
        folder: The folder of the files, created if it is missing. Files of the same week are replaced.
        clock: Tells the time of the report.
        formats: Some of `FORMATS`.
        top: The most posts to quote for each label.

    Returns:
        The files, in the order of `formats`.

    Raises:
        UsageError: When a format is not known.
        ReportFailed: When a file cannot be written; then none is replaced and nothing is recorded.
        StorageError: When the database refuses.

    """
    wanted = list(dict.fromkeys(formats))
    for name in wanted:
        if name not in FORMATS:
            message = f"there is no format {name!r}: choose from {', '.join(FORMATS)}"
            raise UsageError(message)
    now = clock.now()
    with database.work() as session:
        figures = gather(session, week, top=top, now=now)
    files = [folder / f"tong-hop-{week}.{name}" for name in wanted]
    _write_all(figures, dict(zip(wanted, files, strict=True)), folder)
    with database.work() as session:
        names = [file.name for file in files]
        reports.record_report(
            session, week=str(week), schema_version=SCHEMA_VERSION, figures=figures.as_dict(), files=names, now=now
        )
        session.commit()
    return files


def _write_all(figures: WeekFigures, files: Mapping[str, Path], folder: Path) -> None:
    """Write every file under a hidden name, then rename all."""
    # A full disk must leave the older reports as they were.
    aside = {name: partial_path(file) for name, file in files.items()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, path in aside.items():
            _WRITERS[name](figures, path)
        for name, path in aside.items():
            path.replace(files[name])
    except OSError as error:
        message = f"cannot write the summary to {folder}: {error.strerror}: check its rights and the free space"
        raise ReportFailed(message) from error
    finally:
        _remove(aside.values())


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        if path.parent.is_dir():
            path.unlink(missing_ok=True)
