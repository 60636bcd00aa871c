"""What is fitted beside the features is folded into their weights: the folded model scores as the fitted one."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression

from tests.benchmarks.tasks import linear
from tests.benchmarks.tasks.linear import AuxiliaryScores, BinaryTarget, DenseColumns, DesignMatrix

pytestmark = pytest.mark.gate

GENERATOR = np.random.default_rng(7)
MATRIX = sp.csr_matrix(np.where(GENERATOR.random((80, 12)) < 0.4, GENERATOR.random((80, 12)), 0))
TRUTH = np.asarray(MATRIX[:, :3].sum(axis=1)).ravel() > 0.6
ALL = BinaryTarget(np.arange(80), TRUTH)
ORDER = np.concatenate([np.flatnonzero(TRUTH), np.flatnonzero(~TRUTH)])


def columns_of(width: int, *, each: bool, length: float = 1.0) -> DenseColumns:
    source = AuxiliaryScores(GENERATOR.normal(size=(12, width)).astype(np.float32))
    return DenseColumns.standardised(source, source.transform(MATRIX), each=each, length=length)


def dense_of(columns: DenseColumns) -> np.ndarray:
    return columns.transform(columns.source.transform(MATRIX))


def design(*columns: DenseColumns, bayes: float = 0.0) -> DesignMatrix:
    dense = np.hstack([np.zeros((80, 0)), *map(dense_of, columns)])
    blocks = [(slice(2, 9), bayes)] if bayes else []
    return DesignMatrix(MATRIX, columns, dense, blocks, np.ones(80), 3.0, seed=1)


def test_each_column_has_the_deviation_that_is_asked_for() -> None:
    dense = dense_of(columns_of(4, each=True, length=0.3))
    assert dense.mean(axis=0) == pytest.approx(0, abs=1e-5)
    assert dense.std(axis=0) == pytest.approx(0.3, abs=1e-5)


def test_columns_of_one_kind_have_it_together() -> None:
    dense = dense_of(columns_of(5, each=False))
    assert np.sqrt((dense**2).mean()) == pytest.approx(1, abs=1e-5)
    assert dense.std(axis=0).max() > 1.01, "the greater ones stay greater"


def test_folding_columns_changes_no_score() -> None:
    columns, coefficients = columns_of(4, each=True, length=2.0), np.array([0.5, -1.0, 2.0, 0.0])
    folded = columns.fold(coefficients)
    assert folded.decision_function(MATRIX) == pytest.approx(dense_of(columns) @ coefficients, abs=1e-5)


def test_columns_are_features_of_their_lengths() -> None:
    """Fitted beside the features, and folded, they score as columns of the matrix would."""
    columns = columns_of(3, each=True, length=0.5)
    folded = design(columns).fit(ALL)
    wide = sp.csr_matrix(sp.hstack([MATRIX, dense_of(columns)]))
    plain = replace(design(), features=wide).fit(ALL)
    assert folded.decision_function(MATRIX) == pytest.approx(plain.decision_function(wide), abs=1e-3)


def test_naive_bayes_scaling_is_the_same_as_a_copy_of_the_features() -> None:
    folded = design(bayes=2.0).fit(ALL)
    yes, no = (1 + np.asarray(MATRIX[answer, 2:9].astype(bool).sum(axis=0)).ravel() for answer in (TRUTH, ~TRUTH))
    ratios = 2.0 * (np.log(yes / yes.sum()) - np.log(no / no.sum()))
    both = sp.hstack([MATRIX, MATRIX[:, 2:9] @ sp.diags(ratios)], format="csr")
    balance = np.where(TRUTH, 40 / TRUTH.sum(), 40 / (~TRUTH).sum())
    learner = LogisticRegression(C=3.0, solver="liblinear", random_state=1, tol=1e-6, max_iter=5000)
    learner.fit(both[ORDER], TRUTH[ORDER], sample_weight=balance[ORDER])
    assert folded.decision_function(MATRIX) == pytest.approx(learner.decision_function(both), abs=0.02)


@pytest.mark.parametrize("margin", [False, True])
def test_a_folded_model_scores_as_the_one_that_was_fitted(monkeypatch: pytest.MonkeyPatch, margin: bool) -> None:
    laid = design(columns_of(3, each=False), columns_of(2, each=True), bayes=0.5)
    scored: list[np.ndarray] = []
    name = "LinearSVC" if margin else "LogisticRegression"
    real = getattr(linear, name)

    class Watched(real):
        def fit(self, whole: sp.csr_matrix, *rest: object, **more: object) -> object:
            fitted = super().fit(whole, *rest, **more)
            scored.append(self.decision_function(whole))
            return fitted

    monkeypatch.setattr(linear, name, Watched)
    model = laid.fit(replace(ALL, margin=margin))
    assert model.decision_function(MATRIX[ORDER]) == pytest.approx(scored[-1], abs=1e-5)


def test_only_seen_texts_of_the_target_are_learnt_from() -> None:
    some = BinaryTarget(np.arange(40), TRUTH[:40])
    assert np.array_equal(design().fit(some).weights, design().fit(ALL, np.arange(40)).weights)


def test_a_text_that_weighs_more_is_heeded_more() -> None:
    wrong = TRUTH.copy()
    wrong[5] = not wrong[5]
    heavy = np.ones(80)
    heavy[5] = 20
    designs = (design(), replace(design(), sample_weight=heavy))
    light, loud = (one.fit(BinaryTarget(ALL.rows, wrong)).decision_function(MATRIX[5])[0] for one in designs)
    assert (loud > light) == bool(wrong[5])
