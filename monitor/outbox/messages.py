"""What is sent of a report, an alert and a decision."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

from monitor.catalogues import Language, language_of_screens
from monitor.errors import SendFailed, SendRefused
from monitor.outbox.alert_wording import alert_line, alert_path, alert_title
from monitor.outbox.channels import Message
from monitor.outbox.report_files import MASKS
from monitor.settings.settings import Settings
from storage.models import Alert, Delivery, Report
from storage.outbox.deliveries import DECISION

TEST: Final = "test"
_REPORT_TEXT: Final = (
    "Báo cáo được gửi tự động, kèm theo thư này. Số liệu do hệ thống đề xuất và cán bộ xếp loại; xin đọc phần cách làm."
)


@dataclass
class Messages:
    """Makes messages.

    Args:
        settings: Where files of reports lie, where the desk is, and the language of alerts.

    """

    settings: Settings

    @cached_property
    def _language(self) -> Language:
        return language_of_screens(self.settings.report.language)

    def of(self, delivery: Delivery, subject: Report | Alert | None) -> Message:
        """Return the message of a delivery.

        Args:
            delivery: What is sent where.
            subject: The report or alert that is sent; None for a decision, which the delivery holds.

        Raises:
            SendRefused: The subject was deleted.
            SendFailed: A file of the report cannot be read.

        """
        if isinstance(subject, Alert):
            return self._alert(delivery, subject)
        if isinstance(subject, Report):
            return self._report(delivery, subject)
        if delivery.kind != DECISION:
            raise SendRefused(f"there is no {delivery.kind} {delivery.subject_id} any more")
        data = dict(delivery.payload)
        decided_at = datetime.fromisoformat(data.pop("decided_at"))
        return Message(key=delivery.key, kind=delivery.kind, made_at=decided_at, data=data)

    def _alert(self, delivery: Delivery, alert: Alert) -> Message:
        line = alert_line(alert.kind, alert.facts, self._language)
        text = f"{line}\n{self.settings.desk_address}{alert_path(alert.kind, alert.facts)}"
        return Message(
            key=delivery.key,
            kind=delivery.kind,
            made_at=alert.raised_at,
            title=alert_title(self._language),
            text=text,
            data={
                "alert_id": alert.id,
                "kind": alert.kind,
                "raised_at": alert.raised_at.isoformat(),
                **alert.facts,
                "line": text,
            },
        )

    def _report(self, delivery: Delivery, report: Report) -> Message:
        names = [name for name in report.files if not name.endswith(MASKS)]
        try:
            files = {name: (self.settings.reports_dir / name).read_bytes() for name in names}
        except OSError as error:
            message = f"a file of the report of {report.period} cannot be read: {error}: write it again"
            raise SendFailed(message) from error
        title = f"KiểmTin: báo cáo {report.period}" + (" (thay thế báo cáo trước)" if report.replaces_id else "")
        return Message(
            key=delivery.key,
            kind=delivery.kind,
            made_at=report.created_at,
            title=title,
            text=_REPORT_TEXT,
            data={"report_id": report.id, "period": report.period, "title": title},
            files=files,
        )

    def test(self, channel: str, now: datetime) -> Message:
        """Return a message that tries a channel."""
        line = alert_line(TEST, {}, self._language)
        return Message(
            key=f"msg_{channel}_test_{int(now.timestamp())}",
            kind=TEST,
            made_at=now,
            title=alert_title(self._language),
            text=line,
            data={"line": line},
            files={"kiemtin-test.txt": line.encode()},
        )
