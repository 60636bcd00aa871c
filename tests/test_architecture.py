"""What every module of the project keeps to; import-linter adds in which direction imports may run."""

import ast
import importlib
import inspect
import re
from functools import cache
from pathlib import Path

import pytest

from tests import architecture_page

ROOT = Path(__file__).parent.parent
PACKAGES = ("monitor", "classifiers", "storage")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
LONGEST = 500
DRAWERS = {"utils", "util", "common", "helpers", "misc"}
ONLY_IN = {"httpx": "monitor/collectors/http/client.py", "underthesea": "classifiers/text/segment.py"}
PASSIVE = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)
# Alembic runs this file instead of importing it: running is all that it is for.
RUN_BY_ALEMBIC = "storage/migrations/env.py"


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported_by(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def is_for_types_alone(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def run_on_import(path: Path) -> list[str]:
    """Return the module's statements that do more than define a name."""
    statements = tree_of(path).body
    if path.name == "__main__.py":
        statements = [node for node in statements if not isinstance(node, ast.If)]
    return [
        ast.unparse(node)
        for node in statements
        if not (isinstance(node, PASSIVE) or is_docstring(node) or is_for_types_alone(node))
    ]


def test_there_are_modules_to_look_at() -> None:
    assert len(MODULES) > 40


def test_no_module_is_too_long_to_read() -> None:
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in [*MODULES, *TESTS]}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_importing_a_module_only_defines_things() -> None:
    statements = {name_of(path): run_on_import(path) for path in MODULES if name_of(path) != RUN_BY_ALEMBIC}
    assert {name: found for name, found in statements.items() if found} == {}


def test_no_module_is_a_drawer_for_odds_and_ends() -> None:
    parts = {name_of(path): {part.removesuffix(".py") for part in path.relative_to(ROOT).parts} for path in MODULES}
    assert [name for name, found in parts.items() if found & DRAWERS] == []


@pytest.mark.parametrize(("library", "home"), ONLY_IN.items())
def test_a_library_that_may_be_replaced_is_known_in_one_place(library: str, home: str) -> None:
    assert [name_of(path) for path in MODULES if library in imported_by(path)] == [home]


@pytest.mark.parametrize(
    "module_name", ["monitor.errors", "monitor.review.errors", "classifiers.errors", "storage.errors"]
)
def test_the_tree_of_errors_is_drawn_as_it_is(module_name: str) -> None:
    module = importlib.import_module(module_name)
    drawn: dict[str, str | None] = {}
    above: list[str] = []
    for line in (module.__doc__ or "").splitlines():
        match = re.match(r"^([│├└─ ]*)([A-Z]\w+)(?:  |$)", line)
        if match and (match[1] or not drawn):
            depth = len(match[1]) // 4
            above[depth:] = [match[2]]
            drawn[match[2]] = above[depth - 1] if depth else None
    defined = {
        name: cls.__base__.__name__ if cls.__base__ and cls.__base__.__module__ == module_name else None
        for name, cls in inspect.getmembers(module, inspect.isclass)
        if cls.__module__ == module_name
    }
    assert drawn == defined


def test_the_page_shows_the_rooms_as_they_are() -> None:
    text = architecture_page.PAGE.read_text(encoding="utf-8")
    shown = architecture_page.TREE.search(text)
    assert shown, "docs/architecture.md has no table between <!-- tree --> and <!-- /tree -->"
    assert shown[0] == architecture_page.tree(), "run make architecture"
