"""What is fitted beside the features is folded into their weights: the folded line scores exactly as the fitted one."""

import numpy as np
import pytest
import scipy.sparse as sp

from classifiers.lines import Ground, Projection, Question

CHANCE = np.random.default_rng(7)
MATRIX = sp.csr_matrix(np.where(CHANCE.random((80, 12)) < 0.4, CHANCE.random((80, 12)), 0))
TRUTH = np.asarray(MATRIX[:, :3].sum(axis=1)).ravel() > 0.6
ALL = Question(np.arange(80), TRUTH.astype(float))


def ground(*projections: Projection, bayes: float = 0.0, weights: np.ndarray | None = None) -> Ground:
    beside = sp.hstack([sp.csr_matrix((80, 0)), *(sp.csr_matrix(p.of(MATRIX)) for p in projections)], format="csr")
    blocks = [(slice(2, 9), bayes)] if bayes else []
    return Ground(MATRIX, projections, beside, blocks, 3.0, np.ones(80) if weights is None else weights, seed=1)


def projection(width: int, scale: float, *, each: bool) -> Projection:
    return Projection.centred(CHANCE.normal(size=(12, width)).astype(np.float32), MATRIX, scale, each=each)


def test_each_number_beside_is_centred_and_has_the_deviation_asked_for() -> None:
    numbers = projection(4, 0.3, each=True).of(MATRIX)
    assert numbers.mean(axis=0) == pytest.approx(0, abs=1e-6)
    assert numbers.std(axis=0) == pytest.approx(0.3, abs=1e-6)


def test_vectors_beside_have_together_the_length_asked_for() -> None:
    numbers = projection(5, 0.5, each=False).of(MATRIX)
    assert np.linalg.norm(numbers, axis=1).mean() == pytest.approx(0.5, abs=1e-6)


def test_folding_a_projection_changes_no_score() -> None:
    beside, coefficients = projection(4, 1.0, each=True), np.array([0.5, -1.0, 2.0, 0.0])
    assert beside.fold(coefficients).score(MATRIX) == pytest.approx(beside.of(MATRIX) @ coefficients, abs=1e-6)


@pytest.mark.parametrize("margin", [False, True])
def test_a_folded_line_scores_as_the_one_that_was_fitted(monkeypatch: pytest.MonkeyPatch, margin: bool) -> None:
    laid = ground(projection(3, 0.5, each=False), projection(2, 0.3, each=True), bayes=0.5)
    scored: list[np.ndarray] = []
    learner = f"classifiers.lines.{'LinearSVC' if margin else 'LogisticRegression'}"
    real = __import__("classifiers.lines", fromlist=["x"]).__dict__[learner.rpartition(".")[2]]

    class Watched(real):  # type: ignore[misc, valid-type]
        def fit(self, whole: sp.csr_matrix, *rest: object, **more: object) -> object:
            fitted = super().fit(whole, *rest, **more)
            scored.append(self.decision_function(whole))
            return fitted

    monkeypatch.setattr(learner, Watched)
    line = laid.fit(Question(ALL.rows, ALL.targets, margin=margin))
    order = np.concatenate([np.flatnonzero(TRUTH), np.flatnonzero(~TRUTH)])
    assert line.score(MATRIX[order]) == pytest.approx(scored[0], abs=1e-5)


def test_only_seen_texts_of_the_question_are_learnt_from() -> None:
    some = Question(np.arange(40), TRUTH[:40].astype(float))
    assert np.array_equal(ground().fit(some).weights, ground().fit(ALL, np.arange(40)).weights)


def test_a_target_between_is_less_than_a_yes_and_more_than_a_no() -> None:
    def answer(target: float) -> float:
        targets = ALL.targets.copy()
        targets[5] = target
        return float(ground().fit(Question(ALL.rows, targets)).score(MATRIX[5])[0])

    assert answer(0.0) < answer(0.4) < answer(1.0)


def test_a_text_that_counts_more_is_heeded_more() -> None:
    wrong = ALL.targets.copy()
    wrong[5] = 1 - wrong[5]
    heavy = np.ones(80)
    heavy[5] = 20
    light, loud = (ground(weights=w).fit(Question(ALL.rows, wrong)).score(MATRIX[5])[0] for w in (np.ones(80), heavy))
    assert (loud > light) == bool(wrong[5])
