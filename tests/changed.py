"""Runs the tests of what was changed: `make check`.

A change is what differs from where the branch left main, and what is not committed yet. Of a module these are the
tests: those of its name in the mirrored folder, then those that import it, up to MOST files of tests.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
PACKAGES: Final = ("monitor", "classifiers", "storage")
FOLDERS: Final = ("tests", "examples")
MOST: Final = 12  # files: more take longer than a minute, and `make test` runs them all
OF_DOCUMENTS: Final = ("tests/test_documentation.py", "tests/test_security_documents.py")
NOTHING_TO_RUN: Final = 5  # pytest's status when all tests of a file are left to `make gate`


def changed_files(root: Path) -> list[Path]:
    """List the files that differ from main, and those that git does not know yet, by their place in the checkout."""
    base = next((line for name in ("origin/main", "main") if (line := _git(root, "merge-base", "HEAD", name))), "HEAD")
    names = [*_git(root, "diff", "--name-only", base).splitlines()]
    names += _git(root, "ls-files", "--others", "--exclude-standard").splitlines()
    return [Path(name) for name in dict.fromkeys(names) if (root / name).exists()]


def related_tests(changed: Sequence[Path], root: Path) -> list[Path]:
    """List the files of tests to run for changed files, the nearest first."""
    tests = [path.with_suffix(".py") if path.suffix == ".toml" else path for path in changed]  # examples of a test
    found = [path for path in tests if _is_test(path)]
    modules = [path for path in changed if path.suffix == ".py" and not _is_test(path)]
    found += [test for path in modules for test in _by_name(path, root)]
    if any(path.suffix == ".md" or path.name == "Makefile" for path in changed):
        found += map(Path, OF_DOCUMENTS)
    names = {_module_name(path) for path in modules}
    if names:
        found += [test for test in _tests(root) if names & _imported_by(root / test)]
    return list(dict.fromkeys(found))


def _is_test(path: Path) -> bool:
    return "tests" in path.parts and path.name.startswith("test_") and path.suffix == ".py"


def _tests(root: Path) -> list[Path]:
    return sorted(path.relative_to(root) for folder in FOLDERS for path in (root / folder).rglob("test_*.py"))


def _by_name(path: Path, root: Path) -> Iterator[Path]:
    """Give the tests of a module's name in the folder that mirrors its own, and those of its whole package."""
    if path.parts[0] not in PACKAGES:
        return
    name = path.parent.name if path.name == "__init__.py" else path.stem
    for folder in (root / "tests" / path.parent, root / "tests" / path.parent.parent):
        for test in sorted(folder.glob("test_*.py")):
            if name in test.stem:
                yield test.relative_to(root)


def _module_name(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def _imported_by(path: Path) -> frozenset[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.update([node.module, *(f"{node.module}.{alias.name}" for alias in node.names)])
    return frozenset(names)


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)  # noqa: S603, S607
    return done.stdout.strip() if done.returncode == 0 else ""


def main() -> int:
    """Run them; returns the status of pytest."""
    found = related_tests(changed_files(ROOT), ROOT)
    if not found:
        sys.stdout.write("no test belongs to what was changed\n")
        return 0
    left_out = found[MOST:]
    if left_out:
        sys.stdout.write(f"left to `make test`: {', '.join(map(str, left_out))}\n")
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-m", "not gate and not long", *map(str, found[:MOST])]
    status = subprocess.run(command, cwd=ROOT, check=False).returncode  # noqa: S603  our own tests
    return 0 if status == NOTHING_TO_RUN else status


if __name__ == "__main__":
    sys.exit(main())
