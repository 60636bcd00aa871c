"""The guard: posts of every kind that must not be flagged, and clear cases of each label. Nobody ever trains on it."""

from importlib import resources
from typing import Final

from classifiers.datasets import Example, read_named

GUARD_FILE: Final = "guard.jsonl"  # beside this module, so that an installed program has it


def read_guard() -> list[Example]:
    """Read the guard, in the shape of the project's corpus; `facts["kind"]` says what each post is."""
    with resources.as_file(resources.files("classifiers") / GUARD_FILE) as path:
        return read_named("own", path)
