"""One file with all of an installation: database, key, settings, captures, models, reports, and their checksums."""

import errno
import gzip
import hashlib
import json
import os
import stat
import tarfile
import tempfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BufferedReader, BytesIO
from pathlib import Path, PurePosixPath
from typing import IO, Any, BinaryIO, Final, cast

from monitor.errors import BackupRefused, NotReady
from monitor.files import PARTIAL, sweep, whole_file
from monitor.operations.change_of_places import FILES, FOLDERS
from monitor.operations.sealed_file import MAGIC, SealedReader, SealedWriter
from monitor.privacy.known_key import known_key
from monitor.privacy.secret_key import FORMER_FILE, KEY_FILE, FormerKey, parse_former, parse_key
from monitor.settings.settings import Settings
from storage import audit
from storage.database import Database
from storage.transfer import snapshot

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
EXAMPLE_NAME: Final = "kiemtin.backup"
ACTION: Final = "backup.written"  # in the audit trail
_KEPT: Final = (MANIFEST, KEY_FILE, FORMER_FILE)
"""The files that are read as well as unpacked."""
_READ_AT_ONCE: Final = 1 << 20
_LONGEST_LIST: Final = 1 << 28  # bytes of the list of files
_FIRST, _FAR_AHEAD = datetime(2020, 1, 1, tzinfo=UTC), timedelta(days=3650)  # no backup is older, or made so far ahead


@dataclass(frozen=True, slots=True)
class Written:
    """What a backup holds: how many files, of how many bytes."""

    files: int
    size: int


def back_up(database: Database, settings: Settings, target: Path, now: datetime, *, by: int | None = None) -> Written:
    """Write a backup, sealed where a passphrase is set, and note it in the audit trail.

    Args:
        database: The database.
        settings: Name the home folder and the passphrase.
        target: The file to write.
        now: The present time, UTC.
        by: The user who asked for it; None: a command.

    Raises:
        BackupRefused: When the file cannot be written.
        NotReady: When the key is not the one of the database, without which no backup can be used.
        StorageError: When the database cannot be copied.

    """
    written = write_backup(database, settings.home, target, now=now, passphrase=settings.passphrase)
    with database.changes() as session:
        detail = {"files": written.files, "sealed": bool(settings.passphrase)}
        audit.record(session, at=now, action=ACTION, subject=target.name, user_id=by, detail=detail)
    return written


def require_target(file: Path, settings: Settings) -> Path:
    """Check that a backup may be written to a file, and return where that file really lies.

    A folder counts as the home, and a file as another, by what they are on the disk: links, `..` and other spellings
    of a name change nothing.

    Args:
        file: What a person named.
        settings: Name the home folder.

    Raises:
        BackupRefused: When it is in the home folder, a folder, a device, a file that is no backup, or in no folder.

    """
    try:
        target = file.resolve()
        kind = target.stat().st_mode if target.exists() else None
        inside = any(folder.samefile(settings.home) for folder in target.parents if folder.exists())
    except (OSError, RuntimeError) as error:  # a link that leads to itself
        reason = getattr(error, "strerror", None) or error
        raise BackupRefused(f"cannot write {file}: {reason}: name another file") from error
    if not target.parent.is_dir():
        raise BackupRefused(f"there is no folder {target.parent}: make it, or name another one")
    if kind is not None and stat.S_ISDIR(kind):
        raise BackupRefused(f"{file} is a folder: name the file to write in it, as {file / EXAMPLE_NAME}")
    if inside or target == settings.home.resolve():
        message = f"{file} lies in the home folder that is backed up: FILE is the backup to write, on another disk"
        raise BackupRefused(message)
    if kind is not None and not (stat.S_ISREG(kind) and _is_backup(target)):
        message = f"{file} is there already and is no backup: name a new file, or an older backup to replace"
        raise BackupRefused(message)
    return target


def _is_backup(path: Path) -> bool:
    """Tell whether a file begins as a backup does, sealed or not."""
    try:
        with path.open("rb") as file:
            if file.read(len(MAGIC)) == MAGIC:
                return True
            file.seek(0)
            with tarfile.open(fileobj=file, mode="r|gz") as archive:
                first = archive.next()
    except (tarfile.TarError, zlib.error, EOFError, OSError):
        return False
    return first is not None and first.name in (snapshot.SQLITE_COPY, snapshot.POSTGRES_COPY)


