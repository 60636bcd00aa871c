"""Matters found by words: of the sentence, the place, the topic or the posts, or by number."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Final

from sqlalchemy.orm import Session

from classifiers.text.search_terms import search_terms
from classifiers.text.segment import Segmenter
from monitor.desk.views.masking import Mask
from monitor.desk.views.search_view import by_relevance
from monitor.desk.web import wording
from monitor.errors import QueryRefused
from monitor.review.search_query import parse_query, words_of
from monitor.scoring.summary import sentence_of
from storage.errors import NotFound
from storage.models import Matter
from storage.review import matters
from storage.review.matters import STATES, MatterFilter, Reach
from storage.search import search
from storage.search.search_filters import Filters
from storage.search.search_words import AnyOf, Query, Words

MOST_FOUND: Final = 10
READ: Final = 200  # posts with the words, the newest
_EVERY: Final = 10_000  # matters among which those with the words are looked for
_MOST_PAIRS: Final = 30  # of neighbouring syllables, by which a post finds matters
_DIGITS: Final = 18  # more make the database driver fail


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterChoice:
    """A matter that a post or another matter can join.

    Args:
        matter: The matter.
        sentence: A person's sentence about it, or one that is proposed.
        reach: How far it went; None: no post belongs to it.

    """

    matter: Matter
    sentence: str
    reach: Reach | None


def listed(
    session: Session, wanted: MatterFilter, segmenter: Segmenter, *, now: datetime | None, limit: int
) -> Sequence[Matter]:
    """List the matters of a filter; its words may stand in the sentence, the place, the topic or a post."""
    if not wanted.words:
        return matters.listed(session, wanted, now=now, limit=limit)
    number = _number(wanted.words)
    with_words = {number, *(one.id for one in matters.listed(session, wanted, limit=_EVERY))}
    with_words.update(_told(session, _query(wanted.words, segmenter), Filters(state="confirmed")))
    topics = _topics(wanted.words)
    every = matters.listed(session, replace(wanted, words=""), now=now, limit=_EVERY)
    return [one for one in every if one.id in with_words or one.topic in topics][:limit]


def find_choices(
    session: Session, label: str, typed: str, text: str, *, segmenter: Segmenter, mask: Mask
) -> tuple[MatterChoice, ...]:
    """Find the matters of a label that can be joined.

    Args:
        session: The unit of work.
        label: The label of their posts.
        typed: Words or a number; empty: those whose posts say what `text` says.
        text: What the post says that is to join.
        segmenter: Knows which syllables make a word.
        mask: Replaces personal data.

    """
    query = _query(typed, segmenter) if typed else _alike(text)
    found = _told(session, query, Filters(label=label, state="confirmed"))
    if typed:
        found = [*_by_number(session, typed), *_said(session, label, typed), *found]
    return choices_of(session, label, found, mask)


def choices_of(session: Session, label: str, numbers: Iterable[int], mask: Mask) -> tuple[MatterChoice, ...]:
    """Return matters by their numbers as they can be chosen, without those of another label and those that are gone."""
    rows = []
    for number in dict.fromkeys(numbers):
        matter = matters.by_id(session, number)
        if matter.label == label and matter.state in STATES:
            rows.append(matter)
        if len(rows) == MOST_FOUND:
            break
    first = matters.first_posts(session, [one.id for one in rows])
    reach = matters.reach_of(session, [one.id for one in rows])
    return tuple(
        MatterChoice(
            matter=one, sentence=sentence_of(label, one.sentence, first.get(one.id), mask), reach=reach.get(one.id)
        )
        for one in rows
    )


def _told(session: Session, query: Query | None, filters: Filters) -> list[int]:
    """List the matters of the posts with these words, those first whose posts the words fit best."""
    if query is None:
        return []
    ids = by_relevance(session, search.find(session, query, filters, limit=READ), words_of(query))
    of_posts = matters.of_posts(session, ids)
    return [matter.id for post_id in ids for matter in of_posts.get(post_id, ())]


def _said(session: Session, label: str, typed: str) -> list[int]:
    wanted = MatterFilter(label=label, states=STATES)
    found = matters.listed(session, replace(wanted, words=typed), limit=MOST_FOUND)
    for topic in _topics(typed):
        found = [*found, *matters.listed(session, replace(wanted, topic=topic), limit=MOST_FOUND)]
    return [one.id for one in found]


def _by_number(session: Session, typed: str) -> list[int]:
    number = _number(typed)
    try:
        return [matters.final(session, matters.by_id(session, number)).id] if number else []
    except NotFound:
        return []


def _number(typed: str) -> int:
    digits = typed.strip().removeprefix("#")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= _DIGITS else 0


def _topics(typed: str) -> list[str]:
    return [name for name, title in wording.TOPICS.items() if typed.casefold() in title.casefold()]


def _query(typed: str, segmenter: Segmenter) -> Query | None:
    try:
        return parse_query(typed, segmenter)
    except QueryRefused:
        return None  # what is no search of posts may still be a number or a place


def _alike(text: str) -> Query | None:
    """Look for posts that have one of a text's pairs of syllables: the more of them, the better they fit."""
    pairs = dict.fromkeys(pairwise(search_terms(text).bare))
    found = tuple(Words(pair, accented=False) for pair in list(pairs)[:_MOST_PAIRS])
    return AnyOf(found) if found else None
