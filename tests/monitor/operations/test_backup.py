"""A backup made while everything runs holds all that was acknowledged, and comes back whole or not at all."""

import os
import tarfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy import func, select, text

from monitor.errors import BackupRefused, ClockJumped
from monitor.operations.backup import read_backup, write_backup
from monitor.operations.clock_check import check_clock, confirm_clock
from monitor.operations.restore import restore
from monitor.operations.retain import retain
from monitor.privacy.secret_key import make_key, read_key
from storage.database import Database
from storage.errors import StorageError
from storage.models import Base, ErasedAuthor, Flag, Post, Review
from storage.posts import captures, posts, sources
from storage.posts.sources import CaptureDraft
from storage.review import reviews
from storage.transfer import snapshot
from tests.clock import FakeClock
from tests.factories import add_flag, add_post, add_source, add_user
from tests.postgres import TEMPLATE, PostgresServer

DECISIONS = 40


@pytest.fixture(params=["sqlite", "postgresql"])
def used(request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path) -> Iterator[tuple[Path, Database]]:
    """A home in use, with flags to decide, a key, a capture, a model, and a summary."""
    home = tmp_path / "home"
    for name, content in (("captures/2026/11/a.warc.gz", "page"), ("models/own/manifest.json", "{}")):
        (home / name).parent.mkdir(parents=True)
        (home / name).write_text(content)
    make_key(home / "secret.key")
    (home / "kiemtin.toml").write_text('contact = "https://lien-doan.example"\n')
    if request.param == "sqlite":
        (home / "kiemtin.db").write_bytes(sqlite_template.read_bytes())
        with Database(f"sqlite:///{home / 'kiemtin.db'}") as database:
            fill(database)
            yield home, database
        return
    server: PostgresServer = request.getfixturevalue("migrated_postgres")
    with server.new_database(TEMPLATE) as url, Database(url) as database:
        with (home / "kiemtin.toml").open("a") as settings:
            settings.write(f'database_url = "{url}"\n')
        fill(database)
        yield home, database


def fill(database: Database) -> None:
    with database.work() as session:
        source = add_source(session)
        add_user(session)
        for number in range(DECISIONS):
            add_flag(session, add_post(session, source, str(number), author_key=f"{number:064}"))
        session.commit()


def decide(database: Database, flag_id: int, clock: FakeClock) -> None:
    with database.work() as session:
        flag = session.get_one(Flag, flag_id)
        reviews.decide(session, flag, reviewer_id=1, decision="yes", note="", now=clock.now())
        session.commit()


def rows(database: Database) -> dict[str, int]:
    with database.work() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


