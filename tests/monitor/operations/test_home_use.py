"""Of programs on one home some share it and some have it to themselves; what a killed one held is free."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from monitor.errors import KiemtinError, NotReady
from monitor.operations.home_use import alone, share

HOLDER = """
import sys
from pathlib import Path
from monitor.operations.home_use import alone, share
home = Path(sys.argv[2])
if sys.argv[1] == "share":
    held = share(home)
else:
    held = alone(home)
    held.__enter__()
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def holder(kind: str, home: Path) -> Iterator["subprocess.Popen[str]"]:
    """Start a process that holds a home until it is killed."""
    command = [sys.executable, "-c", HOLDER, kind, str(home)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as child:  # noqa: S603  ourselves
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == "held\n"
            yield child
        finally:
            child.kill()


def hidden(home: Path) -> list[Path]:
    return list(home.glob(".*"))


def test_programs_share_a_home_and_none_has_it_to_itself_meanwhile(tmp_path: Path) -> None:
    with holder("share", tmp_path) as other:
        hold = share(tmp_path)
        with pytest.raises(NotReady, match=rf"^process {other.pid} works on .*`kill {other.pid}`\)$"):
            alone(tmp_path, hold).__enter__()
        hold.release()
        other.kill()
        other.wait()
        with alone(tmp_path):
            assert len(hidden(tmp_path)) == 1, "what the killed one left is gone"
    assert hidden(tmp_path) == []


def test_nobody_works_on_a_home_that_one_has_to_itself_until_that_one_is_killed(tmp_path: Path) -> None:
    with holder("alone", tmp_path) as other:
        with pytest.raises(NotReady, match=rf"^process {other.pid} has .* to itself"):
            share(tmp_path)
        with pytest.raises(NotReady, match=rf"^process {other.pid} has .* to itself"):
            alone(tmp_path).__enter__()
        assert len(hidden(tmp_path)) == 1, "who is refused holds nothing"
        other.kill()
        other.wait()
        share(tmp_path).release()
    assert hidden(tmp_path) == []


def test_a_program_may_have_a_home_to_itself_that_it_shares(tmp_path: Path) -> None:
    own = share(tmp_path)
    with alone(tmp_path, own):
        pass
    with pytest.raises(NotReady, match=f"process {os.getpid()} works on"):
        alone(tmp_path).__enter__()
    own.release()


def test_a_home_that_cannot_be_written_is_shared_unseen_and_never_had_alone(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    share(tmp_path / "file" / "home").release()
    with pytest.raises(KiemtinError, match=r"cannot write .*: check its rights and free space"):
        alone(tmp_path / "file" / "home").__enter__()
