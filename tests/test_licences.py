"""What KiểmTin needs to run may be used and passed on by anybody: the licences of everything that it installs."""

import re
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

EXTRAS = ("postgres", "notebooks", "cluster", "parquet", "pictures", "alerts")
ALLOWED = re.compile(
    r"Apache|MIT|BSD|ISC|PSF|Python Software Foundation|Mozilla|MPL"
    # Parts of numpy and regex: no more is asked than by those above.
    r"|Zlib|CC0|CNRI-Python"
)
LESSER_GPL = {"psycopg", "psycopg-binary"}  # linked at run time, replaceable by its user


def required(name: str, extras: tuple[str, ...], seen: set[tuple[str, tuple[str, ...]]]) -> Iterator[Distribution]:
    """Walk through what a distribution needs on this Python, itself included."""
    if (canonicalize_name(name), extras) in seen:
        return
    seen.add((canonicalize_name(name), extras))
    found = distribution(name)
    yield found
    for line in found.requires or ():
        requirement = Requirement(line)
        if requirement.marker is None or any(requirement.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield from required(requirement.name, tuple(sorted(requirement.extras)), seen)


def licence_of(found: Distribution) -> str:
    """Give the licence as an expression of SPDX where there is one, else as the classifiers or the old field name it.

    Examples:
        "MPL-1.1 OR GPL-2.0-only", "BSD License", "Apache 2.0"

    """
    metadata = found.metadata
    if expression := metadata.get("License-Expression"):
        return expression
    classifiers = [line.split(" :: ")[-1] for line in metadata.get_all("Classifier", []) if line.startswith("License")]
    named = [name for name in classifiers if name != "OSI Approved"]
    return " AND ".join(named) or metadata.get("License", "").partition("\n")[0]


def is_allowed(expression: str) -> bool:
    """Tell whether each part of an expression lets itself be chosen from what is allowed."""
    parts = re.split(r"\s+AND\s+", expression.replace("(", "").replace(")", ""))
    return all(
        any(ALLOWED.search(choice) and "GPL" not in choice for choice in re.split(r"\s+OR\s+", part)) for part in parts
    )


@pytest.mark.gate  # it needs all extras
def test_every_licence_is_allowed() -> None:
    everything = {canonicalize_name(found.name): licence_of(found) for found in required("kiemtin", EXTRAS, set())}
    assert len(everything) > 90
    refused = {
        name: licence
        for name, licence in everything.items()
        if not is_allowed(licence) and not (name in LESSER_GPL and licence.startswith("LGPL-3.0"))
    }
    assert refused == {}


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True),
        ("MPL-1.1 OR GPL-2.0-only OR LGPL-2.1-or-later", True),
        ("BSD-3-Clause AND 0BSD AND MIT AND Zlib AND CC0-1.0", True),
        ("MIT AND GPL-3.0-only", False),
        ("GNU General Public License v3 (GPLv3)", False),
        ("LGPL-3.0-only", False),
        ("Proprietary", False),
        ("", False),
    ],
)
def test_what_is_allowed(expression: str, allowed: bool) -> None:
    assert is_allowed(expression) is allowed
