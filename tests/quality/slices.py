"""Slices of an evaluation set, by form (length, spelling) and metadata; a model's metrics on each, and its mistakes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from classifiers.data.datasets import Example
from classifiers.evaluation.bootstrap import label_figures, label_intervals, wilson
from classifiers.evaluation.predictions import LabelScores, ScoredExamples
from classifiers.text.aligned import Aligned
from classifiers.text.letters import split_syllables, strip_diacritics
from classifiers.text.normalise import normalise

SHORT: Final = 8  # syllables; shorter texts have few features
LEAST_UNMARKED: Final = 4  # syllables; a shorter text may consist of words that have no diacritics
LEAST_RANKED: Final = 5  # positives and negatives; an AUC of fewer is too uncertain to report
FORM: Final = "form"
FORMS: Final = ("short", "no_diacritics", "obfuscated", "teencode")
FACTS: Final = ("platform", "topic", "register", "kind")

_LETTER: Final = r"[^\W\d_]"
_PLACEHOLDER: Final = re.compile(r"⟨\w+⟩")
_SPLIT: Final = re.compile(rf"{_LETTER}[\u0300-\u036f]*[^\w\u0300-\u036f]+{_LETTER}")
_MASKED: Final = re.compile(rf"{_LETTER}\*+{_LETTER}|(?<![\w*]){_LETTER}\*+(?![\w*])")
_OTHER_SCRIPT: Final = re.compile("[Ͱ-ӿԀ-ԯ]")
# Chat spellings that are not words of standard Vietnamese, with and without diacritics.
_TEENCODE: Final = """
k ko hok khum dc đc dk đk j z r vs ns ny ng ngta ntn nta nt lun lm nc ms ae mn mng mk mik bn cx cg hnay hqua trc trg thg
lg xog bh thui thoy roài rùi òi zậy zay zui zô dzô zòi iu ik đj dj bít bik bjk bùn pùn mún thik nhìu mí wa wá qá ib inb
rep ad cmt stt acc ava fb ck vk ox bx cty sdt sđt tks lz vc vl vcl vkl vch đm dm đkm dkm clm cmn cmnr kkk kk
"""


@cache
def _teencode() -> frozenset[str]:
    return frozenset(_TEENCODE.split())


def forms_of(text: str) -> tuple[str, ...]:
    """List those of FORMS that apply to a text.

    `obfuscated` means what the normaliser undoes (letters split by marks or spaces, look-alikes of other scripts,
    hidden characters inside words) and letters masked by asterisks.
    """
    aligned = normalise(text)
    syllables = [piece for piece in split_syllables(aligned.text) if piece[0].isalpha()]
    unmarked = len(syllables) >= LEAST_UNMARKED and strip_diacritics(aligned.text) == aligned.text
    applies = {
        "short": len(syllables) < SHORT,
        "no_diacritics": unmarked,
        "obfuscated": bool(_MASKED.search(text)) or _is_disguised(text, aligned),
        "teencode": not _teencode().isdisjoint(syllables),
    }
    return tuple(form for form in FORMS if applies[form])


def _is_disguised(original: str, aligned: Aligned) -> bool:
    """Whether normalising joined split letters, removed hidden characters or replaced letters of other scripts."""
    previous_end = -1  # end of the preceding letter in the original; -1: none precedes
    fixed = {place for match in _PLACEHOLDER.finditer(aligned.text) for place in range(*match.span())}
    for place, (char, start, end) in enumerate(zip(aligned.text, aligned.starts, aligned.ends, strict=True)):
        if place in fixed or not char.isalpha():
            previous_end = -1
            continue
        source = original[start:end]
        if _SPLIT.search(source) or (_OTHER_SCRIPT.search(source) and not _OTHER_SCRIPT.match(char)):
            return True
        if 0 <= previous_end < start:
            return True
        previous_end = end
    return False


def slices_of(example: Example) -> Iterator[tuple[str, str]]:
    """Name the slices that a text belongs to: its forms, and the facts that are known of it."""
    for form in forms_of(example.text):
        yield FORM, form
    for fact in FACTS:
        if fact in example.facts:
            yield fact, example.facts[fact]


def by_slice(scored: ScoredExamples) -> list[dict[str, Any]]:
    """Measure a model on every slice.

    Returns:
        Forms first, then facts, the largest slice of each first: `{"by", "slice", "examples", "labels"}`. By label, how
        many texts carry it (`positives`) or not (`negatives`), how many of each are flagged (`found`, `wrong`), the
        shares `recall`, `precision` and `false_alarms` with Wilson's intervals, and `auc` with its bootstrap interval;
        a share of nothing, and the AUC of fewer than five texts of an answer, are left out.

    """
    members: dict[tuple[str, str], list[int]] = {}
    for row, example in enumerate(scored.examples):
        for key in slices_of(example):
            members.setdefault(key, []).append(row)
    order = (FORM, *FACTS)
    keys = sorted(members, key=lambda key: (order.index(key[0]), -len(members[key]), key[1]))
    return [
        {
            "by": by,
            "slice": name,
            "examples": len(members[by, name]),
            "labels": _measured(scored.subset(members[by, name])),
        }
        for by, name in keys
    ]


def _measured(part: ScoredExamples) -> dict[str, dict[str, Any]]:
    columns = {label: part.column(label) for label in part.labels}
    return {label: _figures(column) for label, column in columns.items() if len(column.rows)}


def _figures(column: LabelScores) -> dict[str, Any]:
    yes, marked = int(column.answers.sum()), int(column.flagged.sum())
    no = len(column.answers) - yes
    true_positives = int((column.answers & column.flagged).sum())
    false_positives = marked - true_positives
    figures: dict[str, Any] = {
        "positives": yes,
        "negatives": no,
        "found": true_positives,
        "wrong": false_positives,
    }
    intervals = {}
    for name, hits, total in (
        ("recall", true_positives, yes),
        ("precision", true_positives, marked),
        ("false_alarms", false_positives, no),
    ):
        if total:
            figures[name] = hits / total
            intervals[name] = list(wilson(hits, total))
    if min(yes, no) >= LEAST_RANKED:
        parts = (column.probabilities, column.answers, column.flagged)
        figures["auc"] = float(label_figures(*parts, np.ones((1, len(column.answers))))["auc"][0])
        intervals["auc"] = list(label_intervals(*parts)["auc"])
    return {**figures, "intervals": intervals}


@dataclass(frozen=True, slots=True)
class Mistake:
    """A wrong decision.

    Args:
        label: The label.
        example: The text and what is known of it.
        flagged: The decision; the truth is the opposite.
        probability: The model's probability of the label.
        distance: Its distance from the threshold in log-odds: how sure the model was.

    """

    label: str
    example: Example
    flagged: bool
    probability: float
    distance: float


def worst_mistakes(scored: ScoredExamples, most: int) -> list[Mistake]:
    """List false positives, then false negatives, of each label, the surest first.

    Args:
        scored: Labelled texts and the predictions of a model.
        most: How many of either kind, for each label.

    """
    mistakes = []
    for label in scored.labels:
        column = scored.column(label)
        distances = np.abs(_log_odds(column.probabilities) - _log_odds(np.array(scored.thresholds[label])))
        for decision in (True, False):
            places = np.flatnonzero((column.flagged != column.answers) & (column.flagged == decision))
            surest = places[np.argsort(-distances[places], kind="stable")][:most]
            mistakes += [
                Mistake(
                    label,
                    scored.examples[int(column.rows[place])],
                    flagged=decision,
                    probability=float(column.probabilities[place]),
                    distance=float(distances[place]),
                )
                for place in surest
            ]
    return mistakes


def _log_odds(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    inside = np.clip(probabilities, 1e-12, 1 - 1e-12)
    return np.log(inside / (1 - inside))
