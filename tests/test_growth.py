"""Every rule over the text of a post takes time in proportion to its length, whatever the text is made of.

Whoever writes a post decides what these rules read: with one that takes the square of the length a single post
could stop the desk or a report.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

import pytest
from hypothesis import given, settings
from kiemtin_jetstream.language import looks_vietnamese

from classifiers.claims import find_claim
from classifiers.concern_topics import topics_of
from classifiers.copies import is_copy, signature
from classifiers.model.prediction import Reason as WordReason
from classifiers.places.finder import places_in
from classifiers.text.group_names import default_group_names
from classifiers.text.letters import split_syllables
from classifiers.text.lexicon import default_lexicon
from classifiers.text.normalise import normalise
from classifiers.text.search_terms import search_terms
from classifiers.text.segment import Segmenter
from monitor.cli.terminal import printable, printable_json
from monitor.collectors.parsing.dates import parse_date
from monitor.collectors.parsing.html_text import is_markup, pictures_of, to_text
from monitor.collectors.parsing.human_dates import read_date
from monitor.collectors.parsing.lxml_tree import PageTooLarge, bounded_markup, parse_page, whole_text
from monitor.collectors.parsing.soup import parse_fragment
from monitor.collectors.webpage.page import read_article
from monitor.desk.views.highlight import Reason, mark
from monitor.desk.views.masking import first_line
from monitor.desk.views.search_view import excerpt, mark_words
from monitor.privacy.erased_mentions import ErasedMentions
from monitor.privacy.masks.mask import cut_personal, mask_personal, shorten_obscenities
from monitor.privacy.pseudonym import Pseudonymiser
from monitor.reports.quotes import conceal, shorten
from storage.models import Post
from storage.search.search_words import Words
from tests.examples import examples_of
from tests.growth import is_quadratic, quadratic, repetitions

NOW: Final = datetime(2026, 11, 16, 2, tzinfo=UTC)
KEY: Final = Pseudonymiser(b"secret")
FOUND: Final = (
    Words(("a",), accented=False),
    Words(("a", "a", "a"), accented=True),
    Words(("nghe", "noi"), accented=False),
)
Rule = Callable[[str], object]

# Masks, quotes, claims, highlight and normalisation are tried with all hostile parts beside their other tests.
TRIED_ELSEWHERE: Final[Mapping[str, Rule]] = {
    "masks": mask_personal,
    "quotes": lambda text: shorten(conceal(text)),
    "claims": lambda text: find_claim(text, [WordReason("0 9", 1.0), WordReason("a", -1.0)]),
    "highlight": lambda text: mark(text, [Reason("0 9", 1.0), Reason("a", -1.0), Reason("nghe nói", 2.0)]),
    "normalisation": normalise,
}


def _page(text: str) -> None:
    with suppress(PageTooLarge):  # nested too deep
        parse_page(text)


QUICK: Final[Mapping[str, Rule]] = {
    "topics": topics_of,
    "language": looks_vietnamese,
    "dates": parse_date,
    "dates of people": lambda text: read_date(text, now=NOW),
    "markup": to_text,
    "markup or not": is_markup,
    "pictures": lambda text: pictures_of(text, "https://a.example/"),
    "fragments": lambda text: to_text(parse_fragment(text).decode_contents()),
    "pages": _page,
    "bounds of pages": lambda text: bounded_markup(text.encode("utf-8", "surrogatepass")),
    "whole texts": whole_text,
    "found words": lambda text: mark_words(excerpt(text, FOUND, str)),
    "erased mentions": lambda text: ErasedMentions(KEY, [KEY.key("feed", "lan") or ""]).mask(text, "feed"),
    "beginnings": lambda text: first_line(Post(text=text), mask_personal),
    "terminal": printable,
    "terminal, JSON": printable_json,
}
SLOW: Final[Mapping[str, Rule]] = {
    "masks of what is learnt": lambda text: cut_personal(text, ("phone",)),
    "places": places_in,
    "group names": lambda text: default_group_names().replace(normalise(text), text),
    "lexicon": lambda text: list(default_lexicon().find(split_syllables(normalise(text).text))),
    "obscenities": shorten_obscenities,
    "copies": lambda text: signature(search_terms(text).bare),
    "likeness": lambda text: is_copy(search_terms(text).bare, search_terms(text[::-1]).bare),
    "articles": lambda text: read_article(
        f"<html><body><article><p>{text}</p></article></body></html>", "https://a.vn/"
    ),
}
RULES: Final = {**TRIED_ELSEWHERE, **QUICK, **SLOW}
PARTS_OF: Final = examples_of(__file__)


@pytest.mark.parametrize("name", QUICK)
def test_hostile_repetition_costs_no_more_than_its_length(name: str) -> None:
    assert quadratic(QUICK[name]) == {}


@pytest.mark.gate
@pytest.mark.parametrize("name", SLOW)
def test_slow_rules_are_no_worse(name: str) -> None:
    assert quadratic(SLOW[name]) == {}


@pytest.mark.gate
def test_words_are_cut_in_time_that_grows_with_the_text_alone() -> None:
    assert quadratic(Segmenter().segment, PARTS_OF["segmented"]) == {}


@pytest.mark.parametrize("name", ["markup", "markup or not", "pictures", "fragments", "pages", "bounds of pages"])
def test_repeated_markup_costs_no_more_than_its_length(name: str) -> None:
    assert quadratic(QUICK[name], PARTS_OF["markup"]) == {}


@pytest.mark.parametrize("name", ["dates", "dates of people"])
def test_repeated_dates_cost_no_more_than_their_length(name: str) -> None:
    assert quadratic(QUICK[name], PARTS_OF["dates"]) == {}


@pytest.mark.gate
@pytest.mark.parametrize("name", RULES)
@settings(max_examples=10)
@given(made=repetitions())
def test_made_repetition_costs_no_more_than_its_length(name: str, made: tuple[str, str, str]) -> None:
    assert not is_quadratic(RULES[name], *made)
