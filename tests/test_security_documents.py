"""SECURITY.md and docs/asvs.md name tests that exist, and leave no line without a verdict."""

import ast
import re
from itertools import takewhile
from pathlib import Path
from typing import Final

import pytest

ROOT = Path(__file__).parent.parent
NAMED = re.compile(r"`(test_\w+)`")
LINE = re.compile(r"^\| (\d+\.\d+\.\d+) \| (yes|part|–) \| (.+) \|$", re.MULTILINE)
FILE = re.compile(r"`((?:monitor|storage|classifiers|deploy)/[\w./]*)`|\]\(([\w./]+\.md)")
# A test, a place to read, or a rule of the linter, which `make test` runs.
PROOF = re.compile(rf"{NAMED.pattern}|{FILE.pattern}|rules? S\d{{3}}|`uv\.lock`|`mypy --strict`")
# How many requirements of levels 1 and 2 each section of ASVS 5.0.0 has, counted in the standard's own table. Those of
# level 3 stand last in their sections, so the numbers of the others begin at 1 and have no gap.
SECTIONS: Final = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2,
    "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1,
    "3.2": 2, "3.3": 4, "3.4": 6, "3.5": 5, "3.7": 2,
    "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4,
    "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3,
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4,
    "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2,
    "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1,
    "9.1": 3, "9.2": 4,
    "10.1": 2, "10.2": 2, "10.3": 4, "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3,
    "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1,
    "12.1": 3, "12.2": 2, "12.3": 4,
    "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5,
    "14.1": 2, "14.2": 4, "14.3": 3,
    "15.1": 3, "15.2": 3, "15.3": 7,
    "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3,
    "17.1": 1, "17.2": 4, "17.3": 2,
}  # fmt: skip
LEVEL_1, LEVEL_2 = 70, 183  # as the standard says of itself


def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def lines() -> list[tuple[str, str, str]]:
    return LINE.findall(read("docs/asvs.md"))


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
    assert sum(SECTIONS.values()) == LEVEL_1 + LEVEL_2
    wanted = [f"{section}.{number}" for section, most in SECTIONS.items() for number in range(1, most + 1)]
    assert [number for number, _, _ in lines()] == wanted
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
