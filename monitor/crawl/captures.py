"""Captures: the fetched bytes of flagged posts as WARC files, as proof of what was published, where and when.

During a crawl it is not known which posts will be flagged. So the bytes of each fetch with new or changed posts wait in
a spool of limited size. After scoring they move to the folder of the month, or are deleted. The file name is the
SHA-256 of the decoded body, so equal bytes are stored once.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.orm import Session
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from monitor.clock import Clock
from monitor.collectors.http.fetched import Fetched
from monitor.errors import KiemtinError
from monitor.files import write_whole
from storage.database import Database
from storage.posts import captures
from storage.posts.captures import CaptureAction

SUFFIX = ".warc.gz"
ABANDONED_AFTER = timedelta(days=1)  # spooled bytes without a capture row: their crawl was killed
CHUNK = 400
SPOOL_BYTES = 200_000_000  # a day of pages that wait to be scored, on a disk of an office's machine
SPOOL_FULL = "captured bytes dropped before they were scored: the spool is full"


@dataclass(frozen=True, slots=True)
class Settled:
    """How many files moved from the spool to the kept ones, and how many were deleted."""

    kept: int = 0
    deleted: int = 0


class CaptureStore:
    """Stores fetched bytes, first in the spool, then in a folder a month.

    Args:
        folder: The captures folder; it holds `spool` and a folder a year.
        clock: Tells the time.
        spool_bytes: The size limit of the spool; beyond it the oldest files are deleted.

    """

    def __init__(self, folder: Path, clock: Clock, spool_bytes: int = SPOOL_BYTES) -> None:
        self._folder = folder
        self._spool = folder / "spool"
        self._clock = clock
        self._spool_bytes = spool_bytes

    def spool(self, fetched: Fetched) -> int:
        """Write the bytes of a fetch to the spool; returns how many older files were deleted to make room.

        Raises:
            KiemtinError: When the folder cannot be written.

        """
        path = self._spooled(fetched.sha256)
        try:
            self._spool.mkdir(parents=True, exist_ok=True)
            write_whole(path, as_warc(fetched))
            fetched_at = fetched.fetched_at.timestamp()
            os.utime(path, (fetched_at, fetched_at))  # trimming deletes the oldest fetch first
            return self._trim()
        except OSError as error:
            raise self._refused(error) from error

    def _trim(self) -> int:
        files = [(entry, entry.stat()) for entry in self._waiting()]
        size, dropped = sum(stat.st_size for _, stat in files), 0
        for entry, stat in sorted(files, key=lambda each: (each[1].st_mtime_ns, each[0].name)):
            if size <= self._spool_bytes:
                break
            entry.unlink(missing_ok=True)
            size, dropped = size - stat.st_size, dropped + 1
        return dropped

    def settle(self, database: Database) -> Settled:
        """Keep the spooled bytes of flagged posts, and delete those whose posts are scored and not flagged.

        Raises:
            KiemtinError: When the folder cannot be written; the next run continues.

        """
        kept = deleted = 0
        waiting = iter(sorted(self._waiting()))
        try:
            while files := list(islice(waiting, CHUNK)):
                hashes = [file.name.removesuffix(SUFFIX) for file in files]
                # In chunks, because a statement takes a limited number of values.
                with database.work() as session:
                    actions = captures.required_actions(session, hashes)
                for file, sha256 in zip(files, hashes, strict=True):
                    if actions[sha256] is CaptureAction.KEEP:
                        self._keep(database, file, sha256)
                        kept += 1
                    elif actions[sha256] is CaptureAction.DROP or (
                        actions[sha256] is CaptureAction.UNKNOWN and self._is_abandoned(file)
                    ):
                        file.unlink(missing_ok=True)
                        deleted += 1
        except OSError as error:
            raise self._refused(error) from error
        return Settled(kept, deleted)

    def _keep(self, database: Database, file: Path, sha256: str) -> None:
        # The path is stored first: if the program is killed in between, the next run moves the file from the spool.
        with database.changes() as session:
            path = captures.path_of(session, sha256) or f"{self._clock.now():%Y/%m}/{sha256}{SUFFIX}"
            captures.set_path(session, sha256, path)
        target = self._folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        file.replace(target)

    def delete_unused(self, database: Database) -> int:
        """Delete kept bytes of which no post is left; returns how many files."""
        deleted, last = 0, ""
        while True:
            with database.changes() as session:
                paths = captures.unused_paths(session, last, CHUNK)
                if not paths:
                    return deleted
                captures.release_paths(session, paths)
                deleted, last = deleted + self._delete(paths), paths[-1]

    def delete_author(self, session: Session, author_key: str) -> int:
        """Delete all bytes with posts of an author, before the posts are deleted. Returns how many were kept."""
        paths, hashes = captures.release_author(session, author_key)
        self._delete(f"{self._spool.name}/{sha256}{SUFFIX}" for sha256 in hashes)
        return self._delete(paths)

    def files(self) -> list[Path]:
        """List all captures, kept or waiting."""
        return sorted(self._folder.rglob(f"*{SUFFIX}"))

    def delete_files(self, session: Session, files: Iterable[Path]) -> int:
        """Delete captures, also with posts of others in them; returns how many. The caller commits."""
        paths = [str(file.relative_to(self._folder)) for file in files]
        captures.release_paths(session, paths)
        return self._delete(paths)

    def _delete(self, paths: Iterable[str]) -> int:
        # Files go before the commit: if it fails a file is missing, which is better than personal data left over.
        deleted = 0
        try:
            for path in paths:
                (self._folder / path).unlink(missing_ok=True)
                deleted += 1
        except OSError as error:
            raise self._refused(error) from error
        return deleted

    def _spooled(self, sha256: str) -> Path:
        return self._spool / f"{sha256}{SUFFIX}"

    def _waiting(self) -> Iterable[Path]:
        return self._spool.glob(f"*{SUFFIX}")

    def _is_abandoned(self, file: Path) -> bool:
        return self._clock.now().timestamp() - file.stat().st_mtime > ABANDONED_AFTER.total_seconds()

    def _refused(self, error: OSError) -> KiemtinError:
        return KiemtinError(f"cannot keep captured pages in {self._folder}: {error.strerror}: check rights and space")


def as_warc(fetched: Fetched) -> bytes:
    """Return a fetch as WARC (ISO 28500): request and response; a `resource` record if it did not come by HTTP."""
    out = BytesIO()
    writer = WARCWriter(out, gzip=True)
    headers = {"WARC-Date": f"{fetched.fetched_at:%Y-%m-%dT%H:%M:%SZ}"}
    exchange = fetched.exchange
    if exchange is None:
        record = writer.create_warc_record(
            fetched.final_url,
            "resource",
            payload=BytesIO(fetched.body),
            length=len(fetched.body),
            warc_content_type=fetched.content_type or "application/octet-stream",
            warc_headers_dict=headers,
        )
        writer.write_record(record)
        return out.getvalue()
    status = StatusAndHeaders(
        f"{fetched.status} {exchange.reason}", list(exchange.response_headers), protocol=exchange.http_version
    )
    response = writer.create_warc_record(
        fetched.final_url,
        "response",
        payload=BytesIO(exchange.body),
        length=len(exchange.body),
        http_headers=status,
        warc_headers_dict=headers,
    )
    request = writer.create_warc_record(
        fetched.final_url, "request", http_headers=_request_line(fetched.final_url, exchange.request_headers)
    )
    writer.write_request_response_pair(request, response)
    return out.getvalue()


def _request_line(url: str, headers: Sequence[tuple[str, str]]) -> Any:
    # Built from the stored address, because the one that was sent may hold an API key.
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return StatusAndHeaders(f"GET {target} HTTP/1.1", list(headers), is_http_request=True)
