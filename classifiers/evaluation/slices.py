"""Kinds of texts on which a model may be better or worse than on the whole: how they are written, where, about what."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import numpy as np

from classifiers.data.datasets import Example
from classifiers.evaluation.bootstrap import label_figures, label_intervals, wilson
from classifiers.evaluation.predictions import LabelScores, ScoredExamples
from classifiers.text.aligned import Aligned
from classifiers.text.letters import strip_diacritics
from classifiers.text.normalise import normalise
from classifiers.text.syllables import split_syllables

SHORT: Final = 8  # syllables; shorter texts give little to go by
LEAST_UNMARKED: Final = 4  # syllables: fewer may lack marks because their words have none
LEAST_RANKED: Final = 5  # texts of each answer, else an area under a curve says nothing
FORM: Final = "form"
FORMS: Final = ("short", "no_diacritics", "obfuscated", "teencode")
FACTS: Final = ("platform", "topic", "register", "kind")

_LETTER: Final = r"[^\W\d_]"
_PLACEHOLDER: Final = re.compile(r"⟨\w+⟩")
_SPLIT: Final = re.compile(rf"{_LETTER}[\u0300-\u036f]*[^\w\u0300-\u036f]+{_LETTER}")
_MASKED: Final = re.compile(rf"{_LETTER}\*+{_LETTER}|(?<![\w*]){_LETTER}\*+(?![\w*])")
_OTHER_SCRIPT: Final = re.compile("[Ͱ-ӿԀ-ԯ]")
# Spellings of chats that are no words of the standard language, with marks or without.
_TEENCODE: Final = """
k ko hok khum dc đc dk đk j z r vs ns ny ng ngta ntn nta nt lun lm nc ms ae mn mng mk mik bn cx cg hnay hqua trc trg thg
lg xog bh thui thoy roài rùi òi zậy zay zui zô dzô zòi iu ik đj dj bít bik bjk bùn pùn mún thik nhìu mí wa wá qá ib inb
rep ad cmt stt acc ava fb ck vk ox bx cty sdt sđt tks lz vc vl vcl vkl vch đm dm đkm dkm clm cmn cmnr kkk kk
"""


@cache
def _teencode() -> frozenset[str]:
    return frozenset(_TEENCODE.split())


def forms_of(text: str) -> tuple[str, ...]:
    """Tell which of FORMS a text has.

    `obfuscated` means what the normaliser undoes (letters split by marks or spaces, look-alikes of other scripts,
    hidden characters inside words) and letters masked by asterisks.
    """
    aligned = normalise(text)
    syllables = [piece for piece in split_syllables(aligned.text) if piece[0].isalpha()]
    unmarked = len(syllables) >= LEAST_UNMARKED and strip_diacritics(aligned.text) == aligned.text
    found = {
        "short": len(syllables) < SHORT,
        "no_diacritics": unmarked,
        "obfuscated": bool(_MASKED.search(text)) or _is_disguised(text, aligned),
        "teencode": not _teencode().isdisjoint(syllables),
    }
    return tuple(form for form in FORMS if found[form])


def _is_disguised(original: str, aligned: Aligned) -> bool:
    """Tell from the way back to the original whether letters were joined, unhidden or brought to Latin ones."""
    previous_end = -1  # where the letter before ends in the original; -1 where none stands before
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
    found = int((column.answers & column.flagged).sum())
    figures: dict[str, Any] = {"positives": yes, "negatives": no, "found": found, "wrong": marked - found}
    intervals = {}
    for name, hits, total in (
        ("recall", found, yes),
        ("precision", found, marked),
        ("false_alarms", marked - found, no),
    ):
        if total:
            figures[name] = hits / total
            intervals[name] = list(wilson(hits, total))
    if min(yes, no) >= LEAST_RANKED:
        parts = (column.probabilities, column.answers, column.flagged)
        figures["auc"] = float(label_figures(*parts, np.ones((1, len(column.answers))))["auc"][0])
        intervals["auc"] = list(label_intervals(*parts)["auc"])
    return {**figures, "intervals": intervals}
