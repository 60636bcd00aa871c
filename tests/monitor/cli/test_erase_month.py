"""After a month of use nothing of an erased author is left, and what cannot be changed is named with its reason."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.operations.file_search import contents
from tests.monitor.cli.command import Command
from tests.monitor.operations.used_month import HANDLE, PROFILE, SECRET, Month, flags_decided, used_for_a_month


@pytest.fixture
def month(small_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Month]:
    home = tmp_path / "home"
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
def test_nothing_of_an_author_is_left_after_a_month_of_use(kiemtin: Command, month: Month) -> None:
    home = month.app.settings.home
    assert flags_decided(month) > 20
    assert {path.split("/")[0] for path in files_with(SECRET, home)} >= {"captures", "reports", "backups", "kiemtin.db"}
    found = kiemtin.well("erase", "mastodon", PROFILE, "--find", "--json").data
    assert found["posts"] == month.posts
    assert min(found["mentions"], found["captures"]) > month.posts
    assert "traces of this author are left" in kiemtin("erase", "mastodon", PROFILE, "--verify").complaint
    month.app.close()

    erased = kiemtin.well("erase", "mastodon", PROFILE, "--yes", "--json").data
    assert erased["posts"] == month.posts

    left = {f"reports/{name}" for name in erased["withdraw"]} | {"backups/old.kiemtin"}
    assert files_with(SECRET, home) <= left
    assert files_with(HANDLE, home) == {"backups/old.kiemtin"}
    verified = kiemtin("erase", "mastodon", PROFILE, "--verify")
    assert verified.out == (
        "backups/old.kiemtin: a backup from before the erasure: make a new one, then delete this one\n"
    )
    assert "1 traces of this author are left" in verified.complaint

    for name in left:
        (home / name).unlink()
    assert kiemtin.well("erase", "mastodon", PROFILE, "--verify").out.startswith("Nothing of this author is left")
    assert files_with(SECRET, home) == files_with(HANDLE, home) == set()
    month.crawl()  # the site still serves the posts
    assert files_with(SECRET, home) == files_with(HANDLE, home) == set()
