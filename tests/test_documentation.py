"""What the documentation says is true: its settings, its commands, its links, its paths."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from monitor.cli.commands import COMMANDS, LazyCommand
from monitor.desk.pages.manual import MANUAL_DIR
from monitor.settings.channels import ChannelSettings
from monitor.settings.reports import PublishSettings, ReportSettings
from monitor.settings.settings import Settings
from storage.models import Base

ROOT = Path(__file__).parent.parent
TABLE = re.compile(r"<!-- settings -->(.*?)<!-- /settings -->", re.DOTALL)
ROW = re.compile(r"^\|\s*`([^`]+)`\s*\|\s*([^|]*?)\s*\|\s*([^|]*?)\s*\|$", re.MULTILINE)
COMMAND = re.compile(r"(?:^|[`\s/])kiemtin((?: +[a-z][a-z-]*)+)", re.MULTILINE)
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
TARGET = re.compile(r"(?:^|`)(?:\$ )?make(?: [A-Z]+=\S+)* ([a-z][a-z-]*[a-z])(?= |`|$)", re.MULTILINE)
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)")
PATH = re.compile(r"`((?:monitor|classifiers|storage|tests|docs|deploy|examples|notebooks)/[\w./-]+)`")
PAGES = sorted(
    [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / "SECURITY.md",
        *(ROOT / "docs").rglob("*.md"),
        *MANUAL_DIR.glob("*.md"),
    ]
)


def pages() -> Iterator[tuple[str, str]]:
    """Give each page's path in the repository and its text."""
    for page in PAGES:
        yield page.relative_to(ROOT).as_posix(), page.read_text(encoding="utf-8")


def written(default: object) -> set[str]:
    """Give the ways in which a default may stand in the table, without backquotes."""
    if default in ("", (), {}, None) or (isinstance(default, BaseModel) and not default.model_fields_set):
        return {"(none)"}
    if isinstance(default, Path):
        return {str(default), f"./{default}"}
    numbers = {f"{default:g}", f"{default:,g}", f"{default:_}"} if isinstance(default, int | float) else set()
    return {str(default), f'"{default}"', *numbers}


def test_the_table_names_exactly_the_settings_with_their_defaults() -> None:
    table = TABLE.search((ROOT / "docs" / "settings.md").read_text(encoding="utf-8"))
    assert table, "docs/settings.md has no table between <!-- settings --> and <!-- /settings -->"
    rows = {name: default.strip("` ") for name, default, _ in ROW.findall(table[1])}
    assert set(rows) == set(Settings.model_fields)
    defaults = {name: field.get_default(call_default_factory=True) for name, field in Settings.model_fields.items()}
    wrong = {name: default for name, default in rows.items() if default not in written(defaults[name])}
    assert wrong == {}


@pytest.mark.parametrize(
    ("page", "heading", "model"),
    [
        ("reports", "report-settings", ReportSettings),
        ("corrections", "publish-settings", PublishSettings),
        ("outbox", "channel-settings", ChannelSettings),
    ],
)
def test_a_page_names_exactly_the_settings_of_its_table(page: str, heading: str, model: type[BaseModel]) -> None:
    text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    table = re.search(rf"<!-- {heading} -->(.*?)<!-- /{heading} -->", text, re.DOTALL)
    assert table
    assert {name for name, _, _ in ROW.findall(table[1])} == set(model.model_fields)


def commands() -> dict[str, Any]:
    """Load every command of `kiemtin`, by name."""
    return {name: LazyCommand(name).load() for name in COMMANDS}


def named_commands(text: str) -> Iterator[list[str]]:
    for code in CODE.findall(text):
        for words in COMMAND.findall(code):
            yield words.split()


def test_every_command_that_is_named_exists() -> None:
    loaded = commands()
    known = {name: set(getattr(command, "commands", ())) for name, command in loaded.items()}
    alone = {name for name, command in loaded.items() if getattr(command, "invoke_without_command", False)}
    named = [(page, words) for page, text in pages() for words in named_commands(text)]
    assert any(page == "README.md" for page, _ in named), "README.md names no command"
    wrong = []
    for page, (first, *rest) in named:
        inner = known.get(first)
        if inner is None or (inner and (rest or first not in alone) and (not rest or rest[0] not in inner)):
            wrong.append(f"{page}: kiemtin {' '.join([first, *rest])}")
    assert wrong == []


def test_every_target_of_make_that_is_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = {target for _, text in pages() for code in CODE.findall(text) for target in TARGET.findall(code)}
    assert named >= {"setup", "demo", "test", "gate", "long"}
    assert named - set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE)) == set()


def test_every_link_into_the_project_leads_somewhere() -> None:
    missing = [
        f"{page}: {link}"
        for page, text in pages()
        for link in LINK.findall(text)
        if not re.match(r"[a-z]+:|#", link) and not (ROOT / page).parent.joinpath(link.partition("#")[0]).exists()
    ]
    assert missing == []


def test_every_path_that_is_named_exists() -> None:
    missing = [f"{page}: {path}" for page, text in pages() for path in PATH.findall(text) if not (ROOT / path).exists()]
    assert missing == []


def nouns_of(words: str) -> set[str]:
    """Give a term and its last word, each in the singular."""
    singular = re.sub(r"(?<=ch)es$|(?<!s)s$", "", re.sub(r"ies$", "y", words.lower()))
    return {singular, singular.split()[-1]}


@pytest.mark.parametrize("room", ["monitor/outbox", "monitor/review", "storage/models"])
def test_the_glossary_holds_the_nouns_of_a_room(room: str) -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \*\*(.+?)\*\* \|", text, re.MULTILINE)
    terms = {noun for row in rows for term in re.split(r"[,(]", row) for noun in nouns_of(term.strip(" )"))}
    names = [
        " ".join(re.findall(r"[A-Z][a-z]*", node.name))
        for path in (ROOT / room).rglob("*.py")
        if path.name != "errors.py"  # errors are named by what happened
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    ]
    names += [table.replace("_", " ") for table in Base.metadata.tables if room == "storage/models"]
    assert names
    unknown = {name for name in names if nouns_of(name).isdisjoint(terms)}
    assert unknown == set(), "a term of the domain stands in docs/glossary.md"
