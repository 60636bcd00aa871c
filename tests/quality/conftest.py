"""The default model of the distribution, and one of the project's posts alone, trained once (half a minute)."""

from pathlib import Path

import pytest

from classifiers.persistence import DEFAULT_FOLDER, Loaded, load
from classifiers.text.segment import Segmenter
from tests.corpus import own_posts_model
from tests.quality.gate import Measured, measured, score_challenge_set


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave all of this folder to `make gate`."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.gate)


@pytest.fixture(scope="session")
def default_model() -> Loaded:
    """Give the model that `kiemtin init` copies."""
    return load(DEFAULT_FOLDER, Segmenter())


@pytest.fixture(scope="session")
def found(default_model: Loaded, pytestconfig: pytest.Config) -> Measured:
    """Measure both: one on posts that it did not see, the other on the challenge set."""
    own = own_posts_model(pytestconfig.cache.mkdir("default-models"))
    return measured(own, default_model, score_challenge_set(default_model))
