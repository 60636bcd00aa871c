"""Who may run which command: every one is listed, and those that anybody may run touch no home folder."""

import re
from pathlib import Path

import pytest
import typer

from monitor.cli import build
from tests.monitor.cli.command import Command
from tests.monitor.cli.walking import command_names

PAGE = Path(__file__).parents[3] / "docs" / "accounts.md"
OPERATOR, ANYBODY = "operator", "anybody"


def listed() -> dict[str, str]:
    """Read who may run each command from the documentation."""
    table = PAGE.read_text(encoding="utf-8").partition("<!-- commands -->")[2].partition("<!-- /commands -->")[0]
    rows = re.findall(r"^\| (`.+`) \| (\w+) \|$", table, re.MULTILINE)
    return {name: who for names, who in rows for name in re.findall(r"`([^`]+)`", names)}


def test_every_command_is_in_the_matrix_and_no_other() -> None:
    assert set(command_names(typer.main.get_command(build()))) == set(listed())
    assert set(listed().values()) == {OPERATOR, ANYBODY}


def test_anybody_may_run_the_demo_alone() -> None:
    assert [name for name, who in listed().items() if who == ANYBODY] == ["demo"]


@pytest.mark.parametrize("command", ["users list", "audit", "sources list", "privacy", "keys list"])
def test_what_the_operator_runs_works_on_the_home_folder_alone(command: str, kiemtin: Command, bare_home: Path) -> None:
    answer = kiemtin(*command.split())
    assert (answer.status, "kiemtin init" in answer.complaint) == (1, True)
