"""One file with all of an installation: database, key, settings, captures, models, summaries, and their checksums."""

import gzip
import hashlib
import json
import os
import re
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BufferedReader, BytesIO
from pathlib import Path, PurePosixPath
from typing import IO, Any, BinaryIO, Final, cast

from monitor.errors import BackupRefused
from monitor.files import PARTIAL, is_running, partial_path, sweep, sync_folder
from monitor.operations.sealed_file import MAGIC, SealedReader, SealedWriter
from storage.database import Database
from storage.transfer import snapshot

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
FOLDERS: Final = ("captures", "models", "reports", "imports")
ACTION: Final = "backup.written"  # in the audit trail
FILES: Final = ("kiemtin.toml", "secret.key", "former.keys")
_READ_AT_ONCE: Final = 1 << 20
_COPY: Final = re.compile(r"\.backup-(?P<pid>\d+)-\w+")


@dataclass(frozen=True, slots=True)
class Written:
    """What a backup holds: how many files, of how many bytes."""

    files: int
    size: int


def write_backup(database: Database, home: Path, target: Path, *, now: datetime, passphrase: str = "") -> Written:
    """Write a backup while all programs run on; the file appears when it is whole.

    Args:
        database: The database.
        home: The home folder.
        target: The file to write.
        now: The present time, UTC.
        passphrase: Seals the file when it is not empty.

    Raises:
        BackupRefused: When the file cannot be written.
        StorageError: When the database cannot be copied.

    """
    partial = partial_path(target.absolute())
    try:
        _sweep(target.absolute().parent)
        with tempfile.TemporaryDirectory(prefix=f".backup-{os.getpid()}-", dir=target.absolute().parent) as folder:
            # The database first: a capture that it names is younger than it, so it is there.
            copy = snapshot.take(database, Path(folder))
            facts = {"created_at": now.isoformat(), **_facts(database)}
            with partial.open("xb") as file:
                with _packing(file, passphrase) as archive:
                    written = _pack(archive, copy, home, facts)
                file.flush()
                os.fsync(file.fileno())
        partial.replace(target)
        sync_folder(target.absolute().parent)
    except OSError as error:
        message = f"cannot write {target}: {error.strerror}: check the folder, its rights and free space"
        raise BackupRefused(message) from error
    finally:
        partial.unlink(missing_ok=True)
    return written


def _sweep(folder: Path) -> None:
    """Delete what killed backups left beside their file: the copied database, and the half-written file."""
    sweep([folder])
    for path in folder.glob(".backup-*"):
        name = _COPY.fullmatch(path.name)
        if name and path.is_dir() and not is_running(int(name["pid"])):
            shutil.rmtree(path, ignore_errors=True)  # another backup may be sweeping as well


def _facts(database: Database) -> dict[str, Any]:
    return {"format": FORMAT, "revision": database.current_revision(), "sqlite": database.is_sqlite}


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

    def __init__(self, file: BinaryIO) -> None:
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


def read_backup(source: Path, folder: Path, *, passphrase: str = "") -> dict[str, Any]:
    """Unpack a backup into an empty folder and compare all checksums; returns its facts.

    Raises:
        BackupRefused: When it is no backup, sealed with another passphrase, damaged, cut off, or of a newer program.

    """
    sums: dict[str, str] = {}
    manifest: dict[str, Any] = {}
    try:
        with source.open("rb") as file, _unpacking(file, passphrase) as archive:
            for member in archive:
                content = archive.extractfile(member)
                if content is None or not _is_ours(member.name):
                    message = f"{source} holds {member.name!r}, which no backup of this program does: use another file"
                    raise BackupRefused(message)
                if member.name == MANIFEST:
                    manifest = json.loads(content.read())
                else:
                    sums[member.name] = _extract(content, folder / member.name)
    except (tarfile.TarError, zlib.error, gzip.BadGzipFile, EOFError, ValueError) as error:
        raise BackupRefused(f"{source} is no backup, or is damaged ({error}): use another file") from error
    except OSError as error:
        message = f"cannot read {source}: {error.strerror or error}: check the file and free space"
        raise BackupRefused(message) from error
    if manifest.get("files") != sums:
        raise BackupRefused(f"{source} is damaged: its files are not those of its list: use another file")
    if manifest.get("format") != FORMAT:
        raise BackupRefused(f"{source} was made by a newer version of this program: install that version")
    return manifest


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


def _extract(content: IO[bytes], target: Path) -> str:
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with target.open("xb") as file:
        while part := content.read(_READ_AT_ONCE):
            digest.update(part)
            file.write(part)
    return digest.hexdigest()
