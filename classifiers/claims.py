"""Rule-based extraction of a claim: the clauses that assert a checkable fact, and the sources that the text names.

The result is shown to reviewers beside a prediction; the probability of the label does not depend on it.
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
from classifiers.text.letters import piece_spans, split_syllables, strip_diacritics
from classifiers.text.lexicon import default_lexicon
from classifiers.text.normalise import LINK, normalise

MOST: Final = 5  # mentions of each part
LONGEST: Final = 120  # characters of a clause that are shown
LEAST_WEIGHT: Final = 1.0  # log-odds that a clause's words need for the fallback in `_asserted`
SOURCES: Final = "named_source"  # the group of the lexicon that holds names of papers, stations and portals
UNNAMED: Final = ("hearsay", "unnamed_expert")  # its groups of people who cannot be asked
_CLAUSE: Final = re.compile(r"(?:[^.,;:!?…]|[.,:](?=\d))+[.,;:!?…]*")  # 1.000 and 15:30 are no end

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Mention:
    """A span of the original text.

    Args:
        words: The words of the span, runs of white space replaced by one space.
        start: Offset of its first character, in code points of the original.
        end: Offset after its last character.
        weight: Sum of the reasons whose words it contains, in log-odds of `unverified`; 0 without reasons.

    """

    words: str
    start: int
    end: int
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Claim:
    """The extracted claim.

    Args:
        asserts: Clauses that assert a checkable fact.
        sources: Named sources, documents and links.
        hearsay: References to unnamed sources.

    """

    asserts: tuple[Mention, ...]
    sources: tuple[Mention, ...]
    hearsay: tuple[Mention, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the words of each part as plain data."""
        return {
            "asserts": [mention.words for mention in self.asserts],
            "sources": [mention.words for mention in self.sources],
            "hearsay": [mention.words for mention in self.hearsay],
        }


def find_claim(text: str, reasons: Sequence[Reason] = ()) -> Claim:
    """Extract the claim of a text.

    Args:
        text: The text as it was published.
        reasons: The model's reasons for `unverified`. They order the mentions, and select a clause when no rule
            matches.

    """
    aligned = normalise(text)
    signs = _signs(plain=aligned.text == strip_diacritics(aligned.text))
    weights = {reason.words: reason.weight for reason in reasons}
    terms = list(_terms(aligned))
    sources = _sources(text, aligned, signs, terms)
    cited = _Taken(aligned.text, sources)
    hearsay = [span for span in _hearsay(aligned, signs, terms) if not cited.touches(span)]
    return Claim(
        asserts=_mentions(text, aligned, _asserted(aligned, signs, weights), weights, direction=1),
        sources=_mentions(text, aligned, sources, weights, direction=-1),
        hearsay=_mentions(text, aligned, hearsay, weights, direction=1),
    )


@dataclass(frozen=True, slots=True)
class _Signs:
    """Compiled patterns, which are matched against the normalised text."""

    states: re.Pattern[str]
    states_nothing: re.Pattern[str]
    unnamed: re.Pattern[str]
    named: tuple[re.Pattern[str], ...]
    lures: re.Pattern[str]


@cache
def _signs(*, plain: bool) -> _Signs:
    """Compile the patterns of claim_signs.toml, once a process; `plain` strips diacritics for texts without any."""
    text = (resources.files("classifiers") / "claim_signs.toml").read_text(encoding="utf-8")
    lists = tomllib.loads(strip_diacritics(text) if plain else text)
    one = {name: _any_of(words) for name, words in lists.items()}
    # Without diacritics `ong` and `ba` have too many other meanings; `báo cáo` is a report, not a newspaper.
    whoever = one["bodies"] if plain else rf"(?:{one['bodies']}|{one['people']}(?! cáo))"
    return _Signs(
        states=re.compile(rf"{_delimited(one['events'])}|(?<![\w/])\d+\s?(?:{one['units']})(?!\w)"),
        states_nothing=re.compile(rf"\?|{_delimited(one['asked'])}|{_delimited(one['opinions'])}"),
        unnamed=re.compile(_delimited(one["unnamed"])),
        named=(
            re.compile(rf"(?<!\w){one['papers']}(?: so| số)? ?:? ?\d[\w/.\-]*\w"),
            re.compile(rf"(?<!\w){one['bodies']}(?: [^\s.,;:!?]+){{1,6}}? {one['says']}(?!\w)"),
            re.compile(rf"(?<!\w)theo (?:\w+ \w+ (?:của|cua) )?{whoever}(?: [^\s.,;:!?]+){{1,5}}"),
        ),
        lures=re.compile(_delimited(one["lures"])),
    )


def _any_of(words: str) -> str:
    """Match any of some expressions, longer ones first."""
    parts = sorted((word.strip() for word in words.split(",")), key=len, reverse=True)
    return f"(?:{'|'.join(re.escape(part) for part in parts)})"


def _delimited(pattern: str) -> str:
    return rf"(?<!\w){pattern}(?!\w)"


