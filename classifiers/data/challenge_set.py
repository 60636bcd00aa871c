"""The challenge set: hard clean posts that must not be flagged, and clear cases of each label. Nothing trains on it."""

from importlib import resources
from typing import Final

from classifiers.data.datasets import Example, read_named

CHALLENGE_SET_FILE: Final = "challenge_set.jsonl"  # beside this module, so that an installed program has it


def read_challenge_set() -> list[Example]:
    """Read the challenge set, in the shape of the project's corpus; `facts["kind"]` names the kind of each post."""
    with resources.as_file(resources.files("classifiers.data") / CHALLENGE_SET_FILE) as path:
        return read_named("own", path)
