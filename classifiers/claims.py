"""The two parts of an unverified claim: what is asserted that could be checked, and what it could be checked against.

Both are found by rules of the language, as a help for the reader; the probability of the label does not depend on them.
Opinion asserts nothing that can be checked; an official notice names its source.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from classifiers.model.prediction import Reason
from classifiers.text.aligned import Aligned
from classifiers.text.letters import strip_diacritics
from classifiers.text.lexicon import default_lexicon
from classifiers.text.normalise import LINK, normalise
from classifiers.text.syllables import split_syllables

MOST: Final = 5  # of each part
LONGEST: Final = 120  # characters of a clause that are shown
TELLING: Final = 1.0  # log-odds from which on reasons are said to point at a clause
SOURCES: Final = "named_source"  # the group of the lexicon that holds names of papers, stations and portals
UNNAMED: Final = ("hearsay", "unnamed_expert")  # its groups of people who cannot be asked
_CLAUSE: Final = re.compile(r"(?:[^.,;:!?…]|[.,:](?=\d))+[.,;:!?…]*")  # 1.000 and 15:30 are no end

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch of the original text: its words, its half-open span, and what the model's reasons say of it together.

    The weight is in log-odds of `unverified`; 0 where no reasons were given.
    """

    words: str
    start: int
    end: int
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Claim:
    """What a text asserts that could be checked, the sources that it names, and those that nobody could look up."""

    asserts: tuple[Mention, ...]
    sources: tuple[Mention, ...]
    hearsay: tuple[Mention, ...]

    def as_dict(self) -> dict[str, Any]:
        """Give the words of each part."""
        return {
            "asserts": [mention.words for mention in self.asserts],
            "sources": [mention.words for mention in self.sources],
            "hearsay": [mention.words for mention in self.hearsay],
        }


def find_claim(text: str, reasons: Sequence[Reason] = ()) -> Claim:
    """Find the two parts of a claim.

    Args:
        text: The text as it was published.
        reasons: What the model says of its words for `unverified`; what weighs most stands first.

    """
    aligned = normalise(text)
    signs = _signs(plain=aligned.text == strip_diacritics(aligned.text))
    weights = {reason.words: reason.weight for reason in reasons}
    terms = list(_terms(aligned))
    sources = _sources(text, aligned, signs, terms)
    hearsay = [span for span in _hearsay(aligned, signs, terms) if not _touches(span, sources)]
    return Claim(
        asserts=_mentions(text, aligned, _asserted(aligned, signs, weights), weights, direction=1),
        sources=_mentions(text, aligned, sources, weights, direction=-1),
        hearsay=_mentions(text, aligned, hearsay, weights, direction=1),
    )


@dataclass(frozen=True, slots=True)
class _Signs:
    """The patterns by which the parts are found in a normalised text."""

    states: re.Pattern[str]
    states_nothing: re.Pattern[str]
    unnamed: re.Pattern[str]
    named: tuple[re.Pattern[str], ...]
    lures: re.Pattern[str]


@cache
def _signs(*, plain: bool) -> _Signs:
    """Read the signs, once a process; for texts that are written without marks they stand without marks."""
    text = (resources.files("classifiers") / "claim_signs.toml").read_text(encoding="utf-8")
    lists = tomllib.loads(strip_diacritics(text) if plain else text)
    one = {name: _any_of(words) for name, words in lists.items()}
    # Without marks `ong` and `ba` are too many words, and a report of nobody is no newspaper.
    whoever = one["bodies"] if plain else rf"(?:{one['bodies']}|{one['people']}(?! cáo))"
    return _Signs(
        states=re.compile(rf"{_whole(one['events'])}|(?<![\w/])\d+(?:[.,]\d+)*\s?(?:{one['units']})(?!\w)"),
        states_nothing=re.compile(rf"\?|{_whole(one['asked'])}|{_whole(one['opinions'])}"),
        unnamed=re.compile(_whole(one["found"])),
        named=(
            re.compile(rf"(?<!\w){one['papers']}(?: so| số)? ?:? ?\d[\w/.\-]*\w"),
            re.compile(rf"(?<!\w){one['bodies']}(?: [^\s.,;:!?]+){{1,6}}? {one['says']}(?!\w)"),
            re.compile(rf"(?<!\w)theo (?:\w+ \w+ (?:của|cua) )?{whoever}(?: [^\s.,;:!?]+){{1,5}}"),
        ),
        lures=re.compile(_whole(one["lures"])),
    )


