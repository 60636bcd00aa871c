"""What is fitted beside the features is folded into their weights: the folded line scores exactly as the fitted one."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression

from classifiers.training.distillation import Trust, Tutor, nearness
from classifiers.training.linear import Ground, Opinions, Projection, Question

CHANCE = np.random.default_rng(7)
MATRIX = sp.csr_matrix(np.where(CHANCE.random((80, 12)) < 0.4, CHANCE.random((80, 12)), 0))
TRUTH = np.asarray(MATRIX[:, :3].sum(axis=1)).ravel() > 0.6
ALL = Question(np.arange(80), TRUTH.astype(float))


def ground(*projections: Projection, bayes: float = 0.0, weights: np.ndarray | None = None) -> Ground:
    beside = np.hstack(
        [np.zeros((80, 0), np.float32), *(p.transform(p.numbers.transform(MATRIX)) for p in projections)]
    )
    blocks = [(slice(2, 9), bayes)] if bayes else []
    return Ground(MATRIX, projections, beside, blocks, 3.0, np.ones(80) if weights is None else weights, seed=1)


def projection(width: int, *, each: bool) -> Projection:
    opinions = Opinions(CHANCE.normal(size=(12, width)).astype(np.float32))
    return Projection.standard(opinions, opinions.transform(MATRIX), each=each)


def numbers_of(beside: Projection) -> np.ndarray:
    return beside.transform(beside.numbers.transform(MATRIX))


def test_each_number_beside_is_centred_and_has_the_deviation_one() -> None:
    numbers = numbers_of(projection(4, each=True))
    assert numbers.mean(axis=0) == pytest.approx(0, abs=1e-5)
    assert numbers.std(axis=0) == pytest.approx(1, abs=1e-5)


def test_numbers_of_one_kind_have_the_deviation_one_together() -> None:
    numbers = numbers_of(projection(5, each=False))
    assert numbers.mean(axis=0) == pytest.approx(0, abs=1e-5)
    assert np.sqrt((numbers**2).mean()) == pytest.approx(1, abs=1e-5)
    assert numbers.std(axis=0).max() > 1.01, "the greater ones stay greater"


def test_folding_a_projection_changes_no_score() -> None:
    beside, coefficients = projection(4, each=True), np.array([0.5, -1.0, 2.0, 0.0])
    assert beside.fold(coefficients).score(MATRIX) == pytest.approx(numbers_of(beside) @ coefficients, abs=1e-5)


def test_numbers_that_know_the_answer_carry_to_texts_that_are_unlike_the_seen_ones() -> None:
    knowing = Opinions(np.repeat([1.0, 0.0], [3, 9]).astype(np.float32)[:, None])
    few = np.arange(14)

    def right(*beside: Projection) -> float:
        return float(((ground(*beside).fit(ALL, few).score(MATRIX) > 0) == TRUTH)[14:].mean())

    assert right(Projection.standard(knowing, knowing.transform(MATRIX), each=True)) > right() + 0.05


def test_numbers_that_make_no_guess_are_features_of_their_lengths() -> None:
    """Fitted side by side with the features, and folded, they say what columns of the matrix would say."""
    beside = projection(3, each=True)
    lengths = np.array([0.5, 2.0, 0.0])
    folded = replace(ground(beside), lengths=lengths).fit(ALL)
    wide = sp.csr_matrix(sp.hstack([MATRIX, numbers_of(beside) * lengths]))
    plain = replace(ground(), matrix=wide).fit(ALL)
    assert folded.score(MATRIX) == pytest.approx(plain.score(wide), abs=1e-3)


def test_a_naive_bayes_copy_is_the_same_as_longer_columns() -> None:
    """Columns and their copies, fitted side by side, say what one stretched column says."""
    folded = ground(bayes=2.0).fit(ALL)
    yes, no = (1 + np.asarray(MATRIX[answer, 2:9].astype(bool).sum(axis=0)).ravel() for answer in (TRUTH, ~TRUTH))
    ratios = 2.0 * (np.log(yes / yes.sum()) - np.log(no / no.sum()))
    both = sp.hstack([MATRIX, MATRIX[:, 2:9] @ sp.diags(ratios)], format="csr")
    balance = np.where(TRUTH, 40 / TRUTH.sum(), 40 / (~TRUTH).sum())
    learner = LogisticRegression(C=3.0, solver="liblinear", random_state=1, tol=1e-6, max_iter=5000)
    order = np.concatenate([np.flatnonzero(TRUTH), np.flatnonzero(~TRUTH)])
    learner.fit(both[order], TRUTH[order], sample_weight=balance[order])
    assert folded.score(MATRIX) == pytest.approx(learner.decision_function(both), abs=0.02)


def test_a_folded_line_scores_as_the_one_that_was_fitted(monkeypatch: pytest.MonkeyPatch) -> None:
    laid = ground(projection(3, each=False), projection(2, each=True), bayes=0.5)
    scored: list[np.ndarray] = []

    class Watched(LogisticRegression):
        def fit(self, whole: sp.csr_matrix, *rest: object, **more: object) -> object:
            fitted = super().fit(whole, *rest, **more)
            scored.append(self.decision_function(whole))
            return fitted

    monkeypatch.setattr("classifiers.training.linear.LogisticRegression", Watched)
    line = laid.fit(ALL)
    order = np.concatenate([np.flatnonzero(TRUTH), np.flatnonzero(~TRUTH)])
    assert line.score(MATRIX[order]) == pytest.approx(scored[-1], abs=1e-5)


def test_only_seen_texts_of_the_question_are_learnt_from() -> None:
    some = Question(np.arange(40), TRUTH[:40].astype(float))
    assert np.array_equal(ground().fit(some).weights, ground().fit(ALL, np.arange(40)).weights)


def test_a_tutor_hears_of_no_text_that_is_judged_later() -> None:
    """Nor does the line: what the unseen texts are changes nothing, while what the tutor says of the seen ones does."""
    tutor = Tutor(nearness(MATRIX.toarray().astype(np.float32), seed=1), Trust(0.4, 0.2))
    seen = np.arange(50)
    turned = np.where(np.arange(80) < 50, ALL.targets, 1 - ALL.targets)
    taught = replace(ground(), tutor=tutor)
    line = taught.fit(ALL, seen)
    assert np.array_equal(line.weights, taught.fit(Question(ALL.rows, turned), seen).weights)
    assert not np.allclose(line.weights, ground().fit(ALL, seen).weights)


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
