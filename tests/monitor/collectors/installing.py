"""Makes packages of other people known, as pip does when it installs them."""

import importlib
import tomllib
from collections.abc import Mapping
from pathlib import Path

from monitor.collectors.registry import GROUP


def add_entry_points(folder: Path, package: str, entry_points: Mapping[str, str]) -> None:
    """Write the metadata that pip would write when it installs a package."""
    info = folder / f"{package}-0.1.0.dist-info"
    info.mkdir()
    lines = [f"[{GROUP}]", *(f"{name} = {value}" for name, value in entry_points.items())]
    (info / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 0.1.0\n", encoding="utf-8")
    importlib.invalidate_caches()


def install_example(folder: Path, example: Path) -> None:
    """Make an example known by the entry points that its pyproject.toml declares."""
    project = tomllib.loads((example / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    add_entry_points(folder, project["name"].replace("-", "_"), project["entry-points"][GROUP])
