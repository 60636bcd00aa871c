"""The list of commands says what the commands say, and is shown without loading them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from monitor.cli import build
from monitor.cli.commands import COMMANDS, LazyCommand
from tests.monitor.cli.command import SCRIPT

# Each takes a tenth of a second to several seconds to import.
HEAVY = {
    "alembic", "apscheduler", "bs4", "dateparser", "docx", "fastapi", "feedparser", "httpx", "joblib", "lxml",
    "numpy", "pandas", "scipy", "sklearn", "starlette", "trafilatura", "underthesea", "uvicorn",
    "warcio", "xlsxwriter",
}  # fmt: skip
LOADED = "import sys; from monitor.cli import main\ntry: main()\nfinally: print(*sys.modules, file=sys.stderr)"


def first_line(text: str | None) -> str:
    return (text or "").strip().partition("\n")[0]


def loaded_by(*arguments: str) -> set[str]:
    """Run a command in a process of its own, and name the libraries that it imported."""
    command = [sys.executable, "-c", LOADED, *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (our own program)
    return {name.partition(".")[0] for name in ran.stderr.splitlines()[-1].split()}


def test_each_line_of_the_list_is_the_first_line_of_the_command() -> None:
    listed = {name: LazyCommand(name).help for name in COMMANDS}
    assert listed == {name: first_line(LazyCommand(name).load().help) for name in COMMANDS}
    assert all(listed.values())


def test_every_module_of_commands_is_listed() -> None:
    top = typer.main.get_command(build())
    assert list(top.commands) == list(COMMANDS)  # type: ignore[attr-defined]


@pytest.mark.parametrize("arguments", [["--help"], ["sources", "list"], ["users", "list"]], ids=" ".join)
def test_a_light_command_imports_nothing_heavy(
    arguments: list[str], tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIEMTIN_HOME", str(tmp_path_factory.mktemp("home")))
    assert loaded_by(*arguments) & HEAVY == set()


@pytest.mark.parametrize(("typed", "offered"), [("kiemtin so", "sources"), ("kiemtin users invite --ro", "--role")])
def test_the_shell_completes_commands_and_their_options(typed: str, offered: str) -> None:
    asked = {"_KIEMTIN_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split()) - 1)}
    ran = subprocess.run(  # noqa: S603 (our own program)
        [str(SCRIPT)], env={**os.environ, **asked}, capture_output=True, text=True, check=False
    )
    assert (ran.stdout.split(), ran.stderr) == ([offered], "")


def test_scoring_a_text_imports_nothing_that_only_training_needs(home: Path, tmp_path: Path) -> None:
    post = tmp_path / "post.txt"
    post.write_text("Mai cả huyện mất nước nhé", encoding="utf-8")
    loaded = loaded_by("--home", str(home), "classify", str(post), "--model", "small")
    assert {"numpy", "scipy", "underthesea"} <= loaded
    assert loaded & (HEAVY - {"joblib", "numpy", "scipy", "underthesea"}) == set()
