"""Queries of the full-text search: trees of words, and how the two databases are asked for them."""

from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from sqlalchemy import ColumnElement, and_, func, not_, or_

from storage.models import SearchText

_INDEXED = 2  # syllables of the longest phrase that is one lexeme of PostgreSQL's index


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


def fts5(query: Query) -> str:
    """Write a query in the language of FTS5."""
    if isinstance(query, Words):
        return f'{{{"accented" if query.accented else "bare"}}} : "{" ".join(query.syllables)}"'
    if isinstance(query, AnyOf):
        return f"({' OR '.join(map(fts5, query.parts))})"
    wanted = f"({' AND '.join(map(fts5, query.parts))})"
    return f"({' NOT '.join([wanted, *map(fts5, query.unwanted)])})"


def tsquery(query: Query) -> str:
    """Write a query in the language of PostgreSQL; of a phrase of three and more, all pairs."""
    if isinstance(query, Words):
        return f"({' & '.join(_lexemes(query))})"
    if isinstance(query, AnyOf):
        return f"({' | '.join(map(tsquery, query.parts))})"
    # What is unwanted must not take away more than it says: a long phrase is left to `by_reading`.
    unwanted = [f"!{tsquery(part)}" for part in query.unwanted if not has_long_phrase(part)]
    return f"({' & '.join([*map(tsquery, query.parts), *unwanted])})"


def _lexemes(words: Words) -> list[str]:
    mark = "" if words.accented else "~"
    syllables = words.syllables
    if len(syllables) == 1:
        return [f"'{mark}{syllables[0]}'"]
    return [f"'{mark}{first} {second}'" for first, second in pairwise(syllables)]


def has_long_phrase(query: Query) -> bool:
    """Tell whether a query has a phrase of which PostgreSQL's index knows the parts alone."""
    if isinstance(query, Words):
        return len(query.syllables) > _INDEXED
    parts = (*query.parts, *query.unwanted) if isinstance(query, AllOf) else query.parts
    return any(map(has_long_phrase, parts))


def by_reading(query: Query) -> ColumnElement[bool]:
    """Test a query against the words themselves, for what the index of PostgreSQL has found."""
    if isinstance(query, Words):
        words = SearchText.accented if query.accented else SearchText.bare
        # A quarter of the time that LIKE takes.
        return func.strpos(" " + words + " ", f" {' '.join(query.syllables)} ") > 0
    if isinstance(query, AnyOf):
        return or_(*map(by_reading, query.parts))
    return and_(*map(by_reading, query.parts), *(not_(by_reading(part)) for part in query.unwanted))
