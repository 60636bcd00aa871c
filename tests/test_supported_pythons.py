"""The Pythons that are supported are named in several files, which must agree."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
VERSION = re.compile(r"\b3\.\d+\b")


def test_every_file_names_the_same_pythons() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    classifiers = "\n".join(project["project"]["classifiers"])
    supported = re.findall(r":: Python :: (3\.\d+)$", classifiers, re.MULTILINE)
    assert len(supported) == 4
    assert project["project"]["requires-python"] == f">={supported[0]}"
    assert project["tool"]["ruff"]["target-version"] == f"py{supported[0].replace('.', '')}"
    for file, start in ((".github/workflows/test.yml", "        python: "), ("Makefile", "SUPPORTED := ")):
        lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
        (line,) = (line for line in lines if line.startswith(start))
        assert VERSION.findall(line) == supported, file


def test_the_lock_takes_packages_from_the_public_index_alone() -> None:
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    for package in lock["package"]:
        (kind, place), *_ = package["source"].items()
        assert (kind, place) in {("registry", "https://pypi.org/simple"), ("editable", ".")}, package["name"]
        files = [*package.get("wheels", ()), *([package["sdist"]] if "sdist" in package else ())]
        assert all(file["url"].startswith("https://files.pythonhosted.org/") for file in files), package["name"]
