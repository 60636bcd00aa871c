"""Sends alerts to the channels of the settings: not in quiet hours, again after a failure, and each of them once.

What is about to happen is stored before it happens. A program that is killed between giving an alert away and storing
the answer cannot know whether it arrived: such a delivery becomes `unclear` and is not repeated.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from typing import Final

from monitor.catalogues import Language
from monitor.clock import Clock
from monitor.collectors.http.address_guard import AddressPolicy
from monitor.collectors.http.outbound import OutboundPost
from monitor.errors import KiemtinError
from monitor.outbox.alert_wording import alert_line, alert_path, alert_title
from monitor.outbox.channels import AppriseChannel, Channel, Message, WebhookChannel
from monitor.outbox.quiet_hours import held_until
from monitor.outbox.webhook_signature import signing_secret
from monitor.outbox.webhooks import retry_at
from monitor.settings.settings import Settings
from storage.database import Database
from storage.models import Alert
from storage.outbox import alerts

LONGEST: Final = timedelta(minutes=10)
"""How long one attempt may take; then its program is taken for dead."""


@dataclass(frozen=True, slots=True)
class Sent:
    """How many alerts arrived, failed and are tried again, and failed for good."""

    arrived: int
    failed: int
    given_up: int


@asynccontextmanager
async def open_channels(settings: Settings, clock: Clock) -> AsyncIterator[dict[str, Channel]]:
    """Build the channels of the settings.

    Raises:
        NotReady: When the secret of one is missing or wrong, or Apprise is not installed.

    """
    addresses = AddressPolicy(settings.allow_addresses)
    agent = f"kiemtin/{version('kiemtin')}"
    async with OutboundPost(addresses, clock, settings.timeout_seconds, agent) as post:
        found: dict[str, Channel] = {}
        for channel in settings.alerts.channels:
            if channel.webhook:
                found[channel.name] = WebhookChannel(
                    channel.webhook, signing_secret(settings.secrets, channel.name), post, clock
                )
            else:
                secret = settings.secrets.get(channel.name)
                found[channel.name] = AppriseChannel(channel.name, secret.get_secret_value() if secret else "")
        yield found


class AlertSender:
    """Sends what is due.

    Args:
        database: Alerts and deliveries.
        clock: Tells the time.
        settings: Quiet hours, and where the desk is.
        channels: The channels by name.
        language: Of what is sent.

    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        settings: Settings,
        channels: Mapping[str, Channel],
        language: Language,
    ) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings
        self._channels = channels
        self._language = language

    async def run(self) -> Sent:
        """Send all that is due, unless the hours are quiet."""
        counts = {"arrived": 0, "failed": 0, "given_up": 0}
        await asyncio.to_thread(self._give_up)
        for name, channel in self._channels.items():
            while held_until(self._settings.alerts.quiet_hours, self._clock.now()) is None:
                taken = await asyncio.to_thread(self._take, name)
                if taken is None:
                    break
                delivery, attempts, message = taken
                counts[await self._send(channel, delivery, attempts, message)] += 1
        return Sent(**counts)

    async def test(self) -> dict[str, str]:
        """Send a test to every channel, also in quiet hours; returns what went wrong by name, empty if nothing did."""
        now = self._clock.now()
        title, line = alert_title(self._language), alert_line("test", {}, self._language)
        outcomes = {}
        for name, channel in self._channels.items():
            number = f"msg_{name}_test_{int(now.timestamp())}"
            message = Message(number=number, title=title, line=line, data={"kind": "test"})
            try:
                await channel.send(message)
            except KiemtinError as error:
                outcomes[name] = str(error)
            else:
                outcomes[name] = ""
        return outcomes

    def _give_up(self) -> None:
        with self._database.work() as session:
            alerts.give_up_unclear(session, self._clock.now())
            session.commit()

    def _take(self, name: str) -> tuple[int, int, Message] | None:
        now = self._clock.now()
        with self._database.work() as session:
            row = alerts.take_due(session, name, now, now + LONGEST)
            session.commit()
            return (row.id, row.attempts, self._message(name, row.alert)) if row is not None else None

    def _message(self, channel: str, alert: Alert) -> Message:
        title, line = alert_title(self._language), alert_line(alert.kind, alert.facts, self._language)
        link = f"{self._settings.desk_address}{alert_path(alert.kind, alert.facts)}"
        data = {"alert_id": alert.id, "kind": alert.kind, "raised_at": alert.raised_at.isoformat(), **alert.facts}
        return Message(number=f"msg_{channel}_alert_{alert.id}", title=title, line=f"{line}\n{link}", data=data)

    async def _send(self, channel: Channel, delivery: int, attempts: int, message: Message) -> str:
        try:
            await channel.send(message)
        except KiemtinError as failure:
            return await asyncio.to_thread(self._note_failure, delivery, attempts, str(failure))
        return await asyncio.to_thread(self._note_arrival, delivery)

    def _note_arrival(self, delivery: int) -> str:
        with self._database.work() as session:
            alerts.delivered(session, delivery, self._clock.now())
            session.commit()
        return "arrived"

    def _note_failure(self, delivery: int, attempts: int, error: str) -> str:
        again_at = retry_at(self._clock.now(), attempts)
        with self._database.work() as session:
            alerts.failed(session, delivery, error=error, again_at=again_at)
            session.commit()
        return "failed" if again_at else "given_up"
