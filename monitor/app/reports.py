"""What the desk may do with reports that were issued, for `monitor.app.application`."""

from collections.abc import Callable

from monitor.outbox.issue import ReportOffice, Wish
from monitor.reports.periods import parse_any_period


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