def test_nothing_acknowledged_is_missing_from_a_backup_made_meanwhile(
    used: tuple[Path, Database], tmp_path: Path, clock: FakeClock
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


def test_what_comes_back_is_what_was_there(used: tuple[Path, Database], tmp_path: Path, clock: FakeClock) -> None:
    home, database = used
    decide(database, 1, clock)
    key, there = read_key(home / "secret.key"), rows(database)
    write_backup(database, home, tmp_path / "b", now=clock.now())
    decide(database, 2, clock)
    (home / "secret.key").write_text("")
    database.close()
    done = restore(tmp_path / "b", home, clock, replace=True)
    assert (rows(database) | {"audit_events": 0, "clock_state": 0}) == (there | {"audit_events": 0, "clock_state": 0})
    assert read_key(home / "secret.key") == key
    assert done.replaced
    assert sorted(path.name for path in home.iterdir() if path.name.startswith(".")) == []


def test_who_was_erased_since_is_erased_again(used: tuple[Path, Database], tmp_path: Path, clock: FakeClock) -> None:
    home, database = used
    decide(database, 3, clock)
    write_backup(database, home, tmp_path / "b", now=clock.now())
    with database.work() as session:
        posts.erase_author(session, f"{2:064}", clock.now())
        session.commit()
    database.close()
    assert restore(tmp_path / "b", home, clock, replace=True).erased_again == 1
    with database.work() as session:
        assert session.scalar(select(Post.id).where(Post.author_key == f"{2:064}")) is None
        assert session.scalars(select(ErasedAuthor.author_key)).all() == [f"{2:064}"]


def test_captured_pages_of_who_was_erased_since_go_as_well(
    used: tuple[Path, Database], tmp_path: Path, clock: FakeClock
) -> None:
    home, database = used
    page = home / "captures" / "2026" / "11" / "a.warc.gz"
    with database.work() as session:
        post = session.scalars(select(Post).where(Post.author_key == f"{2:064}")).one()
        run = sources.start_run(session, post.source_id, clock.now())
        draft = CaptureDraft(
            url="https://trang.example", fetched_at=clock.now(), status=200, content_type=None, size_bytes=4, sha256="a"
        )
        post.capture_id = sources.add_capture(session, run.id, draft)
        captures.set_path(session, "a", page.relative_to(home / "captures").as_posix())
        session.commit()
    write_backup(database, home, tmp_path / "b", now=clock.now())
    with database.work() as session:
        posts.erase_author(session, f"{2:064}", clock.now())
        session.commit()
    database.close()
    restore(tmp_path / "b", home, clock, replace=True)
    assert not page.exists()


@pytest.fixture
def served(migrated_postgres: PostgresServer, tmp_path: Path) -> Iterator[tuple[Path, Database]]:
    """A home whose database is on a server, and a backup of it, after which somebody was erased."""
    home = tmp_path / "home"
    home.mkdir()
    make_key(home / "secret.key")
    with migrated_postgres.new_database(TEMPLATE) as url, Database(url) as database:
        (home / "kiemtin.toml").write_text(f'database_url = "{url}"\n')
        fill(database)
        write_backup(database, home, tmp_path / "b", now=FakeClock().now())
        with database.work() as session:
            posts.erase_author(session, f"{2:064}", FakeClock().now())
            session.commit()
        yield home, database


@pytest.mark.parametrize("far", [False, True])
def test_a_restore_that_was_killed_forgets_nobody_who_was_erased(
    served: tuple[Path, Database], tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, *, far: bool
) -> None:
    home, database = served

    class Killed(BaseException):
        """No block may tidy up after it."""

    run = snapshot._run

    def killed(*arguments: Any) -> None:
        if far:
            run(*arguments)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("storage.transfer.snapshot._run", killed)
        with pytest.raises(Killed):
            restore(tmp_path / "b", home, clock, replace=True)
    assert restore(tmp_path / "b", home, clock, replace=True).erased_again == 1
    with database.work() as session:
        assert session.scalar(select(func.count()).select_from(Post)) == DECISIONS - 1


@pytest.mark.parametrize("killed", [False, True])
def test_a_database_in_use_on_a_server_is_not_replaced_unasked(
    served: tuple[Path, Database], tmp_path: Path, clock: FakeClock, *, killed: bool
) -> None:
    _, database = served
    if killed:  # an earlier restore, at its very end: what was there before is still set aside
        with database.engine.begin() as connection:
            connection.execute(text("CREATE SCHEMA kiemtin_before_restore"))
    with pytest.raises(BackupRefused, match="is in use already"):
        restore(tmp_path / "b", tmp_path / "new", clock)
    with database.work() as session:
        assert session.scalar(select(func.count()).select_from(Post)) == DECISIONS - 1


@pytest.fixture
def plain(tmp_path: Path, sqlite_template: Path, clock: FakeClock) -> Iterator[tuple[Path, Database]]:
    home = tmp_path / "home"
    home.mkdir()
    make_key(home / "secret.key")
    (home / "kiemtin.db").write_bytes(sqlite_template.read_bytes())
    with Database(f"sqlite:///{home / 'kiemtin.db'}") as database:
        yield home, database


def test_a_sealed_backup_opens_with_its_passphrase_alone(
    plain: tuple[Path, Database], tmp_path: Path, clock: FakeClock
) -> None:
    home, database = plain
    key = (home / "secret.key").read_bytes()
    (home / "captures").mkdir()
    (home / "captures" / "big").write_bytes(os.urandom(3 << 20))
    write_backup(database, home, tmp_path / "b", now=clock.now(), passphrase="bí mật")
    assert key not in (tmp_path / "b").read_bytes()
    for wrong, said in (("", "is sealed: set KIEMTIN_BACKUP_PASSPHRASE"), ("bi mat", "passphrase is another one")):
        with pytest.raises(BackupRefused, match=said):
            restore(tmp_path / "b", tmp_path / "new", clock, passphrase=wrong)
    restore(tmp_path / "b", tmp_path / "new", clock, passphrase="bí mật")
    assert (tmp_path / "new" / "secret.key").read_bytes() == key
    assert (tmp_path / "new" / "captures" / "big").read_bytes() == (home / "captures" / "big").read_bytes()


def test_a_backup_that_a_newer_version_sealed_is_left_alone(
    plain: tuple[Path, Database], tmp_path: Path, clock: FakeClock
) -> None:
    home, database = plain
    write_backup(database, home, tmp_path / "b", now=clock.now(), passphrase="bí mật")
    body = (tmp_path / "b").read_bytes()
    (tmp_path / "b").write_bytes(body.replace(b"sealed-1", b"sealed-9", 1))
    with pytest.raises(BackupRefused, match="sealed by a newer version"):
        restore(tmp_path / "b", tmp_path / "newer", clock, passphrase="bí mật")


@pytest.mark.parametrize("passphrase", ["", "bí mật"])
@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "other"])
def test_a_damaged_backup_changes_nothing(
    plain: tuple[Path, Database], tmp_path: Path, clock: FakeClock, passphrase: str, damage: str
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


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "captures/../../evil", "evil", "kiemtin.db"])
def test_a_backup_writes_nowhere_else(tmp_path: Path, name: str) -> None:
    (tmp_path / "evil").write_text("x")
    with tarfile.open(tmp_path / "b", "w:gz") as archive:
        archive.add(tmp_path / "evil", name)
        archive.getmembers()[0].name = name
    (tmp_path / "deep" / "new").mkdir(parents=True)
    with pytest.raises(BackupRefused):
        read_backup(tmp_path / "b", tmp_path / "deep" / "new")
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path.parent != tmp_path] == []


