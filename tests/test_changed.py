"""`make check` runs the tests that belong to what was changed."""

import subprocess
from pathlib import Path

import pytest

from tests.changed import changed_files, related_tests

FILES = {
    "storage/rows.py": "",
    "storage/audit.py": "",
    "tests/storage/test_rows.py": "",
    "tests/storage/test_rows_killed.py": "",
    "tests/monitor/test_use.py": "from storage import rows\n",
    "tests/monitor/test_other.py": "import json\n",
    "docs/page.md": "",
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Make a checkout of a few files, all committed."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", "-C", str(tmp_path)]
    for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "files"]):
        subprocess.run([*git, *command], check=True)  # noqa: S603  git
    return tmp_path


def names(paths: list[Path]) -> list[str]:
    return [path.as_posix() for path in paths]


def test_what_is_new_or_changed_is_found(checkout: Path) -> None:
    assert changed_files(checkout) == []
    (checkout / "storage" / "rows.py").write_text("CHANGED = True\n", encoding="utf-8")
    (checkout / "storage" / "audit.py").unlink()
    (checkout / "tests" / "test_new.py").touch()
    assert names(changed_files(checkout)) == ["storage/rows.py", "tests/test_new.py"]


@pytest.mark.parametrize(
    ("changed", "run"),
    [
        (["storage/rows.py"], ["storage/test_rows.py", "storage/test_rows_killed.py", "monitor/test_use.py"]),
        (["tests/monitor/test_other.py"], ["monitor/test_other.py"]),
        (["tests/monitor/test_other.toml", "pyproject.toml"], ["monitor/test_other.py"]),
        (["docs/page.md"], ["test_documentation.py", "test_security_documents.py"]),
        (["storage/audit.py"], []),
    ],
)
def test_the_nearest_tests_come_first(checkout: Path, changed: list[str], run: list[str]) -> None:
    assert names(related_tests([Path(name) for name in changed], checkout)) == [f"tests/{name}" for name in run]
