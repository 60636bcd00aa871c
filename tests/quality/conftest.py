"""The default model, trained once for all tests of its quality (half a minute)."""

from pathlib import Path

import pytest

from classifiers.training.train import Trained
from tests.corpus import default_model as trained_default_model
from tests.quality.gate import Measured, measured, score_challenge_set


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave all of this folder to `make gate`."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.gate)


@pytest.fixture(scope="session")
def default_model(pytestconfig: pytest.Config) -> Trained:
    """Give what `kiemtin init` trains."""
    return trained_default_model(pytestconfig.cache.mkdir("default-models"))


@pytest.fixture(scope="session")
def found(default_model: Trained) -> Measured:
    """Measure it on posts that it did not see and on the challenge set."""
    return measured(default_model, score_challenge_set(default_model))
