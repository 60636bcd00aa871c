"""Files of an installation: whole or not there, and for their owner alone."""

import errno
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.files import make_private, partial_path, private_umask, sweep, write_whole


@pytest.fixture(params=[0o000, 0o022, 0o777])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    """Let the caller of the program have any umask."""
    earlier = os.umask(request.param)
    yield request.param
    os.umask(earlier)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_is_private_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    assert write_whole(tmp_path / "key", b"secret")
    assert mode(tmp_path / "key") == 0o600


def test_all_that_a_command_makes_is_private_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    with private_umask():
        (tmp_path / "folder").mkdir()
        (tmp_path / "folder" / "file").write_text("x")
    assert (mode(tmp_path / "folder"), mode(tmp_path / "folder" / "file")) == (0o700, 0o600)
    assert os.umask(umask) == umask


@pytest.mark.parametrize("fails", ["fsync", "replace", "write"])
def test_a_full_disk_leaves_what_was_there_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    (tmp_path / "file").write_bytes(b"before")

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, {"fsync": "fsync", "replace": "rename", "write": "fdopen"}[fails], refuse)
    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OSError, match="No space left"):
        write_whole(tmp_path / "file", b"after")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("file", b"before")]


def test_of_two_programs_the_first_one_makes_the_file(tmp_path: Path) -> None:
    assert write_whole(tmp_path / "key", b"first", replace=False)
    assert not write_whole(tmp_path / "key", b"second", replace=False)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"first"]


def test_a_killed_program_leaves_a_hidden_part_that_the_next_sweeps(tmp_path: Path) -> None:
    writes = "import os, pathlib, sys, monitor.files as f; f.os.fsync = lambda _: os.kill(os.getpid(), 9); "
    writes += "f.write_whole(pathlib.Path(sys.argv[1]), b'half')"
    killed = subprocess.run([sys.executable, "-c", writes, str(tmp_path / "key")], check=False)  # noqa: S603
    assert killed.returncode == -9
    (left,) = tmp_path.iterdir()
    assert left.name.startswith(".key.")
    assert mode(left) == 0o600
    assert sweep([tmp_path, tmp_path / "missing"]) == [left]
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_a_killed_program_is_swept_with_all_in_it(tmp_path: Path) -> None:
    gone = 2**22 - 1  # more than Linux ever gives
    left = tmp_path / f".restore.{gone}-0a.part"
    (left / "models" / "own").mkdir(parents=True)
    (left / "secret.key").write_text("x")
    assert sweep([tmp_path]) == [left]
    assert list(tmp_path.iterdir()) == []


def test_what_a_running_program_writes_and_what_is_not_ours_stays(tmp_path: Path) -> None:
    for name in (partial_path(tmp_path / "key").name, ".tong-hop.part", "note.part", ".a.b-c.part"):
        (tmp_path / name).write_text("x")
    assert sweep([tmp_path]) == []


def test_others_lose_their_rights_to_what_was_made_before(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "key").write_text("x")
    (tmp_path / "key").chmod(0o644)
    assert make_private(tmp_path, [tmp_path / "key", tmp_path / "missing"]) == []
    assert (mode(tmp_path), mode(tmp_path / "key")) == (0o700, 0o600)


def test_what_cannot_be_made_private_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.chmod(0o755)

    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "chmod", refuse)
    assert make_private(tmp_path, []) == [tmp_path]
