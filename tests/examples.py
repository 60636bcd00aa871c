"""Examples of language, in a TOML file beside the test that reads them and of the same name."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest


def examples_of(test: str) -> Mapping[str, Any]:
    """Read the examples of a test module, which gives its `__file__`: tables and lists by name."""
    return tomllib.loads(Path(test).with_suffix(".toml").read_text(encoding="utf-8"))


def cases(examples: Mapping[str, Any]) -> list[Any]:
    """Give the parameters of each example of a table under the name that it has there."""
    return [pytest.param(*(one if isinstance(one, list) else [one]), id=name) for name, one in examples.items()]
