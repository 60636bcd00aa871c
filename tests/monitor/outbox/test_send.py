"""Alerts arrive at a real mail server and a real web server, once, again after a failure, and not at night."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from pydantic import SecretStr
from sqlalchemy import select

from monitor.catalogues import language_of_screens
from monitor.errors import NotReady
from monitor.outbox.alert_wording import alert_line
from monitor.outbox.quiet_hours import held_until
from monitor.outbox.send import LONGEST, AlertSender, Sent, open_channels
from monitor.outbox.webhook_signature import signed
from monitor.settings.alerts import AlertChannel, AlertSettings
from monitor.settings.settings import Settings
from storage.database import Database
from storage.models import AlertDelivery
from storage.outbox import alerts
from tests.clock import FakeClock
from tests.monitor.outbox.test_webhooks import SECRET, Listener, listening

# One of Apprise's parts imports `imghdr`, which Python 3.13 has no more.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
VIETNAMESE = language_of_screens("vi")
FACTS = {"cluster": 12, "hours": 1, "posts": 23, "usual": 0.0}


@dataclass
class Postbox:
    """A mail server's handler: keeps what it takes, and refuses as often as it is told to."""

    refuse: int = 0
    taken: list[Any] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.refuse:
            self.refuse -= 1
            return "451 4.3.0 try again later"
        assert isinstance(envelope.content, bytes)
        self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"


@dataclass
class World:
    """Both receivers, and the settings that lead to them."""

    mail: Postbox
    web: Listener
    settings: Settings


@asynccontextmanager
async def receivers(home: Path, **changes: Any) -> AsyncIterator[World]:
    box = Postbox()
    mail = await asyncio.get_running_loop().create_server(lambda: SMTP(box), "127.0.0.1", 0)
    async with mail, listening() as web:
        port = mail.sockets[0].getsockname()[1]
        place = f"127.0.0.1:{web.port}"
        channels = (AlertChannel(name="mail"), AlertChannel(name="cases", webhook=f"http://{place}/alerts"))
        address = f"mailto://127.0.0.1:{port}?from=kiemtin@example.vn&to=ban@example.vn&mode=insecure"
        settings = Settings(
            home=home,
            allow_addresses=(place,),
            desk_url="https://kiemtin.example.vn",
            alerts=AlertSettings(channels=channels, **changes),
            secrets={"mail": SecretStr(address), "cases": SecretStr(SECRET)},
        )
        yield World(box, web, settings)


def raise_one(database: Database, clock: FakeClock, number: int = 12) -> None:
    with database.work() as session:
        facts = FACTS | {"cluster": number}
        alert = alerts.raise_once(session, f"cluster:{number}", facts, now=clock.now(), quiet=None)
        assert alert is not None
        alerts.send_to(session, alert, ["mail", "cases"], clock.now())
        session.commit()


async def send(database: Database, clock: FakeClock, settings: Settings) -> Sent:
    async with open_channels(settings, clock) as channels:
        return await AlertSender(database, clock, settings, channels, VIETNAMESE).run()


def states(database: Database) -> dict[str, str]:
    with database.work() as session:
        return {row.channel: row.state for row in session.scalars(select(AlertDelivery))}


async def test_an_alert_arrives_by_mail_and_as_a_signed_webhook_once(
    sqlite_database: Database, clock: FakeClock, tmp_path: Path
) -> None:
    async with receivers(tmp_path) as world:
        raise_one(sqlite_database, clock)
        assert await send(sqlite_database, clock, world.settings) == Sent(arrived=2, failed=0, given_up=0)
        assert await send(sqlite_database, clock, world.settings) == Sent(arrived=0, failed=0, given_up=0)
        (mail,), ((headers, body),) = world.mail.taken, world.web.received
    assert (mail["subject"], mail["to"]) == ("Cảnh báo của KiểmTin", "ban@example.vn")
    text = mail.get_body(("plain",)).get_content()
    assert alert_line("cluster", FACTS, VIETNAMESE) in " ".join(text.split())
    assert "https://kiemtin.example.vn/search?cluster=12" in text
    number = headers["webhook-id"]
    assert number == "msg_cases_alert_1"
    expected = signed(SECRET.encode(), number, clock.now(), body)["webhook-signature"]
    assert headers["webhook-signature"] == expected.lower(), "the listener lowers its headers"
    assert {**FACTS, "alert_id": 1, "kind": "cluster"}.items() <= json.loads(body)["data"].items()
    assert states(sqlite_database) == {"mail": "sent", "cases": "sent"}


