"""Searches that read the words of the newest posts, without the index of words.

PostgreSQL's index gives all posts with a word, in no order: a frequent word is found sooner among the newest posts.
On both databases a filter that few posts pass is sooner read than all posts with a word.
"""

from typing import Final

from sqlalchemy import ColumnElement, Select, and_, func, select, true
from sqlalchemy.orm import Session

from storage.models import SearchText
from storage.search.search_filters import Bounds, Filters, Side, conditions, narrow_side
from storage.search.search_words import Query, by_reading

READ_FIRST: Final = 3000  # posts that are read before the index is asked
READ_ON: Final = 10_000  # posts that are read where that promises to be enough


def is_sqlite(session: Session) -> bool:
    """Tell whether a session is one of SQLite."""
    return session.get_bind().dialect.name == "sqlite"


def read_newest(
    session: Session, query: Query | None, filters: Filters, span: Bounds | None, *, wanted: int, before: int | None
) -> list[int] | None:
    """List so many ids of matching posts, last stored first; None when the index is to be asked."""
    side = narrow_side(filters)
    in_order = query is None or is_sqlite(session)  # what is asked otherwise gives the newest first
    if side is None:
        if in_order:
            return None
        key: ColumnElement[int] = SearchText.__table__.c.post_id
        side = Side(select(key), key, filters)
    side = side.within(span, before)
    is_whole = side.is_small or not _has_more(session, side, READ_FIRST)
    if query is not None and in_order and not is_whole:
        return None
    ids = _read(session, query, side, wanted, READ_FIRST)
    if len(ids) == wanted or is_whole:
        return ids
    if query is not None and len(ids) * READ_ON < wanted * READ_FIRST:
        return None
    ids = _read(session, query, side, wanted, READ_ON)
    return ids if len(ids) == wanted else None


def _has_more(session: Session, side: Side, most: int) -> bool:
    return (session.scalar(select(func.count()).select_from(side.ids.limit(most + 1).subquery())) or 0) > most


def _read(session: Session, query: Query | None, side: Side, wanted: int, most: int) -> list[int]:
    """Read the words of so many of the newest posts of a side, until enough match."""
    key: ColumnElement[int] = SearchText.__table__.c.post_id
    newest: Select[int] = side.ids if side.is_small else side.ids.order_by(side.number.desc()).limit(most)
    tests = [*([by_reading(query)] if query is not None else []), *conditions(side.rest, key)]
    matches = and_(true(), *tests)
    if side.number is key:
        rows = newest.add_columns(matches.label("matches")).subquery()
    else:
        # Each post is looked up by itself: of a join, PostgreSQL reads all posts where it takes that for quicker.
        ids = newest.subquery()
        looked_up = select(matches).where(key == ids.c[0]).scalar_subquery()
        rows = select(ids.c[0], looked_up.label("matches")).order_by(ids.c[0].desc()).subquery()
    return list(session.scalars(select(rows.c[0]).where(rows.c.matches).order_by(rows.c[0].desc()).limit(wanted)))
