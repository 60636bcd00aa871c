"""Few labels of one's own on top of many general ones: what is learnt, what is never unlearnt, and thresholds."""

from collections.abc import Sequence

import numpy as np
import pytest

from classifiers.data.datasets import Example, read_corpus
from classifiers.errors import TrainingFailed
from classifiers.model.prediction import BASE
from classifiers.text.segment import Segmenter
from classifiers.training.adapt import ENOUGH_TO_CHOOSE, Adaptation, adapt
from classifiers.training.train import Trained

ENDS = ["nhé", "thật", "đó", "vậy", "rồi", "luôn", "mà", "nha", "đấy", "hả", "ạ", "ơi", "kìa", "chứ", "này", "ha"]
GENERAL = [
    *(Example(f"xưởng thiếu {word} {end}", {"concern": True}) for word in ("quạt", "nước") for end in ENDS),
    *(Example(f"hôm nay {word} quá {end}", {"concern": False}) for word in ("vui", "đẹp") for end in ENDS),
]
# Here people call a canteen `bếp` and its food `cơm khê`: words that the general examples never show.
LOCAL = [
    *(Example(f"bếp lại cho ăn cơm khê {end}", {"concern": True}) for end in ENDS),
    *(Example(f"bếp nhà mình vừa sơn lại {end}", {"concern": False}) for end in ENDS),
]
QUICK = Adaptation(min_documents=2)


@pytest.fixture(scope="module")
def adapted(segmenter: Segmenter) -> Trained:
    return adapt(GENERAL, LOCAL, [], segmenter, recipe=QUICK)


def probability(trained: Trained, text: str) -> float:
    (prediction,) = trained.classifier.predict([text])
    return prediction.probabilities["concern"]


def test_local_words_are_learnt(adapted: Trained, segmenter: Segmenter) -> None:
    before = adapt(GENERAL, [], [example.text for example in LOCAL], segmenter, recipe=QUICK)
    said, other = "hôm nay bếp cho cơm khê", "bếp vừa sơn lại"
    assert probability(adapted, said) - probability(adapted, other) > 0.5
    assert probability(before, said) - probability(before, other) < 0.3


def test_general_examples_are_not_unlearnt(adapted: Trained) -> None:
    assert probability(adapted, "xưởng thiếu nước uống") > 0.5 > probability(adapted, "hôm nay trời đẹp quá")


def test_texts_without_labels_carry_what_labels_say(segmenter: Segmenter) -> None:
    """`Oi bức` is in no labelled text; unlabelled ones use it where others say that a fan is missing."""
    unlabelled = [f"xưởng oi bức thiếu quạt {end}" for end in ENDS] + [f"hôm nay mát mẻ vui quá {end}" for end in ENDS]
    without = adapt(GENERAL, [], [], segmenter, recipe=QUICK)
    with_them = adapt(GENERAL, [], unlabelled, segmenter, recipe=QUICK)
    assert probability(with_them, "oi bức") > probability(without, "oi bức") + 0.05


def test_without_local_labels_each_general_example_counts_for_one(segmenter: Segmenter) -> None:
    assert (
        adapt(GENERAL, [], [], segmenter, recipe=QUICK).metrics
        == adapt(GENERAL, [], [], segmenter, recipe=Adaptation(min_documents=2, shares=(None,))).metrics
    )


def test_local_labels_that_contradict_win_only_as_far_as_nothing_general_is_lost(segmenter: Segmenter) -> None:
    """Here `xưởng` posts are called clean. The general examples still say otherwise and keep their ranking."""
    contrary = [
        *(Example(f"xưởng thiếu quạt nước {end}", {"concern": False}) for end in ENDS),
        *(Example(f"hôm nay vui đẹp quá {end}", {"concern": True}) for end in ENDS),
    ]
    trained = adapt(GENERAL, contrary, [], segmenter, recipe=QUICK)
    assert len(contrary) // 2 >= ENOUGH_TO_CHOOSE
    unseen = trained.unseen["concern"][: len(GENERAL)]
    answers = np.array([example.labels["concern"] for example in GENERAL])
    assert unseen[answers].mean() > unseen[~answers].mean()


def test_the_same_texts_give_the_same_model(adapted: Trained, segmenter: Segmenter) -> None:
    again = adapt(GENERAL, LOCAL, [], segmenter, recipe=QUICK)
    assert (again.data_hash, again.metrics) == (adapted.data_hash, adapted.metrics)
    assert np.array_equal(again.classifier.label_models[0].weights, adapted.classifier.label_models[0].weights)


def test_texts_without_labels_belong_to_what_a_model_was_made_from(segmenter: Segmenter) -> None:
    hashes = {adapt(GENERAL, [], texts, segmenter, recipe=QUICK).data_hash for texts in ([], ["một"], ["hai"])}
    assert len(hashes) == 3


def test_reasons_still_add_up_to_the_log_odds(adapted: Trained) -> None:
    (prediction,) = adapted.classifier.predict(["bếp cho ăn cơm khê mà xưởng thiếu quạt"], explain_all=True)
    p = prediction.probabilities["concern"]
    reasons = prediction.reasons["concern"]
    assert sum(reason.weight for reason in reasons) == pytest.approx(np.log(p / (1 - p)), abs=1e-6)
    assert reasons[-1].words == BASE


def test_a_borderline_example_teaches_less_than_a_clear_one(segmenter: Segmenter) -> None:
    def told(grades: dict[str, float]) -> float:
        extra = [Example(f"bụi mù mịt {end}", {"concern": True}, grades=grades) for end in ENDS]
        p = probability(adapt([*GENERAL, *extra], [], [], segmenter, recipe=QUICK), "bụi mù mịt")
        return float(np.log(p / (1 - p)))

    assert told({}) > told({"concern": 0.6}) + 1.0


def test_copies_of_a_text_do_not_make_a_model_look_better(segmenter: Segmenter) -> None:
    """Noise, each text twice: who has seen the one copy must not be asked about the other."""
    numbers = np.random.default_rng(5)
    noise = [
        Example(f"{word} {end}", {"concern": bool(numbers.integers(2))})
        for word in ("xưởng", "quán", "đường", "chợ")
        for end in ENDS
    ]
    trained = adapt([*noise, *noise], [], [], segmenter, recipe=QUICK)
    assert trained.metrics["concern"].auc < 0.75


@pytest.mark.parametrize("general", [[], GENERAL[:5], GENERAL[:20] * 3])
def test_too_little_is_refused(general: list[Example], segmenter: Segmenter) -> None:
    if not general:
        with pytest.raises(TrainingFailed, match="in common"):
            adapt([], [], [], segmenter)
        return
    with pytest.raises(TrainingFailed, match="at least 10 of each"):
        adapt(general, [], [], segmenter)


def test_the_projects_own_posts_can_be_the_general_ones(segmenter: Segmenter) -> None:
    corpus: Sequence[Example] = read_corpus()[::20]
    told: list[tuple[str, int, int]] = []
    trained = adapt(corpus, [], [], segmenter, progress=lambda *step: told.append(step))
    assert set(trained.classifier.labels) == {"unverified", "negative", "concern"}
    assert all(metrics.auc > 0.7 for metrics in trained.metrics.values())
    assert ("words", len(corpus), len(corpus)) in told
    assert told[-1] == ("labels", 3, 3)
