"""Paging by opaque cursors.

A cursor names the last row that was sent, not a number of rows to skip: rows that are added meanwhile neither repeat a
row nor hide one.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Annotated, Any, Final, TypeVar

from fastapi import Query
from sqlalchemy.orm import Session

from monitor.desk.api.access import ApiContext
from monitor.desk.api.problems import ApiProblem
from monitor.desk.api.schemas import Page

MAX_ID: Final = 2**53 - 1  # the largest whole number that every reader of JSON keeps exactly
MOST_ROWS: Final = 200
_MARK_CHARACTERS: Final = 8
Found = TypeVar("Found", bound=Any)
Row = TypeVar("Row")

Limit = Annotated[int, Query(ge=1, le=MOST_ROWS, description="Most rows of a page.")]
Cursor = Annotated[
    str | None,
    Query(max_length=200, description="`next` of the page before; without it the first page is sent."),
]


def encode(last_id: int, listing: Sequence[object]) -> str:
    """Make the cursor behind a row.

    Args:
        last_id: The row.
        listing: The operation and its filters, to which the cursor belongs.

    """
    plain = json.dumps([last_id, _mark(listing)], separators=(",", ":"))
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def decode(cursor: str | None, listing: Sequence[object]) -> int | None:
    """Return the row that a cursor names; None for the first page.

    Raises:
        ApiProblem: When it is none of this listing: 404, for there is no such page.

    """
    if cursor is None:
        return None
    try:
        plain = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        last_id, mark = json.loads(plain)
    except (binascii.Error, UnicodeError, ValueError, TypeError, RecursionError):
        last_id, mark = None, None
    whole = isinstance(last_id, int) and not isinstance(last_id, bool) and 0 < last_id <= MAX_ID
    if not whole or mark != _mark(listing):
        raise ApiProblem(
            HTTPStatus.NOT_FOUND,
            "there is no page of this cursor: take `next` of a page with the same filters, or begin without a cursor",
        )
    return int(last_id)


def _mark(listing: Sequence[object]) -> str:
    """Return a short hash of a listing, so that a cursor of another one is noticed."""
    plain = json.dumps([str(part) for part in listing])
    return hashlib.sha256(plain.encode()).hexdigest()[:_MARK_CHARACTERS]


def listed(
    context: ApiContext,
    listing: Sequence[object],
    limit: int,
    cursor: str | None,
    *,
    read: Callable[[Session, int | None, int], Sequence[Found]],
    out: Callable[[Found], Row],
) -> Page[Row]:
    """Read a page of rows.

    Args:
        context: The request.
        listing: The operation and its filters.
        limit: Most rows of the page.
        cursor: Where the page begins, as the page before said; None: at the first row.
        read: Returns rows, each with an `id`, behind a row (None: from the first), and at most so many.
        out: Makes what is sent of a row.

    Raises:
        ApiProblem: When the cursor is none of this listing.

    """
    before = decode(cursor, listing)
    with context.database.work() as session:
        return page(read(session, before, limit + 1), limit, listing, out)


def page(found: Sequence[Found], limit: int, listing: Sequence[object], out: Callable[[Found], Row]) -> Page[Row]:
    """Make a page of rows, of which one more than wanted was read, to see whether there are more.

    Args:
        found: At most `limit` + 1 rows, each with an `id`.
        limit: Most rows of the page.
        listing: The operation and its filters.
        out: Makes what is sent of a row.

    """
    shown = found[:limit]
    more = encode(shown[-1].id, listing) if len(found) > limit else None
    return Page(items=[out(row) for row in shown], next=more)


def storable(value: str | None) -> str | None:
    """Take out of a filter what no database keeps: NUL, which a database refuses even to look for."""
    return value.replace("\x00", "\ufffd") if value is not None else None
