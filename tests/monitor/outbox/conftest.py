"""An outbox whose channels are a mail server and a web server on loopback, and a folder."""

import asyncio
import email
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.outbox.outbox import Outbox
from monitor.settings.channels import ChannelSettings
from monitor.settings.settings import Settings
from storage.database import Database, added
from storage.models import Delivery, Report
from storage.outbox import alerts, reports
from storage.review import flags
from tests.clock import FakeClock
from tests.factories import add_flag, add_post, add_source, add_user, decide
from tests.monitor.outbox.receivers import MailServer, Webhook, listening

SECRET = "a secret of at least 24 bytes"
FACTS = {"cluster": 12, "hours": 1, "posts": 23, "usual": 0.0}
FILES = ("bao-cao-2026-W47.html", "bao-cao-2026-W47.csv", "bao-cao-2026-W47-che-ten.html")


@dataclass
class World:
    """What is sent from where to where: `mail`, `hook` and `drive` are the names of the channels."""

    database: Database
    clock: FakeClock
    settings: Settings
    mails: MailServer
    hook: Webhook
    flags: list[int] = field(default_factory=list)

    @property
    def outbox(self) -> Outbox:
        return Outbox(self.database, self.settings, self.clock)

    def set(self, **changes: Any) -> None:
        self.settings = self.settings.model_copy(update=changes)

    def send(self) -> list[tuple[str, str, str]]:
        return [(each.kind, each.channel, each.state) for each in asyncio.run(self.outbox.send_due())]

    def put_report(self) -> int:
        """Store a report and its files, and have it sent; gives its number."""
        self.settings.reports_dir.mkdir(exist_ok=True)
        for name in FILES:
            (self.settings.reports_dir / name).write_text(name, encoding="utf-8")
        with self.database.changes() as session:
            issued = {"schema_version": 4, "figures": {}, "files": FILES, "created_at": self.clock.now()}
            report = added(session, Report(period="2026-W47", **issued))
            self.outbox.put(session, "report", report.id)
            return report.id

    def put_alert(self, cluster: int = 12) -> int:
        """Raise an alert and have it sent; gives its number."""
        with self.database.changes() as session:
            facts = FACTS | {"cluster": cluster}
            alert = alerts.raise_once(session, f"cluster:{cluster}", facts, now=self.clock.now(), quiet=None)
            self.outbox.put(session, "alert", alert.id)
            return alert.id

    def put_decision(self, number: int = 0) -> None:
        """Decide a flag, once the channels of decisions are known."""
        self.send()
        self.decide(number)

    def decide(self, number: int) -> None:
        with self.database.changes() as session:
            if not self.flags:
                add_user(session, "lan")
                source = add_source(session)
                self.flags = [add_flag(session, add_post(session, source, str(n)), "negative").id for n in range(3)]
            decide(session, flags.by_id(session, self.flags[number]), note="chị Lan kể", now=self.clock.now())

    def put(self, kind: str) -> None:
        {"report": self.put_report, "alert": self.put_alert, "decision": self.put_decision}[kind]()

    def states(self) -> dict[tuple[str, str], str]:
        with self.database.work() as session:
            rows = session.scalars(select(Delivery).where(Delivery.state != "skipped").order_by(Delivery.id))
            return {(row.kind, row.channel): row.state for row in rows}

    def read_mail(self, number: int = 0) -> EmailMessage:
        content = self.mails.messages[number].removesuffix(b".\r\n")
        return email.message_from_bytes(content, EmailMessage, policy=default)


def withdraw(session: Session, number: int, clock: FakeClock) -> None:
    reports.withdraw(session, session.get_one(Report, number), why="sai", now=clock.now())


@pytest.fixture
def mails() -> Iterator[MailServer]:
    with listening(MailServer()) as server:
        yield server


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with listening(Webhook()) as server:
        yield server


def settings_for(home: Path, mails: MailServer, hook: Webhook) -> Settings:
    return Settings(
        home=home,
        allow_addresses=(hook.place,),
        desk_url="https://kiemtin.example.vn",
        mail_server=f"smtp://127.0.0.1:{mails.port}",
        mail_sender="Ban Tuyên giáo <ban@nampha.example.vn>",
        channels=(
            ChannelSettings(name="mail", what=("reports", "alerts"), to=("van-thu@nampha.example.vn",)),
            ChannelSettings(name="hook", what=("reports", "alerts", "decisions"), to=(hook.address,)),
            ChannelSettings(name="drive", what=("reports",), to=(str(home / "drive"),)),
        ),
        secrets={"hook": SecretStr(SECRET)},
    )


@pytest.fixture
def world(sqlite_database: Database, clock: FakeClock, tmp_path: Path, mails: MailServer, hook: Webhook) -> World:
    return World(sqlite_database, clock, settings_for(tmp_path, mails, hook), mails, hook)


@pytest.fixture
def either(database: Database, clock: FakeClock, tmp_path: Path, mails: MailServer, hook: Webhook) -> World:
    """Give the world on SQLite and on PostgreSQL."""
    return World(database, clock, settings_for(tmp_path, mails, hook), mails, hook)
