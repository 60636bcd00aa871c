"""The week that the tests of summaries share."""

import pytest

from monitor.reports.figures import ReportFigures
from storage.database import Database
from tests.monitor.reports.sample_week import gathered


@pytest.fixture
def figures(full_week: Database) -> ReportFigures:
    """Gather the figures of that week after its end."""
    return gathered(full_week)


@pytest.fixture
def nothing(sqlite_database: Database) -> ReportFigures:
    """Gather the figures of a week without posts, sources or models."""
    return gathered(sqlite_database)
