"""The linear model is a balanced logistic regression that takes targets between no and yes."""

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression

from classifiers.training.linear import LinearModel, fit_linear

CHANCE = np.random.default_rng(7)
MATRIX = sp.csr_matrix(np.where(CHANCE.random((80, 12)) < 0.4, CHANCE.random((80, 12)), 0))
ANSWERS = np.asarray(MATRIX[:, :3].sum(axis=1)).ravel() > 0.6
TARGETS = ANSWERS.astype(float)


def fit(
    targets: np.ndarray = TARGETS, weights: np.ndarray | None = None, matrix: sp.csr_matrix = MATRIX
) -> LinearModel:
    weights = np.ones(80) if weights is None else weights
    return fit_linear(matrix, targets, weights, inverse_regularisation=3.0, seed=1)


def score_of_text_5(model: LinearModel) -> float:
    return float(model.decision_function(MATRIX[5])[0])


def test_it_scores_as_a_balanced_logistic_regression_of_scikit_learn() -> None:
    weight = np.where(ANSWERS, 40 / ANSWERS.sum(), 40 / (~ANSWERS).sum())
    expected = LogisticRegression(C=3.0, solver="liblinear", tol=1e-6, max_iter=5000)
    expected.fit(MATRIX, ANSWERS, sample_weight=weight)
    assert fit().decision_function(MATRIX) == pytest.approx(expected.decision_function(MATRIX), abs=0.15)


def test_a_target_between_is_less_than_a_yes_and_more_than_a_no() -> None:
    def score(target: float) -> float:
        targets = TARGETS.copy()
        targets[5] = target
        return score_of_text_5(fit(targets))

    assert score(0.0) < score(0.4) < score(1.0)


def test_a_text_of_greater_weight_is_followed_more() -> None:
    wrong = TARGETS.copy()
    wrong[5] = 1 - wrong[5]
    heavy = np.ones(80)
    heavy[5] = 20
    assert (score_of_text_5(fit(wrong, heavy)) > score_of_text_5(fit(wrong))) == bool(wrong[5])


def test_neither_class_wins_by_its_number() -> None:
    """Nine of ten texts are a no; a text without any feature is as likely a yes as a no."""
    few = np.arange(80) % 10 == 0
    model = fit(few.astype(float), matrix=sp.csr_matrix(np.column_stack([few, ~few]).astype(float)))
    assert model.intercept == pytest.approx(0.0, abs=0.05)


def test_the_same_texts_give_the_same_model() -> None:
    assert np.array_equal(fit().weights, fit().weights)
