"""Builds what issues and sends reports, and what the desk may do with them, for `monitor.app.application`."""

from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Final

from monitor.clock import Clock
from monitor.outbox.issue import ReportOffice, Wish
from monitor.reports.periods import parse_any_period
from monitor.settings.settings import Settings
from storage.database import Database

_WEBHOOK_SECONDS: Final = 120.0  # a report has megabytes


def report_office(database: Database, settings: Settings, clock: Clock) -> ReportOffice:
    """Build the office of reports; the HTTP client is loaded when a report is posted."""

    def post(url: str, headers: Mapping[str, str], body: bytes, before_sending: Callable[[], None]) -> int:
        from monitor.collectors.http.address_guard import AddressPolicy  # noqa: PLC0415  most reports are not posted
        from monitor.collectors.http.outbound import OutboundPost, post_blocking  # noqa: PLC0415

        agent = f"kiemtin/{version('kiemtin')}"
        outbound = OutboundPost(AddressPolicy(settings.allow_addresses), clock, _WEBHOOK_SECONDS, agent)
        return post_blocking(outbound, url, headers, body, before_sending)

    return ReportOffice(database, settings, clock, post)


class DeskReporting:
    """What the desk may do with reports that were issued.

    Args:
        office: Makes the office that issues reports.

    """

    def __init__(self, office: Callable[[], ReportOffice]) -> None:
        self._office = office

    def withdraw(self, period: str, why: str, user_id: int) -> None:
        """Take back all reports of a period; see `monitor.desk.views.reporting`."""
        self._office().withdraw(parse_any_period(period), why, user_id)

    def replace(self, period: str, changed: str, number: int | None, user_id: int) -> None:
        """Write the report of a period anew; see `monitor.desk.views.reporting`."""
        wish = Wish(period=parse_any_period(period), changed=changed, number=number, user_id=user_id)
        self._office().issue(wish)
