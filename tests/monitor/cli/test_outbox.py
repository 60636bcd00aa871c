"""`kiemtin outbox`: looks once, tells once, says how it goes, and tries the channels."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from storage.models import Cluster
from tests.factories import add_post, add_source
from tests.monitor.cli.command import Command

# One of Apprise's parts imports `imghdr`, which Python 3.13 has no more.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
NOW = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)


@pytest.fixture
def spreading(kiemtin: Command) -> None:
    """Store a text of which twelve copies came within an hour."""
    with kiemtin.rows() as session:
        source, cluster = add_source(session), Cluster(created_at=NOW)
        session.add(cluster)
        session.flush()
        for number in range(12):
            at = NOW - timedelta(minutes=4 * number + 1)
            add_post(session, source, str(number), published_at=at, collected_at=at).cluster_id = cluster.id


@pytest.mark.usefixtures("spreading")
def test_what_is_out_of_its_usual_range_is_told_once(kiemtin: Command) -> None:
    with time_machine.travel(NOW, tick=True):
        found = kiemtin.well("outbox", "send", "--json").data
        facts = {"kind": "cluster", "cluster": 1, "hours": 1, "posts": 12, "usual": 0.0}
        assert (found["deliveries"], len(found["alerts"])) == ([], 1)
        assert facts.items() <= found["alerts"][0].items()
        assert "Nothing was due." in kiemtin.well("outbox", "send").out
        assert "A text spreads fast: 12 copies within 1 h" in kiemtin.well("outbox", "list").out


@pytest.mark.usefixtures("spreading")
def test_what_was_sent_is_listed_by_channel(kiemtin: Command) -> None:
    hook = {"name": "hook", "what": ["alerts"], "to": "http://127.0.0.1:9/x"}
    kiemtin.set(channels=json.dumps([hook]))
    kiemtin.set(secrets=json.dumps({"hook": "a secret of at least 24 bytes"}))
    with time_machine.travel(NOW, tick=True):
        waiting = "alerts: 1, not sent by hook yet (the webhook on 127.0.0.1 gives no answer"
        assert waiting in kiemtin.well("outbox", "send").out
        assert "hook (alerts): 1 waiting" in kiemtin.well("outbox", "list").out
        listed = kiemtin.well("outbox", "list", "--json").data
    assert listed["channels"] == [{**hook, "deliveries": {"waiting": 1}}]
    assert (listed["not_delivered"], len(listed["alerts"])) == ([], 1)


def test_a_report_that_is_late_is_told_of(kiemtin: Command) -> None:
    with kiemtin.rows() as session:
        at = NOW - timedelta(days=3)
        add_post(session, add_source(session), "1", published_at=at, collected_at=at)
    with time_machine.travel(NOW - timedelta(minutes=1), tick=False):  # Monday, 08:59
        assert "Nothing was due." in kiemtin.well("outbox", "send").out
    with time_machine.travel(NOW, tick=False):
        assert "The report of 2026-W46 is due and was not written." in kiemtin.well("outbox", "send").out
        assert "Nothing was due." in kiemtin.well("outbox", "send").out


def test_a_test_needs_a_channel(kiemtin: Command) -> None:
    assert "There are no channels" in kiemtin.well("outbox", "list").out
    kiemtin.fails("[[channels]]", "outbox", "test", status=2)


def test_every_channel_is_tried_and_one_without_its_secret_is_named(kiemtin: Command) -> None:
    channels = [
        {"name": "truc-ban", "what": ["alerts"]},
        {"name": "hook", "what": ["decisions"], "to": "https://e.vn/x"},
        {"name": "o-chung", "what": ["reports"], "to": str(kiemtin.home / "drive")},
    ]
    kiemtin.set(channels=json.dumps(channels))
    out = kiemtin.fails("no test arrived by truc-ban, hook", "outbox", "test").out
    assert "truc-ban: the secret truc-ban is no Apprise address" in out
    assert "hook: the webhook hook needs a secret" in out
    assert "o-chung: sent" in out
    assert [path.name for path in (kiemtin.home / "drive").iterdir()] == ["kiemtin-test.txt"]