async def test_what_was_refused_is_sent_again_and_arrives_once(
    sqlite_database: Database, clock: FakeClock, tmp_path: Path
) -> None:
    async with receivers(tmp_path) as world:
        world.mail.refuse, world.web.status = 1, 503
        raise_one(sqlite_database, clock)
        assert await send(sqlite_database, clock, world.settings) == Sent(arrived=0, failed=2, given_up=0)
        assert await send(sqlite_database, clock, world.settings) == Sent(arrived=0, failed=0, given_up=0), "not yet"
        world.web.status = 200
        clock.advance(timedelta(minutes=1))
        assert await send(sqlite_database, clock, world.settings) == Sent(arrived=2, failed=0, given_up=0)
        clock.advance(timedelta(days=1))
        assert await send(sqlite_database, clock, world.settings) == Sent(arrived=0, failed=0, given_up=0)
        assert len(world.mail.taken) == 1
        assert [headers["webhook-id"] for headers, _ in world.web.received] == ["msg_cases_alert_1"] * 2


async def test_in_quiet_hours_alerts_wait(sqlite_database: Database, clock: FakeClock, tmp_path: Path) -> None:
    async with receivers(tmp_path) as world:
        clock.advance(timedelta(hours=14))  # nine in the morning, and fourteen hours more: 23:00
        for number in (12, 13):
            raise_one(sqlite_database, clock, number)
        assert await send(sqlite_database, clock, world.settings) == Sent(arrived=0, failed=0, given_up=0)
        clock.advance(timedelta(hours=7))
        assert await send(sqlite_database, clock, world.settings) == Sent(arrived=4, failed=0, given_up=0)
        assert len(world.mail.taken) == len(world.web.received) == 2


async def test_a_program_that_dies_while_it_sends_repeats_nothing(
    sqlite_database: Database, clock: FakeClock, tmp_path: Path
) -> None:
    async with receivers(tmp_path) as world:
        raise_one(sqlite_database, clock)
        with sqlite_database.work() as session:
            assert alerts.take_due(session, "mail", clock.now(), clock.now() + LONGEST) is not None
            session.commit()
        assert (await send(sqlite_database, clock, world.settings)).arrived == 1, "the webhook"
        clock.advance(timedelta(minutes=11))
        await send(sqlite_database, clock, world.settings)
        assert world.mail.taken == []
        assert states(sqlite_database) == {"mail": "unclear", "cases": "sent"}


async def test_a_test_is_sent_also_at_night_and_says_what_went_wrong(
    sqlite_database: Database, clock: FakeClock, tmp_path: Path
) -> None:
    async with receivers(tmp_path) as world:
        clock.advance(timedelta(hours=15))
        world.web.status = 500
        async with open_channels(world.settings, clock) as channels:
            sender = AlertSender(sqlite_database, clock, world.settings, channels, VIETNAMESE)
            assert await sender.test() == {"mail": "", "cases": "it answers 500"}
        assert len(world.mail.taken) == 1


@pytest.mark.parametrize("address", ["", "no-such-service://x", "mailto:"])
async def test_a_channel_without_a_right_secret_names_itself(clock: FakeClock, tmp_path: Path, address: str) -> None:
    given = AlertSettings(channels=(AlertChannel(name="ban"),))
    settings = Settings(home=tmp_path, alerts=given, secrets={"ban": SecretStr(address)} if address else {})
    with pytest.raises(NotReady, match="the secret ban is no Apprise address"):
        async with open_channels(settings, clock):
            pass


@pytest.mark.parametrize(
    ("hours", "local", "until"),
    [
        ("22:00-06:00", "2026-11-16T21:59", None),
        ("22:00-06:00", "2026-11-16T22:00", "2026-11-17T06:00"),
        ("22:00-06:00", "2026-11-17T05:59", "2026-11-17T06:00"),
        ("22:00-06:00", "2026-11-17T06:00", None),
        ("12:00-13:30", "2026-11-16T13:00", "2026-11-16T13:30"),
        ("12:00-13:30", "2026-11-16T14:00", None),
        ("", "2026-11-16T23:00", None),
    ],
)
def test_quiet_hours_are_those_of_viet_nam(hours: str, local: str, until: str | None) -> None:
    def utc(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=UTC) - timedelta(hours=7)

    assert held_until(hours, utc(local)) == (utc(until) if until else None)
