"""Words and filters together find what they must, newest first."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy.orm import Session

from classifiers.text.search_terms import search_terms
from monitor.review.search_query import parse_query
from storage.search import search
from storage.search.search import SearchDraft
from storage.search.search_filters import NO_FILTERS, Filters
from tests.clock import MONDAY_MORNING
from tests.factories import add_flag, add_post, add_source

POSTS = range(24)
SINCE = MONDAY_MORNING - timedelta(days=12, hours=1)
Rule = Callable[[int], bool]  # whether a search finds the post of this number
WORDS: dict[str, Rule] = {
    "nước": lambda _: True,
    "cup": lambda number: number % 2 == 1,
    '"tối nay" -cúp': lambda number: number % 6 == 0,
    "cúp OR toi": lambda number: number % 2 == 1 or number % 3 == 0,
}
FILTERS: list[tuple[Filters, Rule]] = [
    (NO_FILTERS, lambda _: True),
    (Filters(label="unverified"), lambda number: number % 4 == 0),
    (Filters(state="confirmed"), lambda number: number % 8 == 4),
    (Filters(label="concern"), lambda _: False),
    (Filters(source="paper"), lambda number: number % 2 == 1),
    (Filters(role="reference"), lambda number: number % 2 == 1),
    (Filters(since=SINCE), lambda number: number >= 12),
    (Filters(until=SINCE), lambda number: number < 12),
    (Filters(label="unverified", source="forum", since=SINCE), lambda number: number % 4 == 0 and number >= 12),
]


def store(session: Session) -> dict[int, int]:
    """Store the posts with their words; gives the number of each by its id."""
    sources = [add_source(session, "forum"), add_source(session, "paper", role="reference")]
    numbers = {}
    for number in POSTS:
        words = " ".join(["nước", *["cúp"] * (number % 2), *["tối nay"] * (number % 3 == 0)])
        source, day = sources[number % 2], MONDAY_MORNING - timedelta(days=len(POSTS) - number)
        post = add_post(session, source, str(number), text=words, published_at=day)
        numbers[post.id] = number
        if number % 4 == 0:
            add_flag(session, post, "unverified").state = "open" if number % 8 == 0 else "confirmed"
        terms = search_terms(words)
        of_words = {"accented": terms.accented, "bare": terms.bare}
        search.index(session, [SearchDraft(post_id=post.id, source_id=source.id, dated=day, **of_words)])
    return numbers


def test_words_and_filters_find_the_newest_of_all_that_match(session: Session) -> None:
    numbers = store(session)
    for filters, passes in FILTERS:
        for typed, holds in WORDS.items():
            expected = [number for number in reversed(POSTS) if holds(number) and passes(number)]
            for limit in (3, 100):
                found = search.find(session, parse_query(typed), filters, limit=limit)
                assert [numbers[each] for each in found] == expected[:limit], (typed, filters)
        found = search.find(session, None, filters, limit=100)
        assert [numbers[each] for each in found] == [number for number in reversed(POSTS) if passes(number)]
    newest = search.find(session, parse_query("nuoc"), limit=2)
    assert [numbers[each] for each in newest] == [23, 22]
    behind = search.find(session, parse_query("nuoc"), limit=2, before=newest[-1])
    assert [numbers[each] for each in behind] == [21, 20]
    assert search.count(session, parse_query("nuoc"), at_most=2) == 2
