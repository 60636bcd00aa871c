"""The tagger that joins tokens to words: a linear-chain CRF whose model underthesea brings, with its weights at hand.

The library writes some 43 strings about every token (`T[-1,0].lower=ngân hàng`) and looks each of them up. Here the
weights are sorted by template, so that a token, a pair and a triple are looked up as they are, and the weights of
tokens are cached. Of two tags only the difference counts: every weight is that of INSIDE less that of the other tag.
The tags are the same, which a test holds to. The file is CRFsuite's (N. Okazaki, crfsuite-0.12, `crf1d_model.c`).
"""

import re
import struct
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Final

import numpy as np
from numpy.typing import NDArray

from classifiers.errors import ModelRefused

INSIDE: Final = "I-W"  # the tag of a token that goes on with the word before it
_BEFORE, _AFTER = "BOS", "EOS"  # stand for tokens before the first and after the last
_EDGE: Final = "\n"  # stands between sentences, as no token does
_REMEMBERED: Final = 2**12  # tokens, and pairs of them
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
        # How many tokens before or after one are read with it.
        self._reach = max(max(-first, first + width - 1) for width, spans in by_width.items() for first in spans)

    def goes_on(self, sentences: Sequence[Sequence[str]]) -> list[list[bool]]:
        """Tell for each token of each sentence whether it continues the word before it.

        Features of all sentences are scored in one pass; each sentence is then decoded on its own.
        """
        edge = [_EDGE] * self._reach
        line = [*edge, *chain.from_iterable((*sentence, *edge) for sentence in sentences)]
        weights = np.zeros(len(line))
        for width in self._widths:
            width.add(line, weights, self._reach)
        tags, weighed = [], weights.tolist()
        begins = self._reach
        for sentence in sentences:
            tags.append(self._likeliest(weighed[begins : begins + len(sentence)]))
            begins += len(sentence) + self._reach
        return tags

    def _likeliest(self, weights: Sequence[float]) -> list[bool]:
        """Return the most probable tags of a sentence (Viterbi, 1967): True is INSIDE.

        Args:
            weights: Of each token, the score of INSIDE less that of the other tag.

        """
        if not weights:
            return []
        (stay_out, go_in), (go_out, stay_in) = self._moves
        outside, inside = 0.0, weights[0]  # the first token begins a word, whatever its tag
        came: list[tuple[bool, bool]] = []
        for weight in weights[1:]:
            to_outside, kept_outside = inside + go_out, outside + stay_out
            kept_inside, to_inside = inside + stay_in, outside + go_in
            came.append((to_outside > kept_outside, kept_inside > to_inside))
            outside = max(to_outside, kept_outside)
            inside = max(kept_inside, to_inside) + weight
        tags = [inside > outside]
        for was_inside in reversed(came):
            tags.append(was_inside[tags[-1]])
        return tags[::-1]


class _Width:
    """The weights of token n-grams of one length, by their position relative to the token that is tagged."""

    def __init__(self, width: int, spans: Mapping[int, Sequence[tuple[Callable[[str], str], _Weights]]]) -> None:
        self._width = width
        self._firsts = tuple(spans)
        # What each reading may find, and what that weighs in each place.
        self._tables: dict[Callable[[str], str], dict[str, list[float]]] = {}
        before: list[float] = []
        after: list[float] = []
        for place, (first, named) in enumerate(spans.items()):
            for reading, weights in named:
                table = self._tables.setdefault(reading, {})
                for value, weight in weights.items():
                    table.setdefault(value, [0.0] * len(spans))[place] += weight
            begins, ends = (sum([weights.get(edge, 0.0) for _, weights in named], 0.0) for edge in (_BEFORE, _AFTER))
            before.append(begins if first < 0 else ends)
            after.append(ends)
        self._before, self._after = tuple(before), tuple(after)  # of runs that begin or end outside the sentence
        self._nothing = (0.0,) * len(spans)
        self._sums: dict[tuple[str | None, ...], tuple[float, ...]] = {}  # no more than the model knows of
        self._find = lru_cache(_REMEMBERED)(self._weights_of) if width <= _REMEMBERED_WIDTH else self._weights_of

    def add(self, line: Sequence[str], weights: NDArray[np.float64], reach: int) -> None:
        """Add the weights of the n-grams around each token.

        Args:
            line: The tokens of a sentence, with `reach` items before and after them that stand for its edges.
            weights: What is added to, shape (items of the line, tags), in place.
            reach: How many tokens away an n-gram may begin.

        """
        runs: Iterable[str] = line
        if self._width > 1:
            runs = map(" ".join, zip(*(line[start:] for start in range(self._width)), strict=False))
        sums = np.fromiter(chain.from_iterable(map(self._find, runs)), np.float64).reshape(-1, len(self._firsts))
        count = len(line) - 2 * reach
        for place, first in enumerate(self._firsts):
            weights[reach : reach + count] += sums[reach + first : reach + first + count, place]

    def _weights_of(self, run: str) -> tuple[float, ...]:
        if _EDGE in run:
            return self._before if run[0] == _EDGE else self._after
        known = tuple([read if (read := reading(run)) in table else None for reading, table in self._tables.items()])
        sums = self._sums.get(known)
        if sums is None:
            rows = [table[read] for read, table in zip(known, self._tables.values(), strict=True) if read is not None]
            sums = self._sums[known] = tuple(map(sum, zip(*rows, strict=True))) or self._nothing
        return sums


def _is_title(run: str) -> bool:
    """Whether no word begins with a lower-case letter."""
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
