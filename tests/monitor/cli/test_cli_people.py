"""`kiemtin users` and `erase`: who may sign in, and whose posts are deleted on request."""

import json
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.review.passwords import verify_password
from storage.database import Database
from storage.models import AuditEvent, Post, User
from tests.monitor.cli.command import Command

WORD = "một mật khẩu đủ dài"


def type_in(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(text.encode()), "utf-8"))


def user(home: Path, name: str) -> User:
    with Database(f"sqlite:///{home / 'kiemtin.db'}") as database, database.work() as session:
        return session.scalars(select(User).where(User.name == name)).one()


def test_a_user_is_added_with_a_password_that_is_shown_once(kiemtin: Command, home: Path) -> None:
    out = kiemtin.well("users", "add", "lan").out
    word = out.rpartition(": ")[2].strip()
    assert verify_password(word, user(home, "lan").password_hash)
    assert word.encode() not in (home / "kiemtin.db").read_bytes()
    assert kiemtin.well("users", "list", "--json").data == [
        {"name": "admin", "role": "admin", "active": True},
        {"name": "lan", "role": "analyst", "active": True},
    ]


def test_a_password_may_be_read_from_standard_input(
    kiemtin: Command, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_in(monkeypatch, WORD + "\n")
    out = kiemtin.well("users", "add", "lan", "--role", "admin", "--password-stdin").out
    assert WORD not in out
    assert verify_password(WORD, user(home, "lan").password_hash)


@pytest.mark.parametrize("typed", ["", "\n", "ngắn quá\n"])
def test_a_short_password_is_refused(typed: str, kiemtin: Command, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    type_in(monkeypatch, typed)
    answer = kiemtin("users", "add", "lan", "--password-stdin")
    assert (answer.status, "at least 12" in answer.complaint) == (2, True)


def test_a_user_is_kept_out_and_let_in_again(kiemtin: Command, home: Path) -> None:
    kiemtin.well("users", "add", "lan")
    old = user(home, "lan").password_hash
    kiemtin.well("users", "disable", "lan")
    assert user(home, "lan").active is False
    assert "lan  analyst  (disabled)" in kiemtin.well("users", "list").out
    kiemtin.well("users", "password", "lan")
    assert (user(home, "lan").active, user(home, "lan").password_hash != old) == (True, True)
    with Database(f"sqlite:///{home / 'kiemtin.db'}") as database, database.work() as session:
        actions = session.scalars(select(AuditEvent.action).where(AuditEvent.subject == "lan")).all()
    assert list(actions) == ["user.added", "user.disabled", "user.password"]


@pytest.mark.parametrize("command", ["disable", "password"])
def test_an_unknown_user_is_told(command: str, kiemtin: Command, home: Path) -> None:
    answer = kiemtin("users", command, "nobody")
    assert (answer.status, "'nobody'" in answer.complaint) == (1, True)


def test_a_name_is_taken_only_once(kiemtin: Command, home: Path) -> None:
    answer = kiemtin("users", "add", "admin")
    assert (answer.status, "already" in answer.complaint) == (1, True)


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
    assert kiemtin.well("erase", "import", "lan", "--yes").out == "Deleted 2 posts.\n"
    assert posts_in(home) == ["bài 2"]
    assert "identifier differs" in kiemtin.well("erase", "import", "lan", "--yes").out


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
