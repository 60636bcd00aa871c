"""The tagger that joins tokens to words: a linear-chain CRF whose model underthesea brings, with its weights at hand.

The library writes some 43 strings about every token (`T[-1,0].lower=ngân hàng`) and looks each of them up. Here the
weights are sorted by template, so that a token, a pair and a triple are looked up as they are, and what tokens weigh is
remembered. Of two tags only the difference counts: every weight is that of INSIDE less that of the other tag.
The tags are the same, which a test holds to. The file is CRFsuite's (N. Okazaki, crfsuite-0.12, `crf1d_model.c`).
"""

import re
import struct
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

import numpy as np

from classifiers.errors import ModelRefused

INSIDE: Final = "I-W"  # the tag of a token that goes on with the word before it
_BEFORE, _AFTER = "BOS", "EOS"  # stand for tokens before the first and after the last
_REMEMBERED: Final = 2**15  # tokens, and pairs of them
_REMEMBERED_WIDTH: Final = 2  # three tokens seldom meet again
_TOO_GREAT: Final = 2**31  # the library reads numbers into 32 bits
_TEMPLATE: Final = re.compile(r"T\[(?P<first>-?\d+)(?:,(?P<last>-?\d+))?\](?:\.(?P<reading>\w+))?")
_FEATURE: Final = np.dtype([("kind", "<u4"), ("source", "<u4"), ("tag", "<u4"), ("weight", "<f8")])
_STEP: Final = 1  # the kind of a feature that weighs a step from tag to tag
_TAGS: Final = 2
_OTHER_VERSION: Final = (
    "underthesea's tagger is of a kind not known here: install underthesea 9.5, with which this was made"
)

_Weights = Mapping[str, float]  # by what a template reads


class Tagger:
    """Tells which tokens go on with the word before them.

    Args:
        model: The content of a model file of CRFsuite with the tag INSIDE and one other.
        templates: Which tokens around a token are read, and how.
        dictionary: The words, in small letters, that `is_in_dict` looks up.

    Raises:
        ModelRefused: When this is no such model or no such template.

    """

    def __init__(self, model: bytes, templates: Iterable[str], dictionary: Collection[str]) -> None:
        weights, self._moves = _read(model)
        readings: Mapping[str, Callable[[str], str]] = {
            "": str,
            "lower": str.lower,
            "isdigit": lambda run: str(run.isascii() and run.isdigit() and int(run) < _TOO_GREAT),
            "istitle": lambda run: str(_is_title(run)),
            "is_in_dict": lambda run: str(run.lower() in dictionary),
        }
        # By the number of tokens that are read, and by where those begin.
        by_width: dict[int, dict[int, list[tuple[Callable[[str], str], _Weights]]]] = {}
        for template in templates:
            match = _TEMPLATE.fullmatch(template)
            if match is None or (match["reading"] or "") not in readings:
                raise ModelRefused(_OTHER_VERSION)
            first = int(match["first"])
            spans = by_width.setdefault(int(match["last"] or first) - first + 1, {})
            spans.setdefault(first, []).append((readings[match["reading"] or ""], weights.get(template, {})))
        self._widths = [_Width(width, spans) for width, spans in by_width.items()]

    def goes_on(self, tokens: Sequence[str]) -> list[bool]:
        """Say of each token whether it goes on with the word before it: the likeliest way through all (Viterbi)."""
        columns = [column for width in self._widths for column in width.columns(tokens)]
        (stay_out, go_in), (go_out, stay_in) = self._moves
        outside, inside = 0.0, -float("inf")  # the first token begins a word, whatever its tag
        came: list[tuple[bool, bool]] = []
        for place, weight in enumerate(map(sum, zip(*columns, strict=True))):
            if place == 0:
                inside = weight
                continue
            came.append((inside + go_out > outside + stay_out, inside + stay_in > outside + go_in))
            outside, inside = (
                max(outside + stay_out, inside + go_out),
                max(outside + go_in, inside + stay_in) + weight,
            )
        tags = [inside > outside] if tokens else []
        for before_outside, before_inside in reversed(came):
            tags.append(before_inside if tags[-1] else before_outside)
        return tags[::-1]


