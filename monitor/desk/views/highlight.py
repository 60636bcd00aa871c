"""Highlight the reasons of a flag in the original text."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import fsum
from typing import Final

from classifiers.model.prediction import BASE, REST, TRAITS
from classifiers.text.normalise import normalise

STRENGTHS: Final = 3  # how many shades a colour has
MOST_SHOWN: Final = 12  # phrases
LEAST_MARKED: Final = 0.1  # of the strongest weight; what counts less is not marked


@dataclass(frozen=True, slots=True)
class Reason:
    """One expression and its weight in log-odds, summed over its occurrences."""

    words: str
    weight: float


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the original text.

    `tone` is None for plain text, otherwise `for-1`, `for-2`, `for-3`, `against-1`, `against-2` or `against-3`.
    `veiled`: it is blurred until somebody asks for it.
    """

    text: str
    tone: str | None = None
    veiled: bool = False


def gather_reasons(stored: Sequence[Sequence[str | float]]) -> tuple[Reason, ...]:
    """Sum the stored `[words, weight]` pairs by expression; strongest first, BASE and REST last.

    What counts beside the words, such as the length of a post, is no reason to show: it belongs to BASE.
    """
    weights: dict[str, float] = {}
    for words, weight in stored:
        name = BASE if words in TRAITS else str(words)
        weights[name] = weights.get(name, 0.0) + float(weight)
    ordered = sorted(weights.items(), key=lambda item: (item[0] in (BASE, REST), -abs(item[1])))
    return tuple(Reason(words, weight) for words, weight in ordered)


@cache
def stop_words() -> frozenset[str]:
    """Return syllables that carry no meaning of their own, such as `đã` and `ở`."""
    return frozenset((resources.files("monitor.desk.views") / "stop_words.txt").read_text(encoding="utf-8").split())


def fold(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    """Keep the phrases that carry a score; all others are summed up in REST, so that the weights still add up.

    Folded are expressions of stop words alone, and what stands after the MOST_SHOWN strongest.
    """
    words = [one for one in reasons if one.words not in (BASE, REST) and not _says_nothing(one.words)]
    kept = words[:MOST_SHOWN]
    base = [one for one in reasons if one.words == BASE]
    folded = fsum(one.weight for one in reasons if one not in kept and one not in base)
    rest = [Reason(REST, folded)] if len(kept) + len(base) < len(reasons) else []
    return (*kept, *rest, *base)


def _says_nothing(words: str) -> bool:
    parts = words.replace("_", " ").split()
    return bool(parts) and all(part in stop_words() for part in parts)


def mark(original: str, reasons: Sequence[Reason]) -> tuple[Piece, ...]:
    """Split a text into plain and highlighted pieces; joined, they are the text.

    Args:
        original: The text as it was published.
        reasons: Expressions in normalised form; BASE and REST are not words and highlight nothing.

    """
    tones = _tones(reasons)
    pieces: list[Piece] = []
    position = 0
    for start, end, tone in _spans(original, tones):
        first = max(start, position)  # two expressions may share a character of the original
        if first >= end:
            continue
        if first > position:
            pieces.append(Piece(original[position:first]))
        pieces.append(Piece(original[first:end], tone))
        position = end
    if position < len(original):
        pieces.append(Piece(original[position:]))
    return tuple(pieces)


def _tones(reasons: Sequence[Reason]) -> dict[str, str]:
    words = [reason for reason in reasons if reason.words not in (BASE, REST) and reason.words and reason.weight]
    strongest = max((abs(reason.weight) for reason in words), default=1.0)
    return {
        reason.words: tone(reason.weight, strongest)
        for reason in words
        if abs(reason.weight) >= LEAST_MARKED * strongest
    }


def tone(weight: float, strongest: float) -> str:
    """Return the CSS class of a weight: its sign, and one of STRENGTHS shades by its share of the strongest weight."""
    shade = min(STRENGTHS, 1 + int(STRENGTHS * abs(weight) / strongest)) if strongest else 1
    return f"{'for' if weight > 0 else 'against'}-{shade}"


def _spans(original: str, tones: Mapping[str, str]) -> list[tuple[int, int, str]]:
    """Find the expressions in the normalised text, longer ones first; returns (start, end, tone) in the original."""
    if not tones:
        return []
    aligned = normalise(original)
    longest_first = sorted(tones, key=lambda words: (-len(words), words))
    pattern = re.compile("|".join(_whole(words) for words in longest_first))
    return [(*aligned.original_span(*match.span()), tones[match[0]]) for match in pattern.finditer(aligned.text)]


def _whole(words: str) -> str:
    """Return a pattern for an expression between word boundaries: `an` must not match in `lan`."""
    before = r"(?<!\w)" if re.match(r"\w", words) else ""
    after = r"(?!\w)" if re.search(r"\w\Z", words) else ""
    return f"{before}{re.escape(words)}{after}"
