"""A backup made while everything runs holds all that was acknowledged, is whole or not there, and can be sealed."""

import errno
import os
import sqlite3
import tarfile
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy import select

from monitor.errors import BackupRefused, NotReady
from monitor.files import PARTIAL
from monitor.operations.backup import read_backup, require_target, write_backup
from monitor.settings.settings import Settings
from storage.database import Database
from storage.errors import DiskFull, StorageError
from storage.models import Flag, Post, Review
from storage.transfer import snapshot
from tests.clock import MONDAY_MORNING
from tests.monitor.operations.conftest import DECISIONS, World, steps_in_a_process


def test_nothing_acknowledged_is_missing_from_a_backup_made_meanwhile(used: World) -> None:
    before = DECISIONS // 2
    for number in range(before):
        used.decide(number + 1)
    begun = Event()

    def go_on() -> None:
        for number in range(before, DECISIONS):
            used.decide(number + 1)
            begun.set()

    with ThreadPoolExecutor(1) as pool:
        deciding = pool.submit(go_on)
        begun.wait()
        used.back_up()
        deciding.result()
    done = used.restore()

    assert done.files == 5
    with used.rows() as session:
        decided = set(session.scalars(select(Review.flag_id)))
        assert set(range(1, before + 2)) <= decided
        assert set(session.scalars(select(Flag.id).where(Flag.state == "confirmed"))) == decided
    assert (used.home / "captures" / "2026" / "11" / "a.warc.gz").read_text() == "page"


def test_a_sealed_backup_opens_with_its_passphrase_alone(plain: World, tmp_path: Path) -> None:
    key = (plain.home / "secret.key").read_bytes()
    (plain.home / "captures").mkdir()
    (plain.home / "captures" / "big").write_bytes(os.urandom(3 << 20))
    plain.back_up(passphrase="bí mật")
    body = (tmp_path / "b").read_bytes()
    assert key not in body
    for wrong, said in (("", "is sealed: set KIEMTIN_BACKUP_PASSPHRASE"), ("bi mat", "passphrase is another one")):
        with pytest.raises(BackupRefused, match=said):
            plain.restore(tmp_path / "new", passphrase=wrong)
    plain.restore(tmp_path / "new", passphrase="bí mật")
    assert (tmp_path / "new" / "secret.key").read_bytes() == key
    assert (tmp_path / "new" / "captures" / "big").read_bytes() == (plain.home / "captures" / "big").read_bytes()
    (tmp_path / "b").write_bytes(body.replace(b"sealed-1", b"sealed-9", 1))
    with pytest.raises(BackupRefused, match="sealed by a newer version"):
        plain.restore(tmp_path / "newer", passphrase="bí mật")


def _content(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", ["kiemtin.db", "kiemtin.db-wal", "secret.key", "kiemtin.toml", "new", "captures/new"])
@pytest.mark.parametrize("way", ["path", "link", "hard link", "linked folder", "dots", "relative"])
def test_no_target_replaces_a_file_of_the_home(
    plain: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, way: str
) -> None:
    file = plain.home / name
    (plain.home / "captures").mkdir()
    if way in ("link", "linked folder", "dots"):
        (tmp_path / "linked").symlink_to(file if way == "link" else plain.home)
    if way == "hard link":
        file.touch()
        (tmp_path / "linked").hardlink_to(file)
    monkeypatch.chdir(plain.home / "captures")
    named = {
        "path": file,
        "link": tmp_path / "linked",
        "hard link": tmp_path / "linked",
        "linked folder": tmp_path / "linked" / name,
        "dots": tmp_path / "linked" / "captures" / ".." / name,
        "relative": Path("..") / name,
    }
    before = _content(plain.home)
    with pytest.raises(BackupRefused, match=r"lies in the home folder|is there already and is no backup") as refused:
        require_target(named[way], Settings(home=plain.home))
    assert "\n" not in str(refused.value)
    assert _content(plain.home) == before


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("home", "is a folder: name the file to write in it"),
        ("folder", "is a folder: name the file to write in it"),
        ("/dev/null", "is there already and is no backup"),
        ("letter.docx", "is there already and is no backup"),
        ("archive.tar.gz", "is there already and is no backup"),
        ("empty", "is there already and is no backup"),
        ("loop", "name another file"),
        ("letter.docx/b", "there is no folder"),
        ("missing/b", "there is no folder"),
    ],
)
def test_a_target_that_is_something_else_stays_as_it_is(plain: World, tmp_path: Path, target: str, said: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "letter.docx").write_text("Kính gửi")
    (tmp_path / "empty").touch()
    with tarfile.open(tmp_path / "archive.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "letter.docx", "letter.docx")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(BackupRefused, match=said):
        require_target(tmp_path / target, Settings(home=plain.home))


def test_an_older_backup_is_replaced_by_whichever_name_it_is_called(plain: World, tmp_path: Path) -> None:
    (tmp_path / "nightly").symlink_to(plain.file)
    for passphrase in ("", "bí mật"):
        plain.back_up(passphrase=passphrase)
        assert require_target(tmp_path / "nightly", Settings(home=plain.home)) == plain.file


@pytest.mark.parametrize("passphrase", ["", "bí mật"])
@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "other"])
def test_a_damaged_backup_changes_nothing(plain: World, tmp_path: Path, passphrase: str, damage: str) -> None:
    file = plain.file
    plain.back_up(passphrase=passphrase)
    body = file.read_bytes()
    middle = len(body) // 2
    flipped = body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1 :]
    file.write_bytes({"cut": body[:-20], "flip": flipped, "empty": b"", "other": b"no backup" * 99}[damage])
    with pytest.raises(BackupRefused) as error:
        plain.restore(tmp_path / "new", passphrase=passphrase)
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