def write_backup(database: Database, home: Path, target: Path, *, now: datetime, passphrase: str = "") -> Written:
    """Write a backup while all programs run on; it appears, in place of an older one, when it was read back whole.

    The database is copied within the home folder: where the backup lies, nothing is ever written that is not of it.

    Args:
        database: The database.
        home: The home folder.
        target: The file to write.
        now: The present time, UTC.
        passphrase: Seals the file when it is not empty.

    Raises:
        BackupRefused: When the file cannot be written.
        NotReady: When the key is not the one of the database, without which no backup can be used.
        StorageError: When the database cannot be copied.

    """
    target = target.absolute()
    known_key(database, home, now)
    with _told_where(target):
        sweep([home, target.parent])
    with _told_where(home), _private_folder(home) as folder:
        # The database first: a capture that it names is younger than it, so it is there.
        copy = snapshot.take(database, folder)
        facts = {"created_at": now.isoformat(), "format": FORMAT, "sqlite": database.is_sqlite}
        with _told_where(target), whole_file(target) as file:
            with _packing(file, passphrase) as archive:
                written = _pack(archive, copy, home, facts)
            file.seek(0)
            _read(file, target, None, now, passphrase)
    return written


@contextmanager
def _private_folder(home: Path) -> Iterator[Path]:
    """Make a folder within the home that goes at the end, or is swept when this process dies over it."""
    with tempfile.TemporaryDirectory(prefix=f".backup.{os.getpid()}-", suffix=PARTIAL, dir=home) as folder:
        yield Path(folder)


@contextmanager
def _told_where(place: Path) -> Iterator[None]:
    """Name the place that could not be written.

    Raises:
        BackupRefused: Then.

    """
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            message = f"the disk that holds {place} is full: free some space and run the command again"
            raise BackupRefused(message) from error
        raise BackupRefused(f"cannot write {place}: {error.strerror}: check the folder and its rights") from error


@contextmanager
def _packing(file: BinaryIO, passphrase: str) -> Iterator[tarfile.TarFile]:
    if not passphrase:
        with tarfile.open(fileobj=file, mode="w|gz") as archive:
            yield archive
        return
    sealed = SealedWriter(file, passphrase)
    with tarfile.open(fileobj=cast("IO[bytes]", sealed), mode="w|gz") as archive:
        yield archive
    sealed.close()


def _pack(archive: tarfile.TarFile, copy: Path, home: Path, facts: Mapping[str, Any]) -> Written:
    sums: dict[str, str] = {}
    size = 0
    for name, path in ((copy.name, copy), *_files_of(home)):
        try:
            with path.open("rb") as file:
                hashing = _Hashing(file)
                _add(archive, name, hashing, os.fstat(file.fileno()).st_size)
        except FileNotFoundError:
            continue  # deleted while the backup is made
        sums[name] = hashing.digest.hexdigest()
        size += hashing.size
    manifest = json.dumps({**facts, "files": sums}, indent=1).encode()
    _add(archive, MANIFEST, BytesIO(manifest), len(manifest))
    return Written(len(sums), size)


def _files_of(home: Path) -> Iterator[tuple[str, Path]]:
    yield from ((name, home / name) for name in FILES if (home / name).exists())
    for folder in FOLDERS:
        for path in sorted((home / folder).rglob("*")):
            if path.is_file() and not path.name.endswith(PARTIAL):
                yield path.relative_to(home).as_posix(), path


class _Hashing:
    """A file that is hashed as it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()
        self.size = 0

    def read(self, size: int = -1) -> bytes:
        """Read on."""
        part = self._file.read(size)
        self.digest.update(part)
        self.size += len(part)
        return part


def _add(archive: tarfile.TarFile, name: str, body: "_Hashing | BinaryIO", size: int) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    archive.addfile(member, cast("IO[bytes]", body))


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup says of itself: when it was made, UTC, whether its database is a SQLite file, how many files.

    `key` and `former` are the keys that it holds.
    """

    made_at: datetime
    sqlite: bool
    files: int
    key: bytes
    former: Sequence[FormerKey]


def check_backup(source: Path, *, now: datetime, passphrase: str = "") -> Contents:
    """Read a backup and check it as `read_backup` does; nothing is written.

    Args:
        source: The backup.
        now: The present time, UTC.
        passphrase: Opens a sealed backup.

    Raises:
        BackupRefused: As `read_backup`.

    """
    return _opened(source, None, now, passphrase)


def read_backup(source: Path, folder: Path, *, now: datetime, passphrase: str = "") -> Contents:
    """Unpack a backup into an empty folder, and check its checksums, its facts and its key.

    Args:
        source: The backup.
        folder: Where to.
        now: The present time, UTC.
        passphrase: Opens a sealed backup.

    Raises:
        BackupRefused: When it is no backup, sealed with another passphrase, damaged, cut off, of a newer program, or
            without a whole key.

    """
    return _opened(source, folder, now, passphrase)


