"""Values of JSON that came from elsewhere: given only when they are of the kind that was promised."""

from collections.abc import Mapping
from typing import Any


def mapping_at(row: Any, key: str) -> Mapping[str, Any]:
    """Give the object under a key; an empty one when there is none."""
    value = row.get(key) if isinstance(row, Mapping) else None
    return value if isinstance(value, dict) else {}


def text_at(row: Any, key: str) -> str:
    """Give the text under a key; empty when there is none."""
    value = row.get(key) if isinstance(row, Mapping) else None
    return value if isinstance(value, str) else ""


def number_at(row: Any, key: str) -> int | None:
    """Give the whole number under a key; None when there is none. True and false are no numbers."""
    value = row.get(key) if isinstance(row, Mapping) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None
