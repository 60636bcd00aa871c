"""A key that is lost, damaged or another one is named by every command that needs it, with the one thing to do."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from storage.models import Post
from tests.monitor.cli.command import Command
from tests.monitor.cli.conftest import BASIS, ImportPosts

REMEDY = "`kiemtin keys restore FILE`"
AUTHOR = "chị Lan"


def lose_key(home: Path, how: str, older: bytes) -> None:
    contents = {"empty": b"", "cut": older[:40], "another's": b"ab" * 32, "older": older}
    (home / "secret.key").unlink()
    (home / "former.keys").unlink(missing_ok=True)
    if how in contents:
        (home / "secret.key").write_bytes(contents[how])


@pytest.fixture
def backup(kiemtin: Command, import_posts: ImportPosts, tmp_path: Path) -> Path:
    """Give a backup of a home with posts of an author, whose key was rotated before; another author was erased."""
    import_posts(["Công ty nợ lương"], author=[AUTHOR])
    kiemtin.well("keys", "rotate", "--yes")
    import_posts(["Công ty nợ lương", "Ca đêm quá dài", "Bếp ăn bẩn"], author=[AUTHOR, AUTHOR, "anh Nam"])
    kiemtin.well("erase", "import", "anh Nam", "--yes")
    kiemtin.well("backup", str(tmp_path / "b"))
    return tmp_path / "b"


@pytest.mark.parametrize("how", ["missing", "empty", "cut", "another's", "older"])
def test_it_is_named_and_refused_and_comes_back_from_a_backup(
    kiemtin: Command, import_posts: ImportPosts, backup: Path, tmp_path: Path, how: str
) -> None:
    home, good = kiemtin.home, backup.read_bytes()
    kiemtin.well("sources", "add", "tin", "feed", "http://127.0.0.1:9/rss", *BASIS)
    key, former = (home / "secret.key").read_bytes(), (home / "former.keys").read_bytes()
    lose_key(home, how, former.split()[0])
    kept = {path: path.read_bytes() for path in home.glob("*.key*")}

    (tmp_path / "more.csv").write_text("text,author\nNóng quá,chị Hoa\n", encoding="utf-8")
    needing = [
        ("backup", str(backup)),
        ("init",),
        ("import", str(tmp_path / "more.csv"), "--source", "forum"),
        ("crawl",),
        ("erase", "import", AUTHOR, "--yes"),
        ("erase", "import", AUTHOR, "--find"),
        ("keys", "rotate", "--yes"),
        ("keys", "forget"),
    ]
    for arguments in needing:
        assert REMEDY in kiemtin(*arguments).complaint, arguments
    said = {each["subject"]: each for each in kiemtin("doctor", "--json").data}
    assert said["key"]["state"] == "fail"
    assert REMEDY in said["key"]["said"]
    kiemtin.well("score")  # it needs no key
    assert {path: path.read_bytes() for path in home.glob("*.key*")} == kept
    assert backup.read_bytes() == good

    assert "is the one of the backup" in kiemtin.well("keys", "restore", str(backup)).out
    assert ((home / "secret.key").read_bytes(), (home / "former.keys").read_bytes()) == (key, former)
    assert kiemtin.well("erase", "import", AUTHOR, "--find", "--json").data["posts"] == 2


def test_a_key_of_another_home_is_taken_from_no_backup(kiemtin: Command, backup: Path, tmp_path: Path) -> None:
    kiemtin.set(home=tmp_path / "other")
    kiemtin.well("init")
    kiemtin.well("backup", str(tmp_path / "other backup"))
    kiemtin.set(home=kiemtin.home)
    lose_key(kiemtin.home, "missing", b"")
    complaint = kiemtin("keys", "restore", str(tmp_path / "other backup")).complaint
    assert "does not hold all the keys that stored posts need: use another backup" in complaint
    assert not (kiemtin.home / "secret.key").exists()


@pytest.mark.parametrize("how", ["missing", "another's", "older"])
def test_a_key_that_no_backup_has_is_given_up_by_a_command_that_says_what_it_costs(
    kiemtin: Command, import_posts: ImportPosts, backup: Path, how: str
) -> None:
    assert backup.exists()
    assert "no key is lost" in kiemtin("keys", "give-up", "--yes").complaint
    older = (kiemtin.home / "former.keys").read_bytes().split()[0]
    lose_key(kiemtin.home, how, older)
    said = kiemtin.well("keys", "give-up", "--yes").out
    assert "among the 2 posts" in said
    assert "authors who were erased may come back" in said
    assert kiemtin.well("erase", "import", AUTHOR, "--find", "--json").data["posts"] == 0
    with kiemtin.rows() as session:
        assert session.scalar(select(func.count(Post.id))) == 2
    import_posts(["Công ty nợ lương", "Ca đêm quá dài", "Nhà trọ dột"], author=["chị Hoa"] * 3)
    assert kiemtin.well("erase", "import", "chị Hoa", "--find", "--json").data["posts"] == 1
    if how == "older":
        assert older in (kiemtin.home / "former.keys").read_bytes()


def test_a_key_lost_before_its_database_knew_it_is_named_all_the_same(
    kiemtin: Command, import_posts: ImportPosts
) -> None:
    import_posts(["Công ty nợ lương"], author=[AUTHOR])
    with kiemtin.rows() as session:
        session.connection().exec_driver_sql("DELETE FROM known_keys")  # as of a home before there was this table
    lose_key(kiemtin.home, "missing", b"")
    assert REMEDY in kiemtin("init").complaint
    kiemtin.well("keys", "give-up", "--yes")
