"""`kiemtin users` and `keys`: who may sign in, which programs may ask, and what a new key of the installation costs."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.accounts import sessions
from storage.database import Database
from storage.models import AuditEvent, User
from tests.monitor.cli.command import Command
from tests.monitor.cli.conftest import ImportPosts


def user(kiemtin: Command, name: str) -> User:
    with kiemtin.rows() as session:
        return session.scalars(select(User).where(User.name == name)).one()


def test_a_user_is_invited_by_a_link_that_is_not_in_the_database(kiemtin: Command) -> None:
    link = kiemtin.well("users", "invite", "lan").out.rpartition(" ")[2].strip()
    assert link.startswith("http://127.0.0.1:8000/join/")
    assert user(kiemtin, "lan").password_hash == "!"
    assert link.rpartition("/")[2].encode() not in (kiemtin.home / "kiemtin.db").read_bytes()
    assert kiemtin.well("users", "list", "--json").data == [
        {"name": "admin", "role": "admin", "active": True, "second_factor": False},
        {"name": "lan", "role": "reviewer", "active": True, "second_factor": False},
    ]
    kiemtin.set(desk_url="https://kiemtin.example.vn/")
    assert "https://kiemtin.example.vn/join/" in kiemtin.well("users", "invite", "mai").out


def test_a_user_who_is_there_gets_another_link_in_the_same_role(kiemtin: Command) -> None:
    kiemtin.well("users", "invite", "mai", "--role", "lead")
    assert kiemtin.well("users", "invite", "mai").out.startswith("mai (lead) may set a password")
    kiemtin.fails("change the role first, at the desk", "users", "invite", "mai", "--role", "admin")


def test_no_command_takes_or_makes_a_password(kiemtin: Command) -> None:
    assert kiemtin("users", "invite", "lan", "--password-stdin").status == 2
    assert kiemtin("users", "password", "admin").status == 2


def test_a_user_is_kept_out_and_invited_again(kiemtin: Command) -> None:
    kiemtin.well("users", "invite", "lan", "--role", "lead")
    kiemtin.well("users", "disable", "lan")
    assert user(kiemtin, "lan").active is False
    assert "lan  lead  (disabled)" in kiemtin.well("users", "list").out
    assert kiemtin.well("users", "invite", "lan").out.startswith("lan (lead) may set a password")
    assert kiemtin("users", "invite", "hoa", "--role", "boss").status == 2
    with kiemtin.rows() as session:
        actions = session.scalars(select(AuditEvent.action).where(AuditEvent.subject == "users:2")).all()
    assert list(actions) == ["user.invited", "user.disabled", "user.invited"]


@pytest.fixture
def signed_in(kiemtin: Command) -> Path:
    """Sign Lan in, in two browsers."""
    kiemtin.well("users", "invite", "lan")
    with kiemtin.rows() as session:
        for token in ("a", "b"):
            where = {"address": "192.0.2.7", "agent": f"browser {token}"}
            sessions.start(session, user_id=2, token_hash=token, stage="full", now=datetime.now(UTC), **where)
    return kiemtin.home


@pytest.mark.parametrize("change", ["disable lan", "reset-second-factor lan"])
def test_what_changes_an_account_ends_its_sessions(kiemtin: Command, signed_in: Path, change: str) -> None:
    kiemtin.well("users", *change.split())
    with Database(f"sqlite:///{signed_in / 'kiemtin.db'}") as database, database.work() as session:
        assert not sessions.listed(session, datetime.now(UTC))


def test_an_unknown_user_is_told(kiemtin: Command) -> None:
    for command in ("disable", "reset-second-factor"):
        kiemtin.fails("'nobody'", "users", command, "nobody")


def test_a_new_key_is_made_and_the_old_one_is_kept_as_long_as_it_is_needed(
    kiemtin: Command, import_posts: ImportPosts
) -> None:
    import_posts(["Xưởng nóng quá"], author=["lan"])
    before = (kiemtin.home / "secret.key").read_text(encoding="ascii")
    assert "0 posts have a new pseudonym, 1 keep the old one" in kiemtin.well("keys", "rotate", "--yes").out
    assert (kiemtin.home / "secret.key").read_text(encoding="ascii") != before
    assert "0 forgotten, 1 still needed" in kiemtin.well("keys", "forget").out
    assert kiemtin.well("erase", "import", "lan", "--yes").out == "Deleted 1 posts.\n"


def test_a_key_of_the_api_is_shown_once_listed_and_revoked(kiemtin: Command) -> None:
    kiemtin.well("users", "invite", "lan")
    given = ["--scope", "flags:read", "--scope", "decisions:write", "--user", "lan"]
    made = kiemtin.well("keys", "add", "dashboard", *given)
    key = made.out.splitlines()[-1]
    assert key.startswith("kt_")
    assert "Added the key dashboard (decisions:write, flags:read)" in made.out
    assert kiemtin.well("keys", "list").out.startswith(
        "dashboard: in use, decisions:write, flags:read, decides as lan, until "
    )
    kiemtin.well("users", "disable", "lan")
    assert kiemtin.well("keys", "list", "--json").data[0]["state"] == "account disabled"
    kiemtin.well("keys", "revoke", "dashboard")
    listed = kiemtin.well("keys", "list", "--json")
    assert (listed.data[0]["state"], listed.data[0]["last_used_at"]) == ("revoked", None)
    assert key not in listed.out
    assert key not in (kiemtin.home / "kiemtin.db").read_bytes().decode("latin-1")


def test_a_key_that_cannot_be_made_says_why(kiemtin: Command) -> None:
    assert "There are no keys" in kiemtin.well("keys", "list").out
    for arguments, said in (
        (("add", "a", "--scope", "all"), "--scope all: choose flags:read, decisions:write"),
        (("add", "a", "--scope", "decisions:write"), "add --user NAME"),
        (("revoke", "nothing"), "`kiemtin keys list` shows them"),
    ):
        assert said in kiemtin("keys", *arguments).complaint
