"""Crawls ask hosts again at once: waiting between attempts is tested apart."""

from collections.abc import Iterator

import pytest
import stamina


@pytest.fixture(autouse=True)
def no_waits_between_attempts() -> Iterator[None]:
    with stamina.set_testing(True, attempts=1):
        yield
