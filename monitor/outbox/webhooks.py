"""Webhooks: each decision is sent to the addresses of the settings, signed, and again where it did not arrive.

Number, label and decision are sent, and never a text of a post, a note, or a person.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Any, Final

from monitor.clock import Clock
from monitor.collectors.http.address_guard import AddressPolicy
from monitor.collectors.http.outbound import OutboundPost
from monitor.errors import KiemtinError
from monitor.outbox.webhook_signature import signed, signing_secret
from monitor.settings.settings import Settings
from storage.database import Database
from storage.outbox import webhooks

LEASE: Final = timedelta(minutes=5)  # longer than any request takes
FIRST_RETRY: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=6)
MOST_ATTEMPTS: Final = 15  # about two days
KEPT: Final = timedelta(days=30)
_AT_ONCE: Final = 500  # decisions of one unit of work
ARRIVED: Final = range(200, 300)


@dataclass(frozen=True, slots=True)
class Webhook:
    """One address that is told of decisions.

    Args:
        name: Its name in the settings.
        url: Where it listens.
        secret: Signs what is sent.

    """

    name: str
    url: str
    secret: bytes


@dataclass(frozen=True, slots=True)
class Sent:
    """How many deliveries arrived, failed and are tried again, and were given up."""

    arrived: int
    failed: int
    given_up: int


class WebhookSender:
    """Makes deliveries of new decisions and sends those that are due.

    Args:
        database: Decisions and deliveries.
        clock: Tells the time.
        targets: Whom to tell.
        post: Sends a request.

    """

    def __init__(self, database: Database, clock: Clock, targets: Sequence[Webhook], post: OutboundPost) -> None:
        self._database = database
        self._clock = clock
        self._targets = {target.name: target for target in targets}
        self._post = post

    async def run(self) -> Sent:
        """Send all that is due. A program that dies between an answer and its note sends the same number again."""
        await asyncio.to_thread(self._enqueue)
        counts = {"arrived": 0, "failed": 0, "given_up": 0}
        # Who does not answer is asked once a run: else every decision waits for the time that one request may take.
        answering = set(self._targets)
        while answering and (taken := await asyncio.to_thread(self._take, sorted(answering))) is not None:
            number, name, body, attempts = taken
            outcome, answers = await self._deliver(number, self._targets[name], body, attempts)
            counts[outcome] += 1
            if not answers:
                answering.remove(name)
        return Sent(**counts)

    def _enqueue(self) -> None:
        now = self._clock.now()
        with self._database.work() as session:
            for name in self._targets:
                while webhooks.enqueue(session, name, now, _AT_ONCE) == _AT_ONCE:
                    session.commit()
            webhooks.delete_old(session, now - KEPT)
            session.commit()

    def _take(self, names: Sequence[str]) -> tuple[int, str, dict[str, Any], int] | None:
        now = self._clock.now()
        with self._database.work() as session:
            row = webhooks.take_next(session, names, now, now + LEASE)
            session.commit()
            return (row.id, row.target, row.body, row.attempts) if row is not None else None

    async def _deliver(self, number: int, target: Webhook, body: Mapping[str, Any], attempts: int) -> tuple[str, bool]:
        """Send a delivery; returns what became of it, and whether there was an answer."""
        answers = True
        content = json.dumps(body, separators=(",", ":")).encode("ascii")
        message_id = f"msg_{target.name}_{number}"
        try:
            headers = signed(target.secret, message_id, self._clock.now(), content)
            status = await self._post.send(target.url, headers, content)
            error = "" if status in ARRIVED else f"it answers {status}"
        except KiemtinError as failure:
            error, answers = str(failure), False
        return await asyncio.to_thread(self._note, number, error, attempts + 1), answers

    def _note(self, number: int, error: str, attempts: int) -> str:
        now = self._clock.now()
        with self._database.work() as session:
            if not error:
                webhooks.delivered(session, number, now)
                outcome = "arrived"
            else:
                due = retry_at(now, attempts)
                webhooks.failed(session, number, error, due)
                outcome = "failed" if due else "given_up"
            session.commit()
        return outcome


async def send_due(database: Database, clock: Clock, settings: Settings) -> str:
    """Send what is due to the webhooks of the settings.

    Returns:
        A line on what was sent; empty when nothing was due.

    Raises:
        NotReady: When a webhook has no secret, or too short a one.

    """
    targets = [Webhook(one.name, one.url, signing_secret(settings.secrets, one.name)) for one in settings.webhooks]
    if not targets:
        return ""
    addresses = AddressPolicy(settings.allow_addresses)
    agent = f"kiemtin/{version('kiemtin')}"
    async with OutboundPost(addresses, clock, settings.timeout_seconds, agent) as post:
        sent = await WebhookSender(database, clock, targets, post).run()
    counts = {"arrived": sent.arrived, "failed, tried again later": sent.failed, "given up": sent.given_up}
    return ", ".join(f"{count} {said}" for said, count in counts.items() if count)


def retry_at(now: datetime, attempts: int) -> datetime | None:
    """Return when to try again after so many attempts: waits double up to six hours; None: no more."""
    if attempts >= MOST_ATTEMPTS:
        return None
    return now + min(FIRST_RETRY * 2.0 ** (attempts - 1), LONGEST_WAIT)
