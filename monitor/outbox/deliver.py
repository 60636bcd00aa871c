"""Sends reports to where the settings say, and never twice.

What is about to happen is stored before it happens. A program that is killed before it gives a report away tries again;
one that is killed between giving it away and storing the answer cannot know whether it arrived: such a delivery becomes
`unclear`, is not repeated by itself, and a person may have it sent again. Copies into a folder may be repeated at will.
"""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from monitor.clock import Clock
from monitor.errors import NotReady, ReportFailed
from monitor.outbox.mail import send_mail
from monitor.outbox.parcel import Channel, HandOver, Parcel, Refused
from monitor.outbox.webhook import Post, post_report
from monitor.outbox.webhook_signature import signing_secret
from monitor.reports.report_files import MASKS, write_all
from monitor.settings.settings import Settings
from storage.database import Database
from storage.models import Delivery, Report
from storage.outbox import deliveries, reports

WAITS: Final = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 60, 240, 720, 1440))
"""How long is waited after each failure; after the last one it is not tried again by itself."""
MAIL_SECRET: Final = "report-mail"  # noqa: S105  the name of a secret, not the secret
"""The name of the mail server's password among the secrets."""
WEBHOOK_SECRET: Final = "report-webhook"  # noqa: S105  the name of a secret, not the secret
"""The name of what signs reports that are posted."""
LONGEST: Final = timedelta(minutes=10)
"""How long one attempt may take; then its program is taken for dead."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one delivery: its report's period, where it went, and its state with the reason."""

    period: str
    channel: str
    target: str
    state: str
    error: str


class ReportDelivery:
    """Sends what is due.

    Args:
        database: Reports and deliveries.
        settings: Where reports are sent, where their files lie, and the secrets of mail and webhook.
        clock: Tells the time.
        post: Sends a request to the webhook.

    """

    def __init__(self, database: Database, settings: Settings, clock: Clock, post: Post) -> None:
        self._database = database
        self._settings = settings.report
        self._folder = settings.reports_dir
        secret = settings.secrets.get(MAIL_SECRET)
        self._password = secret.get_secret_value() if secret else ""
        self._secrets = settings.secrets
        self._clock = clock
        self._post = post

    def send_due(self) -> list[Outcome]:
        """Send all that is due, and tell of what a killed program left unclear."""
        now = self._clock.now()
        with self._database.work() as session:
            told = [_outcome(each, "unclear") for each in deliveries.give_up_unclear(session, now)]
            session.commit()
            waiting = deliveries.due(session, now)
        return [*told, *(outcome for each in waiting if (outcome := self._send(each)))]

    def send_again(self, period: str) -> int:
        """Have the newest report of a period sent to all places of the settings, also where it failed or is unclear."""
        now = self._clock.now()
        with self._database.work() as session:
            standing = reports.standing(session, period)
            if not standing:
                return 0
            deliveries.add(session, standing[0], self._settings.places, now)
            deliveries.send_again(session, standing[0], now)
            session.commit()
            return len(self._settings.places)

    def _send(self, delivery: Delivery) -> Outcome | None:
        """Send one; None when another program has it."""
        now = self._clock.now()
        with self._database.work() as session:
            if not deliveries.take(session, delivery, now, now + LONGEST):
                return None
            session.commit()
        attempt = delivery.attempts + 1
        try:
            self._channel(delivery)(self._parcel(delivery), lambda: self._hand_over(delivery))
        except ReportFailed as error:
            again = (
                None if isinstance(error, Refused) or attempt > len(WAITS) else self._clock.now() + WAITS[attempt - 1]
            )
            with self._database.work() as session:
                deliveries.failed(session, delivery.id, error=str(error), again_at=again)
                session.commit()
            return _outcome(delivery, "failed" if again is None else "waiting", str(error))
        except OSError as error:  # the connection broke after the report was given away
            return _outcome(delivery, "handed", f"no answer: {error}")
        with self._database.work() as session:
            deliveries.arrived(session, delivery.id, self._clock.now())
            session.commit()
        return _outcome(delivery, "sent")

    def _hand_over(self, delivery: Delivery) -> None:
        with self._database.work() as session:
            deliveries.hand_over(session, delivery.id, self._clock.now() + LONGEST)
            session.commit()

    def _channel(self, delivery: Delivery) -> Channel:
        mail = self._settings.mail
        if delivery.channel == "mail" and mail:
            return lambda parcel, hand_over: send_mail(mail, self._password, parcel, hand_over)
        if delivery.channel == "webhook":
            return lambda parcel, hand_over: self._post_report(delivery.target, parcel, hand_over)
        if delivery.channel == "folder":
            return lambda parcel, _: write_all(Path(delivery.target), parcel.files)
        message = f"reports are not sent by {delivery.channel} any more: the settings name none"
        raise Refused(message)

    def _post_report(self, address: str, parcel: Parcel, hand_over: HandOver) -> None:
        try:
            secret = signing_secret(self._secrets, WEBHOOK_SECRET)
        except NotReady as error:
            raise ReportFailed(str(error)) from error
        post_report(address, parcel, hand_over, post=self._post, secret=secret, now=self._clock.now())

    def _parcel(self, delivery: Delivery) -> Parcel:
        report = delivery.report
        names = [name for name in report.files if not name.endswith(MASKS)]
        try:
            files = {name: (self._folder / name).read_bytes() for name in names}
        except OSError as error:
            message = f"a file of the report of {report.period} cannot be read: {error}: write it again"
            raise ReportFailed(message) from error
        return Parcel(title=_title(report), name=f"report-{report.id}", made_at=report.created_at, files=files)


def _title(report: Report) -> str:
    title = f"KiểmTin: báo cáo {report.period}"
    return f"{title} (thay thế báo cáo trước)" if report.replaces_id else title


def _outcome(delivery: Delivery, state: str, error: str = "") -> Outcome:
    return Outcome(delivery.report.period, delivery.channel, delivery.target, state, error)