def test_a_home_in_use_is_not_replaced_unasked(plain: tuple[Path, Database], tmp_path: Path, clock: FakeClock) -> None:
    home, database = plain
    write_backup(database, home, tmp_path / "b", now=clock.now())
    with pytest.raises(BackupRefused, match="is in use already"):
        restore(tmp_path / "b", home, clock)


def back_up_a_post(plain: tuple[Path, Database], file: Path, clock: FakeClock, *, retention_days: int) -> None:
    home, database = plain
    with database.work() as session:
        add_post(session, add_source(session, retention_days=retention_days), collected_at=clock.now())
        session.commit()
    write_backup(database, home, file, now=clock.now())


def test_posts_past_their_retention_go_after_a_restore(
    plain: tuple[Path, Database], tmp_path: Path, clock: FakeClock
) -> None:
    back_up_a_post(plain, tmp_path / "b", clock, retention_days=30)
    clock.advance(timedelta(days=100))
    restore(tmp_path / "b", tmp_path / "new", clock, clock_is_right=True)
    with Database(f"sqlite:///{tmp_path / 'new' / 'kiemtin.db'}") as restored:
        assert retain(restored, clock) == {"forum": 1}


def test_a_restore_by_a_clock_that_jumped_deletes_nothing_until_a_person_confirms_it(
    plain: tuple[Path, Database], tmp_path: Path, clock: FakeClock
) -> None:
    back_up_a_post(plain, tmp_path / "b", clock, retention_days=30)
    clock.advance(timedelta(days=400))
    restore(tmp_path / "b", tmp_path / "new", clock)
    with Database(f"sqlite:///{tmp_path / 'new' / 'kiemtin.db'}") as restored:
        with pytest.raises(ClockJumped, match=r"400 days after .* nothing was deleted"):
            retain(restored, clock)
        confirm_clock(restored, clock)
        assert retain(restored, clock) == {"forum": 1}


def test_an_old_backup_over_a_home_in_use_goes_by_the_time_that_the_home_knew(
    plain: tuple[Path, Database], tmp_path: Path, clock: FakeClock
) -> None:
    back_up_a_post(plain, tmp_path / "b", clock, retention_days=10)
    home, database = plain
    for _ in range(2):
        clock.advance(timedelta(days=6))
        check_clock(database, clock)
    restore(tmp_path / "b", home, clock, replace=True)
    with Database(f"sqlite:///{home / 'kiemtin.db'}") as restored:
        assert retain(restored, clock) == {"forum": 1}


def test_a_full_disk_leaves_no_backup_and_the_older_one(
    plain: tuple[Path, Database], tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
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


def test_what_a_killed_backup_left_goes_with_the_next_one(
    plain: tuple[Path, Database], tmp_path: Path, clock: FakeClock
) -> None:
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
