"""What the desk may do with reports that were issued; `monitor.app.reports` gives it, the desk knows no report."""

from typing import Protocol


class Reporting(Protocol):
    """Withdraws and replaces reports. A period is written as 2026-W47, 2026-11 or 2026-Q4."""

    def withdraw(self, period: str, why: str, user_id: int) -> None:
        """Take back all reports of a period.

        Raises:
            UsageError: There is none.
            ReportFailed: A file cannot be written or deleted; then it can be done again.

        """
        ...

    def replace(self, period: str, changed: str, number: int | None, user_id: int) -> None:
        """Write the report of a period anew in the place of those that stand; `number` is that of the register.

        Raises:
            UsageError: There is none.
            ReportFailed: A file cannot be written or deleted; then it can be done again.

        """
        ...
