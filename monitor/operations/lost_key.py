"""A key of a home that is lost is taken from a backup, or given up where none has it; former keys are forgotten."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from monitor.errors import BackupRefused, NotReady
from monitor.operations.backup import check_backup
from monitor.privacy.known_key import check_value
from monitor.privacy.secret_key import FORMER_FILE, KEY_FILE, FormerKey, replace_key, whole_keys, write_keys
from monitor.settings.settings import Settings
from storage import audit
from storage.accounts import second_factors, sessions, users
from storage.database import Database
from storage.posts import known_keys


def restore_keys(database: Database, settings: Settings, source: Path, now: datetime) -> datetime:
    """Take the key and the former ones from a backup; returns when the backup was made, UTC.

    Args:
        database: The database, which tells which keys are needed.
        settings: Name the home folder and the passphrase.
        source: The backup.
        now: The present time, UTC.

    Raises:
        BackupRefused: When it is no whole backup, or has not all the keys that are needed; nothing is changed then.
        NotReady: When the keys cannot be written.

    """
    found = check_backup(source, now=now, passphrase=settings.passphrase)
    with database.work() as session:
        missing = known_keys.check_values(session) - _check_values(found.key, found.former)
    if missing:
        raise BackupRefused(f"{source} does not hold all the keys that stored posts need: use another backup")
    write_keys(settings.home, found.key, found.former)
    with database.changes() as session:
        known_keys.note(session, check_value(found.key), now)
        detail = {"made_at": found.made_at.isoformat()}
        audit.record(session, at=now, action="key.restored", subject="key", detail=detail)
    return found.made_at


def give_up_lost_key(database: Database, home: Path, now: datetime) -> None:
    """Make a new key in place of one that no backup has; a whole one that lies there becomes a former one.

    Stored pseudonyms stay, and nobody is found by them any more. Sessions and second factors end: they follow from the
    key.

    Raises:
        NotReady: When no key is lost, or the new one cannot be written.

    """
    require_lost(database, home)
    present, former = whole_keys(home / KEY_FILE, home / FORMER_FILE)
    key = replace_key(home / KEY_FILE, home / FORMER_FILE, present, former, now)
    with database.changes() as session:
        known_keys.keep_only(session, _check_values(present, former))
        known_keys.note(session, check_value(key), now)
        for user in users.all_users(session):
            second_factors.forget(session, user)
            sessions.end_all(session, user.id, now)
        audit.record(session, at=now, action="key.given_up", subject="key")


def require_lost(database: Database, home: Path) -> None:
    """Check that a key is lost.

    Raises:
        NotReady: When all that stored posts need are there.

    """
    present, former = whole_keys(home / KEY_FILE, home / FORMER_FILE)
    with database.work() as session:
        missing = known_keys.check_values(session) - _check_values(present, former)
    if present and not missing:
        raise NotReady("no key is lost: `kiemtin keys rotate` replaces the present one, and keeps who can be found")


def forget_keys(database: Database, key: bytes, kept: Sequence[FormerKey]) -> None:
    """Have the database need no other keys than the present one and some former ones."""
    with database.changes() as session:
        known_keys.keep_only(session, _check_values(key, kept))


def _check_values(present: bytes | None, former: Sequence[FormerKey]) -> set[str]:
    return {check_value(key) for key in (present, *(each.key for each in former)) if key}
