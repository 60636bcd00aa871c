"""A home is put back whole or not at all, whatever the backup holds and wherever the program is killed."""

import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from monitor.app.application import Application
from monitor.errors import BackupRefused, ClockJumped, KiemtinError, NotReady
from monitor.operations.change_of_places import finish
from monitor.operations.clock_check import check_clock, confirm_clock
from monitor.operations.home_use import alone
from monitor.operations.restore import restore
from monitor.operations.retain import retain
from monitor.privacy.known_key import known_key
from monitor.settings.settings import load_settings
from storage import audit
from storage.database import Database
from storage.models import AuditEvent, Base, ErasedAuthor, Post
from tests.factories import add_post, add_source
from tests.monitor.operations.conftest import DECISIONS, ERASED, World, add_capture, steps_in_a_process


def rows(database: Database) -> dict[str, int]:
    with database.work() as session:
        tables = {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }
    return tables | {"audit_events": 0, "clock_state": 0}  # which a restore changes


def assert_erased(database: Database) -> None:
    with database.work() as session:
        assert session.scalar(select(Post.id).where(Post.author_key == ERASED)) is None
        assert session.scalars(select(ErasedAuthor.author_key)).all() == [ERASED]
        assert session.scalar(select(func.count()).select_from(Post)) == DECISIONS - 1


def test_what_comes_back_is_what_was_there(used: World) -> None:
    used.decide(1)
    key = known_key(used.database, used.home, used.clock.now())
    there = rows(used.database)
    used.back_up()
    used.decide(2)
    (used.home / "secret.key").write_text("")
    (used.home / "notes.txt").write_text("of the operator")
    done = used.restore()
    assert rows(used.database) == there
    assert used.key == key
    assert done.replaced
    assert (done.replaced / "secret.key").read_text() == ""
    assert (used.home / "notes.txt").exists(), "what a restore does not know stays"
    assert sorted(path.name for path in used.home.iterdir() if path.name.startswith(".")) == []


def test_who_was_erased_since_is_erased_again_with_captured_pages(used: World) -> None:
    page = used.home / "captures" / "2026" / "11" / "a.warc.gz"
    with used.rows() as session:
        post = session.scalars(select(Post).where(Post.author_key == ERASED)).one()
        post.capture_id = add_capture(session, post.source_id, "2026/11/a.warc.gz", used.clock.now())
    used.decide(3)
    used.back_up()
    used.erase()
    done = used.restore()
    assert (done.erased_again, done.knew_erased) == (1, True)
    assert_erased(used.database)
    assert not page.exists()


def change(file: Path, facts: Callable[[dict[str, Any]], object], files: Mapping[str, bytes | None]) -> None:
    """Write a backup anew with other facts and files (None: without one), whose checksums are right."""
    with tarfile.open(file) as archive:
        held = {each.name: archive.extractfile(each).read() for each in archive}  # type: ignore[union-attr]
    manifest = json.loads(held.pop("manifest.json"))
    held = {name: body for name, body in (held | files).items() if body is not None}  # type: ignore[operator]
    manifest["files"] = {name: hashlib.sha256(body).hexdigest() for name, body in held.items()}
    told = facts(manifest)
    body = told if isinstance(told, bytes) else json.dumps(manifest if told is None else told).encode()
    with tarfile.open(file, "w:gz") as archive:
        for name, content in {**held, "manifest.json": body}.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


def facts(**changes: object) -> tuple[Callable[[dict[str, Any]], object], dict[str, bytes | None]]:
    return lambda manifest: manifest.update(changes), {}


def files(**changes: bytes | None) -> tuple[Callable[[dict[str, Any]], object], dict[str, bytes | None]]:
    names = {"key": "secret.key", "former": "former.keys", "database": "database.sqlite", "settings": "kiemtin.toml"}
    return lambda _: None, {names[name]: body for name, body in changes.items()}


def other_database() -> bytes:
    with Database("sqlite://") as any_database, closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES (?)", [any_database.newest_revision()])
        connection.commit()
        return connection.serialize()


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        (facts(created_at=None), "does not say when it was made"),
        (facts(created_at="nix"), "does not say when it was made"),
        (facts(created_at="9999-12-31"), "does not say when it was made"),
        (facts(created_at="9999-12-31T00:00:00+00:00"), "does not say when it was made"),
        (facts(created_at=["2026-11-16"]), "does not say when it was made"),
        (facts(sqlite="yes"), "does not say when it was made, or of what"),
        (facts(sqlite=False), "does not say when it was made, or of what"),
        (facts(format=2), "by a newer version"),
        ((lambda _: [1], {}), "not those of its list"),
        ((lambda _: b"[" * 100_000, {}), "is no backup, or is damaged"),
        (files(key=None), "holds no whole key"),
        (files(key=b"a"), "holds no whole key"),
        (files(key=b"ab"), "holds no whole key"),
        (files(former=b"nothing"), "holds no whole key"),
        (files(database=b"this is no database" * 99), "cannot be used"),
        (files(database=b""), "holds an empty database"),
        (files(database=other_database()), "are not those of this program"),
        (files(settings=b"day_size = 0"), "day_size"),
    ],
    ids=[
        "no time", "words for a time", "a day", "a far time", "a list for a time", "a word for the kind",
        "another kind", "newer", "list", "deep", "no key", "half a digit", "one byte", "former keys",
        "no database", "empty database", "other tables", "settings",
    ],
)  # fmt: skip
def test_a_backup_of_which_anything_is_wrong_leaves_the_home_as_it_is(
    spoilt: tuple[Any, Any], said: str, plain: World
) -> None:
    with plain.rows() as session:
        for number in range(DECISIONS):
            add_post(session, add_source(session, f"n{number}"), author_key=f"{number:064}")
    plain.back_up()
    plain.erase()
    key = (plain.home / "secret.key").read_bytes()
    plain.database.close()
    change(plain.file, *spoilt)
    with pytest.raises(KiemtinError, match=said) as error:
        plain.restore()
    assert "\n" not in str(error.value)
    assert_erased(plain.database)
    assert (plain.home / "secret.key").read_bytes() == key
    plain.database.close()
    assert sorted(path.name for path in plain.home.iterdir()) == ["kiemtin.db", "secret.key"]


