"""Training gives the same model for the same texts, and says so when there is too little to learn from."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from classifiers.data.datasets import Example
from classifiers.errors import TrainingFailed
from classifiers.text.segment import Segmenter
from classifiers.training.config import LABELS, LabelConfig, TrainingConfig
from classifiers.training.train import LEAST_EXAMPLES, Trained, Trainer

QUICK = TrainingConfig(min_documents=2)
WORDS = ["quạt", "nóng", "lương", "trọ", "ca", "cơm", "bụi", "ồn", "nước", "điện", "xe", "bếp"]


def made_up(count: int, label: str = "concern") -> list[Example]:
    """Write `count` texts with the label and as many without it."""
    yes = [Example(f"xưởng thiếu {WORDS[n % len(WORDS)]} lần {n}", {label: True}) for n in range(count)]
    no = [Example(f"hôm nay vui vì {WORDS[n % len(WORDS)]} lần {n}", {label: False}) for n in range(count)]
    return yes + no


def train(examples: Sequence[Example], segmenter: Segmenter, **also: Sequence[object]) -> Trained:
    return Trainer(segmenter, QUICK).fit(examples, **also)


def test_the_same_texts_give_the_same_model(
    trained: Trained, examples: Sequence[Example], segmenter: Segmenter
) -> None:
    again = Trainer(segmenter).fit(list(examples))
    assert again.data_hash == trained.data_hash
    assert again.metrics == trained.metrics
    assert again.classifier.thresholds == trained.classifier.thresholds
    for one, other in zip(trained.classifier.label_models, again.classifier.label_models, strict=True):
        assert np.array_equal(one.weights, other.weights)
        assert (one.intercept, one.subclass_weight) == (other.intercept, other.subclass_weight)
        assert np.array_equal(one.subclass_shares, other.subclass_shares)
    kinds, kinds_again = trained.classifier.subclasses, again.classifier.subclasses
    assert np.array_equal(kinds.weights, kinds_again.weights)


def test_other_texts_give_another_hash(trained: Trained, examples: Sequence[Example], segmenter: Segmenter) -> None:
    assert train(made_up(LEAST_EXAMPLES), segmenter).data_hash != trained.data_hash
    assert trained.examples == len(examples)


def test_what_was_learnt_is_better_than_chance_on_texts_not_seen(trained: Trained) -> None:
    for label, metrics in trained.metrics.items():
        assert metrics.auc > 0.7, label


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
        ([], "there is nothing to train on: name a data set"),
        (made_up(LEAST_EXAMPLES - 1), f"has {LEAST_EXAMPLES - 1} different examples .* at least {LEAST_EXAMPLES}"),
        (made_up(30)[:30], "has 30 different examples and 0 counter-examples"),
        (made_up(1) * 50, "has 1 different examples and 1 counter-examples"),
        ([Example(chr(0x4E00 + n), {"concern": n % 2 == 0}) for n in range(40)], "the texts have no spelled in common"),
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
    Trainer(segmenter, QUICK, lambda *step: told.append(step)).fit(made_up(LEAST_EXAMPLES))
    assert told[0] == ("words", 20, 20)
    assert told[-1] == ("labels", 4, 4), "three folds and the whole"


ENDS = ["nhé", "thật", "đó", "vậy", "rồi", "luôn", "mà", "nha", "đấy", "hả", "ạ", "ơi", "kìa", "chứ", "này", "ha"]


def probability(trained: Trained, text: str) -> float:
    (prediction,) = trained.classifier.predict([text])
    return prediction.probabilities["concern"]


def test_local_posts_change_what_general_ones_say_and_leave_the_rest(segmenter: Segmenter) -> None:
    """The general examples call a word a concern and never show another; the local ones say otherwise of both."""
    general = [*made_up(60), *(Example(f"thiếu quạt {end}", {"concern": True}) for end in ENDS)]
    contrary = [
        *(Example(f"thiếu quạt {end}", {"concern": False}) for end in ENDS),
        *(Example(f"cơm khê {end}", {"concern": True}) for end in ENDS),
    ]
    before, taught = train(general, segmenter), train(general, segmenter, local=contrary)
    assert probability(taught, "thiếu quạt") < probability(before, "thiếu quạt") - 0.1
    assert probability(taught, "cơm khê") > probability(before, "cơm khê") + 0.1
    assert probability(taught, "xưởng thiếu nước") > 0.5 > probability(taught, "hôm nay vui vì trời đẹp")


def test_criticism_of_the_examples_is_spared(segmenter: Segmenter) -> None:
    """The limit on criticism is a promise of the trainer."""
    # Half of what is said so is criticism; nothing in the words tells which.
    said = [f"xưởng thiếu {word} lần {n}" for n in range(8) for word in WORDS]
    criticism = [Example(f"{text} a", {"concern": False}, {"kind": "criticism"}) for text in said[::2]]
    general = [*made_up(60), *(Example(f"{text} a", {"concern": True}) for text in said[1::2])]

    def flagged(limit: float) -> int:
        config = TrainingConfig(min_documents=2, precision=0.5, labels={"concern": LabelConfig(criticism_limit=limit)})
        trained = Trainer(segmenter, config).fit([*general, *criticism])
        return sum(p >= trained.classifier.thresholds["concern"] for p in trained.unseen["concern"][-len(criticism) :])

    assert flagged(1.0) > 2
    assert flagged(0.04) <= 1, "four in a hundred of forty-eight"


def test_each_label_of_ours_has_a_limit_on_criticism() -> None:
    assert set(LABELS) == {"unverified", "negative", "concern"}
    assert all(0 < choices.criticism_limit <= 0.01 for choices in LABELS.values())


def test_equal_texts_do_not_make_a_model_look_better(segmenter: Segmenter) -> None:
    """Answers by chance, each text twice: a model that saw one copy must not be asked about the other."""
    chance = np.random.default_rng(5)
    noise = [
        Example(f"{word} {end}", {"concern": bool(chance.integers(2))})
        for word in ("xưởng", "quán", "đường", "chợ")
        for end in ENDS
    ]
    assert train([*noise, *noise], segmenter).metrics["concern"].auc < 0.75


def test_quiet_wrongs_weigh_less_in_the_linear_model(segmenter: Segmenter) -> None:
    threats = [Example(f"mai gặp nhau ở cổng lần {n}", {"negative": True}, {"kind": "threat"}) for n in range(20)]
    insults = [Example(f"đồ mặt dày lần {n}", {"negative": True}, {"kind": "insult"}) for n in range(20)]
    clean = [Example(f"hôm nay vui vì {word} lần {n}", {"negative": False}) for n in range(4) for word in WORDS]

    def weight(config: TrainingConfig) -> float:
        trained = Trainer(segmenter, config).fit([*threats, *insults, *clean])
        (model,) = trained.classifier.label_models
        return float(model.weights[trained.classifier.space.vocabulary("spelled")["cổng"]])

    assert weight(QUICK) < weight(replace(QUICK, labels={}))


def test_models_that_were_trained_otherwise_have_another_hash(segmenter: Segmenter) -> None:
    examples = made_up(30)
    kinds = [replace(example, facts={"kind": "mood"}) for example in examples]
    hashes = {
        train(examples, segmenter).data_hash,
        train(kinds, segmenter).data_hash,
        train(examples[:40], segmenter, local=examples[40:]).data_hash,
        Trainer(segmenter, replace(QUICK, precision=0.7)).fit(examples).data_hash,
    }
    assert len(hashes) == 4


def test_grades_that_contradict_every_answer_are_refused(segmenter: Segmenter) -> None:
    graded_away = [replace(e, grades={"concern": 0.0}) if e.labels["concern"] else e for e in made_up(30)]
    with pytest.raises(TrainingFailed, match="has 0 different examples"):
        train(graded_away, segmenter)
