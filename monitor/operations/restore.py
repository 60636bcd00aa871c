"""Put a backup back: unpack it beside what is there, check it whole, and only then take its place."""

import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from monitor.clock import Clock
from monitor.crawl.captures import CaptureStore
from monitor.errors import BackupRefused
from monitor.files import partial_path, sweep
from monitor.operations.backup import FILES, FOLDERS, read_backup
from monitor.operations.clock_check import confirm_clock, trust_stored_time, trusted_time
from monitor.settings.settings import DATABASE_NAME as DATABASE
from monitor.settings.settings import Settings, load_settings, sqlite_address
from storage import audit
from storage.audit import DECISIONS
from storage.database import Database
from storage.errors import StorageError
from storage.posts import posts
from storage.transfer import snapshot

ASIDE: Final = "before-restore-"
"""How the name of a folder begins that holds a home as it was before a restore."""
_ALL: Final = (*FILES, *FOLDERS, DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm")


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back: when the backup was made, how many files it had, and where the replaced home lies."""

    made_at: datetime
    files: int
    replaced: Path | None
    erased_again: int


@dataclass(frozen=True, slots=True)
class _Present:
    """What the database that is replaced knows and the backup does not: who was erased since, the newest sure time.

    `is_empty` tells that the database has no table.
    """

    erased: frozenset[str] = frozenset()
    trusted_at: datetime | None = None
    is_empty: bool = True


def restore(
    source: Path,
    home: Path,
    clock: Clock,
    *,
    passphrase: str = "",
    replace: bool = False,
    clock_is_right: bool = False,
) -> Restored:
    """Put a backup back into a home folder; authors that were erased since are erased again.

    Args:
        source: The backup.
        home: The home folder: empty, missing, or with `replace` in use before. Nothing may run on it.
        clock: Tells the time.
        passphrase: Opens a sealed backup.
        replace: Move what is in the home folder aside, into a folder within it.
        clock_is_right: A person said so; otherwise nothing is deleted by a clock that is far ahead of the backup.

    Raises:
        BackupRefused: When the backup is not whole, or the home is in use; nothing is changed then.
        StorageError: When the database refuses.

    """
    used = [home / name for name in _ALL if (home / name).exists()]
    if used and not replace:
        raise BackupRefused(f"{home} is in use already: name an empty folder with --home, or give --replace")
    now = clock.now()
    aside = home / f"{ASIDE}{now:%Y%m%dT%H%M%SZ}"
    sweep([home])
    fresh = partial_path(home / "restore")
    fresh.mkdir(parents=True)
    try:
        manifest = read_backup(source, fresh, passphrase=passphrase)
        settings = _settings_of(fresh, sqlite=manifest["sqlite"])
        present = _present(home, settings, replace=replace)
        if manifest["sqlite"]:
            (fresh / snapshot.SQLITE_COPY).rename(fresh / DATABASE)
        else:
            with Database(settings.resolved_database_url) as database:
                snapshot.put_back(database, fresh / snapshot.POSTGRES_COPY)
            (fresh / snapshot.POSTGRES_COPY).unlink()
        _change_places(used, aside, fresh, home)
    except OSError as error:
        raise BackupRefused(f"cannot write {home}: {error.strerror}: check its rights and free space") from error
    finally:
        shutil.rmtree(fresh)
    made_at = datetime.fromisoformat(manifest["created_at"])
    again = _bring_up_to_date(load_settings(home), clock, made_at, present, clock_is_right=clock_is_right)
    return Restored(made_at, len(manifest["files"]), aside if used else None, again)


def _settings_of(folder: Path, *, sqlite: bool) -> Settings:
    settings = load_settings(folder)
    if sqlite and settings.sqlite_path != folder / DATABASE:
        message = f"the backup holds the file {DATABASE}, and `database_url` names another place: take it out first"
        raise BackupRefused(message)
    if not sqlite and settings.sqlite_path:
        message = "the backup holds a PostgreSQL database: set KIEMTIN_DATABASE_URL to the server to put it on"
        raise BackupRefused(message)
    return settings


def _present(home: Path, settings: Settings, *, replace: bool) -> _Present:
    """Ask the present database what it alone knows.

    Raises:
        BackupRefused: When it is in use and not to be replaced; it stays as it is.

    """
    url = sqlite_address(home / DATABASE) if settings.sqlite_path else settings.resolved_database_url
    if settings.sqlite_path and not (home / DATABASE).exists():
        return _Present()
    with Database(url) as database:
        found = [_told_by(database)]
        _require_free(found[0], replace=replace)
        # A restore that was killed may have left both: what was there before, and what was put back.
        if not database.is_sqlite and snapshot.undo_killed(database):
            found.append(_told_by(database))
            _require_free(found[1], replace=replace)
    return _Present(
        erased=frozenset().union(*(each.erased for each in found)),
        trusted_at=max((each.trusted_at for each in found if each.trusted_at), default=None),
    )


def _require_free(told: _Present, *, replace: bool) -> None:
    if not told.is_empty and not replace:
        raise BackupRefused("the database of `database_url` is in use already: name an empty one, or give --replace")


def _told_by(database: Database) -> _Present:
    told = _Present()
    with suppress(StorageError):  # away, damaged or of another version: it tells what it can
        if database.current_revision() is not None:
            told = _Present(is_empty=False)
            with database.work() as session:
                told = _Present(frozenset(posts.erased_keys(session)), trusted_time(session), is_empty=False)
    return told


def _change_places(used: list[Path], aside: Path, fresh: Path, home: Path) -> None:
    if used:
        aside.mkdir()
    for path in used:
        path.rename(aside / path.name)
    for path in list(fresh.iterdir()):
        path.rename(home / path.name)


def _bring_up_to_date(
    settings: Settings, clock: Clock, made_at: datetime, present: _Present, *, clock_is_right: bool
) -> int:
    captures = CaptureStore(settings.captures_dir, clock)
    with Database(settings.resolved_database_url) as database:
        database.upgrade()
        if clock_is_right:
            confirm_clock(database, clock)
        with database.work() as session:
            if not clock_is_right:
                trust_stored_time(session, clock.now(), present.trusted_at)
            again = _erase_again(session, clock.now(), sorted(present.erased), captures)
            detail = {"made_at": made_at.isoformat()}
            audit.record(session, at=clock.now(), action="restored", subject="backup", detail=detail)
            session.commit()
    return again


def _erase_again(session: Session, now: datetime, erased: Sequence[str], captures: CaptureStore) -> int:
    for key in erased:
        captures.delete_author(session, key)
    gone = [posts.erase_author(session, key, now) for key in erased]
    count, decisions = sum(each.posts for each in gone), sum(each.decisions for each in gone)
    if count:
        detail = {"posts": count} | ({DECISIONS: decisions} if decisions else {})
        audit.record(session, at=now, action="erasure", subject="backup", detail=detail)
    return count