def test_a_full_disk_is_named_and_leaves_the_older_backup(
    plain: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain.back_up()
    older = plain.file.read_bytes()
    full: list[Path] = []

    def refuse(descriptor: int) -> None:
        if Path(f"/proc/self/fd/{descriptor}").readlink().is_relative_to(full[0]):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    full.append(tmp_path)
    with pytest.raises(BackupRefused, match=f"the disk that holds {plain.file} is full: free some space"):
        plain.back_up()
    monkeypatch.setattr(tempfile, "mkdtemp", lambda *_: refuse(os.open(plain.home, os.O_RDONLY)))
    with pytest.raises(BackupRefused, match=f"the disk that holds {plain.home} is full: free some space"):
        plain.back_up()
    assert plain.file.read_bytes() == older
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b", "home"]
    assert [path for path in plain.home.iterdir() if path.name.startswith(".")] == []


def test_a_database_that_finds_no_room_for_its_copy_names_the_disk(
    plain: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(sqlite3.Connection):
        def backup(self, *_: Any, **__: Any) -> None:
            raise sqlite3.OperationalError("database or disk is full")

    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda place, **more: connect(place, factory=Full, **more))
    with pytest.raises(DiskFull, match=f"the disk that holds {tmp_path} is full"):
        snapshot.take(plain.database, tmp_path)


def test_what_a_killed_backup_left_goes_with_the_next_one(plain: World, tmp_path: Path) -> None:
    gone = 2**22 - 1  # more than Linux ever gives
    (plain.home / f".backup.{gone}-abc.part").mkdir()
    (plain.home / f".backup.{gone}-abc.part" / "database.sqlite").write_text("mọi bài")
    (tmp_path / f".b.{gone}-0a.part").write_text("mọi bài")
    (plain.home / f".backup.{os.getpid()}-abc.part").mkdir()
    plain.back_up()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b", "home"]
    assert [path.name for path in plain.home.glob(".*")] == [f".backup.{os.getpid()}-abc.part"]


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
@pytest.mark.parametrize("kills", [10, pytest.param(100, marks=pytest.mark.gate)])
def test_a_sealed_backup_that_is_killed_anywhere_leaves_nothing_to_read_beside_it(
    used: World, tmp_path: Path, kills: int
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    with used.rows() as session:
        known = session.scalars(select(Post.text)).first()
        assert known

    def back_up() -> None:
        write_backup(used.database, used.home, stick / "b", now=used.clock.now(), passphrase="bí mật")

    used.database.close()
    steps = len(steps_in_a_process(back_up))
    seen = 0
    for point in range(0, steps, max(1, steps // kills)):
        steps_in_a_process(back_up, kill_at=point)
        for path in stick.rglob("*"):
            assert known.encode() not in path.read_bytes(), f"readable at step {point}"
            seen += path.name.endswith(PARTIAL)
    assert seen > kills // 4
    assert read_backup(stick / "b", tmp_path / "read", now=used.clock.now(), passphrase="bí mật").files == 5


@pytest.mark.parametrize("content", [None, b"", b"ab" * 31, b"no key"])
def test_without_a_whole_key_no_backup_takes_the_place_of_a_good_one(plain: World, content: bytes | None) -> None:
    plain.back_up()
    good = plain.file.read_bytes()
    (plain.home / "secret.key").unlink()
    if content is not None:
        (plain.home / "secret.key").write_bytes(content)
    with pytest.raises(NotReady, match=r"the key .*from your backup"):
        plain.back_up()
    assert plain.file.read_bytes() == good


def test_a_backup_is_read_back_before_it_takes_the_place_of_a_good_one(
    plain: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the key goes while the files are packed."""
    plain.back_up()
    good = plain.file.read_bytes()
    take = snapshot.take

    def lose_the_key(database: Database, folder: Path) -> Path:
        (plain.home / "secret.key").unlink()
        return take(database, folder)

    monkeypatch.setattr(snapshot, "take", lose_the_key)
    with pytest.raises(BackupRefused, match="holds no whole key"):
        plain.back_up()
    assert plain.file.read_bytes() == good


def test_a_missing_client_of_postgresql_is_told(
    postgres_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StorageError, match="pg_dump is missing: install the PostgreSQL client"):
        snapshot.take(postgres_database, tmp_path)
