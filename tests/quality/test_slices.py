"""Texts fall into the slices that their form and their facts say, and each slice is measured by itself."""

import unicodedata

import numpy as np
import pytest

from classifiers.data.datasets import Example
from classifiers.evaluation.predictions import ScoredExamples
from tests.quality.slices import LEAST_RANKED, SHORT, by_slice, forms_of, slices_of, worst_mistakes

LONG = "hôm nay trời nắng to nên cả nhà rủ nhau đi chợ sớm"


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        (LONG, ()),
        (" ".join(LONG.split()[:SHORT]), ()),
        (" ".join(LONG.split()[: SHORT - 1]), ("short",)),
        ("", ("short",)),
        ("hom nay troi nang to nen ca nha ru nhau di cho som", ("no_diacritics",)),
        ("di cho som nhe", ("short", "no_diacritics")),
        ("ra chơi đi", ("short",)),
        ("ba em", ("short",)),  # too short to tell
        (f"{LONG} ko bik lun", ("teencode",)),
        (f"{LONG} KO", ("teencode",)),
        (f"{LONG} c.h.ó", ("obfuscated",)),
        (f"{LONG} c h ó", ("obfuscated",)),
        (f"{LONG} ch\u200bó", ("obfuscated",)),
        (f"{LONG} chо", ("obfuscated",)),  # the last letter is Cyrillic
        (f"{LONG} ch*", ()),
        (f"{LONG} c**", ("obfuscated",)),
        (f"{LONG} đ*t", ("obfuscated",)),
    ],
)
def test_forms_are_recognised(text: str, forms: tuple[str, ...]) -> None:
    assert forms_of(text) == forms


@pytest.mark.parametrize(
    "text",
    [
        f"{LONG} đẹpppp quáaaa",
        f"{LONG} 👨‍👩‍👧 vui",
        f"**{LONG}**",
        f"{LONG}, xem https://vi.example/a-b-c hoặc a.b@c.example, gọi 0912 345 678",
        f"{LONG} Москва",
        f"\ufeff{LONG}\u200b ",
        unicodedata.normalize("NFD", LONG),
        f"{LONG} - a, b",
    ],
)
def test_what_only_looks_odd_is_no_disguise(text: str) -> None:
    assert "obfuscated" not in forms_of(text)


def test_facts_are_slices_too_but_not_the_identifier() -> None:
    example = Example(LONG, {"concern": True}, {"id": "x-1", "kind": "mood", "platform": "zalo"})
    assert list(slices_of(example)) == [("platform", "zalo"), ("kind", "mood")]


def made_up(
    count: int, kind: str, *, label: bool, flagged: bool, probability: float
) -> list[tuple[Example, bool, float]]:
    return [(Example(LONG, {"concern": label}, {"kind": kind}), flagged, probability)] * count


def scored(*groups: list[tuple[Example, bool, float]]) -> ScoredExamples:
    rows = [row for group in groups for row in group]
    return ScoredExamples(
        [example for example, _, _ in rows],
        ("concern",),
        np.array([[probability] for *_, probability in rows]),
        np.array([[flagged] for _, flagged, _ in rows]),
        {"concern": 0.5},
    )


def test_each_slice_is_counted_by_itself() -> None:
    report, mood = by_slice(
        scored(
            made_up(6, "report", label=True, flagged=True, probability=0.9),
            made_up(2, "report", label=True, flagged=False, probability=0.2),
            made_up(3, "mood", label=False, flagged=False, probability=0.1),
            made_up(1, "mood", label=False, flagged=True, probability=0.6),
        )
    )
    assert [(part["by"], part["slice"], part["examples"]) for part in (report, mood)] == [
        ("kind", "report", 8),
        ("kind", "mood", 4),
    ]
    found = report["labels"]["concern"]
    assert (found["positives"], found["negatives"], found["found"], found["wrong"]) == (8, 0, 6, 0)
    assert (found["recall"], found["precision"]) == (0.75, 1.0)
    assert not {"false_alarms", "auc"} & found.keys()
    low, high = found["intervals"]["recall"]
    assert low < 0.75 < high
    wrong = mood["labels"]["concern"]
    assert wrong["false_alarms"] == 0.25
    assert wrong["precision"] == 0.0
    assert "recall" not in wrong


def test_a_slice_is_ranked_when_it_has_enough_of_both() -> None:
    yes = made_up(LEAST_RANKED, "x", label=True, flagged=True, probability=0.9)
    no = made_up(LEAST_RANKED, "x", label=False, flagged=False, probability=0.1)
    (part,) = by_slice(scored(yes, no))
    assert part["labels"]["concern"]["auc"] == 1.0
    assert part["labels"]["concern"]["intervals"]["auc"] == [1.0, 1.0]
    (part,) = by_slice(scored(yes, no[:-1]))
    assert "auc" not in part["labels"]["concern"]


def test_labels_that_a_slice_does_not_know_are_left_out() -> None:
    example = Example(LONG, {"negative": True}, {"kind": "insult"})
    only = ScoredExamples([example], ("concern", "negative"), np.ones((1, 2)), np.ones((1, 2), dtype=bool), {})
    (part,) = by_slice(only)
    assert set(part["labels"]) == {"negative"}


# text, whether it carries the label, its probability; the threshold is 0.6
JUDGED = [
    ("đúng", True, 0.9),
    ("nhầm nhẹ", False, 0.65),
    ("nhầm nặng", False, 0.99),
    ("sót nhẹ", True, 0.55),
    ("sót nặng", True, 0.01),
    ("sót hẳn", True, 0.0),
    ("lành", False, 0.1),
]


def judged() -> ScoredExamples:
    probabilities = np.array([[probability] for *_, probability in JUDGED])
    examples = [Example(text, {"negative": answer}) for text, answer, _ in JUDGED]
    return ScoredExamples(examples, ("negative",), probabilities, probabilities >= 0.6, {"negative": 0.6})


def test_the_surest_come_first() -> None:
    found = worst_mistakes(judged(), 10)
    assert [mistake.example.text for mistake in found] == ["nhầm nặng", "nhầm nhẹ", "sót hẳn", "sót nặng", "sót nhẹ"]
    assert [mistake.flagged for mistake in found] == [True, True, False, False, False]
    assert (found[0].label, found[0].probability) == ("negative", 0.99)
    assert np.isfinite(found[2].distance)


def test_only_so_many_of_each_kind_are_listed() -> None:
    assert [mistake.example.text for mistake in worst_mistakes(judged(), 1)] == ["nhầm nặng", "sót hẳn"]
    assert worst_mistakes(judged(), 0) == []


def test_texts_that_do_not_know_the_label_are_no_mistakes() -> None:
    examples = [Example("a", {}), Example("b", {"negative": False})]
    probabilities = np.array([[0.9], [0.9]])
    both = ScoredExamples(examples, ("negative",), probabilities, probabilities > 0.5, {"negative": 0.5})
    assert [mistake.example.text for mistake in worst_mistakes(both, 5)] == ["b"]
