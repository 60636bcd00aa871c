"""SECURITY.md and docs/asvs.md name tests that exist, and leave no line without a verdict."""

import ast
import re
from itertools import takewhile
from pathlib import Path
from typing import Final

import pytest

from tests.examples import examples_of

ROOT = Path(__file__).parent.parent
NAMED = re.compile(r"`(test_\w+)`")
LINE = re.compile(r"^\| (\d+\.\d+\.\d+)(?: to (\d+\.\d+\.\d+))? \| (yes|part|–) \| (.+) \|$", re.MULTILINE)
FILE = re.compile(r"`((?:monitor|storage|classifiers|deploy)/[\w./]*)`|\]\(([\w./]+\.md)")
# A test, a place to read, or a rule of the linter, which `make test` runs.
PROOF = re.compile(rf"{NAMED.pattern}|{FILE.pattern}|rules? S\d{{3}}|`uv\.lock`|`mypy --strict`")
SECTIONS: Final = examples_of(__file__)["sections"]
REQUIREMENTS: Final = [f"{section}.{number}" for section, most in SECTIONS.items() for number in range(1, most + 1)]
LEVEL_1, LEVEL_2 = 70, 183  # as the standard says of itself


def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def lines() -> list[tuple[str, str, str]]:
    """Give number, verdict and reason of each requirement; a line may speak of several that follow each other."""
    return [
        (number, verdict, why)
        for first, last, verdict, why in LINE.findall(read("docs/asvs.md"))
        for number in REQUIREMENTS[REQUIREMENTS.index(first) : REQUIREMENTS.index(last or first) + 1]
    ]


def existing_tests() -> set[str]:
    paths = (path for folder in ("tests", "examples") for path in (ROOT / folder).rglob("test_*.py"))
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in paths)
    functions = (node for tree in trees for node in ast.walk(tree))
    return {node.name for node in functions if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize("page", ["SECURITY.md", "docs/asvs.md"])
def test_every_test_that_is_named_exists(page: str) -> None:
    named = set(NAMED.findall(read(page)))
    assert len(named) > 20
    assert named - existing_tests() == set()


def test_every_requirement_has_a_line_with_a_verdict() -> None:
    assert len(REQUIREMENTS) == LEVEL_1 + LEVEL_2
    assert [number for number, _, _ in lines()] == REQUIREMENTS
    assert all(why.strip() for _, _, why in lines())


def test_what_is_said_to_hold_names_a_test_or_a_place_that_is_there() -> None:
    bare = [number for number, verdict, why in lines() if verdict == "yes" and not PROOF.search(why)]
    assert bare == []
    named = {code or f"docs/{page}" for _, _, why in lines() for code, page in FILE.findall(why)}
    assert len(named) > 10
    assert {path for path in named if not (ROOT / path).exists()} == set()


def test_every_attack_names_a_test() -> None:
    table = read("SECURITY.md").partition("| attack | held by |\n|---|---|\n")[2]
    rows = list(takewhile(lambda line: line.startswith("| "), table.splitlines()))
    assert len(rows) > 40
    assert [row for row in rows if not NAMED.search(row.rpartition(" | ")[2])] == []


def test_nothing_turns_the_check_of_certificates_off() -> None:
    off = re.compile(r"verify\s*=\s*False|CERT_NONE|check_hostname\s*=\s*False|_create_unverified_context")
    code = [path for package in ("monitor", "storage", "classifiers") for path in (ROOT / package).rglob("*.py")]
    assert len(code) > 100
    assert [path.name for path in code if off.search(path.read_text(encoding="utf-8"))] == []
