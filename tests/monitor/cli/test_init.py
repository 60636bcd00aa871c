"""`kiemtin init`, `db` and `doctor`: setting up, again and again, and finding what is missing."""

import os
import shutil
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.cli.doctor import LEAST_FREE_BYTES
from storage.database import Database
from storage.models import Source, User
from storage.posts import clock_state, sources
from tests.clock import MONDAY_MORNING
from tests.factories import add_post, add_source
from tests.monitor.cli.command import Answer, Command

DECLARED = """
[[sources]]
name = "dien-dan"
kind = "feed"
address = "https://diendan.example.vn/index.rss"
legal_basis = "Diễn đàn công khai"
interval_minutes = 15
"""


def test_everything_is_made_once_and_no_password_is_made(kiemtin: Command, bare_home: Path) -> None:
    first = kiemtin.well("init", "--no-model")
    config = (bare_home / "kiemtin.toml").read_text(encoding="utf-8")
    key = (bare_home / "secret.key").read_text(encoding="ascii")
    assert "admin, who sets a password at this address, once: http://127.0.0.1:8000/join/" in first.out
    assert "Sources: 5 added" in first.out
    assert stat.S_IMODE((bare_home / "secret.key").stat().st_mode) == 0o600
    assert len(bytes.fromhex(key)) == 32

    (bare_home / "kiemtin.toml").write_text(config + DECLARED, encoding="utf-8")
    second = kiemtin.well("init", "--no-model")
    assert "password" not in second.out
    assert "Sources: 1 added" in second.out
    assert (bare_home / "kiemtin.toml").read_text(encoding="utf-8") == config + DECLARED
    assert (bare_home / "secret.key").read_text(encoding="ascii") == key


def test_declared_sources_are_registered_as_written_and_brought_up_to_date(kiemtin: Command, home: Path) -> None:
    config = home / "kiemtin.toml"
    base = config.read_text(encoding="utf-8")
    config.write_text(base + DECLARED, encoding="utf-8")
    kiemtin.well("init", "--no-model")
    config.write_text(base + DECLARED.replace("15", "45"), encoding="utf-8")
    assert "Sources: 0 added" in kiemtin.well("init", "--no-model").out
    (found,) = kiemtin.well("sources", "list", "--json").data
    assert (found["name"], found["interval_minutes"], found["retention_days"]) == ("dien-dan", 45, 180)


