"""A prediction is a probability and reasons that add up to it, the same however texts are batched."""

import math
import pickle
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classifiers.data.datasets import Example
from classifiers.features.space import FeatureSpace
from classifiers.features.tokens import View, prepare, syllables
from classifiers.labels import LABEL_NAMES
from classifiers.model.classifier import BATCH, Classifier, LabelModel, sigmoid
from classifiers.model.explain import REASONS_SHOWN
from classifiers.model.prediction import BASE, REST, TRAITS, Prediction
from classifiers.model.subclasses import SubclassModel, subclass_shares
from classifiers.text.normalise import normalise
from classifiers.text.segment import Segmenter
from classifiers.training.train import Trained
from tests.classifiers.features.sklearn_vectorizer import joined_word

RUMOUR = "CẢNH BÁO!!! Nguồn tin nội bộ: mai ngân hàng đóng cửa, bà con rút hết tiền ngay, chia sẻ gấp"
ODD = ["", " \n", "😭", "\ud83d", "x" * 5000, "\u0301", "a\x00b", RUMOUR]


def predict(trained: Trained, texts: Sequence[str]) -> list[Prediction]:
    return list(trained.classifier.predict(texts, explain_all=True))


def assert_reasons_add_up(prediction: Prediction) -> None:
    assert set(prediction.reasons) == set(LABEL_NAMES)
    for label, reasons in prediction.reasons.items():
        probability = prediction.probabilities[label]
        log_odds = math.log(probability) - math.log1p(-probability)
        assert math.fsum(reason.weight for reason in reasons) == pytest.approx(log_odds, abs=1e-6)


def test_the_reasons_of_every_label_sum_to_the_log_odds_shown(trained: Trained, examples: Sequence[Example]) -> None:
    for prediction in predict(trained, [*ODD, *(example.text for example in examples[:60])]):
        assert_reasons_add_up(prediction)


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text())
def test_no_text_at_all_breaks_a_prediction(trained: Trained, text: str) -> None:
    (prediction,) = predict(trained, [text])
    assert all(0 <= probability <= 1 for probability in prediction.probabilities.values())
    assert_reasons_add_up(prediction)


def test_an_empty_text_has_no_words_to_blame(trained: Trained) -> None:
    (prediction,) = predict(trained, [""])
    assert prediction.flags == ()
    for reasons in prediction.reasons.values():
        assert [reason.words for reason in reasons] == [REST, BASE]


def test_reasons_name_each_word_of_the_text_once_the_strongest_first(trained: Trained) -> None:
    (prediction,) = predict(trained, [RUMOUR])
    reasons = prediction.reasons["unverified"]
    assert len(reasons) == REASONS_SHOWN + 2
    strengths = [abs(reason.weight) for reason in reasons[:REASONS_SHOWN]]
    assert strengths == sorted(strengths, reverse=True)
    words = [reason.words for reason in reasons[:REASONS_SHOWN]]
    assert len(set(words)) == len(words)
    assert all(word in normalise(RUMOUR).text for word in words)


def test_reasons_show_a_groups_name_as_it_was_written_though_it_counts_for_nothing(trained: Trained) -> None:
    here, there = predict(trained, [f"{name} nghe bảo mai ngân hàng đóng cửa" for name in ("Người Mông", "Người Kinh")])
    assert "người mông" in [reason.words for reason in here.reasons["unverified"]]
    assert here.probabilities == there.probabilities


def test_marks_are_never_a_reason_by_themselves(trained: Trained) -> None:
    (prediction,) = predict(trained, [RUMOUR.replace(" ", " . ! ")])
    assert all(any(char.isalnum() for char in reason.words) for reason in prediction.reasons["unverified"])


def test_what_reaches_its_threshold_is_flagged_and_explained(trained: Trained, segmenter: Segmenter) -> None:
    (before,) = predict(trained, [RUMOUR])
    just_reached = dict(before.probabilities)
    just_missed = {label: probability + 1e-9 for label, probability in just_reached.items()}
    for flagged in ("unverified", "negative", "concern"):
        thresholds = just_missed | {flagged: just_reached[flagged]}
        known = trained.classifier
        wary = Classifier(known.space, known.label_models, thresholds, segmenter, subclasses=known.subclasses)
        (prediction,) = wary.predict([RUMOUR])
        assert prediction.flags == (flagged,)
        assert set(prediction.reasons) == {flagged}
        for reason, same in zip(prediction.reasons[flagged], before.reasons[flagged], strict=True):
            assert reason.words == same.words
            assert reason.weight == pytest.approx(same.weight)


def weighed(prediction: Prediction) -> dict[tuple[str, str], float]:
    return {(label, reason.words): reason.weight for label, why in prediction.reasons.items() for reason in why}


