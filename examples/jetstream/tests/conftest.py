"""The fixtures of the program's own tests that those of this plug-in use, and the plug-in made known."""

from pathlib import Path

import pytest

from tests import JETSTREAM
from tests.conftest import clock, sqlite_database, sqlite_template
from tests.monitor.collectors.conftest import client, open_client
from tests.monitor.collectors.installing import install_example
from tests.monitor.conftest import install, no_waits_between_attempts
from tests.monitor.crawl.conftest import world

__all__ = [
    "client",
    "clock",
    "install",
    "no_waits_between_attempts",
    "open_client",
    "sqlite_database",
    "sqlite_template",
    "world",
]


@pytest.fixture
def jetstream(install: Path) -> str:
    """Make the plug-in for Bluesky's stream known, and give its kind."""
    install_example(install, JETSTREAM)
    return "jetstream"
