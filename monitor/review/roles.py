"""The role matrix: what each role may do at the desk. There is no other place that decides it.

A route names the right that it needs (`auth.allow`), and this table names who has it. A test walks every
route with every role. Whoever may read the home folder is the operator and runs every command, without an account:
docs/accounts.md lists each of them, and another test walks the commands.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Right(StrEnum):
    """Something that a role may or may not do."""

    READ = "read"  # overview, queue, flags, and their own account
    DOWNLOAD = "download"  # files of reports, which hold quoted posts
    DECIDE = "decide"  # take flags, and decide
    RELEASE = "release"  # release, send back and withdraw corrections; withdraw and replace reports
    SOURCES = "sources"  # add, look at and switch the places that are read
    TEACH = "teach"  # what changes how the machine judges
    BACK_UP = "back up"  # take a sealed backup of everything away
    MANAGE_USERS = "manage users"  # invite, disable, change roles, end others' sessions


MATRIX: Final[Mapping[str, frozenset[Right]]] = {
    "viewer": frozenset({Right.READ, Right.DOWNLOAD}),
    "reviewer": frozenset({Right.READ, Right.DOWNLOAD, Right.DECIDE}),
    "lead": frozenset({Right.READ, Right.DOWNLOAD, Right.DECIDE, Right.RELEASE, Right.SOURCES, Right.TEACH}),
    "admin": frozenset(Right),
}
ROLES: Final = tuple(MATRIX)
DECIDING: Final = tuple(role for role in ROLES if Right.DECIDE in MATRIX[role])
NEED_SECOND_FACTOR: Final = frozenset({"lead", "admin"})
DEFAULT_ROLE: Final = "reviewer"


def may(role: str, right: Right) -> bool:
    """Tell whether a role has a right."""
    return right in MATRIX[role]
