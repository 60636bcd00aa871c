"""`kiemtin alerts`: looks once, tells once, and tries the channels."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from storage.database import Database
from storage.models import Cluster
from tests.factories import add_post, add_source
from tests.monitor.cli.command import Command

# One of Apprise's parts imports `imghdr`, which Python 3.13 has no more.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
NOW = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)


@pytest.fixture
def spreading(home: Path) -> None:
    """Store a text of which twelve copies came within an hour."""
    with Database(f"sqlite:///{home / 'kiemtin.db'}") as database, database.work() as session:
        source, cluster = add_source(session), Cluster(created_at=NOW)
        session.add(cluster)
        session.flush()
        for number in range(12):
            at = NOW - timedelta(minutes=4 * number + 1)
            add_post(session, source, str(number), published_at=at, collected_at=at).cluster_id = cluster.id
        session.commit()


@pytest.mark.usefixtures("spreading")
def test_what_is_out_of_its_usual_range_is_told_once(kiemtin: Command) -> None:
    with time_machine.travel(NOW, tick=True):
        found = kiemtin.well("alerts", "--json").data
        facts = {"kind": "cluster", "cluster": 1, "hours": 1, "posts": 12, "usual": 0.0}
        assert (found["sent"], found["failed"], len(found["raised"])) == (0, 0, 1)
        assert facts.items() <= found["raised"][0].items()
        assert "0 alerts raised, nothing to send." in kiemtin.well("alerts").out
        assert "A text spreads fast: 12 copies within 1 h" in kiemtin.well("alerts", "list").out


def test_a_report_that_is_late_is_told_of(kiemtin: Command, home: Path) -> None:
    with Database(f"sqlite:///{home / 'kiemtin.db'}") as database, database.work() as session:
        at = NOW - timedelta(days=3)
        add_post(session, add_source(session), "1", published_at=at, collected_at=at)
        session.commit()
    with time_machine.travel(NOW - timedelta(minutes=1), tick=False):  # Monday, 08:59
        assert "0 alerts raised" in kiemtin.well("alerts").out
    with time_machine.travel(NOW, tick=False):
        assert "The report of 2026-W46 is due and was not written." in kiemtin.well("alerts").out
        assert "0 alerts raised" in kiemtin.well("alerts").out


def test_a_test_needs_a_channel(kiemtin: Command, home: Path) -> None:
    answer = kiemtin("alerts", "test")
    assert (answer.status, "[[alerts.channels]]" in answer.complaint) == (2, True)


def test_a_channel_without_its_secret_is_named(kiemtin: Command, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIEMTIN_ALERTS", '{"channels": [{"name": "truc-ban"}]}')
    answer = kiemtin("alerts", "test")
    assert (answer.status, "the secret truc-ban is no Apprise address" in answer.complaint) == (1, True)
    monkeypatch.setenv("KIEMTIN_ALERTS", '{"channels": [{"name": "hook", "webhook": "https://e.vn/x"}]}')
    assert "the webhook hook needs a secret" in kiemtin("alerts", "test").complaint
