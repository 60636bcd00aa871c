"""What README.md says is true: its settings, its commands, its links."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from monitor.cli import build
from monitor.settings import Settings

ROOT = Path(__file__).parent.parent
TABLE = re.compile(r"<!-- settings -->(.*?)<!-- /settings -->", re.DOTALL)
ROW = re.compile(r"^\|\s*`([^`]+)`\s*\|\s*([^|]*?)\s*\|\s*([^|]*?)\s*\|$", re.MULTILINE)
COMMAND = re.compile(r"(?:^|[`\s/])kiemtin((?: +[a-z][a-z-]*)+)", re.MULTILINE)
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)")


@pytest.fixture(scope="module")
def readme() -> str:
    return (ROOT / "README.md").read_text(encoding="utf-8")


def written(default: object) -> set[str]:
    """Give the ways in which a default may stand in the table, without backquotes."""
    if default in ("", (), {}):
        return {"(none)"}
    if isinstance(default, Path):
        return {str(default), f"./{default}"}
    numbers = {f"{default:g}", f"{default:,g}", f"{default:_}"} if isinstance(default, int | float) else set()
    return {str(default), f'"{default}"', *numbers}


def test_the_table_names_exactly_the_settings_with_their_defaults(readme: str) -> None:
    table = TABLE.search(readme)
    assert table, "README.md has no table between <!-- settings --> and <!-- /settings -->"
    rows = {name: default.strip("` ") for name, default, _ in ROW.findall(table[1])}
    assert set(rows) == set(Settings.model_fields)
    defaults = {name: field.get_default(call_default_factory=True) for name, field in Settings.model_fields.items()}
    wrong = {name: default for name, default in rows.items() if default not in written(defaults[name])}
    assert wrong == {}


def known_commands() -> dict[str, set[str]]:
    top = typer.main.get_command(build())
    return {name: set(getattr(command, "commands", ())) for name, command in top.commands.items()}


def groups_that_work_alone() -> set[str]:
    top = typer.main.get_command(build())
    return {name for name, command in top.commands.items() if getattr(command, "invoke_without_command", False)}


def named_commands(readme: str) -> Iterator[list[str]]:
    for code in CODE.findall(readme):
        for words in COMMAND.findall(code):
            yield words.split()


def test_every_command_that_is_named_exists(readme: str) -> None:
    known, alone = known_commands(), groups_that_work_alone()
    named = list(named_commands(readme))
    assert named, "README.md names no command"
    for first, *rest in named:
        assert first in known, f"kiemtin {first}"
        if known[first] and (rest or first not in alone):
            assert rest, f"kiemtin {first} needs a command of its own"
            assert rest[0] in known[first], f"kiemtin {first} {rest[0]}"


def test_every_link_into_the_project_leads_somewhere(readme: str) -> None:
    targets = [link for link in LINK.findall(readme) if not re.match(r"[a-z]+:|#", link)]
    missing = [link for link in targets if not (ROOT / link.partition("#")[0]).exists()]
    assert missing == []
