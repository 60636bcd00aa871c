"""`kiemtin audit`: the trail is whole, and can be read by a program."""

import json
import stat
from pathlib import Path

from sqlalchemy import text

from storage.chain import START, digest
from storage.database import Database
from tests.monitor.cli.command import Command


def test_a_used_home_is_in_order(kiemtin: Command, home: Path) -> None:
    kiemtin.well("users", "invite", "lan")
    assert "All rows are as they were written: audit_events 2" in kiemtin.well("audit", "verify").out
    assert kiemtin.well("audit", "verify", "--json").data["problems"] == []


def test_a_changed_event_is_told_and_fails(kiemtin: Command, home: Path) -> None:
    with Database(f"sqlite:///{home / 'kiemtin.db'}") as database, database.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_events_append_only"))
        connection.execute(text("UPDATE audit_events SET subject = 'nobody'"))
    answer = kiemtin("audit", "verify")
    assert "audit_events: row 1 was changed\n" in answer.out
    assert "2 things are not as this program wrote them: compare with a backup" in answer.complaint


def test_the_export_can_be_checked_without_the_program(kiemtin: Command, home: Path, tmp_path: Path) -> None:
    kiemtin.well("users", "invite", "lan")
    file = tmp_path / "audit.jsonl"
    assert "Wrote 2 events" in kiemtin.well("audit", "export", str(file)).out
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    lines = file.read_text(encoding="utf-8").splitlines()
    assert kiemtin.well("audit", "export").out.splitlines() == lines
    previous = START
    for event in map(json.loads, lines):
        content = {name: event[name] for name in ("user_id", "action", "subject", "detail")}
        content["at"] = event["at"] if "." in event["at"] else event["at"].replace("+", ".000000+")
        assert event["previous"] == previous
        assert digest("audit_events", event["position"], previous, event["salt"], content) == event["hash"]
        previous = event["hash"]


def test_a_place_that_cannot_be_written_is_told(kiemtin: Command, home: Path, tmp_path: Path) -> None:
    assert "cannot write" in kiemtin("audit", "export", str(tmp_path / "none" / "audit.jsonl")).complaint
