"""Full-text search of posts: one interface on FTS5 of SQLite and on a GIN index of PostgreSQL.

A query is a tree of words that `monitor.search_query` makes of what a person typed. The index holds words of posts
alone. Results come newest first: both databases can then stop as soon as a page is full.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import TypeAlias

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    bindparam,
    cast,
    column,
    exists,
    func,
    select,
    table,
    text,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from storage.database import insert_ignoring
from storage.models import Flag, Post, SearchText, Source


@dataclass(frozen=True, slots=True)
class Words:
    """Syllables that follow each other.

    Args:
        syllables: Normalised syllables: letters and digits alone.
        accented: They are meant with the diacritics they have; else they carry none and match any.

    """

    syllables: tuple[str, ...]
    accented: bool


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of the parts at least."""

    parts: tuple["Query", ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """All of the parts, and nothing of what is unwanted."""

    parts: tuple["Query", ...]
    unwanted: tuple["Query", ...] = ()


Query: TypeAlias = Words | AnyOf | AllOf


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a found post must be, beside its words; None and empty mean any.

    Args:
        label: It has a flag of this label.
        state: It has a flag in this state (of that label, if one is named).
        source: The name of its source.
        role: The role of its source.
        since: Its date, or later.
        until: Before this time.
        cluster: The cluster it is in.

    """

    label: str | None = None
    state: str | None = None
    source: str | None = None
    role: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    cluster: int | None = None


NO_FILTERS = Filters()
_INDEXED = 2  # syllables of the longest phrase that is one lexeme of PostgreSQL's index
# Settings of PostgreSQL's planner, with their usual values. A plan is made for each search: it depends on the words.
PLANNER = (
    ("enable_indexscan", "off", "on"),
    ("enable_seqscan", "off", "on"),
    ("plan_cache_mode", "force_custom_plan", "auto"),
)


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
    rows = [
        {
            "post_id": draft.post_id,
            "source_id": draft.source_id,
            "dated": draft.dated,
            "accented": " ".join(draft.accented),
            "bare": " ".join(draft.bare),
        }
        for draft in drafts
    ]
    insert_ignoring(session, SearchText, rows, ("post_id",))  # another program may have come first
    session.execute(update(Post).where(Post.id.in_([draft.post_id for draft in drafts])).values(indexed=True))


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
    offset: int = 0,
    before: int | None = None,
) -> list[int]:
    """List the ids of the posts that match, last stored first.

    Args:
        session: The unit of work.
        query: The words; None: whatever the words are.
        filters: What else they must be.
        limit: How many at most.
        offset: How many of the first are left out.
        before: Only posts stored before this one.

    """
    chosen, key = _matching(session, query, filters)
    if before is not None:
        chosen = chosen.where(key < before)
    if query is None or session.get_bind().dialect.name != "postgresql":
        return list(session.scalars(chosen.order_by(key.desc()).limit(limit).offset(offset)))
    hits = chosen.cte("hits").prefix_with("MATERIALIZED")
    with by_lexemes(session):
        return list(session.scalars(select(hits).order_by(hits.c[0].desc()).limit(limit).offset(offset)))


def count(session: Session, query: Query | None, filters: Filters = NO_FILTERS, *, at_most: int) -> int:
    """Count the posts that match, and stop at so many."""
    chosen, _ = _matching(session, query, filters)
    counted = select(func.count()).select_from(chosen.limit(at_most).subquery())
    if query is None:
        return session.scalar(counted) or 0
    with by_lexemes(session):
        return session.scalar(counted) or 0


def matching_posts(session: Session, query: Query) -> Select[int]:
    """Select the ids of posts with these words, for a condition of another query; run that one `by_lexemes`."""
    return _matching(session, query, NO_FILTERS)[0]


@contextmanager
def by_lexemes(session: Session) -> Iterator[None]:
    """Have PostgreSQL look lexemes up; where it takes a rare one for a frequent one, it computes those of each row."""
    if session.get_bind().dialect.name != "postgresql":
        yield
        return
    # In one statement each, for a server may be far away; `true`: until the end of the transaction at most.
    session.execute(select(*(func.set_config(setting, value, true()) for setting, value, _ in PLANNER)))
    yield
    session.execute(select(*(func.set_config(setting, usual, true()) for setting, _, usual in PLANNER)))


def _matching(session: Session, query: Query | None, filters: Filters) -> tuple[Select[int], ColumnElement[int]]:
    """Select the ids of matching posts; also returns the column to order by, which the index itself is ordered by."""
    key: ColumnElement[int] = SearchText.__table__.c.post_id
    conditions = _conditions(filters, key)
    if query is None:
        return select(key).where(*conditions), key
    if session.get_bind().dialect.name == "postgresql":
        lexemes = func.search_lexemes(SearchText.accented, SearchText.bare)
        found = lexemes.op("@@")(cast(bindparam(None, _tsquery(query), Text()), TSQUERY))
        exact = [_by_reading(query)] if _has_long_phrase(query) else []
        return select(key).where(found, *exact, *conditions), key
    fts = table("search_index", column("rowid"))
    rowid: ColumnElement[int] = fts.c.rowid
    chosen = select(rowid).select_from(fts).where(text("search_index MATCH :words").bindparams(words=_match(query)))
    if conditions:
        # A cross join keeps the index on the outside, which gives its rows in order.
        chosen = chosen.join(SearchText, SearchText.post_id == rowid).where(*conditions)
    return chosen, rowid


def _conditions(filters: Filters, post_id: ColumnElement[int]) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.label or filters.state:
        flag = select(Flag.id).where(Flag.post_id == post_id)
        flag = flag.where(Flag.label == filters.label) if filters.label else flag
        conditions.append(exists(flag.where(Flag.state == filters.state) if filters.state else flag))
    if filters.source:
        conditions.append(SearchText.source_id.in_(select(Source.id).where(Source.name == filters.source)))
    if filters.role:
        conditions.append(SearchText.source_id.in_(select(Source.id).where(Source.role == filters.role)))
    if filters.since:
        conditions.append(SearchText.dated >= filters.since)
    if filters.until:
        conditions.append(SearchText.dated < filters.until)
    if filters.cluster:
        conditions.append(exists(select(Post.id).where(Post.id == post_id, Post.cluster_id == filters.cluster)))
    return conditions


def _match(query: Query) -> str:
    """Write a query in the language of FTS5."""
    if isinstance(query, Words):
        return f'{{{"accented" if query.accented else "bare"}}} : "{" ".join(query.syllables)}"'
    if isinstance(query, AnyOf):
        return f"({' OR '.join(map(_match, query.parts))})"
    wanted = f"({' AND '.join(map(_match, query.parts))})"
    return f"({' NOT '.join([wanted, *map(_match, query.unwanted)])})"


def _tsquery(query: Query) -> str:
    """Write a query in the language of PostgreSQL; of a phrase of three and more, all pairs."""
    if isinstance(query, Words):
        return f"({' & '.join(_lexemes(query))})"
    if isinstance(query, AnyOf):
        return f"({' | '.join(map(_tsquery, query.parts))})"
    # What is unwanted must not take away more than it says: a long phrase is left to `_by_reading`.
    unwanted = [f"!{_tsquery(part)}" for part in query.unwanted if not _has_long_phrase(part)]
    return f"({' & '.join([*map(_tsquery, query.parts), *unwanted])})"


def _lexemes(words: Words) -> list[str]:
    mark = "" if words.accented else "~"
    syllables = words.syllables
    if len(syllables) == 1:
        return [f"'{mark}{syllables[0]}'"]
    return [f"'{mark}{first} {second}'" for first, second in pairwise(syllables)]


def _has_long_phrase(query: Query) -> bool:
    if isinstance(query, Words):
        return len(query.syllables) > _INDEXED
    parts = (*query.parts, *query.unwanted) if isinstance(query, AllOf) else query.parts
    return any(map(_has_long_phrase, parts))


def _by_reading(query: Query) -> ColumnElement[bool]:
    """Test a query against the words themselves; only for what the index has found."""
    if isinstance(query, Words):
        words = SearchText.accented if query.accented else SearchText.bare
        return (" " + words + " ").contains(f" {' '.join(query.syllables)} ")
    if isinstance(query, AnyOf):
        first, *rest = map(_by_reading, query.parts)
        for each in rest:
            first |= each
        return first
    first, *rest = [*map(_by_reading, query.parts), *(~_by_reading(part) for part in query.unwanted)]
    for each in rest:
        first &= each
    return first
