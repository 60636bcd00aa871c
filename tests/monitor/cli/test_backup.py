"""`kiemtin backup` and `restore`: one file, and back."""

import re
import shlex
import shutil
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from storage.accounts import users
from tests.monitor.cli.command import Command
from tests.monitor.cli.conftest import ImportPosts


def test_a_home_goes_into_a_file_and_comes_back_elsewhere(kiemtin: Command, tmp_path: Path) -> None:
    kiemtin.well("sources", "add", "forum", "feed", "https://a.example/rss", "--legal-basis", "công khai")
    file = tmp_path / "kiemtin.backup"
    assert "not sealed: whoever has it can read all" in kiemtin.well("backup", str(file)).out
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    kiemtin.set(home=tmp_path / "new")
    assert "Put back" in kiemtin.well("restore", str(file), "--yes").out
    assert [each["name"] for each in kiemtin.well("sources", "list", "--json").data] == ["forum"]
    backup = {each["subject"]: each for each in kiemtin("doctor", "--json").data}["backup"]
    assert (backup["state"], "the last one was made on" in backup["said"]) == ("ok", True)
    assert (tmp_path / "new" / "secret.key").read_bytes() == (kiemtin.home / "secret.key").read_bytes()
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").rglob("*")}
    assert modes == {0o600, 0o700}


def test_who_names_the_database_as_the_target_loses_nothing(kiemtin: Command) -> None:
    before = (kiemtin.home / "kiemtin.db").read_bytes()
    assert "FILE is the backup to write" in kiemtin("backup", str(kiemtin.home / "kiemtin.db")).complaint
    assert (kiemtin.home / "kiemtin.db").read_bytes() == before


def test_with_a_passphrase_it_is_sealed(kiemtin: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kiemtin.set(backup_passphrase="rất bí mật")
    assert kiemtin.well("backup", str(tmp_path / "b"), "--json").data["sealed"] is True
    monkeypatch.delenv("KIEMTIN_BACKUP_PASSPHRASE")
    kiemtin.set(home=tmp_path / "new")
    assert "is sealed: set KIEMTIN_BACKUP_PASSPHRASE" in kiemtin("restore", str(tmp_path / "b"), "--yes").complaint


def test_a_home_in_use_stays_unless_it_shall_be_replaced(kiemtin: Command, tmp_path: Path) -> None:
    kiemtin.well("backup", str(tmp_path / "b"))
    assert "give --replace" in kiemtin("restore", str(tmp_path / "b"), "--yes").complaint
    kiemtin.well("users", "invite", "lan")
    answer = kiemtin.well("restore", str(tmp_path / "b"), "--yes", "--replace")
    assert "delete it when all is well" in answer.out
    assert "lan" not in kiemtin.well("users", "list").out


def test_an_old_backup_deletes_nothing_unless_a_person_says_that_the_time_is_right(
    kiemtin: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kiemtin.well("sources", "add", "forum", "feed", "https://a.example/rss", "--legal-basis", "công khai")
    kiemtin.well("backup", str(tmp_path / "b"))
    kiemtin.set(home=tmp_path / "new")
    with time_machine.travel(datetime.now(UTC) + timedelta(days=400)):
        answer = kiemtin("restore", str(tmp_path / "b"), "--yes")
        assert "nothing was deleted" in answer.complaint
        assert "Put back" in answer.out
        monkeypatch.setattr("typer.confirm", lambda *_, **__: True)
        kiemtin.well("restore", str(tmp_path / "b"), "--replace")
        assert kiemtin.well("db", "confirm-clock")


def steps_of(heading: str) -> list[list[str]]:
    """Give the commands of `kiemtin` that a section of docs/backup.md shows."""
    page = (Path(__file__).parents[3] / "docs" / "backup.md").read_text(encoding="utf-8")
    section = page.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return [shlex.split(line) for line in re.findall(r"^\$ kiemtin (.+)$", section, re.MULTILINE)]


@pytest.mark.parametrize(
    ("heading", "steps", "lose"),
    [
        ("After a lost disk", 3, shutil.rmtree),
        ("After a lost key", 4, lambda home: (home / "secret.key").unlink()),
        ("After a stolen laptop", 5, shutil.rmtree),
    ],
)
def test_the_steps_of_the_documentation_are_run_as_written(
    kiemtin: Command,
    import_posts: ImportPosts,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    heading: str,
    steps: int,
    lose: Callable[[Path], None],
) -> None:
    import_posts(["Công ty nợ lương"], author=["chị Lan"])
    with kiemtin.rows() as session:
        users.all_users(session)[0].password_hash = "set"
    kiemtin.well("backup", str(tmp_path / "kiemtin.backup"))
    lose(kiemtin.home)
    monkeypatch.setattr("typer.confirm", lambda *_, **__: True)
    written = steps_of(heading)
    assert len(written) == steps
    for step in written:
        arguments = [each.replace("/media/usb", str(tmp_path)) for each in step]
        if step == ["keys", "give-up"]:  # only where no backup has the key
            (kiemtin.home / "secret.key").unlink()
        answer = kiemtin(*arguments)
        assert answer.status == 0 or step == ["doctor"], answer
        if step == ["doctor"]:
            assert "FAIL  key" not in answer.out
            assert "FAIL  database" not in answer.out
    found = kiemtin.well("erase", "import", "chị Lan", "--find", "--json").data["posts"]
    assert found == (0 if heading == "After a lost key" else 1)
