"""Put a backup back: all of a new home is made ready, opened and brought up to date, and only then takes its place."""

import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from monitor.clock import Clock
from monitor.crawl.captures import CaptureStore
from monitor.errors import BackupRefused, NotReady
from monitor.files import sweep
from monitor.operations.backup import ACTION, Contents, read_backup
from monitor.operations.change_of_places import HELD, ON_SERVER, change_places, finish, new_folder
from monitor.operations.clock_check import confirm_clock, trust_stored_time
from monitor.operations.home_use import alone
from monitor.privacy.known_key import known_key
from monitor.settings.settings import DATABASE_NAME as DATABASE
from monitor.settings.settings import Settings, load_settings, sqlite_address
from storage import audit
from storage.audit import DECISIONS
from storage.database import Database
from storage.errors import StorageError
from storage.posts import clock_state, posts
from storage.transfer import snapshot


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back: when the backup was made, how many files it had, and where the replaced home lies.

    `knew_erased` is false when the replaced database could not be read: then nobody knows who was erased since.
    """

    made_at: datetime
    files: int
    replaced: Path | None
    erased_again: int
    knew_erased: bool


@dataclass(frozen=True, slots=True)
class _Present:
    """What the database that is replaced knows and the backup does not: who was erased since, the newest sure time.

    `is_empty` tells that the database has no table, `is_read` that it said all that it knows.
    """

    erased: frozenset[str] = frozenset()
    trusted_at: datetime | None = None
    is_empty: bool = True
    is_read: bool = True


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

    A program that is killed leaves the home as it was, or as it is after the restore.

    Args:
        source: The backup.
        home: The home folder: empty, missing, or with `replace` in use before. Nothing may run on it.
        clock: Tells the time.
        passphrase: Opens a sealed backup.
        replace: Move what is in the home folder aside, into a folder within it.
        clock_is_right: A person said so; otherwise nothing is deleted by a clock that is far ahead of the backup.

    Raises:
        BackupRefused: When the backup is not whole, or the home is in use; nothing is changed then.
        NotReady: When another program works on the home.
        StorageError: When the database refuses; nothing is changed then.

    """
    with alone(home):
        return _restore(source, home, clock, passphrase, replace=replace, clock_is_right=clock_is_right)


def _restore(
    source: Path, home: Path, clock: Clock, passphrase: str, *, replace: bool, clock_is_right: bool
) -> Restored:
    finish(home)
    if not replace and any((home / name).exists() for name in HELD):
        raise BackupRefused(f"{home} is in use already: name an empty folder with --home, or give --replace")
    if mounted := [str(home / name) for name in HELD if (home / name).is_mount()]:
        raise BackupRefused(f"{', '.join(mounted)} is mounted there and cannot be moved aside: unmount it first")
    sweep([home])
    try:
        fresh = new_folder(home)
        try:
            contents = read_backup(source, fresh, now=clock.now(), passphrase=passphrase)
            settings = _settings_of(fresh, sqlite=contents.sqlite)
            present = _present(home, settings, replace=replace)
            again = _make_ready(settings, source, contents, clock, present, clock_is_right=clock_is_right)
            aside = change_places(fresh, home, f"{clock.now():%Y%m%dT%H%M%SZ}")
        finally:
            shutil.rmtree(fresh, ignore_errors=True)  # it is gone when it took its place
    except OSError as error:
        raise BackupRefused(f"cannot write {home}: {error.strerror}: check its rights and free space") from error
    return Restored(contents.made_at, contents.files, aside, again, present.is_read)


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
        if not database.is_sqlite:
            snapshot.undo_killed(database)
        present = _told_by(database)
    if not present.is_empty and not replace:
        raise BackupRefused("the database of `database_url` is in use already: name an empty one, or give --replace")
    return present


def _told_by(database: Database) -> _Present:
    told = _Present(is_read=False)
    with suppress(StorageError):  # away, damaged or of another version: it tells what it can
        if database.current_revision() is None:
            return _Present()
        told = _Present(is_empty=False, is_read=False)
        with database.work() as session:
            told = _Present(frozenset(posts.erased_keys(session)), clock_state.trusted_at(session), is_empty=False)
    return told


def _make_ready(
    settings: Settings, source: Path, contents: Contents, clock: Clock, present: _Present, *, clock_is_right: bool
) -> int:
    """Open the database of the new home, migrate it, and erase again; returns how many posts were."""
    fresh = settings.home
    if contents.sqlite:
        (fresh / snapshot.SQLITE_COPY).rename(fresh / DATABASE)
        try:
            with Database(settings.resolved_database_url) as database:
                return _bring_up_to_date(database, settings, clock, contents, present, clock_is_right=clock_is_right)
        except StorageError as error:
            raise BackupRefused(f"the database in {source} cannot be used ({error}): use another file") from error
    copy = fresh / snapshot.POSTGRES_COPY
    with Database(settings.resolved_database_url) as database, snapshot.put_beside(database, copy):
        again = _bring_up_to_date(database, settings, clock, contents, present, clock_is_right=clock_is_right)
    copy.unlink()
    (fresh / ON_SERVER).touch()
    return again


def _bring_up_to_date(
    database: Database,
    settings: Settings,
    clock: Clock,
    contents: Contents,
    present: _Present,
    *,
    clock_is_right: bool,
) -> int:
    if database.current_revision() is None:
        raise BackupRefused("the backup holds an empty database: use another file")
    database.upgrade()
    if database.differences():
        raise BackupRefused("the tables of the backup are not those of this program: use another file")
    try:
        known_key(database, settings.home, clock.now())
    except NotReady as error:
        raise BackupRefused(f"the key of the backup is not the one of its database ({error}): use another") from error
    if clock_is_right:
        confirm_clock(database, clock)
    with database.changes() as session:
        if not clock_is_right:
            trust_stored_time(session, clock.now(), present.trusted_at)
        captures = CaptureStore(settings.captures_dir, clock)
        again = _erase_again(session, clock.now(), sorted(present.erased), captures)
        detail = {"made_at": contents.made_at.isoformat()}
        audit.record(session, at=contents.made_at, action=ACTION, subject="backup")  # its database was copied before
        audit.record(session, at=clock.now(), action="restored", subject="backup", detail=detail)
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
