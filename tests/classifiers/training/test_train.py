"""Learning gives the same model for the same texts, and says so when there is too little to learn from."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from classifiers.data.datasets import Example
from classifiers.errors import TrainingFailed
from classifiers.text.segment import Segmenter
from classifiers.training.auxiliary import Source
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
    for one, other in zip(trained.classifier.label_models, again.classifier.label_models, strict=True):
        assert np.array_equal(one.weights, other.weights)
        assert (one.intercept, one.subclass_weight) == (other.intercept, other.subclass_weight)
        assert np.array_equal(one.label_given_subclass, other.label_given_subclass)
    kinds, kinds_again = trained.classifier.subclasses, again.classifier.subclasses
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


def graded(texts: Sequence[str], insults: Sequence[str]) -> list[Example]:
    """Label texts as a set with two classes of its own does."""
    return [Example(text, {"clean": text in texts, "hate": text in insults}) for text in (*texts, *insults)]


def test_a_source_knows_words_that_the_target_lacks(segmenter: Segmenter) -> None:
    clean = [f"hôm nay vui vì {WORDS[n % len(WORDS)]} lần {n}" for n in range(100, 130)]
    source = Source("vlsphsd", graded(clean, [f"đồ ngu quạt lần {n}" for n in range(100, 130)]), about="concern")

    def answer(sources: Sequence[Source]) -> float:
        (prediction,) = train(made_up(25), segmenter, sources=sources).classifier.predict(["đồ ngu"])
        return prediction.probabilities["concern"]

    assert answer([source]) > answer([]) + 0.1


def test_what_a_source_shares_with_the_target_is_not_heard(segmenter: Segmenter) -> None:
    target = made_up(25)
    texts = [example.text for example in target]
    alone = train(target, segmenter)
    beside = train(target, segmenter, sources=[Source("copy", graded(texts[:25], texts[25:]), about="concern")])
    assert beside.data_hash == alone.data_hash
    assert beside.metrics == alone.metrics


def test_a_source_speaks_only_of_the_labels_it_is_about(segmenter: Segmenter) -> None:
    target = made_up(20) + made_up(20, label="negative")
    clean, insults = ([f"{words} lần {n}" for n in range(20)] for words in ("hôm nay vui vì", "cút hết lũ"))
    source = Source("vihsd", graded(clean, insults), about="negative")
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
