"""SECURITY.md and docs/asvs.md name tests that exist, and leave no line without a verdict."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NAMED = re.compile(r"`(test_\w+)`")
LINE = re.compile(r"^\| (\d+\.\d+\.\d+) \| (yes|part|no|–) \| (.+) \|$", re.MULTILINE)
# Requirements of levels 1 and 2 by chapter, as the standard's own repository has them. V10 and V17 do not apply.
COUNTED = {1: 27, 2: 11, 3: 19, 4: 10, 5: 9, 6: 33, 7: 18, 8: 7, 9: 7, 11: 13, 12: 9, 13: 13, 14: 9, 15: 13, 16: 16}


def existing_tests() -> set[str]:
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "tests").rglob("test_*.py"))
    functions = (node for tree in trees for node in ast.walk(tree))
    return {node.name for node in functions if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize("page", ["SECURITY.md", "docs/asvs.md"])
def test_every_test_that_is_named_exists(page: str) -> None:
    named = set(NAMED.findall((ROOT / page).read_text(encoding="utf-8")))
    assert len(named) > 20
    assert named - existing_tests() == set()


def test_every_requirement_has_a_line_with_a_verdict() -> None:
    lines = LINE.findall((ROOT / "docs" / "asvs.md").read_text(encoding="utf-8"))
    numbers = [number for number, _, _ in lines]
    assert len(numbers) == len(set(numbers))
    chapters = [int(number.partition(".")[0]) for number in numbers]
    assert {chapter: chapters.count(chapter) for chapter in set(chapters)} == COUNTED
    assert all(why.strip() for _, _, why in lines)
