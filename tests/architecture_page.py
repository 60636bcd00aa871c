"""The tree of rooms in docs/architecture.md, written from the packages: `make architecture`."""

import ast
import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = ROOT / "docs" / "architecture.md"
TREE: Final = re.compile(r"(?<=<!-- tree -->\n).*?(?=<!-- /tree -->)", re.DOTALL)
PACKAGES: Final = ("monitor", "storage", "classifiers")


def tree() -> str:
    """Return the tables of all rooms: each with its number of modules and the first sentence of its docstring."""
    tables = []
    for package in PACKAGES:
        rows = [f"| `{room}/` | {len(modules(room))} | {sentence(room)} |" for room in rooms(package)]
        head = f"**`{package}/`** {sentence(package)}\n\n| room | modules | |\n|---|---|---|\n"
        tables.append(head + "\n".join(rows) + "\n")
    return "\n".join(tables)


def rooms(package: str) -> list[str]:
    """Return the packages inside a package, as paths."""
    return sorted(f"{package}/{path.parent.name}" for path in (ROOT / package).glob("*/__init__.py"))


def modules(room: str) -> list[Path]:
    """Return the modules of a room that hold more than its docstring."""
    return [path for path in (ROOT / room).rglob("*.py") if path.name != "__init__.py"]


def sentence(room: str) -> str:
    """Return the first line of a package's docstring."""
    docstring = ast.get_docstring(ast.parse((ROOT / room / "__init__.py").read_text(encoding="utf-8")))
    assert docstring, f"{room} does not say what it is"
    return docstring.splitlines()[0]


def main() -> None:
    """Write the tree into the page."""
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(TREE.sub(tree().replace("\\", "\\\\"), text), encoding="utf-8")


if __name__ == "__main__":
    main()
