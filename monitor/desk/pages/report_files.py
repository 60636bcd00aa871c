"""The weekly reports as files to download."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import islice
from pathlib import Path
from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response

from monitor.desk.web.auth import CurrentReviewer, allow
from monitor.desk.web.desk import CurrentDesk
from monitor.review.roles import Right
from storage import audit

router = APIRouter()

FILES_SHOWN: Final = 60
FILES_SEARCHED: Final = 5_000


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A file in the reports folder; `name` is its path inside the folder."""

    name: str
    written_at: datetime
    kilobytes: int


def report_files(folder: Path) -> tuple[ReportFile, ...]:
    """List the reports, newest first."""
    files = [
        ReportFile(path.relative_to(folder).as_posix(), _written_at(path), max(1, path.stat().st_size // 1024))
        for path in islice(_regular_files(folder), FILES_SEARCHED)
    ]
    return tuple(sorted(files, key=lambda file: (file.written_at, file.name), reverse=True)[:FILES_SHOWN])


@router.get("/reports/{name:path}", dependencies=[allow(Right.DOWNLOAD)])
def download(name: str, desk: CurrentDesk, reviewer: CurrentReviewer) -> Response:
    """Send one file."""
    # The name is compared with the files that exist, so that no path can lead out of the folder.
    folder = desk.settings.reports_dir
    found = next((path for path in _regular_files(folder) if path.relative_to(folder).as_posix() == name), None)
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    with desk.database.work() as session:
        now, subject = desk.clock.now(), f"report:{name}"
        audit.record(session, at=now, action="report_download", subject=subject, user_id=reviewer.id)
        session.commit()
    return FileResponse(found, filename=found.name, content_disposition_type="attachment")


def _regular_files(folder: Path) -> Iterator[Path]:
    """Yield the visible files below the folder."""
    # Links are left out: they may point outside.
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        linked = any(
            part.is_symlink() for part in (path, *path.parents) if part.is_relative_to(folder) and part != folder
        )
        if path.is_file() and not hidden and not linked:
            yield path


def _written_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
