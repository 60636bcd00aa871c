"""Learning gives the same model for the same texts, and says so when there is too little to learn from."""

from collections.abc import Sequence

import numpy as np
import pytest

from classifiers.datasets import Example
from classifiers.errors import TrainingFailed
from classifiers.features import prepare
from classifiers.text.segment import Segmenter
from classifiers.training import LEAST_EXAMPLES, Trained, _folds, train

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
        assert one.intercept == other.intercept


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


def test_copies_of_a_text_never_stand_on_both_sides(segmenter: Segmenter) -> None:
    texts = [f"bài {WORDS[n % 12]} số {n // 3}" for n in range(120)]
    texts += ["BÀI quạt số 0!", "bài  quạt số 0!"]  # copies once they are normalised
    prepared = [prepare(text, segmenter) for text in texts]
    answers = np.array([n % 2 == 0 for n in range(len(texts))])
    tested: list[int] = []
    for train_rows, test_rows in _folds(answers, prepared, seed=1):
        seen = {prepared[row].aligned.text for row in train_rows}
        unseen = {prepared[row].aligned.text for row in test_rows}
        assert not seen & unseen
        assert len(train_rows) + len(test_rows) == len(texts)
        tested.extend(test_rows.tolist())
    assert sorted(tested) == list(range(len(texts)))


def test_progress_is_told_to_its_end(segmenter: Segmenter) -> None:
    told: list[tuple[str, int, int]] = []
    train(made_up(LEAST_EXAMPLES), segmenter, progress=lambda *step: told.append(step))
    assert told[0] == ("words", 1, 20)
    assert told[-1] == ("labels", 1, 1)
