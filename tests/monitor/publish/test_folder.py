"""A folder that others serve is replaced as a whole, whatever happens in between."""

import os
import stat
from pathlib import Path

import pytest

from monitor.errors import PublishFailed, UsageError
from monitor.publish.folder import MARK, write_site

OLD, NEW = {"index.html": b"old", "gone.html": b"x"}, {"index.html": b"new", "more.html": b"y"}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != MARK}


def test_the_folder_holds_these_files_and_no_others(tmp_path: Path) -> None:
    assert write_site(tmp_path / "public", OLD) is True
    assert write_site(tmp_path / "public", NEW) is True
    assert contents(tmp_path / "public") == NEW
    assert write_site(tmp_path / "public", NEW) is False
    assert [path.name for path in tmp_path.iterdir()] == ["public"], "nothing is left beside it"


def test_everybody_may_read_it(tmp_path: Path) -> None:
    mask = os.umask(0o077)
    try:
        write_site(tmp_path / "public", OLD)
    finally:
        os.umask(mask)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "public").iterdir()}
    assert (modes, stat.S_IMODE((tmp_path / "public").stat().st_mode)) == ({0o644}, 0o755)


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match="holds something else"):
        write_site(tmp_path, OLD)
    with pytest.raises(UsageError, match="is a file"):
        write_site(tmp_path / "mine.txt", OLD)
    with pytest.raises(UsageError, match="www is not there: make this folder first"):
        write_site(tmp_path / "www" / "public", OLD)
    with pytest.raises(UsageError, match="is no folder that can be replaced"):
        write_site(Path("/"), OLD)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path) -> None:
    write_site(tmp_path / "real", OLD)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_site(tmp_path / "link", NEW)
    assert (tmp_path / "link").is_symlink()
    assert contents(tmp_path / "real") == NEW


class Killed(BaseException):
    """The end of a program, which nothing catches."""


@pytest.mark.parametrize("at", range(6))
def test_a_killed_program_leaves_the_old_folder_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """Killed at each step that changes something on the disk; the next run finds its way."""
    folder, steps = tmp_path / "public", 0
    write_site(folder, OLD)

    def counting(name: str) -> None:
        real = getattr(Path, name)

        def act(self: Path, *given: object, **more: object) -> object:
            nonlocal steps
            steps += 1
            if steps == at + 1:
                raise Killed
            return real(self, *given, **more)

        monkeypatch.setattr(Path, name, act)

    with monkeypatch.context():
        for name in ("mkdir", "open", "rename"):
            counting(name)
        try:
            write_site(folder, NEW)
        except Killed:
            left = contents(folder) if folder.exists() else contents(tmp_path / ".public.before")
            assert left == OLD
        monkeypatch.undo()
    write_site(folder, NEW)
    assert contents(folder) == NEW
    assert [path.name for path in tmp_path.iterdir()] == ["public"]


def test_a_full_disk_leaves_the_old_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_site(tmp_path / "public", OLD)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(PublishFailed, match="No space left on device"):
        write_site(tmp_path / "public", NEW)
    assert contents(tmp_path / "public") == OLD


def test_a_rename_that_fails_gives_the_old_folder_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, real = tmp_path / "public", Path.rename
    write_site(folder, OLD)

    def refuse(self: Path, target: Path) -> Path:
        if self.name.endswith(".partial"):
            raise OSError(13, "Permission denied")
        return real(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(PublishFailed, match="Permission denied"):
        write_site(folder, NEW)
    assert contents(folder) == OLD
