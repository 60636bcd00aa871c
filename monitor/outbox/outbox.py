"""The outbox: sends reports, alerts and decisions to the channels of the settings, again after a failure.

What is about to happen is stored before it happens. A program that is killed before it gives something away tries
again. One that is killed between giving it away and storing the answer cannot know whether it arrived: a report or an
alert then becomes `unclear`, is not repeated by itself, and a person may have it sent again. A decision is repeated,
since none may be lost, and its receiver knows it by its key.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from monitor.clock import VIETNAM, Clock
from monitor.collectors.http.address_guard import AddressPolicy
from monitor.collectors.http.outbound import OutboundPost
from monitor.errors import NoAnswer, NotReady, SendFailed, SendRefused
from monitor.outbox.channels import AppriseChannel, Channel, FolderChannel
from monitor.outbox.mail import MailChannel
from monitor.outbox.messages import Messages
from monitor.outbox.webhook import WebhookChannel, signing_secret
from monitor.settings.channels import ChannelSettings, mail_server
from monitor.settings.settings import Settings
from storage.database import Database
from storage.models import Alert, Delivery, Report
from storage.outbox import deliveries
from storage.outbox.deliveries import ALERT, DECISION, FAILED, HANDED, REPORT, SENT, WAITING

MAIL_SECRET = "mail-server"  # noqa: S105  the name of a secret, not the secret
"""The name of the mail server's password among the secrets."""
LONGEST: Final = timedelta(minutes=10)
"""How long one attempt may take; then its program is taken for dead."""
FIRST_RETRY: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=6)
MOST_ATTEMPTS: Final = 15  # about two days
KEPT: Final = timedelta(days=30)
"""How long it stays known what became of a decision."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one delivery: what was sent, by which channel, and its state with the reason."""

    kind: str
    subject_id: int
    channel: str
    state: str
    error: str = ""


class Outbox:
    """Takes what is to be sent, and sends what is due.

    Args:
        database: Reports, alerts, decisions and their deliveries.
        settings: The channels, quiet hours and secrets.
        clock: Tells the time.

    """

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._messages = Messages(settings)

    def targets(self, kind: str) -> dict[str, str]:
        """Return to which channels a kind of delivery is sent, with where each leads."""
        return {each.name: each.target for each in self._settings.channels if f"{kind}s" in each.what}

    def put(self, session: Session, kind: str, subject_id: int) -> None:
        """Have a report or an alert sent, in the unit of work that stores it."""
        deliveries.put(session, kind, subject_id, self.targets(kind), self._clock.now())

    async def send_due(self) -> list[Outcome]:
        """Send all that is due, each channel by itself, so that a silent one holds up no other."""
        given_up = await asyncio.to_thread(self._prepare)
        async with self._post() as post:
            sending = (self._send_by(channel, post) for channel in self._settings.channels)
            sent = await asyncio.gather(*sending, return_exceptions=True)
        for outcomes in sent:  # an error of the database in one of them lets the others end
            if isinstance(outcomes, BaseException):
                raise outcomes
            given_up += outcomes
        return given_up

    async def test(self) -> dict[str, str]:
        """Send a test to every channel, also in quiet hours; returns what went wrong by name, empty if nothing did."""
        outcomes = {}
        async with self._post() as post:
            for settings in self._settings.channels:
                try:
                    channel = open_channel(settings, self._settings, self._clock, post)
                    await channel.send(self._messages.test(settings.name, self._clock.now()), lambda: None)
                except (NotReady, SendFailed) as error:
                    outcomes[settings.name] = str(error)
                else:
                    outcomes[settings.name] = ""
        return outcomes

    async def check(self) -> None:
        """Open every channel, and send nothing.

        Raises:
            NotReady: When the secret of one is missing or wrong, or Apprise is not installed.

        """
        async with self._post() as post:
            for channel in self._settings.channels:
                open_channel(channel, self._settings, self._clock, post)

    def _post(self) -> OutboundPost:
        addresses, agent = AddressPolicy(self._settings.allow_addresses), f"kiemtin/{version('kiemtin')}"
        return OutboundPost(addresses, self._clock, self._settings.timeout_seconds, agent)

    def _prepare(self) -> list[Outcome]:
        now = self._clock.now()
        with self._database.changes() as session:
            for channel, target in self.targets(DECISION).items():
                deliveries.put_decisions(session, channel, target, now)
                deliveries.delete_old_decisions(session, channel, now - KEPT)
            given_up = deliveries.give_up(session, [each.name for each in self._settings.channels], now)
            return [_outcome(each, each.state, each.error) for each in given_up]

    async def _send_by(self, settings: ChannelSettings, post: OutboundPost) -> list[Outcome]:
        try:
            channel = open_channel(settings, self._settings, self._clock, post)
        except NotReady as error:  # what waits for it goes on waiting, without counting as an attempt
            return [Outcome("", 0, settings.name, WAITING, str(error))]
        outcomes = []
        while (taken := await asyncio.to_thread(self._take, settings.name)) is not None:
            outcome, answers = await self._send(channel, settings.target, *taken)
            outcomes.append(outcome)
            if not answers:  # who does not answer is asked once a run
                break
        return outcomes

    def _take(self, channel: str) -> tuple[Delivery, Report | Alert | None] | None:
        now = self._clock.now()
        kinds = (REPORT, DECISION) if is_quiet(self._settings.quiet_hours, now) else (REPORT, DECISION, ALERT)
        with self._database.work() as session:
            delivery = deliveries.take(session, channel, kinds, now, now + LONGEST)
            session.commit()
            if delivery is None:
                return None
            subject: Report | Alert | None = None
            if delivery.kind == REPORT:
                subject = session.get(Report, delivery.subject_id)
            elif delivery.kind == ALERT:
                subject = session.get(Alert, delivery.subject_id)
            return delivery, subject

    async def _send(
        self, channel: Channel, target: str, delivery: Delivery, subject: Report | Alert | None
    ) -> tuple[Outcome, bool]:
        """Send a delivery; returns what became of it, and whether there was an answer."""
        handed = False

        def hand_over() -> None:
            nonlocal handed
            if delivery.kind != DECISION:
                self._hand_over(delivery)
                handed = True

        try:
            message = await asyncio.to_thread(self._messages.of, delivery, subject)
            await channel.send(message, hand_over)
        except NoAnswer as error:
            if handed:
                return _outcome(delivery, HANDED, str(error)), False
            return await asyncio.to_thread(self._note_failure, delivery, error), False
        except SendFailed as error:
            return await asyncio.to_thread(self._note_failure, delivery, error), True
        return await asyncio.to_thread(self._note_arrival, delivery, target), True

    def _hand_over(self, delivery: Delivery) -> None:
        with self._database.changes() as session:
            if not deliveries.hand_over(session, delivery.id, self._clock.now() + LONGEST):
                raise SendRefused("it was withdrawn meanwhile")

    def _note_arrival(self, delivery: Delivery, target: str) -> Outcome:
        with self._database.changes() as session:
            deliveries.arrived(session, delivery.id, target, self._clock.now())
        return _outcome(delivery, SENT)

    def _note_failure(self, delivery: Delivery, error: SendFailed) -> Outcome:
        again_at = None if isinstance(error, SendRefused) else retry_at(self._clock.now(), delivery.attempts)
        with self._database.changes() as session:
            deliveries.failed(session, delivery.id, error=str(error), again_at=again_at)
        return _outcome(delivery, WAITING if again_at else FAILED, str(error))