def _opened(source: Path, folder: Path | None, now: datetime, passphrase: str) -> Contents:
    try:
        with source.open("rb") as file:
            return _read(file, source, folder, now, passphrase)
    except OSError as error:
        message = f"cannot read {source}: {error.strerror or error}: check the file and free space"
        raise BackupRefused(message) from error


def _read(file: BinaryIO, source: Path, folder: Path | None, now: datetime, passphrase: str) -> Contents:
    """Check a backup, and unpack it where a folder is given; `source` is what messages call it."""
    sums: dict[str, str] = {}
    kept: dict[str, bytes] = {}
    try:
        with _unpacking(file, passphrase) as archive:
            for member in archive:
                content = archive.extractfile(member) if member.isfile() else None
                if content is None or not _is_ours(member.name):
                    message = f"{source} holds {member.name!r}, which no backup of this program does: use another file"
                    raise BackupRefused(message)
                if member.name in _KEPT:
                    kept[member.name] = content.read(_LONGEST_LIST)
                    content = BytesIO(kept[member.name])
                if member.name != MANIFEST:
                    sums[member.name] = _extract(content, folder / member.name if folder else None)
        manifest: Any = json.loads(kept.get(MANIFEST, b"null"))
    except (tarfile.TarError, zlib.error, gzip.BadGzipFile, EOFError, ValueError, RecursionError) as error:
        raise BackupRefused(f"{source} is no backup, or is damaged ({error}): use another file") from error
    if not isinstance(manifest, dict) or manifest.get("files") != sums:
        raise BackupRefused(f"{source} is damaged: its files are not those of its list: use another file")
    if manifest.get("format") != FORMAT:
        raise BackupRefused(f"{source} was made by a newer version of this program: install that version")
    return _contents(source, manifest, kept, now)


def _contents(source: Path, manifest: Mapping[str, Any], kept: Mapping[str, bytes], now: datetime) -> Contents:
    """Take the facts of a backup, which anybody may have written."""
    sqlite, files = manifest.get("sqlite"), manifest["files"]
    try:
        made_at = datetime.fromisoformat(manifest["created_at"])
        is_time = _FIRST <= made_at <= now + _FAR_AHEAD
    except (KeyError, TypeError, ValueError):  # there is none, it is no text, no time, or one without a zone
        is_time = False
    database = snapshot.SQLITE_COPY if sqlite is True else snapshot.POSTGRES_COPY if sqlite is False else None
    if not is_time or database not in files:
        raise BackupRefused(f"{source} is damaged: it does not say when it was made, or of what: use another file")
    return Contents(made_at, bool(sqlite), len(files), *_keys(source, kept))


def _keys(source: Path, kept: Mapping[str, bytes]) -> tuple[bytes, Sequence[FormerKey]]:
    try:
        return parse_key(kept.get(KEY_FILE, b""), source), parse_former(kept.get(FORMER_FILE, b""), source)
    except NotReady as error:
        message = f"{source} holds no whole key, without which nobody can be found or erased: use another backup"
        raise BackupRefused(message) from error


@contextmanager
def _unpacking(file: BinaryIO, passphrase: str) -> Iterator[tarfile.TarFile]:
    stream: IO[bytes] = file
    if file.read(len(MAGIC)) == MAGIC:
        if not passphrase:
            raise BackupRefused("the backup is sealed: set KIEMTIN_BACKUP_PASSPHRASE to its passphrase")
        stream = BufferedReader(SealedReader(file, passphrase))
    else:
        file.seek(0)
    with gzip.open(stream) as unpacked:
        with tarfile.open(fileobj=unpacked, mode="r|") as archive:
            yield archive
        while unpacked.read(_READ_AT_ONCE):  # only at its end is it known that nothing was cut off
            pass


def _is_ours(name: str) -> bool:
    parts = PurePosixPath(name).parts
    known = (*FILES, MANIFEST, snapshot.SQLITE_COPY, snapshot.POSTGRES_COPY)
    return ".." not in parts and (name in known or (len(parts) > 1 and parts[0] in FOLDERS))


def _extract(content: IO[bytes], target: Path | None) -> str:
    """Return the checksum of a file of a backup, which is written where a target is given."""
    hashing = _Hashing(content)
    if target is None:
        while hashing.read(_READ_AT_ONCE):
            pass
        return hashing.digest.hexdigest()
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as file:
        while part := hashing.read(_READ_AT_ONCE):
            file.write(part)
        file.flush()
        os.fsync(file.fileno())
    return hashing.digest.hexdigest()
