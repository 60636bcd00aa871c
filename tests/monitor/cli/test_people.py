"""`kiemtin users` and `erase`: who may sign in, and whose posts are deleted on request."""

import json
from datetime import UTC, datetime
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.accounts import sessions
from storage.database import Database
from storage.models import AuditEvent, Post, User
from tests.monitor.cli.command import Command


def type_in(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(text.encode()), "utf-8"))


def user(home: Path, name: str) -> User:
    with Database(f"sqlite:///{home / 'kiemtin.db'}") as database, database.work() as session:
        return session.scalars(select(User).where(User.name == name)).one()


def test_a_user_is_invited_by_a_link_that_is_not_in_the_database(kiemtin: Command, home: Path) -> None:
    out = kiemtin.well("users", "invite", "lan").out
    link = out.rpartition(" ")[2].strip()
    assert link.startswith("http://127.0.0.1:8000/join/")
    assert user(home, "lan").password_hash == "!"
    assert link.rpartition("/")[2].encode() not in (home / "kiemtin.db").read_bytes()
    assert kiemtin.well("users", "list", "--json").data == [
        {"name": "admin", "role": "admin", "active": True, "second_factor": False},
        {"name": "lan", "role": "reviewer", "active": True, "second_factor": False},
    ]


def test_a_user_who_is_there_gets_another_link_in_the_same_role(kiemtin: Command, home: Path) -> None:
    kiemtin.well("users", "invite", "mai", "--role", "lead")
    assert kiemtin.well("users", "invite", "mai").out.startswith("mai (lead) may set a password")
    answer = kiemtin("users", "invite", "mai", "--role", "admin")
    assert (answer.status, "kiemtin users role" in answer.complaint) == (1, True)


def test_no_command_takes_or_makes_a_password(kiemtin: Command, home: Path) -> None:
    assert kiemtin("users", "invite", "lan", "--password-stdin").status == 2
    assert kiemtin("users", "password", "admin").status == 2


def test_a_user_is_kept_out_and_let_in_again(kiemtin: Command, home: Path) -> None:
    kiemtin.well("users", "invite", "lan", "--role", "lead")
    kiemtin.well("users", "disable", "lan")
    assert user(home, "lan").active is False
    assert "lan  lead  (disabled)" in kiemtin.well("users", "list").out
    assert kiemtin.well("users", "invite", "lan").out.startswith("lan (lead) may set a password")
    with Database(f"sqlite:///{home / 'kiemtin.db'}") as database, database.work() as session:
        actions = session.scalars(select(AuditEvent.action).where(AuditEvent.subject == "users:2")).all()
    assert list(actions) == ["user.invited", "user.disabled", "user.invited"]


def test_the_link_uses_the_address_of_the_desk(kiemtin: Command, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIEMTIN_DESK_URL", "https://kiemtin.example.vn/")
    assert "https://kiemtin.example.vn/join/" in kiemtin.well("users", "invite", "mai").out


def test_a_role_is_changed(kiemtin: Command, home: Path) -> None:
    kiemtin.well("users", "invite", "lan")
    kiemtin.well("users", "role", "lan", "viewer")
    assert user(home, "lan").role == "viewer"
    assert kiemtin("users", "role", "lan", "boss").status == 2


@pytest.fixture
def signed_in(kiemtin: Command, home: Path) -> Path:
    """Sign Lan in, in two browsers."""
    kiemtin.well("users", "invite", "lan")
    now = datetime.now(UTC)
    with Database(f"sqlite:///{home / 'kiemtin.db'}") as database, database.work() as session:
        for token in ("a", "b"):
            sessions.start(
                session,
                user_id=2,
                token_hash=token,
                stage="full",
                now=now,
                address="192.0.2.7",
                agent=f"browser {token}",
            )
        session.commit()
    return home


def test_sessions_are_listed_and_ended(kiemtin: Command, signed_in: Path) -> None:
    listed = kiemtin.well("users", "sessions").out
    assert listed.count("192.0.2.7") == 2
    assert "browser a" in listed
    assert len(kiemtin.well("users", "sessions", "admin", "--json").data) == 0
    assert [row["id"] for row in kiemtin.well("users", "sessions", "lan", "--end", "1", "--json").data] == [2]
    again = kiemtin("users", "sessions", "--end", "1")
    assert (again.status, "has ended" in again.complaint) == (2, True)
    assert kiemtin("users", "sessions", "admin", "--end", "2").status == 2
    kiemtin.well("users", "sessions", "lan", "--end-all")
    assert "Nobody is signed in" in kiemtin.well("users", "sessions").out
    assert kiemtin("users", "sessions", "--end-all").status == 2


@pytest.mark.parametrize("change", [["disable", "lan"], ["role", "lan", "lead"], ["reset-second-factor", "lan"]])
def test_what_changes_an_account_ends_its_sessions(kiemtin: Command, signed_in: Path, change: list[str]) -> None:
    kiemtin.well("users", *change)
    assert kiemtin.well("users", "sessions", "--json").data == []


@pytest.mark.parametrize("command", ["disable", "reset-second-factor", "sessions"])
def test_an_unknown_user_is_told(command: str, kiemtin: Command, home: Path) -> None:
    answer = kiemtin("users", command, "nobody")
    assert (answer.status, "'nobody'" in answer.complaint) == (1, True)


@pytest.fixture
def imported(kiemtin: Command, home: Path, tmp_path: Path) -> Path:
    file = tmp_path / "c.jsonl"
    rows = [{"id": str(n), "text": f"bài {n}", "author": "lan" if n < 2 else "mai"} for n in range(3)]
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    kiemtin.well("import", str(file))
    return file


def posts_in(home: Path) -> list[str]:
    with Database(f"sqlite:///{home / 'kiemtin.db'}") as database, database.work() as session:
        return list(session.scalars(select(Post.text)))


def test_an_author_is_erased_on_request(kiemtin: Command, home: Path, imported: Path) -> None:
    assert kiemtin.well("erase", "import", "lan", "--find").out.startswith("2 posts, stored as lan; 0 other places")
    assert len(posts_in(home)) == 3
    assert "2 posts of this author are stored" in kiemtin("erase", "import", "lan", "--verify").out
    assert kiemtin.well("erase", "import", "@lan", "--yes").out == "Deleted 2 posts.\n"
    assert posts_in(home) == ["bài 2"]
    assert (
        kiemtin.well("erase", "import", "lan", "--verify").out == "Nothing of this author is left in the home folder.\n"
    )
    assert "check kind and handle with `--find`" in kiemtin("erase", "import", "nobody", "--yes").complaint


@pytest.mark.parametrize(("typed", "status", "left"), [("y\n", 0, 1), ("n\n", 1, 3), ("", 1, 3)])
def test_erasing_asks_first(
    typed: str,
    status: int,
    left: int,
    kiemtin: Command,
    home: Path,
    imported: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    type_in(monkeypatch, typed)
    answer = kiemtin("erase", "import", "lan")
    assert (answer.status, len(posts_in(home))) == (status, left)
    assert "Traceback" not in answer.err


def test_without_the_key_nobody_can_be_erased(kiemtin: Command, home: Path, imported: Path) -> None:
    (home / "secret.key").unlink()
    answer = kiemtin("erase", "import", "lan", "--yes")
    assert (answer.status, "backup" in answer.complaint) == (1, True)
    assert len(posts_in(home)) == 3