def _asserted(aligned: Aligned, signs: _Signs, weights: Mapping[str, float]) -> list[Span]:
    """Return the clauses that contain an event or a quantity; questions and opinions are left out.

    Fallback, since the list of events is incomplete: the clause of greatest weight, if it reaches LEAST_WEIGHT.
    """
    clauses = [match for match in _CLAUSE.finditer(aligned.text) if not signs.states_nothing.search(match[0])]
    stating = [match for match in clauses if signs.states.search(match[0])]
    if not stating:
        heaviest = max(clauses, key=lambda match: _weight(match[0], weights), default=None)
        stating = [heaviest] if heaviest is not None and _weight(heaviest[0], weights) >= LEAST_WEIGHT else []
    return [_trimmed(aligned.text, *match.span()) for match in stating]


def _trimmed(text: str, start: int, end: int) -> Span:
    """Strip spaces and punctuation, and cut after LONGEST characters, at a space if there is one."""
    clause = text[start:end].lstrip(" -–•.,;:!?…")
    start = end - len(clause)
    clause = clause.rstrip(" .,;:!?…")
    if len(clause) > LONGEST:
        clause = clause[:LONGEST].rpartition(" ")[0] or clause[:LONGEST]
    return start, start + len(clause)


def _sources(text: str, aligned: Aligned, signs: _Signs, terms: Iterable[tuple[str, Span]]) -> list[Span]:
    taken = _Taken(aligned.text)
    for pattern in signs.named:
        for match in pattern.finditer(aligned.text):
            taken.add(match.span())
    shouted = text.isupper()
    for group, span in terms:
        if group == SOURCES and not shouted and _is_name(text, aligned, span):
            taken.add(span)
    spans = taken.spans
    # A link counts as a source unless the post asks readers to click or to register, as advertisements and scams do.
    link = aligned.text.find(LINK)
    if link >= 0 and not signs.lures.search(aligned.text):
        spans.append((link, link + len(LINK)))
    return sorted(spans)


def _is_name(text: str, aligned: Aligned, span: Span) -> bool:
    """Whether a term is written as a name: the same group holds dates, kinds of papers and plain words as well."""
    first, last = aligned.original_span(*span)
    words = text[first:last].split()
    if any(char.isdigit() for char in text[first:last]):
        return False
    # One capitalised word may begin a sentence, so a capital inside it is needed (VTV, VnExpress). Several words that
    # are all in capitals may be emphasis.
    if len(words) == 1:
        return any(map(str.isupper, words[0][1:]))
    return all(word[:1].isupper() for word in words) and not all(word.isupper() for word in words)


def _hearsay(aligned: Aligned, signs: _Signs, terms: Iterable[tuple[str, Span]]) -> list[Span]:
    taken = _Taken(aligned.text, (match.span() for match in signs.unnamed.finditer(aligned.text)))
    for group, (start, end) in terms:
        several = " " in aligned.text[start:end]  # one word is a useful feature, but too vague to show to a reviewer
        if group in UNNAMED and several:
            taken.add((start, end))
    return sorted(taken.spans)


def _terms(aligned: Aligned) -> Iterator[tuple[str, Span]]:
    """Yield the lexicon's terms: group and span in the normalised text."""
    places = piece_spans(aligned.text)
    for group, first, last in default_lexicon().find(split_syllables(aligned.text)):
        yield group, (places[first][0], places[last - 1][1])


class _Taken:
    """Spans of a text that do not touch each other; looking one up takes no longer when there are many.

    Args:
        text: The text.
        spans: The first spans.

    """

    def __init__(self, text: str, spans: Iterable[Span] = ()) -> None:
        self.spans: list[Span] = []
        self._marks = bytearray(len(text))
        for span in spans:
            self.add(span)

    def touches(self, span: Span) -> bool:
        """Tell whether a span shares a character with one that was added."""
        return self._marks.find(1, *span) >= 0

    def add(self, span: Span) -> None:
        """Add a span unless it touches another."""
        if not self.touches(span):
            self.spans.append(span)
            self._marks[slice(*span)] = b"\1" * (span[1] - span[0])


def _mentions(
    text: str, aligned: Aligned, spans: Iterable[Span], weights: Mapping[str, float], *, direction: int
) -> tuple[Mention, ...]:
    """Return at most MOST mentions, one per wording, by weight: descending for direction 1, ascending for -1."""
    by_words: dict[str, Mention] = {}
    for start, end in spans:
        words = aligned.text[start:end]
        first, last = aligned.original_span(start, end)
        shown = " ".join(text[first:last].split())
        by_words.setdefault(words, Mention(shown, first, last, _weight(words, weights)))
    return tuple(sorted(by_words.values(), key=lambda mention: (-direction * mention.weight, mention.start))[:MOST])


def _weight(words: str, weights: Mapping[str, float]) -> float:
    """Sum the weights of the reasons whose words occur in a span of the normalised text."""
    return sum(weight for reason, weight in weights.items() if re.search(_delimited(re.escape(reason)), words))
