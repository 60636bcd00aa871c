"""Teaching adapts a classifier to posts of a place: words, how common a label is, and from where on it is flagged."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import compress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.data.datasets import Example
from classifiers.features.tokens import prepare_all
from classifiers.model.classifier import Classifier, sigmoid, traits_of
from classifiers.text.segment import Segmenter
from classifiers.training.flag_precision import FlagPrecision
from classifiers.training.linear import Floats, fit_dual
from classifiers.training.local import LEAST_POSITIVES, Adapted, adapt, taught_hash
from classifiers.training.train import Trained
from tests.corpus import corpus

JUDGED = corpus()[1:1800:30]
DAYS = [f"ngày {number}" for number in range(1, 31)]


@pytest.fixture(scope="module")
def base(trained: Trained) -> Classifier:
    return trained.classifier


@pytest.fixture(scope="module")
def taught(base: Classifier, segmenter: Segmenter) -> Adapted:
    """Teach one label, and judge all by others."""
    return adapt(base, posts(20, 60), segmenter, judged=JUDGED)


def posts(yes: int, no: int, label: str = "concern") -> list[Example]:
    """Write posts of a place where a meal of mì is the trouble and a rise is none."""
    bad = [Example(f"Ca chiều {DAYS[n % 30]} lại ăn mì gói trừ bữa {n}", {label: True}) for n in range(yes)]
    fine = [Example(f"Ca chiều {DAYS[n % 30]} được nghỉ sớm, vui quá {n}", {label: False}) for n in range(no)]
    return bad + fine


def chance(classifier: Classifier, text: str, label: str = "concern") -> float:
    (prediction,) = classifier.predict([text])
    return prediction.probabilities[label]


def test_local_words_are_learnt(base: Classifier, segmenter: Segmenter) -> None:
    adapted = adapt(base, posts(20, 60), segmenter)
    text = "Ca chiều lại ăn mì gói trừ bữa"
    assert adapted.labels["concern"].changed
    assert chance(adapted.classifier, text) > max(0.5, chance(base, text))
    fine = "Ca chiều được nghỉ sớm"
    assert chance(adapted.classifier, fine) < chance(base, fine)


def test_the_given_classifier_and_labels_without_answers_stay(base: Classifier, segmenter: Segmenter) -> None:
    before = [model.weights.copy() for model in base.label_models]
    adapted = adapt(base, posts(20, 60), segmenter)
    assert all(np.array_equal(old, model.weights) for old, model in zip(before, base.label_models, strict=True))
    assert adapted.labels["negative"].model == base.label_models[base.labels.index("negative")]
    assert adapted.classifier.thresholds["negative"] == base.thresholds["negative"]
    assert set(adapted.metrics) == {"concern"}
    assert adapted.posts == 80


def test_without_posts_nothing_changes(base: Classifier, segmenter: Segmenter) -> None:
    adapted = adapt(base, [], segmenter)
    assert adapted.classifier.thresholds == base.thresholds
    assert adapted.classifier.label_models == base.label_models
    assert (adapted.metrics, adapted.posts) == ({}, 0)


def test_too_few_positives_leave_the_model_alone(base: Classifier, segmenter: Segmenter) -> None:
    assert not adapt(base, posts(LEAST_POSITIVES - 1, 60), segmenter).labels["concern"].changed
    assert adapt(base, posts(LEAST_POSITIVES, 60), segmenter).labels["concern"].changed


def test_weights_say_the_same_as_the_dual_coefficients(base: Classifier, taught: Adapted, segmenter: Segmenter) -> None:
    """What is folded into an ordinary model gives judged posts the scores by which thresholds are set."""
    prepared = prepare_all([example.text for example in JUDGED], segmenter)
    traits = traits_of(prepared, [example.title for example in JUDGED])
    expected = sigmoid(taught.classifier.log_odds(base.space.transform(prepared), traits))
    for column, label in enumerate(base.labels):
        assert taught.labels[label].changed == (label == "concern")
        assert np.allclose(taught.labels[label].unseen[-len(JUDGED) :], expected[:, column], atol=1e-6)


def test_reasons_still_add_up(taught: Adapted) -> None:
    (prediction,) = taught.classifier.predict(["Xưởng nợ lương hai tháng, ai lên tiếng cũng bị dọa"], explain_all=True)
    for label, reasons in prediction.reasons.items():
        assert sigmoid(np.array(sum(r.weight for r in reasons))) == pytest.approx(prediction.probabilities[label])


def test_equal_posts_are_one_and_the_newest_answer_counts(base: Classifier, segmenter: Segmenter) -> None:
    first = posts(20, 60)
    changed_mind = [replace(post, labels={"concern": not post.labels["concern"]}) for post in first]
    adapted = adapt(base, [*changed_mind, *first], segmenter)
    assert adapted.posts == 80
    assert adapted.labels["concern"].answers.sum() == 20


def test_criticism_that_posts_show_is_spared_even_where_nothing_can_be_learnt(
    base: Classifier, segmenter: Segmenter
) -> None:
    """Posts that the base would flag, and that people called clean, raise its threshold."""
    texts = [example.text for example in corpus()[::4] if example.labels["negative"]]
    sure = [p.probabilities["negative"] > 0.9 for p in base.predict(texts)]
    clean = [Example(text, {"negative": False}) for text in list(compress(texts, sure))[:12]]
    adapted = adapt(base, clean, segmenter)
    assert len(clean) == 12
    assert adapted.classifier.thresholds["negative"] > base.thresholds["negative"]
    flagged_still = sum("negative" in p.flags for p in adapted.classifier.predict([e.text for e in clean]))
    assert flagged_still <= 1, "one may be chance"


def test_another_base_and_other_posts_or_titles_give_another_hash() -> None:
    few, more, answering = posts(1, 1), posts(2, 1), [replace(post, title="Ca đêm") for post in posts(1, 1)]
    given = [("a", few), ("b", few), ("b", more), ("b", answering), ("b", few, more), ("b", few, answering)]
    assert len({taught_hash(*parts) for parts in given}) == len(given)


def scored() -> Iterator[tuple[Floats, np.ndarray]]:
    generator = np.random.default_rng(3)
    for _ in range(5):
        probabilities = sigmoid(generator.normal(-1, 2, 200))
        yield probabilities, generator.random(200) < probabilities


def test_a_threshold_has_about_the_precision_that_was_asked_for() -> None:
    for probabilities, answers in scored():
        flags = FlagPrecision.from_scores(probabilities, answers)
        lowest = flags.lowest(0.7)
        assert abs(answers[probabilities >= lowest].mean() - 0.7) < 0.1
        found = flags.interval(lowest)
        assert found is not None
        share, low, high = found
        assert low < 0.7 <= share < high


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40))
def test_precision_and_curve_stay_shares(texts: Sequence[tuple[float, bool]]) -> None:
    probabilities, answers = np.array([one for one, _ in texts]), np.array([answer for _, answer in texts])
    flags = FlagPrecision.from_scores(probabilities, answers)
    for threshold in (*probabilities, flags.lowest(1.0), flags.lowest(2.0)):
        reached = probabilities >= threshold
        assert flags.counted(threshold) == (reached.sum(), (reached & answers).sum())
        assert (flags.interval(threshold) is None) is not reached.any()
    assert flags.counted(flags.lowest(2.0)) == (0, 0), "no precision is that high"
    assert ((flags.precision >= 0) & (flags.precision <= 1)).all()
    points = flags.curve().points
    assert [point.threshold for point in points] == sorted(point.threshold for point in points)
    assert points[0].recall == (1.0 if answers.any() else 0.0)


def test_the_dual_is_the_optimum_of_the_primal() -> None:
    """Moving the weights in any direction makes the penalised likelihood smaller."""
    generator = np.random.default_rng(7)
    texts, offsets = generator.normal(size=(40, 5)), generator.normal(size=40)
    answers = generator.random(40) < 0.4
    weights = texts.T @ fit_dual(texts @ texts.T, offsets, answers)
    slope = texts.T @ (answers - sigmoid(offsets + texts @ weights)) - weights
    assert np.abs(slope).max() < 1e-3