def restore_replacing(used: World) -> None:
    restore(used.file, used.home, used.clock, replace=True)


def mark(used: World, name: str) -> None:
    """Leave something in a folder and in the database that the backup does not hold."""
    (used.home / "reports").mkdir(exist_ok=True)
    (used.home / "reports" / name).touch()
    with used.rows() as session:
        audit.record(session, at=used.clock.now(), action="mark", subject=name)
    used.database.close()


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_restore_that_is_killed_at_twenty_points_leaves_the_old_home_or_the_new_one(used: World) -> None:
    used.back_up()
    used.erase()
    key = used.key
    mark(used, "first")
    steps = steps_in_a_process(lambda: restore_replacing(used))
    moving = [number for number, file in enumerate(steps) if "change_of_places" in file]
    points = [*range(0, len(steps), len(steps) // 8), *moving[-1 :: -max(1, len(moving) // 14)]]
    assert len(points) >= 20
    seen = set()
    for point in points:
        used.clock.advance(60)
        mark(used, f"before {point}")
        steps_in_a_process(lambda: restore_replacing(used), kill_at=point)
        finish(used.home)
        with Application(load_settings(used.home), used.clock) as app, app.ready_database.work() as session:
            in_database = session.scalar(select(AuditEvent.id).where(AuditEvent.subject == f"before {point}"))
        in_folder = (used.home / "reports" / f"before {point}").exists()
        assert in_folder == (in_database is not None), f"a mixture at step {point}"
        seen.add(in_folder)
        assert used.key == key
        assert_erased(used.database)
        used.database.close()
    assert seen == {True, False}, "some left the old home, and some the new one"
    used.restore()
    assert_erased(used.database)
    assert [path.name for path in used.home.iterdir() if path.name.startswith(".")] == []


def test_a_home_in_use_is_not_replaced_unasked_nor_by_two_at_once(
    used: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    used.back_up()
    with monkeypatch.context() as patched:
        patched.setattr(Path, "is_mount", lambda path: path.name == "captures")
        with pytest.raises(BackupRefused, match="captures is mounted there"):
            used.restore()
    with pytest.raises(BackupRefused, match="is in use already"):
        used.restore(used.home)
    if not used.database.is_sqlite:
        with pytest.raises(BackupRefused, match="the database of `database_url` is in use already"):
            used.restore(tmp_path / "new")
    with alone(used.home), pytest.raises(NotReady, match=rf"process {os.getpid()} has .* to itself"):
        used.restore()
    with used.rows() as session:
        assert session.scalar(select(func.count()).select_from(Post)) == DECISIONS


def test_of_a_database_that_cannot_be_read_nobody_knows_who_was_erased(plain: World) -> None:
    plain.back_up()
    plain.database.close()
    (plain.home / "kiemtin.db").write_bytes(b"broken" * 1000)
    assert not plain.restore().knew_erased
    shutil.rmtree(plain.home)
    assert plain.restore(plain.home).knew_erased, "there was nobody"


def back_up_a_post(plain: World, *, retention_days: int) -> None:
    with plain.rows() as session:
        add_post(session, add_source(session, retention_days=retention_days), collected_at=plain.clock.now())
    plain.back_up()


def test_posts_past_their_retention_go_after_a_restore(plain: World, tmp_path: Path) -> None:
    back_up_a_post(plain, retention_days=30)
    plain.clock.advance(timedelta(days=100))
    plain.restore(tmp_path / "new", clock_is_right=True)
    with Database(f"sqlite:///{tmp_path / 'new' / 'kiemtin.db'}") as restored:
        assert retain(restored, plain.clock) == {"forum": 1}


def test_a_restore_by_a_clock_that_jumped_deletes_nothing_until_a_person_confirms_it(
    plain: World, tmp_path: Path
) -> None:
    back_up_a_post(plain, retention_days=30)
    plain.clock.advance(timedelta(days=400))
    plain.restore(tmp_path / "new")
    with Database(f"sqlite:///{tmp_path / 'new' / 'kiemtin.db'}") as restored:
        with pytest.raises(ClockJumped, match=r"400 days after .* nothing was deleted"):
            retain(restored, plain.clock)
        confirm_clock(restored, plain.clock)
        assert retain(restored, plain.clock) == {"forum": 1}


def test_an_old_backup_over_a_home_in_use_goes_by_the_time_that_the_home_knew(plain: World) -> None:
    back_up_a_post(plain, retention_days=10)
    for _ in range(2):
        plain.clock.advance(timedelta(days=6))
        check_clock(plain.database, plain.clock)
    plain.restore()
    with Database(f"sqlite:///{plain.home / 'kiemtin.db'}") as restored:
        assert retain(restored, plain.clock) == {"forum": 1}
