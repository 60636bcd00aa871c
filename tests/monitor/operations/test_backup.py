"""A backup made while everything runs holds all that was acknowledged, is whole or not there, and can be sealed."""

import os
import tarfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy import select

from monitor.errors import BackupRefused
from monitor.operations.backup import read_backup, write_backup
from monitor.operations.restore import restore
from storage.database import Database
from storage.errors import StorageError
from storage.models import Flag, Review
from storage.transfer import snapshot
from tests.clock import MONDAY_MORNING, FakeClock
from tests.monitor.operations.conftest import DECISIONS, Used, decide


def test_nothing_acknowledged_is_missing_from_a_backup_made_meanwhile(
    used: Used, tmp_path: Path, clock: FakeClock
) -> None:
    home, database = used
    before = DECISIONS // 2
    for number in range(before):
        decide(database, number + 1, clock)
    begun = Event()

    def go_on() -> None:
        for number in range(before, DECISIONS):
            decide(database, number + 1, clock)
            begun.set()

    with ThreadPoolExecutor(1) as pool:
        deciding = pool.submit(go_on)
        begun.wait()
        write_backup(database, home, tmp_path / "b", now=clock.now())
        deciding.result()
    database.close()
    done = restore(tmp_path / "b", home, clock, replace=True)

    assert done.files == 5
    with database.work() as session:
        decided = set(session.scalars(select(Review.flag_id)))
        assert set(range(1, before + 2)) <= decided
        assert set(session.scalars(select(Flag.id).where(Flag.state == "confirmed"))) == decided
    assert (home / "captures" / "2026" / "11" / "a.warc.gz").read_text() == "page"


def test_a_sealed_backup_opens_with_its_passphrase_alone(plain: Used, tmp_path: Path, clock: FakeClock) -> None:
    home, database = plain
    key = (home / "secret.key").read_bytes()
    (home / "captures").mkdir()
    (home / "captures" / "big").write_bytes(os.urandom(3 << 20))
    write_backup(database, home, tmp_path / "b", now=clock.now(), passphrase="bí mật")
    body = (tmp_path / "b").read_bytes()
    assert key not in body
    for wrong, said in (("", "is sealed: set KIEMTIN_BACKUP_PASSPHRASE"), ("bi mat", "passphrase is another one")):
        with pytest.raises(BackupRefused, match=said):
            restore(tmp_path / "b", tmp_path / "new", clock, passphrase=wrong)
    restore(tmp_path / "b", tmp_path / "new", clock, passphrase="bí mật")
    assert (tmp_path / "new" / "secret.key").read_bytes() == key
    assert (tmp_path / "new" / "captures" / "big").read_bytes() == (home / "captures" / "big").read_bytes()
    (tmp_path / "b").write_bytes(body.replace(b"sealed-1", b"sealed-9", 1))
    with pytest.raises(BackupRefused, match="sealed by a newer version"):
        restore(tmp_path / "b", tmp_path / "newer", clock, passphrase="bí mật")


@pytest.mark.parametrize("passphrase", ["", "bí mật"])
@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "other"])
def test_a_damaged_backup_changes_nothing(
    plain: Used, tmp_path: Path, clock: FakeClock, passphrase: str, damage: str
) -> None:
    home, database = plain
    file = tmp_path / "b"
    write_backup(database, home, file, now=clock.now(), passphrase=passphrase)
    body = file.read_bytes()
    middle = len(body) // 2
    flipped = body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1 :]
    file.write_bytes({"cut": body[:-20], "flip": flipped, "empty": b"", "other": b"no backup" * 99}[damage])
    with pytest.raises(BackupRefused) as error:
        restore(file, tmp_path / "new", clock, passphrase=passphrase)
    assert "\n" not in str(error.value)
    assert [path for path in (tmp_path / "new").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "captures/../../evil", "evil", "kiemtin.db", "captures/link"])
def test_a_backup_writes_nowhere_else(tmp_path: Path, name: str) -> None:
    (tmp_path / "evil").write_text("x")
    with tarfile.open(tmp_path / "b", "w:gz") as archive:
        member = tarfile.TarInfo(name)
        if name.endswith("link"):
            member.type, member.linkname = tarfile.SYMTYPE, "../evil"
        archive.addfile(member)
    (tmp_path / "deep" / "new").mkdir(parents=True)
    with pytest.raises(BackupRefused):
        read_backup(tmp_path / "b", tmp_path / "deep" / "new", now=MONDAY_MORNING)
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path.parent != tmp_path] == []


def test_a_full_disk_leaves_no_backup_and_the_older_one(
    plain: Used, tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, database = plain
    (tmp_path / "b").write_text("older")

    def refuse(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(BackupRefused, match="No space left on device: check the folder"):
        write_backup(database, home, tmp_path / "b", now=clock.now())
    assert (tmp_path / "b").read_text() == "older"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b", "home"]


def test_what_a_killed_backup_left_goes_with_the_next_one(plain: Used, tmp_path: Path, clock: FakeClock) -> None:
    home, database = plain
    gone = 2**22 - 1  # more than Linux ever gives
    (tmp_path / f".backup-{gone}-abc").mkdir()
    (tmp_path / f".backup-{gone}-abc" / "database.sqlite").write_text("mọi bài")
    (tmp_path / f".b.{gone}-0a.part").write_text("mọi bài")
    (tmp_path / f".backup-{os.getpid()}-abc").mkdir()
    write_backup(database, home, tmp_path / "b", now=clock.now())
    assert sorted(path.name for path in tmp_path.iterdir()) == [f".backup-{os.getpid()}-abc", "b", "home"]


def test_a_missing_client_of_postgresql_is_told(
    postgres_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StorageError, match="pg_dump is missing: install the PostgreSQL client"):
        snapshot.take(postgres_database, tmp_path)
