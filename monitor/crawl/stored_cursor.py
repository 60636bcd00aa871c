"""What of a collector's cursor is stored: nothing that names a post of an author who asked to be erased."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any


def without_posts(cursor: Mapping[str, Any] | None, external_ids: AbstractSet[str]) -> Mapping[str, Any] | None:
    """Return a cursor without the entries of its lists that name one of the posts: addresses often hold the author.

    Args:
        cursor: Of a batch; plain data.
        external_ids: The posts' identifiers.

    """
    return {key: _without(value, external_ids) for key, value in cursor.items()} if cursor and external_ids else cursor


def _without(value: Any, external_ids: AbstractSet[str]) -> Any:
    if isinstance(value, Mapping):
        return {key: _without(each, external_ids) for key, each in value.items() if key not in external_ids}
    if isinstance(value, list | tuple):
        return [_without(each, external_ids) for each in value if not _names(each, external_ids)]
    return value


def _names(entry: Any, external_ids: AbstractSet[str]) -> bool:
    """Tell whether an entry is the identifier of a post, or a row that holds it, such as `[number, identifier]`."""
    return any(isinstance(each, str) and each in external_ids for each in _parts(entry))


def _parts(entry: Any) -> list[Any]:
    return list(entry) if isinstance(entry, list | tuple) else [entry]
