"""The week that the tests of summaries share."""

from pathlib import Path

import pytest

from monitor.reports.figures import ReportFigures
from storage.database import Database
from tests.monitor.reports.sample_week import gathered


@pytest.fixture(scope="session")
def figures(week_template: Path) -> ReportFigures:
    """Gather the figures of that week after its end."""
    with Database(f"sqlite:///{week_template}") as database:
        return gathered(database)


@pytest.fixture
def nothing(sqlite_database: Database) -> ReportFigures:
    """Gather the figures of a week without posts, sources or models."""
    return gathered(sqlite_database)
