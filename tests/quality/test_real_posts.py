"""Figures learned from real posts: over the corpus's own words, judged on stories that were not seen."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from classifiers.data.datasets import Example
from classifiers.labels import LABEL_NAMES
from classifiers.persistence import DEFAULT_FOLDER, fits, load
from classifiers.text.group_names import default_group_names
from classifiers.text.segment import Segmenter
from classifiers.training.config import TrainingConfig
from classifiers.training.train import Trained, Trainer
from tests.corpus import corpus
from tests.quality.real_posts import CRITICISM_LIMIT, learn_from_real_posts, names_no_group, stories_of

SOME = corpus()[::60]
REAL = [replace(post, facts={"kind": "satire"}) for post in corpus()[7::60]]
LATE = "Xưởng mình lại chậm lương tháng này, hỏi thì khất"


@pytest.fixture(scope="module")
def base() -> Trained:
    """Train a model of some posts of the corpus."""
    return Trainer(Segmenter(), TrainingConfig()).fit(SOME)


@pytest.fixture(scope="module")
def learn(base: Trained) -> "partial[Trained]":
    """Give what learns from real posts on top of it."""
    return partial(learn_from_real_posts, base, SOME, segmenter=Segmenter())


@pytest.fixture(scope="module")
def learnt(learn: "partial[Trained]") -> Trained:
    return learn(REAL)


def test_the_vocabulary_is_that_of_the_corpus(base: Trained, learnt: Trained) -> None:
    assert learnt.classifier.space is base.classifier.space
    assert all(model.weights.any() for model in learnt.classifier.label_models)


def test_the_same_posts_give_the_same_model_and_other_ones_another_hash(
    learn: "partial[Trained]", learnt: Trained
) -> None:
    again = learn(REAL)
    assert again.data_hash == learnt.data_hash
    assert again.classifier.thresholds == learnt.classifier.thresholds
    assert learn(REAL[1:]).data_hash != learnt.data_hash


def test_real_posts_move_what_the_corpus_says(base: Trained, learn: "partial[Trained]") -> None:
    said = [
        Example(f"{LATE} {number}", dict.fromkeys(LABEL_NAMES, False) | {"concern": True}, {"group": str(number)})
        for number in range(40)
    ]
    taught = learn([*REAL, *said]).classifier
    before, after = (next(one.predict([LATE])).probabilities["concern"] for one in (base.classifier, taught))
    assert after > max(before, 0.5)


def test_reasons_still_add_up(learnt: Trained) -> None:
    prediction = next(learnt.classifier.predict([LATE], explain_all=True))
    for label, reasons in prediction.reasons.items():
        log_odds = sum(reason.weight for reason in reasons)
        assert 1 / (1 + np.exp(-log_odds)) == pytest.approx(prediction.probabilities[label])


def test_thresholds_spare_satire_and_criticism(learnt: Trained) -> None:
    for label in LABEL_NAMES:
        clean = np.array([not post.labels[label] for post in REAL])
        flagged = learnt.unseen[label] >= learnt.classifier.thresholds[label]
        assert flagged[clean].mean() <= CRITICISM_LIMIT


def test_criticism_that_was_drawn_by_its_score_raises_no_threshold(learn: "partial[Trained]", learnt: Trained) -> None:
    drawn = learn([replace(post, facts=post.facts | {"stratum": "negative-top"}) for post in REAL])
    assert drawn.classifier.thresholds["negative"] < learnt.classifier.thresholds["negative"]
    assert drawn.classifier.thresholds["concern"] == learnt.classifier.thresholds["concern"]


def test_what_naming_a_group_means_is_told_by_the_corpus_alone(base: Trained) -> None:
    kinds = default_group_names().kinds
    ngrams = [ngram for each in base.classifier.space.fitted for ngram in each.ngrams]
    kept = names_no_group(base.classifier.space)
    assert any("⟨" in ngram for ngram, keeps in zip(ngrams, kept, strict=True) if not keeps)
    assert all(kinds.isdisjoint(ngram.split()) for ngram, keeps in zip(ngrams, kept, strict=True) if keeps)


def test_the_distribution_has_a_default_model_that_fits_the_locked_versions() -> None:
    assert fits(DEFAULT_FOLDER), "the word lists have changed: run `make default-model`"
    assert sum(path.stat().st_size for path in DEFAULT_FOLDER.iterdir()) <= 8 * 2**20
    loaded = load(DEFAULT_FOLDER, Segmenter())
    assert loaded.classifier.labels == LABEL_NAMES
    assert next(loaded.classifier.predict(["Thằng chó chết, đồ súc vật, câm mõm lại đi"])).flags == ("negative",)


def test_near_copies_and_texts_that_share_a_key_are_one_story() -> None:
    told = "sáng nay cháy lớn ở chợ huyện sông lữ nhiều ki ốt bị thiêu rụi chưa rõ nguyên nhân ban đầu"
    texts = [told, f"tin nóng {told} mọi người ơi", "hay quá", "hay quá", "đồng ý", "không", "khác hẳn"]
    titles = ["", "", "", "", "Bài một", "Bài một", "Bài hai"]
    stories = stories_of(texts, [(title,) for title in titles]).tolist()
    assert stories[0] == stories[1]
    assert stories[2] == stories[3]
    assert stories[4] == stories[5]
    assert len(set(stories)) == 4