def test_a_folder_that_cannot_be_made_is_one_line(
    kiemtin: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("KIEMTIN_HOME", str(tmp_path / "file" / "home"))
    assert kiemtin("init", "--no-model").status == 1
    assert str(tmp_path / "file") in kiemtin("init", "--no-model").complaint


def test_an_unknown_kind_among_declared_sources_is_told(kiemtin: Command, home: Path) -> None:
    config = home / "kiemtin.toml"
    config.write_text(DECLARED.replace('"feed"', '"telepathy"'), encoding="utf-8")
    assert "telepathy" in kiemtin("init", "--no-model").complaint
    with Database(f"sqlite:///{home / 'kiemtin.db'}") as database, database.work() as session:
        assert session.scalars(select(Source)).all() == []


def test_leave_that_a_declared_source_cannot_have_is_told(kiemtin: Command, home: Path) -> None:
    leave = 'settings = { robots_leave = "the owner, by letter of 2026-11-02" }'
    (home / "kiemtin.toml").write_text(f"{DECLARED}{leave}\n", encoding="utf-8")
    assert "not for feed" in kiemtin("init", "--no-model").complaint


def test_the_tables_are_checked_and_upgraded(kiemtin: Command, home: Path) -> None:
    assert "up to date" in kiemtin.well("db", "check").out
    assert "→" in kiemtin.well("db", "upgrade").out
    with Database(f"sqlite:///{home / 'kiemtin.db'}") as database, database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE corrections")
    assert "differs" in kiemtin("db", "check").complaint


def test_a_database_of_a_newer_program_is_left_alone(kiemtin: Command, home: Path) -> None:
    with Database(f"sqlite:///{home / 'kiemtin.db'}") as database, database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    for command in (["db", "check"], ["db", "upgrade"], ["init", "--no-model"], ["crawl"]):
        assert "newer version" in kiemtin(*command).complaint


def test_the_doctor_finds_a_whole_installation_well(kiemtin: Command, home: Path) -> None:
    kiemtin.well("sources", "add", "forum", "feed", "https://a.example/rss", "--legal-basis", "công khai")
    found = kiemtin.well("doctor", "--json").data
    assert [(each["subject"], each["ok"]) for each in found] == [
        (subject, True)
        for subject in (
            "settings",
            "key",
            "rights",
            "database",
            "clock",
            "model",
            "sources",
            "users",
            "desk",
            "disk",
            "backup",
            "outbox",
        )
    ]
    assert set(found[0]) == {"subject", "ok", "said", "mend"}
    assert kiemtin.well("doctor").out.count("\n") == 12


def test_the_doctor_says_when_to_move_to_a_server(
    kiemtin: Command, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.cli.doctor.MOST_POSTS_ON_SQLITE", 1)
    with Database(f"sqlite:///{home / 'kiemtin.db'}") as database, database.work() as session:
        source = add_source(session)
        for number in range(2):
            add_post(session, source, str(number))
        session.commit()
    out = kiemtin("doctor").out
    assert "about 2 posts, more than SQLite was measured with → move to PostgreSQL with `kiemtin db copy`" in out


def test_the_doctor_says_which_sources_fail_why_and_when_they_are_tried_again(kiemtin: Command, home: Path) -> None:
    kiemtin.well("sources", "add", "forum", "feed", "https://a.example/rss", "--legal-basis", "công khai")
    kiemtin.well("sources", "add", "paper", "feed", "https://b.example/rss", "--legal-basis", "công khai")
    kiemtin.well("sources", "disable", "paper")
    with Database(f"sqlite:///{home / 'kiemtin.db'}") as database, database.work() as session:
        failing = sources.by_name(session, "forum")
        sources.record_failure(session, failing, "it answers 500", MONDAY_MORNING + timedelta(hours=5))
        session.commit()
    found = {each["subject"]: each for each in kiemtin.well("doctor", "--json").data}["sources"]
    assert "forum failed 1 × in a row, next at 16/11 14:00 (it answers 500)" in found["said"]
    assert "paper is off (" in found["said"]


def test_the_doctor_fails_when_a_source_goes_on_failing(kiemtin: Command, home: Path) -> None:
    kiemtin.well("sources", "add", "forum", "feed", "https://a.example/rss", "--legal-basis", "công khai")
    with Database(f"sqlite:///{home / 'kiemtin.db'}") as database, database.work() as session:
        failing = sources.by_name(session, "forum")
        for _ in range(3):
            sources.record_failure(session, failing, "it answers 500", MONDAY_MORNING)
        session.commit()
    assert "things to mend: sources" in kiemtin("doctor").complaint


@pytest.mark.parametrize(
    ("hours", "said"), [(5, "before what was stored"), (-24 * 400, "days after this program last")]
)
def test_the_doctor_fails_when_the_time_cannot_be_right(kiemtin: Command, home: Path, hours: int, said: str) -> None:
    kiemtin.well("sources", "add", "forum", "feed", "https://a.example/rss", "--legal-basis", "công khai")
    with Database(f"sqlite:///{home / 'kiemtin.db'}") as database, database.work() as session:
        now = datetime.now(UTC)
        clock_state.load(session, now).trusted_at = now + timedelta(hours=hours)
        session.commit()
    answer = kiemtin("doctor")
    assert (answer.status, said in answer.out) == (1, True)


def test_the_doctor_fails_when_the_last_backup_is_old(
    kiemtin: Command, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kiemtin.well("sources", "add", "forum", "feed", "https://a.example/rss", "--legal-basis", "công khai")
    kiemtin.well("backup", str(tmp_path / "kiemtin.backup"))
    assert "the last one was made on" in kiemtin.well("doctor").out
    monkeypatch.setattr("monitor.cli.doctor.OLDEST_BACKUP_DAYS", -1)
    answer = kiemtin("doctor")
    assert "things to mend: backup" in answer.err
    assert "0 days old: `kiemtin backup FILE`" in answer.out


def test_the_doctor_fails_when_the_desk_is_open_in_clear_text(
    kiemtin: Command, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kiemtin.well("sources", "add", "forum", "feed", "https://a.example/rss", "--legal-basis", "công khai")
    monkeypatch.setenv("KIEMTIN_DESK_HOST", "192.168.1.5")
    assert "things to mend: desk" in kiemtin("doctor").complaint
    monkeypatch.setenv("KIEMTIN_DESK_URL", "https://kiemtin.example.vn")
    kiemtin.well("doctor")


def remove(home: Path, what: str) -> None:
    if what == "settings":
        (home / "kiemtin.toml").unlink()
    elif what == "key":
        (home / "secret.key").unlink()
    elif what == "broken key":
        (home / "secret.key").write_text("not hexadecimal", encoding="ascii")
    elif what == "model":
        shutil.rmtree(home / "models")
    elif what == "damaged model":
        (home / "models" / "small" / "model.npz").write_bytes(b"PK")
    elif what == "users":
        with Database(f"sqlite:///{home / 'kiemtin.db'}") as database, database.work() as session:
            session.scalars(select(User)).one().active = False
            session.commit()
    elif what == "sources":
        with Database(f"sqlite:///{home / 'kiemtin.db'}") as database, database.work() as session:
            session.scalars(select(Source)).one().enabled = False
            session.commit()
    else:
        (home / "kiemtin.db").unlink()


@pytest.mark.parametrize(
    ("what", "ill"),
    [
        ("settings", {"settings"}),
        ("key", {"key"}),
        ("broken key", {"key"}),
        ("model", {"model"}),
        ("damaged model", {"model"}),
        ("users", {"users"}),
        ("sources", {"sources"}),
        ("database", {"database", "clock", "sources", "users", "backup", "outbox"}),
    ],
)
def test_the_doctor_names_what_is_missing_and_how_to_mend_it(
    what: str, ill: set[str], kiemtin: Command, home: Path
) -> None:
    kiemtin.well("sources", "add", "forum", "feed", "https://a.example/rss", "--legal-basis", "công khai")
    remove(home, what)
    answer = kiemtin("doctor", "--json")
    assert answer.status == 1
    assert all(subject in answer.complaint for subject in ill)
    assert {each["subject"] for each in answer.data if not each["ok"]} == ill
    for each in answer.data:
        if not each["ok"]:
            assert "`kiemtin " in each["said"] + each["mend"] or "backup" in each["said"] + each["mend"]


def test_the_doctor_looks_and_makes_nothing(kiemtin: Command, bare_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIEMTIN_HOME", str(bare_home / "deep" / "home"))
    answer = kiemtin("doctor", "--json")
    assert {each["subject"] for each in answer.data if each["ok"]} == {"desk", "disk"}
    assert not bare_home.exists()


def test_the_doctor_minds_a_disk_that_is_nearly_full(
    kiemtin: Command, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(home)._replace(free=LEAST_FREE_BYTES)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    answer: Answer = kiemtin("doctor", "--json")
    assert [each["mend"] for each in answer.data if each["subject"] == "disk"] == ["free some space"]


def test_the_key_is_never_readable_by_others_not_even_for_a_moment(
    kiemtin: Command, bare_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = os.umask(0)
    try:
        kiemtin.well("init", "--no-model")
    finally:
        os.umask(before)
    assert stat.S_IMODE((bare_home / "secret.key").stat().st_mode) == 0o600


def test_all_of_a_home_is_for_its_owner_alone_whatever_the_umask(kiemtin: Command, bare_home: Path) -> None:
    earlier = os.umask(0)
    try:
        kiemtin.well("init", "--no-model")
        kiemtin.well("report", "--week", "2026-W47")
    finally:
        os.umask(earlier)
    modes = {
        str(path.relative_to(bare_home)): stat.S_IMODE(path.stat().st_mode)
        for path in (bare_home, *bare_home.rglob("*"))
    }
    assert {"kiemtin.db", "kiemtin.toml", "secret.key", "reports"} < set(modes)
    assert {name: f"{mode:o}" for name, mode in modes.items() if mode not in (0o600, 0o700)} == {}


@pytest.mark.parametrize("folder", ["reports", "imports", "captures/spool"])
def test_a_home_that_others_could_read_is_closed_at_the_next_command(kiemtin: Command, home: Path, folder: str) -> None:
    home.chmod(0o755)
    (home / "kiemtin.db").chmod(0o644)
    half = home / folder / ".tong-hop.html.999999999-ab.part"
    half.parent.mkdir(parents=True, exist_ok=True)
    half.write_text("half a quotation")
    kiemtin.well("sources", "list")
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "kiemtin.db").stat().st_mode) == 0o600
    assert not half.exists()


@pytest.mark.parametrize("command", [("init", "--no-model"), ("import", "posts.csv"), ("doctor",)])
def test_an_empty_key_is_refused_by_every_command(
    kiemtin: Command, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "posts.csv").write_text("id,text\n1,Xưởng nóng quá\n", encoding="utf-8")
    (home / "secret.key").write_text("")
    answer = kiemtin(*command)
    assert answer.status == 1
    assert "holds 0 bytes instead of 32: bring it back from your backup" in answer.err + answer.out
