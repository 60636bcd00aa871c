"""The facts by which a claim and a reference text can be told apart: amounts, places, dates and outcomes; and names."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from classifiers.evidence.dates import Date, dates_of
from classifiers.evidence.outcomes import Outcomes, outcomes_of
from classifiers.evidence.quantities import Quantity, quantities_of
from classifiers.evidence.words import MOST_READ, NEAR, Tokens, Words, filler, key_of, lists
from classifiers.places.finder import places_in
from classifiers.places.gazetteer import Level
from classifiers.text.search_terms import search_terms

KINDS: Final = ("numbers", "places", "dates", "names", "outcomes")
_WORD: Final = re.compile(r"[^\W\d_]+")
_PINNED: Final = 2  # facts that both give of one story, so that the rest is told of the same
_WELL_PINNED: Final = 3  # the same for names, of which texts have many
_SLOT: Final = 3  # syllables beside both of two names that are given for one another
_NAME_SYLLABLES: Final = 2  # one capital may begin a sentence
_MARKS: Final = re.compile(r"[.!?…:;\n“”\"'()•]")
_Fact = TypeVar("_Fact", Quantity, Date)


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of a text.

    Args:
        quantities: The amounts it gives.
        dates: Its dates and years.
        places: The provinces and countries of the places it names, where they are known, and how these are written.
        inside: The names of districts and communes, by their level and province.
        names: Its other names of several words, as they are written, by their syllables without diacritics.
        outcomes: What it says came of the matter.
        bare: The syllables of the text without diacritics, with a space around each.

    """

    quantities: tuple[Quantity, ...]
    dates: tuple[Date, ...]
    places: tuple[tuple[str | None, str], ...]
    inside: Mapping[tuple[Level, str], set[str]]
    names: Mapping[str, str]
    outcomes: Outcomes
    bare: str


@dataclass(frozen=True, slots=True)
class FactComparison:
    """What two texts have in common and where they contradict each other.

    Args:
        same: How many facts of each kind both give; of `names` too.
        missing: How many amounts, dates and places of the first the second one does not give, nor others for them.
        differs: By kind of fact the words of the first and of the second text that cannot both be right.

    """

    same: Mapping[str, int]
    missing: int
    differs: Mapping[str, tuple[Words, Words]]


def facts_of(text: str) -> Facts:
    """Read the facts of a text, of its first MOST_READ characters."""
    text = text[:MOST_READ]
    tokens = Tokens(text)
    dates = dates_of(tokens)
    quantities = quantities_of(tokens, {index for date in dates for index in range(date.first, date.after)})
    within = places_in(text)
    places = [(place.province, text[place.start : place.end]) for place in within] + _abroad(tokens)
    located = {_key(words) for _, words in places}
    named = {_key(name): name for name in _names(text)}
    names = {key: name for key, name in named.items() if not any(key in each or each in key for each in located)}
    inside: dict[tuple[Level, str], set[str]] = {}
    for place in within:
        if place.province and place.level is not Level.PROVINCE:
            inside.setdefault((place.level, place.province), set()).add(place.name.removeprefix("Thành phố "))
    bare = f" {' '.join(search_terms(text).bare)} "
    return Facts(tuple(quantities), tuple(dates), tuple(places), inside, names, outcomes_of(tokens), bare)


def _abroad(tokens: Tokens) -> list[tuple[str | None, str]]:
    """List the countries in which a text says that something is, with how they are written."""
    countries, where = key_of("countries", plain=tokens.plain), lists(plain=tokens.plain)["places"]["where"]
    found: list[tuple[str | None, str]] = []
    for index in range(1, len(tokens)):
        named = tokens.longest(index, countries) if tokens.word(index - 1) in where else None
        after = index + named[1] if named else 0
        if named and not (after < len(tokens) and tokens.is_name(after, after + 1)):  # ở Đức, not ở Đức Linh
            found.append((countries[named[0]], tokens.written(index, after)))
    return found


def _key(words: str) -> str:
    return " ".join(search_terms(words).bare)


def _names(text: str) -> list[str]:
    """List runs of words that begin with capitals within sentences of a text that is not all in capitals."""
    if text.isupper():
        return []
    names: list[str] = []
    run: list[str] = []
    last = 0
    for match in _WORD.finditer(text):
        between = text[last : match.start()]
        begins_sentence = not (last or between.strip()) or bool(_MARKS.search(between))
        last = match.end()
        if run and (between != " " or not match[0][0].isupper()):
            names.append(" ".join(run))
            run = []
        if match[0][0].isupper() and not match[0].isupper() and not begins_sentence:
            run.append(match[0])
    names.append(" ".join(run))
    return [name for name in names if len(name.split()) >= _NAME_SYLLABLES]