def _any_of(words: str) -> str:
    """Match any of some expressions, longer ones first."""
    parts = sorted((word.strip() for word in words.split(",")), key=len, reverse=True)
    return f"(?:{'|'.join(re.escape(part) for part in parts)})"


def _whole(pattern: str) -> str:
    return rf"(?<!\w){pattern}(?!\w)"


def _asserted(aligned: Aligned, signs: _Signs, weights: Mapping[str, float]) -> list[Span]:
    """Find the clauses that state what happens or how much of it; questions and opinions state nothing.

    No list names all that can happen: where it names nothing, the clause that the model's reasons point at most stands
    in, if they point at any.
    """
    clauses = [match for match in _CLAUSE.finditer(aligned.text) if not signs.states_nothing.search(match[0])]
    found = [match for match in clauses if signs.states.search(match[0])]
    if not found:
        pointed_at = max(clauses, key=lambda match: _weight(match[0], weights), default=None)
        found = [pointed_at] if pointed_at is not None and _weight(pointed_at[0], weights) >= TELLING else []
    return [_trimmed(aligned.text, *match.span()) for match in found]


def _trimmed(text: str, start: int, end: int) -> Span:
    """Leave out spaces and marks at both ends, and what is too long to be read at a glance."""
    clause = text[start:end].lstrip(" -–•.,;:!?…")
    start = end - len(clause)
    clause = clause.rstrip(" .,;:!?…")
    if len(clause) > LONGEST:
        clause = clause[:LONGEST].rpartition(" ")[0] or clause[:LONGEST]
    return start, start + len(clause)


def _sources(text: str, aligned: Aligned, signs: _Signs, terms: Iterable[tuple[str, Span]]) -> list[Span]:
    found: list[Span] = []
    for pattern in signs.named:
        found.extend(match.span() for match in pattern.finditer(aligned.text) if not _touches(match.span(), found))
    for group, span in terms:
        if group == SOURCES and _is_name(text, aligned, span) and not _touches(span, found):
            found.append(span)
    link = aligned.text.find(LINK)
    if link >= 0 and not signs.lures.search(aligned.text):
        found.append((link, link + len(LINK)))
    return sorted(found)


def _is_name(text: str, aligned: Aligned, span: Span) -> bool:
    """Whether a term is written as a name: the same group holds dates, kinds of papers and plain words as well."""
    first, last = aligned.original_span(*span)
    words = text[first:last].split()
    if text.isupper() or any(char.isdigit() for char in text[first:last]):
        return False
    # One word with a capital may just begin a sentence, unlike VTV and VnExpress; several words may be shouted.
    if len(words) == 1:
        return any(map(str.isupper, words[0][1:]))
    return all(word[:1].isupper() for word in words) and not all(word.isupper() for word in words)


def _hearsay(aligned: Aligned, signs: _Signs, terms: Iterable[tuple[str, Span]]) -> list[Span]:
    found = [match.span() for match in signs.unnamed.finditer(aligned.text)]
    for group, (start, end) in terms:
        several = " " in aligned.text[start:end]  # a single word is a sign for the model, but tells a person little
        if group in UNNAMED and several and not _touches((start, end), found):
            found.append((start, end))
    return sorted(found)


def _terms(aligned: Aligned) -> Iterator[tuple[str, Span]]:
    """Find the terms of the lexicon: their group and their span of the normalised text."""
    pieces = split_syllables(aligned.text)
    places: list[Span] = []
    position = 0
    for piece in pieces:
        start = aligned.text.index(piece, position)
        position = start + len(piece)
        places.append((start, position))
    for group, first, last in default_lexicon().find(pieces):
        yield group, (places[first][0], places[last - 1][1])


def _touches(span: Span, others: Iterable[Span]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in others)


def _mentions(
    text: str, aligned: Aligned, spans: Iterable[Span], weights: Mapping[str, float], *, direction: int
) -> tuple[Mention, ...]:
    """Give the original words of spans, each once; those come first that weigh most for (1) or against (-1)."""
    found: dict[str, Mention] = {}
    for start, end in spans:
        words = aligned.text[start:end]
        first, last = aligned.original_span(start, end)
        shown = " ".join(text[first:last].split())
        found.setdefault(words, Mention(shown, first, last, _weight(words, weights)))
    return tuple(sorted(found.values(), key=lambda mention: (-direction * mention.weight, mention.start))[:MOST])


def _weight(words: str, weights: Mapping[str, float]) -> float:
    """Add up what the model's reasons say of the words of a stretch of normalised text."""
    return sum(weight for reason, weight in weights.items() if re.search(_whole(re.escape(reason)), words))
