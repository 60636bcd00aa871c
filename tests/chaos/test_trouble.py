"""A full or read-only disk, a clock that jumps, a database that goes away: one clear line, and the next run goes on."""

import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import which
from typing import Final

import pytest
from sqlalchemy import func, select

from storage.models import Post
from tests.chaos import invariants
from tests.chaos.commands import Commands
from tests.chaos.runs import Worlds, sqlite_worlds, worlds_on
from tests.chaos.world import World
from tests.postgres import running_postgres

pytestmark = [pytest.mark.gate, pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")]

AUTHOR = "https://m.example/users/lan"
# What those say that refuse to do twice what was done.
DONE_ALREADY: Final = {"erase": "no trace"}


def commands_of(world: World) -> dict[str, list[str]]:
    """Prepare something to do for every command that writes, and name them, in the order of a day."""
    world.ways["import"].prepare()
    world.ways["erase"].prepare()
    return {
        "import": ["import", str(world.file)],
        "crawl": ["crawl", "news"],
        "score": ["score"],
        "report": ["report"],
        "erase": ["erase", "mastodon", AUTHOR, "--yes"],
        "backup": ["backup", str(world.home.parent / "backup")],
        "users invite": ["users", "invite", "hoa"],
    }


def check_whole(world: World) -> None:
    """Check every invariant, and that each command has done its work."""
    for way in ("import", "crawl", "score", "match", "erase", "backup"):
        assert world.broken(way) == []
        assert world.unfinished(way) == []


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Mount a disk of 24 MB; only root may."""
    mount, umount = which("mount"), which("umount")
    if os.geteuid() or not mount or not umount:
        pytest.skip("only root can mount a disk")
    folder.mkdir()
    done = subprocess.run([mount, "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)], check=False)  # noqa: S603
    if done.returncode:
        pytest.skip("this machine lets nobody mount a disk")
    try:
        yield folder
    finally:
        subprocess.run([umount, "--lazy", str(folder)], check=True)  # noqa: S603


def remount(folder: Path, how: str) -> None:
    subprocess.run([str(which("mount")), "-o", f"remount,{how}", str(folder)], check=True)  # noqa: S603


def test_a_full_disk_is_told_and_the_same_command_goes_on_later(tmp_path: Path, small_model: Path) -> None:
    with small_disk(tmp_path / "disk") as disk, sqlite_worlds(disk / "homes", small_model) as make_world:
        world = make_world()
        kiemtin = Commands(world, tmp_path)
        commands = commands_of(world)
        filler = disk / "filler"
        for name, arguments in commands.items():
            fill(filler)
            answer = kiemtin(*arguments)
            assert answer.status == 1, (name, answer)
            assert "free" in answer.complaint, (name, answer)
            filler.unlink()
            assert kiemtin(*arguments).status == 0, name
        check_whole(world)


def fill(filler: Path) -> None:
    """Write until the disk is full."""
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(1 << 16))


def test_files_that_may_not_grow_are_told_and_the_same_command_goes_on_later(tmp_path: Path, small_model: Path) -> None:
    """The limit of a user's quota, which every user can set for itself."""
    with sqlite_worlds(tmp_path / "homes", small_model) as make_world:
        world = make_world()
        kiemtin = Commands(world, tmp_path)
        for name, arguments in commands_of(world).items():
            answer = kiemtin(*arguments, most_bytes=4096)
            assert answer.status == 1, (name, answer)
            assert "free space" in answer.complaint or "check it" in answer.complaint, (name, answer)
            assert kiemtin(*arguments).status == 0, name
        check_whole(world)


def test_a_read_only_disk_is_told_and_the_same_command_goes_on_later(tmp_path: Path, small_model: Path) -> None:
    with small_disk(tmp_path / "disk") as disk, sqlite_worlds(disk / "homes", small_model) as make_world:
        world = make_world()
        kiemtin = Commands(world, tmp_path)
        for name, arguments in commands_of(world).items():
            remount(disk, "ro")
            answer = kiemtin(*arguments)
            remount(disk, "rw")
            assert answer.status == 1, (name, answer)
            assert "write" in answer.complaint or "rights" in answer.complaint, (name, answer)
            assert kiemtin(*arguments).status == 0, name
        check_whole(world)


def test_a_database_that_goes_away_is_told_and_the_same_command_goes_on_when_it_is_back(
    tmp_path: Path, small_model: Path
) -> None:
    with running_postgres() as server, worlds_on(server, tmp_path / "homes", small_model) as make_world:
        world = make_world()
        kiemtin = Commands(world, tmp_path)
        for name, arguments in commands_of(world).items():
            running = kiemtin.start(*arguments)
            server.stop()  # in the middle of it, or before it began
            answers = [running.answer(), kiemtin(*arguments)]
            server.start()
            for answer in answers[1:] if answers[0].status == 0 else answers:
                assert answer.status == 1, (name, answer)
                assert "database" in answer.complaint or "pg_dump" in answer.complaint, (name, answer)
            again = kiemtin(*arguments)
            done_already = DONE_ALREADY.get(name) if answers[0].status == 0 else None
            assert again.status == 0 or (done_already and done_already in again.complaint), (name, again)
        check_whole(world)


def test_a_clock_that_jumps_deletes_nothing_and_is_told(make_world: Worlds, tmp_path: Path) -> None:
    world = make_world()
    kiemtin = Commands(world, tmp_path)
    commands = commands_of(world)
    for arguments in (commands["import"], commands["crawl"], commands["score"]):
        assert kiemtin(*arguments).status == 0
    before = count_posts(world)
    for days in (30, 400):
        for name in ("crawl", "score"):
            answer = kiemtin(*commands[name], ahead=timedelta(days=days))
            assert answer.status == 1, (name, answer)
            assert "nothing was deleted" in answer.complaint
        for name in ("import", "report", "backup"):
            assert kiemtin(*commands[name], ahead=timedelta(days=days)).status == 0, name
    for name in ("crawl", "score"):  # by a clock that was set right again
        assert kiemtin(*commands[name]).status == 0
    assert count_posts(world) >= before
    newest = max(_collected(world))
    assert newest <= datetime.now(UTC)
    check_whole_but_erase(world)


def check_whole_but_erase(world: World) -> None:
    for way in ("import", "crawl", "score", "match"):
        assert world.broken(way) == world.unfinished(way) == []


def count_posts(world: World) -> int:
    with world.application() as app, app.ready_database.work() as session:
        return session.scalar(select(func.count()).select_from(Post)) or 0


def _collected(world: World) -> list[datetime]:
    with world.application() as app, app.ready_database.work() as session:
        return list(session.scalars(select(Post.collected_at)))


def test_two_of_each_command_at_once_do_the_work_once(make_world: Worlds, tmp_path: Path) -> None:
    world = make_world()
    kiemtin = Commands(world, tmp_path)
    statuses: Counter[int] = Counter()
    for name, arguments in commands_of(world).items():
        both = [kiemtin.start(*arguments), kiemtin.start(*arguments)]
        answers = [each.answer() for each in both]
        for answer in answers:
            if answer.status:
                assert answer.complaint, (name, answer)
        assert 0 in [answer.status for answer in answers], (name, answers)
        statuses.update(answer.status for answer in answers)
        assert invariants.of_files(world.home) == []
    assert statuses[0] >= 10
    check_whole(world)
