"""The default model, trained once for all tests of its quality (half a minute)."""

import pytest

from classifiers.data.datasets import read_corpus
from classifiers.text.segment import Segmenter
from classifiers.training.train import Trained, train
from tests.quality.gate import Measured, measured, score_challenge_set


@pytest.fixture(scope="session")
def default_model() -> Trained:
    """Train what `kiemtin init` trains."""
    return train(read_corpus(), Segmenter())


@pytest.fixture(scope="session")
def found(default_model: Trained) -> Measured:
    """Measure it on posts that it did not see and on the challenge set."""
    return measured(default_model, score_challenge_set(default_model))
