"""`kiemtin audit`: the trail can be read by a program."""

import json
import stat
from pathlib import Path

from tests.monitor.cli.command import Command


def test_the_trail_is_written_as_json_lines(kiemtin: Command, home: Path, tmp_path: Path) -> None:
    kiemtin.well("users", "invite", "lan")
    file = tmp_path / "audit.jsonl"
    assert "Wrote 2 events" in kiemtin.well("audit", str(file)).out
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    lines = file.read_text(encoding="utf-8").splitlines()
    assert kiemtin.well("audit").out.splitlines() == lines
    last = json.loads(lines[-1])
    assert last.keys() == {"id", "at", "user_id", "user", "action", "subject", "detail"}
    assert (last["id"], last["action"], last["user"]) == (2, "user.invited", None)


def test_a_place_that_cannot_be_written_is_told(kiemtin: Command, home: Path, tmp_path: Path) -> None:
    assert "cannot write" in kiemtin("audit", str(tmp_path / "none" / "audit.jsonl")).complaint
