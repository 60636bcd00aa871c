"""Corrections are fitted on labelled posts that the model did not learn from, and written as TOML."""

import numpy as np
import pytest

from classifiers.evaluation.pr_curve import Curve
from classifiers.training.calibration import Correction, read_corrections
from tests.quality.calibrate_on_real_posts import fit_correction, head_of, written

CHANCE = np.random.default_rng(5)


def test_probabilities_become_as_frequent_as_they_say() -> None:
    log_odds = CHANCE.normal(scale=2, size=4000)
    length, reply = CHANCE.normal(5, 1, size=4000), (CHANCE.random(4000) < 0.5).astype(float)
    true = 0.5 * log_odds + 0.8 * (length - 5) - 1.5 * reply - 1
    answers = CHANCE.random(4000) < 1 / (1 + np.exp(-true))
    found = fit_correction(np.column_stack([log_odds, length, reply]), answers, 0.8)
    assert found.slope == pytest.approx(0.5, abs=0.1)
    assert found.length == pytest.approx(0.8, abs=0.15)
    assert found.reply == pytest.approx(-1.5, abs=0.3)
    corrected = found.log_odds(log_odds, np.column_stack([length, reply]))
    flagged = 1 / (1 + np.exp(-corrected)) >= found.threshold
    assert answers[flagged].mean() == pytest.approx(0.8, abs=0.03)


def test_what_is_written_reads_back_under_the_same_comment() -> None:
    corrections = {
        "concern": Correction(0.5, -1.25, 0.3, -2.0, 0.61, Curve.from_rows([[0.2, 0.4, 1.0], [0.61, 0.8, 0.3]]))
    }
    text = written(corrections, head_of("# kept\n# too\n\n[concern]\nslope = 9.0\n"))
    assert text.startswith("# kept\n# too\n\n[concern]\n")
    assert read_corrections(text) == corrections