def test_predictions_come_in_the_order_of_the_texts_whatever_the_batches(
    trained: Trained, examples: Sequence[Example], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("classifiers.model.explain.TRACED_AT_ONCE", 2000)  # several parts a batch
    texts = [example.text for example in examples]
    many = (texts * (BATCH // len(texts) + 1))[: BATCH + 20]
    together = predict(trained, many)
    alone = [predict(trained, [text])[0] for text in many[-30:]]
    assert len(together) == len(many)
    for one, other in zip(together[-30:], alone, strict=True):
        assert list(one.probabilities.values()) == pytest.approx(list(other.probabilities.values()), abs=1e-12)
        assert one.flags == other.flags
        assert weighed(one) == pytest.approx(weighed(other), abs=1e-9)


def test_no_texts_give_no_predictions(trained: Trained) -> None:
    assert predict(trained, []) == []


def test_a_classifier_travels_to_another_process(trained: Trained) -> None:
    copy: Classifier = pickle.loads(pickle.dumps(trained.classifier))  # noqa: S301  our own bytes
    assert next(copy.predict([RUMOUR])) == next(trained.classifier.predict([RUMOUR]))


def test_the_sigmoid_neither_overflows_nor_leaves_its_range() -> None:
    values = sigmoid(np.array([-1e9, -1.0, 0.0, 1.0, 1e9]))
    assert values.tolist() == pytest.approx([0.0, 1 / (1 + math.e), 0.5, math.e / (1 + math.e), 1.0])


def log_odds(probability: float) -> float:
    return math.log(probability) - math.log1p(-probability)


def test_each_text_is_explained_by_its_own_words_and_subclasses(segmenter: Segmenter) -> None:
    """Only some texts of a batch are flagged, and what is said of one never comes from another."""
    texts = ["xưởng nóng quá", "", "cơm ngon 😭", "NÓNG NÓNG ngon!", "x", "quá ngon"]
    views = [
        View("words", (1, 2), scale=1.0, word_tokens=joined_word),
        View("plain", (1, 1), scale=1.0, word_tokens=syllables),
    ]
    prepared = [prepare(text, segmenter) for text in texts]
    numbers = np.random.default_rng(2)
    space, _ = FeatureSpace.fit_transform(prepared, views=views, min_documents=1)
    weights = numbers.normal(size=(space.width, 3)).astype(np.float32)
    subclasses = SubclassModel(("rumour", "satire", "chat"), np.arange(space.width), weights, np.zeros(3))
    plain, shifted = (
        subclass_shares(np.array([1.0, 0.1, 0.0]), np.ones(3)),
        subclass_shares(np.array([0.0, 0.9, 0.2]), np.array([4.0, 1.0, 0.25])),
    )
    label_models = [
        LabelModel("one", numbers.normal(size=space.width), 0.1, 0.6, plain),
        LabelModel("two", numbers.normal(size=space.width), -0.2, 0.4, shifted),
        LabelModel("three", numbers.normal(size=space.width), 0.0),
    ]
    limits = {head.label: 0.5 for head in label_models}
    classifier = Classifier(space, label_models, limits, segmenter, subclasses=subclasses)
    together = list(classifier.predict(texts))
    assert 0 < sum(bool(prediction.flags) for prediction in together) < len(texts)
    for text, prediction in zip(texts, together, strict=True):
        (alone,) = classifier.predict([text])
        assert weighed(prediction) == pytest.approx(weighed(alone), abs=1e-9)


def test_a_title_is_needed_for_each_text_or_for_none(trained: Trained) -> None:
    with pytest.raises(ValueError, match="zip"):
        list(trained.classifier.predict(["a", "b"], titles=[""]))


@pytest.mark.parametrize("words", [3, 900], ids=["short", "long"])
def test_words_count_as_much_as_more_of_them_would_move_the_subclasses(words: int, segmenter: Segmenter) -> None:
    """All reasons but the base are what the log-odds gain when every weight of the subclasses grows by a little."""
    text = " ".join(f"x{number}" for number in range(words))
    space, _ = FeatureSpace.fit_transform(
        [prepare(text, segmenter)], views=[View("words", (1, 1), scale=1.0, word_tokens=joined_word)], min_documents=1
    )
    columns, numbers = np.arange(0, space.width, 2), np.random.default_rng(1)
    weights, intercepts = numbers.normal(size=(len(columns), 3)).astype(np.float32), np.array([0.5, -1.0, 0.2])
    shares = subclass_shares(np.array([1.0, 0.2, 0.0]), np.ones(3))
    head = LabelModel("unverified", np.zeros(space.width), -0.5, 0.7, shares)

    def read(growth: float) -> Prediction:
        subclasses = SubclassModel(("rumour", "satire", "chat"), columns, weights * np.float32(1 + growth), intercepts)
        classifier = Classifier(space, [head], {"unverified": 0.5}, segmenter, subclasses=subclasses)
        (prediction,) = classifier.predict([text], explain_all=True)
        return prediction

    now, more = read(0.0), read(0.01)
    gain = log_odds(more.probabilities["unverified"]) - log_odds(now.probabilities["unverified"])
    told = sum(reason.weight for reason in now.reasons["unverified"] if reason.words != BASE)
    assert told == pytest.approx(gain / 0.01, rel=0.02)
    assert abs(told) > 0.01


def test_length_and_being_a_reply_count_and_are_told_as_reasons(segmenter: Segmenter) -> None:
    text, title = "xưởng nóng quá", "Nắng nóng kéo dài"
    space, _ = FeatureSpace.fit_transform([prepare(text, segmenter)], min_documents=1)
    model = LabelModel("concern", np.zeros(space.width), 0.25, trait_weights=np.array([0.5, -2.0]))
    classifier = Classifier(space, [model], {"concern": 0.5}, segmenter)
    alone, reply = classifier.predict([text, text], titles=["", title], explain_all=True)
    of_length = 0.5 * np.log1p(len(text))
    assert log_odds(alone.probabilities["concern"]) == pytest.approx(0.25 + of_length)
    assert log_odds(reply.probabilities["concern"]) == pytest.approx(0.25 + of_length - 2.0)
    told = {reason.words: reason.weight for reason in reply.reasons["concern"]}
    assert [told[name] for name in TRAITS] == pytest.approx([of_length, -2.0])
    assert sum(told.values()) == pytest.approx(0.25 + of_length - 2.0)
    assert TRAITS[1] not in {reason.words for reason in alone.reasons["concern"]}, "it answers nothing"
