"""`make conformance FIXTURES=DIR`: read other projects' test material from a folder, and print agreed / tried for each.

Nothing is fetched. docs/conformance.md says which checkouts the folder holds.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from monitor.errors import KiemtinError
from tests.conformance.checks import CHECKS

SHOWN = 5


def main(arguments: Sequence[str]) -> None:
    """Compare all that the folder holds; exit status 1 when it holds nothing that is known."""
    folder = Path(arguments[0]) if len(arguments) == 1 else None
    if folder is None or not folder.is_dir():
        sys.exit("name the folder with the checkouts: make conformance FIXTURES=DIR; docs/conformance.md lists them")
    tried_at_all = False
    for name, check in CHECKS.items():
        if not (folder / name).is_dir():
            sys.stdout.write(f"{name}: not in {folder}\n")
            continue
        agreed, different = 0, []
        try:
            for compared in check(folder / name):
                agreed += compared.agreed
                different += [] if compared.agreed else [compared.name]
        except KiemtinError as error:
            different.append(f"broke off: {error}")
        tried = agreed + len(different)
        tried_at_all = tried_at_all or tried > 0
        more = f" and {len(different) - SHOWN} more" if len(different) > SHOWN else ""
        told = f"; differ: {', '.join(different[:SHOWN])}{more}" if different else ""
        sys.stdout.write(f"{name}: {agreed} / {tried}{told}\n")
    if not tried_at_all:
        sys.exit(f"{folder} holds none of the material: docs/conformance.md says where it lies in each checkout")


if __name__ == "__main__":
    main(sys.argv[1:])
