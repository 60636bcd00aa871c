"""Full-text search of posts: one interface on FTS5 of SQLite and on a GIN index of PostgreSQL.

A query is a tree of words that `search_query` makes of what a person typed. The index holds words of posts
alone. Results come last stored first.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, bindparam, cast, column, func, select, table, text, update
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from storage.database import insert_ignoring
from storage.models import Post, SearchText
from storage.search.search_filters import NO_FILTERS, Bounds, Filters, bounds, post_conditions, row_conditions
from storage.search.search_words import Query, by_reading, fts5, has_long_phrase, tsquery


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchDraft:
    """The words of a post, by its id; `bare` are the syllables of `accented` without diacritics."""

    post_id: int
    source_id: int
    dated: datetime
    accented: Sequence[str] = field(default=())
    bare: Sequence[str] = field(default=())


def index(session: Session, drafts: Sequence[SearchDraft]) -> None:
    """Put the words of posts into the index. The database drops those of an earlier version when a post is changed."""
    if not drafts:
        return
    insert_ignoring(session, SearchText, list(map(_row, drafts)), ("post_id",))  # another program may have come first
    session.execute(update(Post).where(Post.id.in_([draft.post_id for draft in drafts])).values(indexed=True))


def _row(draft: SearchDraft) -> dict[str, Any]:
    return {**asdict(draft), "accented": " ".join(draft.accented), "bare": " ".join(draft.bare)}


def unindexed(session: Session, limit: int) -> Sequence[Post]:
    """List posts whose current version is not in the index, oldest first."""
    return session.scalars(select(Post).where(~Post.indexed).order_by(Post.id).limit(limit)).all()


def bare_texts(session: Session, post_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return the syllables without diacritics of some hundred posts, by id; those that are not indexed are left out."""
    query = select(SearchText.post_id, SearchText.bare).where(SearchText.post_id.in_(post_ids))
    return {post_id: bare.split() for post_id, bare in session.execute(query)}


def find(
    session: Session,
    query: Query | None,
    filters: Filters = NO_FILTERS,
    *,
    limit: int,
    before: int | None = None,
    span: Bounds | None = None,
) -> list[int]:
    """List the ids of the posts that match, last stored first.

    Args:
        session: The unit of work.
        query: The words; None: whatever the words are.
        filters: What else they must be.
        limit: How many at most.
        before: Only posts stored before this one.
        span: The bounds of the filters, where they are known.

    """
    chosen, key = _matching(session, query, filters, span or bounds(session, filters))
    if before is not None:
        chosen = chosen.where(key < before)
    if query is not None and not is_sqlite(session):
        # By itself, or lexemes may be computed of the posts that pass a filter.
        hits = chosen.cte("hits").prefix_with("MATERIALIZED")
        chosen, key = select(hits.c[0]), hits.c[0]
    return list(session.scalars(chosen.where(*post_conditions(filters, key)).order_by(key.desc()).limit(limit)))


def count(session: Session, query: Query, *, at_most: int) -> int:
    """Count the posts with these words, and stop at so many."""
    chosen, _ = _matching(session, query, NO_FILTERS, None)
    return session.scalar(select(func.count()).select_from(chosen.limit(at_most).subquery())) or 0


def count_within(session: Session, filters: Filters, span: Bounds | None) -> int:
    """Count the posts whose row of the index passes a filter, whatever their words are."""
    chosen, _ = _matching(session, None, filters, span)
    return session.scalar(select(func.count()).select_from(chosen.subquery())) or 0


def matching_posts(session: Session, query: Query) -> Select[int]:
    """Select the ids of posts with these words, for a condition of another query."""
    return _matching(session, query, NO_FILTERS, None)[0]


def is_sqlite(session: Session) -> bool:
    """Return whether a session is one of SQLite."""
    return session.get_bind().dialect.name == "sqlite"


def _matching(
    session: Session, query: Query | None, filters: Filters, span: Bounds | None
) -> tuple[Select[int], ColumnElement[int]]:
    """Select the ids of posts whose row of the index matches, and return the column by which they are ordered."""
    key: ColumnElement[int] = SearchText.__table__.c.post_id
    wanted = row_conditions(filters)
    if query is None:
        chosen = select(key).where(*wanted)
    elif is_sqlite(session):
        fts = table("search_index", column("rowid"))
        key = fts.c.rowid
        chosen = select(key).select_from(fts).where(text("search_index MATCH :words").bindparams(words=fts5(query)))
        if wanted:
            # A cross join keeps the index on the outside, which gives its rows in order.
            chosen = chosen.join(SearchText, SearchText.post_id == key).where(*wanted)
    else:
        lexemes = func.search_lexemes(SearchText.accented, SearchText.bare)
        found = lexemes.op("@@")(cast(bindparam(None, tsquery(query), Text()), TSQUERY))
        exact = [by_reading(query)] if has_long_phrase(query) else []
        chosen = select(key).where(found, *exact, *wanted)
    return (chosen.where(span.of(key)) if span else chosen), key
