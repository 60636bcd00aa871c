"""Words that disturb who reads all day are blurred until asked for: obscenity, filth, threats and death wishes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import Final

from classifiers.text.letters import piece_spans, split_syllables, strip_diacritics
from classifiers.text.lexicon import default_lexicon
from classifiers.text.normalise import MAX_CHARACTERS, normalise
from monitor.desk.views.highlight import Piece

GROUPS: Final = frozenset(
    ("obscene_genitals", "obscene_intercourse", "curse_parents", "dirt", "animals", "threat", "death_wish")
)
"""Groups of the lexicon. Harsh words that are no more than harsh stay readable: people judge by them."""


@cache
def everyday_words() -> frozenset[str]:
    """Return terms of these groups that disturb nobody by themselves, as in `diệt khuẩn`; also without diacritics."""
    words = (resources.files("monitor.desk.views") / "everyday_words.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(words) | {strip_diacritics(word) for word in words}


def veil(text: str) -> tuple[Piece, ...]:
    """Cut a text into pieces, of which the disturbing ones are veiled."""
    return veil_pieces((Piece(text),))


def veil_pieces(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Cut the pieces of one text further, where disturbing words begin and end; joined, they are still the text."""
    pieces = tuple(pieces)
    spans = _disturbing("".join(piece.text for piece in pieces))
    return tuple(_cut(pieces, spans)) if spans else pieces


def _cut(pieces: Iterable[Piece], spans: list[tuple[int, int]]) -> Iterator[Piece]:
    place = 0
    for piece in pieces:
        end = place + len(piece.text)
        inside = [(max(start, place), min(stop, end)) for start, stop in spans if start < end and stop > place]
        reached = place
        for start, stop in inside:
            if start > reached:
                yield replace(piece, text=piece.text[reached - place : start - place])
            yield replace(piece, text=piece.text[start - place : stop - place], veiled=True)
            reached = stop
        if reached < end or not piece.text:
            yield replace(piece, text=piece.text[reached - place :])
        place = end


def _disturbing(text: str) -> list[tuple[int, int]]:
    """Find the words; half-open spans of the text, in code points, that do not overlap."""
    aligned = normalise(text[:MAX_CHARACTERS])
    places, syllables = piece_spans(aligned.text), split_syllables(aligned.text)
    found = default_lexicon().find(syllables)
    words = (
        (first, after) for group, first, after in found if group in GROUPS and not _is_everyday(syllables, first, after)
    )
    wanted = sorted(aligned.original_span(places[first][0], places[after - 1][1]) for first, after in words)
    spans: list[tuple[int, int]] = []
    for start, end in wanted:
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans


def _is_everyday(syllables: Sequence[str], first: int, after: int) -> bool:
    """Tell whether a term disturbs nobody by itself, or with the syllable before it, as `hiếp` in `uy hiếp`."""
    return any(" ".join(syllables[start:after]) in everyday_words() for start in (first, max(0, first - 1)))