def compare_facts(one: Facts, other: Facts) -> FactComparison:
    """Tell which facts a claim and a reference share, and which of them cannot both be right.

    What one of them adds is no difference: two amounts, dates or places differ only where neither text has the other.
    """
    same_places, places = _places(one, other)
    amounts, days = _left(one.quantities, other.quantities), _left(one.dates, other.dates)
    names = {*one.names, *other.names}
    same = {
        "numbers": sum(any(own.tells_as_much_as(its) for its in other.quantities) for own in {*one.quantities}),
        "places": same_places,
        "dates": len(one.dates) - len(days),
        "outcomes": one.outcomes.shared(other.outcomes),
        "names": sum(f" {key} " in one.bare and f" {key} " in other.bare for key in names),
    }
    pinned = sum(same.values()) >= _PINNED
    told_otherwise = {
        "numbers": _at_odds(amounts, _left(other.quantities, one.quantities), pinned=pinned),
        "places": places,
        "dates": _at_odds(days, _left(other.dates, one.dates), pinned=pinned),
        "names": _names_at_odds(one, other) if sum(same.values()) >= _WELL_PINNED else None,
        "outcomes": one.outcomes.contradiction(other.outcomes),
    }
    differs = {kind: words for kind, words in told_otherwise.items() if words}
    missing = len([own for own in amounts if own.value != 1]) + len(days) + len(_places_left(one, other))
    return FactComparison(same, max(missing - len(differs.keys() & {"numbers", "dates", "places"}), 0), differs)


def _left(ours: Sequence[_Fact], theirs: Sequence[_Fact]) -> list[_Fact]:
    """List the facts of one text that the other one does not give."""
    return [own for own in ours if not own.is_in(theirs)]


def _at_odds(ours: Sequence[_Fact], theirs: Sequence[_Fact], *, pinned: bool) -> tuple[Words, Words] | None:
    """Return two facts that cannot both be right, if there are any.

    Args:
        ours: The facts of one text that the other one does not give.
        theirs: Those of the other text.
        pinned: Whether other facts pin the story down, so that the only two left of a kind are of the same thing.

    """
    about = [(own.words, its.words) for own in ours for its in theirs if own.is_about_the_same(its)]
    left = {(own.words, its.words): 0 for own in ours for its in theirs if own.rules_out(its, pinned=pinned)}
    only = [(own, its) for own, its in left if not any((own == one) is not (its == other) for one, other in left)]
    return next((((own,), (its,)) for own, its in about + only), None)


def _names_at_odds(one: Facts, other: Facts) -> tuple[Words, Words] | None:
    """Return the only name of each text that the other one has not, where both stand beside the same words."""
    ours, theirs = ([key for key in each.names if key not in its.bare] for each, its in ((one, other), (other, one)))
    if len(ours) != 1 or len(theirs) != 1 or not {*ours[0].split()}.isdisjoint(theirs[0].split()):
        return None
    alike = len(_beside(ours[0], one) & _beside(theirs[0], other)) >= _SLOT
    return ((one.names[ours[0]],), (other.names[theirs[0]],)) if alike else None


def _beside(name: str, facts: Facts) -> set[str]:
    before, _, behind = facts.bare.partition(f" {name} ")
    return {*before.split()[-NEAR:], *behind.split()[:NEAR]} - filler()


def _places(one: Facts, other: Facts) -> tuple[int, tuple[Words, Words] | None]:
    """Count the places that both texts name, and return those of each that cannot both be right, if there are any."""
    shared = {_key(words) for _, words in one.places if f" {_key(words)} " in other.bare}
    shared |= {_key(words) for _, words in other.places if f" {_key(words)} " in one.bare}
    near = {region for region, _ in one.places} & {region for region, _ in other.places} - {None}
    countries = lists(plain=False)["countries"]
    for abroad in (False, True):
        ours, theirs = (
            {words: region for region, words in left if (region in countries) is abroad}
            for left in (_places_left(one, other), _places_left(other, one))
        )
        lone = len({*ours.values()}) == len({*theirs.values()}) == 1
        if ours and theirs and (lone or not (shared or near)):
            return len(shared | near), ((*ours,), (*theirs,))
    for key in one.inside.keys() & other.inside.keys():
        own, its = (*one.inside[key],), (*other.inside[key],)
        if len(own) == len(its) == 1 and not (own[0].endswith(its) or its[0].endswith(own)):  # its kind may be unsaid
            return len(shared | near), (own, its)
    return len(shared | near), None


def _places_left(one: Facts, other: Facts) -> list[tuple[str, str]]:
    """List the places of one text of which the other one names neither them nor any of their province or country."""
    known = {region for region, _ in other.places}
    return [
        (region, words)
        for region, words in one.places
        if region and region not in known and f" {_key(words)} " not in other.bare
    ]
