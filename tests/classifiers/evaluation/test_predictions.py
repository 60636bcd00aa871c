"""Labelled texts beside what was said of them: by a model, or by training before it saw them."""

from collections.abc import Sequence

import numpy as np
import pytest

from classifiers.data.datasets import Example
from classifiers.errors import DataInvalid
from classifiers.evaluation.comparison import paired_flags
from classifiers.evaluation.metrics import measure, summary
from classifiers.evaluation.predictions import cross_validated_scores, score_examples
from classifiers.training.train import Trained


def test_decisions_are_those_of_the_model(trained: Trained, examples: Sequence[Example]) -> None:
    some = list(examples[:20])
    scored = score_examples(trained.classifier, some)
    for row, prediction in enumerate(trained.classifier.predict([example.text for example in some])):
        assert tuple(np.array(scored.labels)[scored.flagged[row]]) == prediction.flags
        assert scored.probabilities[row] == pytest.approx(list(prediction.probabilities.values()))


def test_a_column_leaves_out_texts_that_do_not_know_its_label(trained: Trained) -> None:
    texts = [Example("a", {"negative": True}), Example("b", {"concern": True}), Example("c", {"negative": False})]
    scored = score_examples(trained.classifier, texts)
    column = scored.column("negative")
    assert (column.rows.tolist(), column.answers.tolist()) == ([0, 2], [True, False])
    assert column.has_both
    assert not scored.column("concern").has_both
    assert not scored.column("unverified").has_both


@pytest.mark.parametrize("texts", [[], [Example("a", {"complaint": True})]])
def test_texts_without_any_of_the_labels_are_compared_but_not_measured(texts: list[Example], trained: Trained) -> None:
    scored = score_examples(trained.classifier, texts)
    assert scored.flagged.shape == (len(texts), 3)
    assert paired_flags(scored, scored) == {}
    with pytest.raises(DataInvalid, match="no text says anything of unverified, negative, concern"):
        summary(scored)


def test_what_training_said_of_unseen_texts_gives_its_own_figures(
    trained: Trained, examples: Sequence[Example]
) -> None:
    scored = cross_validated_scores(examples, trained.unseen, trained.classifier.thresholds)
    for label in scored.labels:
        column = scored.column(label)
        assert measure(column.probabilities, column.answers, scored.thresholds[label]) == trained.metrics[label]
        seen = score_examples(trained.classifier, examples).column(label)
        assert not np.allclose(seen.probabilities, column.probabilities)
