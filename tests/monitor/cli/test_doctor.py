"""`kiemtin doctor`: each check is ok, warns or fails, says how to mend it, and the exit status follows."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from monitor.cli.doctor import LEAST_FREE_BYTES
from storage.models import Source, User
from storage.posts import clock_state, sources
from tests.clock import MONDAY_MORNING
from tests.factories import add_post
from tests.monitor.cli.command import Command, rows_of
from tests.monitor.cli.conftest import BASIS

CHECKS = (
    *("settings", "key", "rights", "database", "clock", "model", "sources", "users", "desk", "disk", "backup"),
    "outbox",
)
NOW = datetime.now(UTC)


@pytest.fixture
def whole(kiemtin: Command, tmp_path: Path) -> Path:
    """Give a home in which nothing is amiss."""
    for name in ("forum", "paper"):
        kiemtin.well("sources", "add", name, "feed", f"https://{name}.example/rss", *BASIS)
    of_all(User, password_hash="set")(kiemtin.home)
    kiemtin.well("backup", str(tmp_path / "kiemtin.backup"))
    return kiemtin.home


def change(work: Callable[[Session], object]) -> Callable[[Path], None]:
    """Give what changes the rows of a home."""

    def run(home: Path) -> None:
        with rows_of(home) as session:
            work(session)

    return run


def of_all(table: type[Source | User], **values: object) -> Callable[[Path], None]:
    return change(lambda session: session.execute(update(table).values(**values)))


def fail(times: int, *names: str) -> Callable[[Path], None]:
    """Let sources fail so many times in a row."""

    def work(session: Session) -> None:
        for name in names * times:
            source = sources.by_name(session, name)
            sources.record_failure(session, source, "it answers 500", MONDAY_MORNING + timedelta(hours=5))

    return change(work)


def trust(offset: timedelta) -> Callable[[Path], None]:
    return change(lambda session: setattr(clock_state.load(session, NOW), "trusted_at", NOW + offset))


def states(answer: Any) -> dict[str, str]:
    return {each["subject"]: each["state"] for each in answer.data if each["state"] != "ok"}


def test_a_whole_installation_is_well(kiemtin: Command, whole: Path) -> None:
    found = kiemtin.well("doctor", "--json").data
    assert [(each["subject"], each["state"]) for each in found] == [(subject, "ok") for subject in CHECKS]
    assert set(found[0]) == {"subject", "state", "said", "mend"}
    assert kiemtin.well("doctor").out.count("\nok    ") == len(CHECKS) - 1


@pytest.mark.parametrize(
    ("spoil", "ill", "said"),
    [
        (lambda home: (home / "kiemtin.toml").unlink(), {"settings": "fail"}, "run `kiemtin init`"),
        (lambda home: (home / "kiemtin.toml").write_text(""), {"settings": "warn"}, "`contact` is empty"),
        (lambda home: (home / "secret.key").unlink(), {"key": "fail"}, "bring it back from your backup"),
        (lambda home: (home / "secret.key").write_text("no digits"), {"key": "fail"}, "from your backup"),
        (lambda home: (home / "secret.key").write_text(""), {"key": "fail"}, "is not whole"),
        (lambda home: shutil.rmtree(home / "models"), {"model": "fail"}, "`kiemtin train"),
        (lambda home: (home / "models/small/model.npz").write_bytes(b"PK"), {"model": "fail"}, "`kiemtin "),
        (of_all(User, active=False), {"users": "fail"}, "`kiemtin users invite NAME`"),
        (of_all(User, role="lead"), {"users": "fail"}, "`kiemtin users invite NAME --role admin`"),
        (of_all(User, password_hash="!"), {"users": "warn"}, "`kiemtin users invite admin` prints another"),
        (of_all(Source, enabled=False), {"sources": "fail"}, "`kiemtin sources add`"),
        (fail(1, "forum"), {"sources": "warn"}, "forum failed 1 × in a row, next at 16/11 14:00 (it answers 500)"),
        (fail(1, "forum", "paper"), {"sources": "fail"}, "forum failed 1 × in a row"),
        (fail(3, "forum"), {"sources": "fail"}, "forum failed 3 × in a row"),
        (trust(timedelta(hours=5)), {"clock": "fail"}, "before what was stored"),
        (trust(timedelta(days=-400)), {"clock": "fail"}, "days after this program last"),
        (
            lambda home: (home / "kiemtin.db").unlink(),
            dict.fromkeys(("database", "clock", "sources", "users", "backup", "outbox"), "fail"),
            "run `kiemtin init` first",
        ),
    ],
    ids=[
        "no settings", "no contact", "no key", "broken key", "empty key", "no model", "damaged model", "nobody",
        "no admin", "no password", "no source", "one of two sources failed", "every source failed",
        "a source goes on failing", "clock behind", "clock ahead", "no database",
    ],
)  # fmt: skip
def test_what_is_amiss_is_named_with_how_to_mend_it(
    spoil: Callable[[Path], object], ill: dict[str, str], said: str, kiemtin: Command, whole: Path
) -> None:
    spoil(whole)
    answer = kiemtin("doctor", "--json")
    assert states(answer) == ill
    assert all(said in f"{each['said']} → {each['mend']}" for each in answer.data if each["subject"] in ill)
    bad = [subject for subject, state in ill.items() if state == "fail"]
    assert answer.status == (1 if bad else 0)
    assert not bad or answer.complaint.endswith(f"{len(bad)} things to mend: {', '.join(bad)}\n")


def test_a_source_that_is_off_is_only_a_warning_beside_others(kiemtin: Command, whole: Path) -> None:
    kiemtin.well("sources", "disable", "paper")
    assert "warn  sources: 2 registered, 1 monitored; in trouble: paper is off (" in kiemtin.well("doctor").out


def test_a_backup_is_missed_after_a_week_whether_or_not_there_ever_was_one(kiemtin: Command, tmp_path: Path) -> None:
    kiemtin.well("sources", "add", "forum", "feed", "https://a.example/rss", *BASIS)
    assert states(kiemtin.well("doctor", "--json")) == {"users": "warn", "backup": "warn"}
    of_all(User, created_at=NOW - timedelta(days=9))(kiemtin.home)
    assert "none was made yet → `kiemtin backup FILE`" in kiemtin("doctor").out
    assert states(kiemtin("doctor", "--json"))["backup"] == "fail"
    kiemtin.well("backup", str(tmp_path / "kiemtin.backup"))
    assert "the last one was made on" in kiemtin.well("doctor").out


def test_a_backup_that_is_old_fails(kiemtin: Command, whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.cli.doctor.OLDEST_BACKUP", timedelta(-1))
    kiemtin.fails("things to mend: backup", "doctor")


def test_the_doctor_says_when_to_move_to_a_server(
    kiemtin: Command, whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.cli.doctor.MOST_POSTS_ON_SQLITE", 1)
    change(lambda session: [add_post(session, session.get_one(Source, 1), name) for name in "ab"])(whole)
    out = kiemtin.well("doctor").out
    assert "about 2 posts, more than SQLite was measured with → move to PostgreSQL with `kiemtin db copy`" in out


def test_a_desk_that_is_open_in_clear_text_fails(kiemtin: Command, whole: Path) -> None:
    kiemtin.set(desk_host="192.168.1.5")
    kiemtin.fails("things to mend: desk", "doctor")
    kiemtin.set(desk_url="https://kiemtin.example.vn")
    kiemtin.well("doctor")


def test_a_disk_that_is_nearly_full_fails(kiemtin: Command, whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(whole)._replace(free=LEAST_FREE_BYTES)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert "free some space" in kiemtin.fails("things to mend: disk", "doctor").out


def test_the_doctor_looks_and_makes_nothing(bare: Command) -> None:
    bare.set(home=str(bare.home / "deep" / "home"))
    assert set(CHECKS) - set(states(bare("doctor", "--json"))) == {"desk", "disk"}
    assert not bare.home.exists()
