"""Learning gives the same model for the same texts, and says so when there is too little to learn from."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import cycle

import numpy as np
import pytest

from classifiers.data.datasets import Example
from classifiers.data.metadata import Context
from classifiers.errors import TrainingFailed
from classifiers.text.segment import Segmenter
from classifiers.training.auxiliary import Source
from classifiers.training.config import Recipe, recipe_for
from classifiers.training.train import LEAST_EXAMPLES, Trained, train

WORDS = ["quạt", "nóng", "lương", "trọ", "ca", "cơm", "bụi", "ồn", "nước", "điện", "xe", "bếp"]


def made_up(count: int, label: str = "concern") -> list[Example]:
    """Write `count` texts with the label and as many without it."""
    yes = [Example(f"xưởng thiếu {WORDS[n % len(WORDS)]} lần {n}", {label: True}) for n in range(count)]
    no = [Example(f"hôm nay vui vì {WORDS[n % len(WORDS)]} lần {n}", {label: False}) for n in range(count)]
    return yes + no


def test_the_same_texts_give_the_same_model(
    trained: Trained, examples: Sequence[Example], segmenter: Segmenter
) -> None:
    again = train(list(examples), segmenter)
    assert again.data_hash == trained.data_hash
    assert again.metrics == trained.metrics
    assert again.classifier.thresholds == trained.classifier.thresholds
    for one, other in zip(trained.classifier.heads, again.classifier.heads, strict=True):
        assert np.array_equal(one.weights, other.weights)
        assert (one.intercept, one.kinds) == (other.intercept, other.kinds)
        assert np.array_equal(one.shares, other.shares)
    kinds, kinds_again = trained.classifier.kinds, again.classifier.kinds
    assert kinds is not None
    assert kinds_again is not None
    assert np.array_equal(kinds.weights, kinds_again.weights)


def test_other_texts_give_another_hash(trained: Trained, examples: Sequence[Example], segmenter: Segmenter) -> None:
    assert train(made_up(LEAST_EXAMPLES), segmenter).data_hash != trained.data_hash
    assert trained.examples == len(examples)


def test_what_was_learnt_is_better_than_chance_on_texts_not_seen(trained: Trained) -> None:
    for label, metrics in trained.metrics.items():
        assert metrics.auc > 0.7, label
        assert metrics.calibration_error < 0.1, label


def test_a_simple_difference_is_learnt(segmenter: Segmenter) -> None:
    trained = train(made_up(30), segmenter)
    yes, no = trained.classifier.predict(["xưởng thiếu nước uống", "hôm nay vui vì trời đẹp"])
    assert yes.probabilities["concern"] > 0.9
    assert no.probabilities["concern"] < 0.1


def test_a_borderline_text_is_learnt_as_something_between(segmenter: Segmenter) -> None:
    plain = made_up(30) + [Example(f"bực quá đi lần {n}", {"concern": False}) for n in range(15)]
    graded = [replace(e, grades={"concern": 0.4}) if e.text.startswith("bực") else e for e in plain]

    def answer(examples: list[Example]) -> float:
        (prediction,) = train(examples, segmenter).classifier.predict(["bực quá đi lần này"])
        return prediction.probabilities["concern"]

    assert (
        answer(plain)
        < answer(graded)
        < answer([replace(e, labels={"concern": True}) for e in graded[60:]] + plain[:60])
    )
    assert train(graded, segmenter).metrics["concern"].positives == 30, "the hard labels are measured"


def test_a_head_learns_only_from_texts_that_know_its_label(segmenter: Segmenter) -> None:
    both = made_up(20) + made_up(15, label="negative")
    trained = train(both, segmenter)
    assert trained.classifier.labels == ("concern", "negative")
    assert (trained.metrics["concern"].positives, trained.metrics["negative"].positives) == (20, 15)


@pytest.mark.parametrize(
    ("examples", "reason"),
    [
        ([], "there is nothing to learn from: name a data set"),
        (made_up(LEAST_EXAMPLES - 1), f"has {LEAST_EXAMPLES - 1} different examples .* at least {LEAST_EXAMPLES}"),
        (made_up(30)[:30], "has 30 different examples and 0 counter-examples"),
        (made_up(1) * 50, "has 1 different examples and 1 counter-examples"),
        ([Example(chr(0x4E00 + n), {"concern": n % 2 == 0}) for n in range(40)], "the texts have no words in common"),
    ],
    ids=["none", "too few", "one answer only", "copies of one text", "nothing in common"],
)
def test_too_little_is_refused(examples: list[Example], reason: str, segmenter: Segmenter) -> None:
    with pytest.raises(TrainingFailed, match=reason) as caught:
        train(examples, segmenter)
    assert "\n" not in str(caught.value)


def test_the_least_that_is_accepted_can_be_learnt(segmenter: Segmenter) -> None:
    assert train(made_up(LEAST_EXAMPLES), segmenter).examples == 2 * LEAST_EXAMPLES


def test_progress_is_told_to_its_end(segmenter: Segmenter) -> None:
    told: list[tuple[str, int, int]] = []
    train(made_up(LEAST_EXAMPLES), segmenter, progress=lambda *step: told.append(step))
    assert told[0] == ("words", 20, 20)
    assert told[-1] == ("labels", 4, 4), "three folds and the whole"


CLASSES = ("clean", "offensive", "hate")
SAID = {"clean": "hôm nay vui vì", "offensive": "nói nhảm về", "hate": "cút hết lũ"}


def graded(count: int, *names: str, start: int = 0) -> list[Example]:
    """Write `count` texts of each class."""
    classes = names or CLASSES
    return [
        Example(f"{SAID[name]} {WORDS[n % len(WORDS)]} lần {n}", {c: c == name for c in classes})
        for n in range(start, start + count)
        for name in classes
    ]


def test_exclusive_classes_are_learnt_one_of_which_holds(segmenter: Segmenter) -> None:
    trained = train(graded(25), segmenter, replace(recipe_for("vihsd"), surroundings=0))
    said = trained.classifier.predict([f"{SAID[name]} quạt" for name in CLASSES])
    assert [prediction.flags for prediction in said] == [("clean",), ("offensive",), ("hate",)]
    assert trained.classifier.labels == CLASSES
    assert all(metrics.macro_f1 > 0.9 for metrics in trained.metrics.values())


def test_a_source_knows_words_that_the_target_lacks(segmenter: Segmenter) -> None:
    target = graded(25, "clean", "hate")
    insults = [Example(f"đồ ngu quạt lần {n}", {"clean": False, "hate": True}) for n in range(100, 130)]
    clean = [e for e in graded(30, "clean", "hate", start=100) if e.labels["clean"]]
    source = Source("vlsphsd", [*clean, *insults])
    recipe = Recipe(exclusive=True)

    def hate(sources: Sequence[Source]) -> float:
        (prediction,) = train(target, segmenter, recipe, sources=sources).classifier.predict(["đồ ngu"])
        return prediction.probabilities["hate"]

    assert hate([source]) > hate([]) + 0.1


def test_what_a_source_shares_with_the_target_is_not_heard(segmenter: Segmenter) -> None:
    target = graded(25, "clean", "hate")
    turned = [replace(e, labels={"clean": e.labels["hate"], "hate": e.labels["clean"]}) for e in target]
    alone = train(target, segmenter, Recipe(exclusive=True))
    beside = train(target, segmenter, Recipe(exclusive=True), sources=[Source("copy", turned)])
    assert beside.data_hash == alone.data_hash
    assert beside.metrics == alone.metrics


def test_a_source_speaks_only_of_the_labels_it_is_about(segmenter: Segmenter) -> None:
    target = made_up(20) + made_up(20, label="negative")
    source = Source("vihsd", graded(20), about=frozenset({"negative"}))
    alone, beside = train(target, segmenter), train(target, segmenter, sources=[source])
    assert beside.metrics["concern"].auc == alone.metrics["concern"].auc
    assert beside.data_hash != alone.data_hash


def test_unlabelled_texts_teach_which_words_are_alike(segmenter: Segmenter) -> None:
    told = [f"xưởng {thing} {WORDS[n % 12]} lần {n}" for n in range(60) for thing in ("thiếu", "khuyết")]

    def answer(unlabelled: Sequence[str]) -> float:
        trained = train(made_up(30), segmenter, unlabelled=unlabelled)
        (prediction,) = trained.classifier.predict(["khuyết"])
        return prediction.probabilities["concern"]

    assert answer(told) > answer([]) + 0.05


def test_where_time_counts_the_oldest_texts_are_not_judged(segmenter: Segmenter) -> None:
    examples = [
        Example(e.text, {"no": not e.labels["concern"], "yes": e.labels["concern"]}, context=Context(time=moment))
        for e, moment in zip(made_up(40)[::-1], cycle(datetime(2020, 1, d, tzinfo=UTC) for d in range(1, 29)))
    ]
    trained = train(examples, segmenter, Recipe(exclusive=True, forward=True, recency=0.5))
    days = np.array([e.context.time.day for e in examples if e.context.time])
    unjudged = np.isnan(trained.unseen["yes"])
    assert unjudged.sum() == len(examples) / 5
    assert days[unjudged].max() <= days[~unjudged].min()
    assert trained.metrics["yes"].positives + trained.metrics["yes"].negatives == 64


def test_a_class_of_which_only_the_oldest_texts_are_cannot_be_judged(segmenter: Segmenter) -> None:
    rare = [replace(e, context=Context(time=datetime(2020, 1, 1, tzinfo=UTC))) for e in graded(12, *CLASSES)[2::3]]
    others = [
        replace(e, context=Context(time=datetime(2021, 1, 1 + n % 28, tzinfo=UTC)))
        for n, e in enumerate(e for e in graded(60, *CLASSES) if not e.labels["hate"])
    ]
    with pytest.raises(TrainingFailed, match="all texts of 'hate' are among the oldest fifth"):
        train([*rare, *others], segmenter, replace(recipe_for("reintel"), surroundings=0, trees=False))


def test_titles_that_no_text_has_are_not_missed(segmenter: Segmenter) -> None:
    trained = train(graded(25, "clean", "hate"), segmenter, recipe_for("victsd"))
    assert not trained.classifier.space.reads_context
