"""A backup that is made while everything runs comes back whole: nothing acknowledged before is missing."""

import hashlib
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from monitor.app.application import Application
from monitor.operations.backup import write_backup
from monitor.operations.restore import restore
from monitor.operations.retain import retain
from monitor.settings.settings import load_settings
from storage.database import Database
from storage.models import Base, Post, Review
from tests.chaos import invariants
from tests.chaos.load import Load, under_load
from tests.chaos.runs import Worlds
from tests.chaos.world import HastyClock, World

RUNNING = ("import", "crawl", "score", "decide")
ADDED_BY_RESTORING = {"audit_events", "clock_state", "host_state"}
MOST_BACKUPS = 20


@pytest.mark.gate
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_backup_under_load_comes_back_whole(
    make_world: Worlds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = make_world()
    address = load_settings(make_world().home).database_url  # of an empty database beside it
    with under_load(world, RUNNING) as load:
        load.wait_for(20)
        before = _back_up_while_decisions_are_made(world, load, tmp_path / "during")
    _back_up(world, tmp_path / "after")
    with world.application() as app:
        there = _rows(app.ready_database)
    if address:
        monkeypatch.setenv("KIEMTIN_DATABASE_URL", address)

    with _restored(tmp_path / "during", tmp_path / "one") as app:
        assert invariants.of_rows(app.ready_database, before, world.checked) == []
        back = _rows(app.ready_database)
        for table in ("posts", "reviews", "scores", "flags"):
            assert 0 < len(back[table]) <= len(there[table])
        assert back["reviews"] <= there["reviews"]
        assert _hashes(tmp_path / "one").items() <= _hashes(world.home).items()

    with _restored(tmp_path / "after", tmp_path / "two") as app:
        back = _rows(app.ready_database)
        assert {name: rows for name, rows in back.items() if name not in ADDED_BY_RESTORING} == {
            name: rows for name, rows in there.items() if name not in ADDED_BY_RESTORING
        }
        assert invariants.of_rows(app.ready_database, world.acknowledged, world.checked) == []
        _check_retention(app)


def _back_up(world: World, target: Path) -> None:
    with world.application() as app:
        write_backup(app.ready_database, world.home, target, now=app.clock.now())


def _back_up_while_decisions_are_made(world: World, load: Load, target: Path) -> set[int]:
    """Make backups until decisions were made during one; returns those that were acknowledged before it began."""
    for _ in range(MOST_BACKUPS):
        before = load.acknowledged()
        _back_up(world, target)
        if load.acknowledged() > before:
            return before
        load.wait_for(len(before) + 1)
    pytest.fail("no decision was made during a backup")


def _restored(backup: Path, home: Path) -> Application:
    clock = HastyClock()
    restore(backup, home, clock, replace=True)  # the server's database has its tables already
    return Application(load_settings(home), clock)


def _rows(database: Database) -> dict[str, set[str]]:
    """Hash every row of every table."""
    with database.work() as session:
        return {
            table.name: {
                hashlib.sha256(repr(tuple(row)).encode()).hexdigest() for row in session.execute(table.select())
            }
            for table in Base.metadata.sorted_tables
        }


def _hashes(home: Path) -> dict[str, str]:
    """Hash the files that no program changes any more: settings, key, and the captures behind flagged posts."""
    kept = [home / "kiemtin.toml", home / "secret.key", *home.glob("captures/20*/**/*.gz")]
    return {str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest() for path in kept}


def _check_retention(app: Application) -> None:
    clock = app.clock
    assert isinstance(clock, HastyClock)
    with app.ready_database.work() as session:
        assert session.scalar(select(func.count()).select_from(Review))
    for _ in range(31):
        clock.advance(timedelta(days=6))
        deleted = retain(app.ready_database, clock, app.captures)
    assert sum(deleted.values()) == 0
    with app.ready_database.work() as session:
        assert session.scalar(select(func.count()).select_from(Post)) == 0
        assert session.scalar(select(func.count()).select_from(Review)) == 0
    assert invariants.of_rows(app.ready_database, set(), Counter()) == []