def _outcome(delivery: Delivery, state: str, error: str = "") -> Outcome:
    return Outcome(delivery.kind, delivery.subject_id, delivery.channel, state, error)


_COUNTED: Final = {REPORT: "reports: {count}", ALERT: "alerts: {count}", DECISION: "decisions: {count}", "": ""}
_TOLD: Final = {
    SENT: "{what}, sent by {channel}",
    WAITING: "{what}, not sent by {channel} yet",
    HANDED: "{what}, without an answer by {channel}",
    FAILED: "{what}, not sent by {channel}: it failed",
    "": "{channel} is not ready",
}


def summary(outcomes: Sequence[Outcome]) -> str:
    """Say in a line what was sent; empty when nothing was due."""
    counts = Counter((each.kind, each.channel, each.state) for each in outcomes)
    errors = {(each.kind, each.channel, each.state): each.error for each in outcomes}
    lines = []
    for (kind, channel, state), count in counts.items():
        error = errors[kind, channel, state]
        line = _TOLD[state if kind else ""].format(what=_COUNTED[kind].format(count=count), channel=channel)
        lines.append(f"{line} ({error})" if error else line)
    return "; ".join(lines)


def retry_at(now: datetime, attempts: int) -> datetime | None:
    """Return when to try again after so many attempts: waits double up to six hours; None: no more."""
    if attempts >= MOST_ATTEMPTS:
        return None
    return now + min(FIRST_RETRY * 2.0 ** (attempts - 1), LONGEST_WAIT)


def is_quiet(quiet_hours: str, now: datetime) -> bool:
    """Tell whether a time lies in the quiet hours, which are as `22:00-06:00` in Viet Nam; empty: there are none."""
    if not quiet_hours:
        return False
    begin, end = (time.fromisoformat(part) for part in quiet_hours.split("-"))
    local = now.astimezone(VIETNAM).time()
    return begin <= local < end if begin <= end else local >= begin or local < end


def open_channel(channel: ChannelSettings, settings: Settings, clock: Clock, post: OutboundPost) -> Channel:
    """Build a channel of the settings.

    Raises:
        NotReady: When its secret is missing or wrong, or Apprise is not installed.

    """
    secret = settings.secrets.get(channel.name)
    text = secret.get_secret_value() if secret else ""
    if channel.kind == "webhook":
        return WebhookChannel(channel.to[0], signing_secret(channel.name, text), post, clock)
    if channel.kind == "folder":
        return FolderChannel(Path(channel.to[0]))
    if channel.kind == "apprise":
        return AppriseChannel(channel.name, text)
    password = settings.secrets.get(MAIL_SECRET)
    server = mail_server(settings.mail_server)
    return MailChannel(server, password.get_secret_value() if password else "", settings.mail_sender, channel.to)