class _Width:
    """What runs of so many tokens weigh, by the place that they have beside a token."""

    def __init__(self, width: int, spans: Mapping[int, Sequence[tuple[Callable[[str], str], _Weights]]]) -> None:
        self._width = width
        # What each reading may find, and what that weighs in each place.
        self._tables: dict[Callable[[str], str], dict[str, list[float]]] = {}
        self._places: list[tuple[int, float, float]] = []
        for place, (first, named) in enumerate(spans.items()):
            for reading, weights in named:
                table = self._tables.setdefault(reading, {})
                for value, weight in weights.items():
                    table.setdefault(value, [0.0] * len(spans))[place] += weight
            before, after = (
                sum([weights.get(outside, 0.0) for _, weights in named], 0.0) for outside in (_BEFORE, _AFTER)
            )
            self._places.append((first, before, after))
        self._nothing = [0.0] * len(spans)
        self._sums: dict[tuple[str | None, ...], Sequence[float]] = {}  # no more than the model knows of
        self._weigh = lru_cache(_REMEMBERED)(self._weights_of) if width <= _REMEMBERED_WIDTH else self._weights_of

    def columns(self, tokens: Sequence[str]) -> Iterator[list[float]]:
        """Give, for each place, what stands there weighs for every token."""
        runs: Iterable[str] = tokens
        if self._width > 1:
            runs = map(" ".join, zip(*(tokens[start:] for start in range(self._width)), strict=False))
        weighed: list[tuple[float, ...]] = list(zip(*map(self._weigh, runs), strict=True)) or [()] * len(self._places)
        for (first, before, after), weights in zip(self._places, weighed, strict=True):
            column = [before] * min(len(tokens), max(0, -first))
            column += weights[max(0, first) : max(0, first) + len(tokens) - len(column)]
            column += [after] * (len(tokens) - len(column))
            yield column

    def _weights_of(self, run: str) -> Sequence[float]:
        known = tuple([read if (read := reading(run)) in table else None for reading, table in self._tables.items()])
        sums = self._sums.get(known)
        if sums is None:
            found = [table[read] for read, table in zip(known, self._tables.values(), strict=True) if read is not None]
            sums = self._sums[known] = list(map(sum, zip(*found, strict=True))) or self._nothing
        return sums


def _is_title(run: str) -> bool:
    """Say whether no word begins with a small letter; digits and marks are none."""
    return run[0] == run[0].upper() and all(word[0] == word[0].upper() for word in run.split(" "))


def _read(model: bytes) -> tuple[dict[str, dict[str, float]], list[list[float]]]:
    """Read a model file.

    Returns:
        What each template's readings weigh, and the weight of every step from one tag to another, outside first.

    """
    try:
        _, tags, _, features_at, tags_at, names_at = struct.unpack_from("<16x6I", model)
        (count,) = struct.unpack_from("<8xI", model, features_at)
        features = np.frombuffer(model, _FEATURE, count, features_at + 12)
        names = list(_strings(model, names_at))
        inside = list(_strings(model, tags_at)).index(INSIDE)
    except (struct.error, ValueError) as error:
        raise ModelRefused(_OTHER_VERSION) from error
    if tags != _TAGS:
        raise ModelRefused(_OTHER_VERSION)
    weights: dict[str, dict[str, float]] = {}
    moves = [[0.0, 0.0], [0.0, 0.0]]
    for kind, source, tag, weight in features.tolist():
        if kind == _STEP:
            moves[source == inside][tag == inside] = weight
        else:
            template, _, reading = names[source].partition("=")
            of_template = weights.setdefault(template, {})
            of_template[reading] = of_template.get(reading, 0.0) + (weight if tag == inside else -weight)
    return weights, moves


def _strings(model: bytes, at: int) -> Iterator[str]:
    """Read the strings of a CQDB section, by their number."""
    count, table = struct.unpack_from("<16x2I", model, at)
    for record in struct.unpack_from(f"<{count}I", model, at + table):
        (size,) = struct.unpack_from("<4xI", model, at + record)
        yield model[at + record + 8 : at + record + 7 + size].decode()  # a zero ends it
