"""`kiemtin erase` and `audit`: nothing of an author is left, and what cannot be changed is named with its reason."""

import json
import stat
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.operations.file_search import contents
from storage.models import Post
from tests.monitor.cli.command import Command
from tests.monitor.cli.conftest import ImportPosts
from tests.monitor.operations.used_month import HANDLE, PROFILE, SECRET, Month, flags_decided, used_for_a_month


@pytest.fixture
def imported(import_posts: ImportPosts) -> None:
    import_posts([f"bài {number}" for number in range(3)], author=["lan", "lan", "mai"])


def posts_in(kiemtin: Command) -> list[str]:
    with kiemtin.rows() as session:
        return list(session.scalars(select(Post.text)))


@pytest.mark.usefixtures("imported")
def test_an_author_is_erased_on_request(kiemtin: Command) -> None:
    assert kiemtin.well("erase", "import", "lan", "--find").out.startswith("2 posts, stored as lan; 0 other places")
    assert len(posts_in(kiemtin)) == 3
    kiemtin.fails("traces of this author are left", "erase", "import", "lan", "--verify")
    assert kiemtin.well("erase", "import", "@lan", "--yes").out == "Deleted 2 posts.\n"
    assert posts_in(kiemtin) == ["bài 2"]
    nothing = "Nothing of this author is left in the home folder.\n"
    assert kiemtin.well("erase", "import", "lan", "--verify").out == nothing
    kiemtin.fails("check kind and handle with `--find`", "erase", "import", "nobody", "--yes")
    for how in ("--find", "--verify", "--yes"):
        kiemtin.fails("there is no kind of source named 'imprt'", "erase", "imprt", "lan", how, status=2)


@pytest.mark.usefixtures("imported")
@pytest.mark.parametrize(("typed", "status", "left"), [("y\n", 0, 1), ("n\n", 1, 3), ("", 1, 3)])
def test_erasing_asks_first(
    typed: str, status: int, left: int, kiemtin: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(typed.encode()), "utf-8"))
    answer = kiemtin("erase", "import", "lan")
    assert (answer.status, len(posts_in(kiemtin))) == (status, left)
    assert "Traceback" not in answer.err


@pytest.mark.usefixtures("imported")
def test_without_the_key_nobody_can_be_erased(kiemtin: Command) -> None:
    (kiemtin.home / "secret.key").unlink()
    kiemtin.fails("backup", "erase", "import", "lan", "--yes")
    assert len(posts_in(kiemtin)) == 3


@pytest.fixture
def month(small_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Month]:
    home = tmp_path / "used"
    monkeypatch.setenv("KIEMTIN_HOME", str(home))
    with used_for_a_month(home, small_model) as used:
        yield used


def files_with(words: str, home: Path) -> set[str]:
    """Search all files, unpacked, without the program's own pattern."""
    return {
        str(path.relative_to(home))
        for path in home.rglob("*")
        if path.is_file() and any(words.lower() in text.lower() for text in contents(path))
    }


@pytest.mark.gate
def test_nothing_of_an_author_is_left_after_a_month_of_use(
    month: Month, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = month.app.settings.home
    kiemtin = Command(home, capsys, monkeypatch)
    assert flags_decided(month) > 20
    assert {path.split("/")[0] for path in files_with(SECRET, home)} >= {"captures", "reports", "backups", "kiemtin.db"}
    found = kiemtin.well("erase", "mastodon", PROFILE, "--find", "--json").data
    assert found["posts"] == month.posts
    assert min(found["mentions"], found["captures"]) > month.posts
    kiemtin.fails("traces of this author are left", "erase", "mastodon", PROFILE, "--verify")
    month.app.close()

    erased = kiemtin.well("erase", "mastodon", PROFILE, "--yes", "--json").data
    assert erased["posts"] == month.posts

    left = {f"reports/{name}" for name in erased["withdraw"]} | {"backups/old.kiemtin"}
    assert files_with(SECRET, home) <= left
    assert files_with(HANDLE, home) == {"backups/old.kiemtin"}
    verified = kiemtin.fails("1 traces of this author are left", "erase", "mastodon", PROFILE, "--verify")
    assert verified.out == (
        "backups/old.kiemtin: a backup from before the erasure: make a new one, then delete this one\n"
    )

    for name in left:
        (home / name).unlink()
    assert kiemtin.well("erase", "mastodon", PROFILE, "--verify").out.startswith("Nothing of this author is left")
    assert files_with(SECRET, home) == files_with(HANDLE, home) == set()
    month.crawl()  # the site still serves the posts
    assert files_with(SECRET, home) == files_with(HANDLE, home) == set()


def test_the_audit_trail_is_written_as_json_lines(kiemtin: Command, tmp_path: Path) -> None:
    kiemtin.well("users", "invite", "lan")
    file = tmp_path / "audit.jsonl"
    assert "Wrote 2 events" in kiemtin.well("audit", str(file)).out
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    lines = file.read_text(encoding="utf-8").splitlines()
    assert kiemtin.well("audit").out.splitlines() == lines
    last = json.loads(lines[-1])
    assert last.keys() == {"id", "at", "user_id", "user", "action", "subject", "detail"}
    assert (last["id"], last["action"], last["user"]) == (2, "user.invited", None)
    kiemtin.fails("cannot write", "audit", str(tmp_path / "none" / "audit.jsonl"))
