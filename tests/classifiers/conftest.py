"""One small model for all tests of the classifiers: a twelfth of the project's corpus, learnt once."""

from collections.abc import Sequence

import pytest

from classifiers.data.datasets import Example
from classifiers.text.segment import Segmenter
from classifiers.training.train import Trained, Trainer
from tests.corpus import corpus


@pytest.fixture(scope="session")
def segmenter() -> Segmenter:
    """Share one segmenter, so that its model is loaded once."""
    return Segmenter()


@pytest.fixture(scope="session")
def examples() -> Sequence[Example]:
    """Give every twenty-fourth post of the corpus."""
    return corpus()[::24]


@pytest.fixture(scope="session")
def trained(examples: Sequence[Example], segmenter: Segmenter) -> Trained:
    """Train on them."""
    return Trainer(segmenter).fit(examples)
