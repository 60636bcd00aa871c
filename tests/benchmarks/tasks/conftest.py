"""One segmenter for all tests of the tasks, so that its model is loaded once."""

import pytest

from classifiers.text.segment import Segmenter


@pytest.fixture(scope="session")
def segmenter() -> Segmenter:
    """Share a segmenter."""
    return Segmenter()
