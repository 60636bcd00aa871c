"""Scopes: what a key of the API may do. There is no other place that names them."""

from enum import StrEnum
from typing import Final


class Scope(StrEnum):
    """Something that a key may or may not do."""

    FLAGS = "flags:read"  # flags and their decisions
    DECIDE = "decisions:write"  # decide flags, in the name of the key's account
    POSTS = "posts:read"  # posts, clusters of copies, and search, with personal data masked
    CASES = "cases:read"  # concerns and what became of them
    FIGURES = "figures:read"  # counts, and the figures of weekly summaries


SCOPES: Final = tuple(Scope)
NEED_ACCOUNT: Final = frozenset({Scope.DECIDE})
