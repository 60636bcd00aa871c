"""Reports are written whole or not at all, recorded, issued once by themselves, withdrawn and replaced."""

import asyncio
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import select

from monitor.errors import PersonalReason, ReportFailed, UsageError
from monitor.outbox.issue import ReportOffice, Wish, due_week
from monitor.outbox.outbox import Outbox
from monitor.settings.channels import ChannelSettings
from monitor.settings.reports import ReportSettings
from monitor.settings.settings import Settings
from storage.database import Database
from storage.models import AuditEvent, Delivery, Report
from tests.clock import FakeClock
from tests.monitor.reports.sample_week import AFTER, AUTHOR_KEY, WEEK

FILES = ["bao-cao-2026-W47.jsonl", "bao-cao-2026-W47.csv", "bao-cao-2026-W47-che-ten.html"]
NOTICE = "bao-cao-2026-W47-thu-hoi.html"

Row = TypeVar("Row", Report, Delivery, AuditEvent)


@dataclass
class Office:
    """Who writes the reports of a full week, and sends them to a drive."""

    database: Database
    settings: Settings
    clock: FakeClock

    @property
    def writer(self) -> ReportOffice:
        return ReportOffice(self.database, self.settings, self.clock)

    def set(self, **changes: Any) -> None:
        self.settings = self.settings.model_copy(update=changes)

    def issue(self, *formats: str, **wish: Any) -> list[Path]:
        return self.writer.issue(Wish(period=WEEK, formats=formats or ("jsonl", "csv"), **wish))

    def withdraw(self, why: str) -> Path:
        return self.writer.withdraw(WEEK, why)

    def send(self) -> list[tuple[str, str]]:
        outbox = Outbox(self.database, self.settings, self.clock)
        return [(each.channel, each.state) for each in asyncio.run(outbox.send_due())]

    def rows(self, model: type[Row]) -> list[Row]:
        with self.database.work() as session:
            return list(session.scalars(select(model).order_by(model.id)))

    @property
    def folder(self) -> Path:
        return self.settings.reports_dir

    def files(self) -> list[str]:
        return [file.name for file in self.folder.iterdir()]


@pytest.fixture
def office(full_week: Database, tmp_path: Path) -> Office:
    drive = ChannelSettings(name="drive", what=("reports",), to=(str(tmp_path / "drive"),))
    rows = ReportSettings(formats=("jsonl",))  # without pictures, which take a second
    return Office(full_week, Settings(home=tmp_path, report=rows, channels=(drive,)), FakeClock(AFTER))


def test_the_files_are_written_and_nothing_is_left_beside_them(office: Office) -> None:
    files = office.issue()
    assert [file.name for file in files] == FILES
    assert sorted(office.folder.iterdir()) == sorted(files)


@pytest.mark.parametrize("name", ["docx", "html", "xlsx", "csv", "jsonl"])
def test_every_format_can_be_written(office: Office, name: str) -> None:
    assert office.issue(name, language="en")[0].stat().st_size > 1000


def test_an_unknown_format_or_language_is_refused(office: Office) -> None:
    with pytest.raises(UsageError, match="no format 'odt': choose from docx, pdf, html, xlsx, csv, jsonl"):
        office.issue("odt")
    with pytest.raises(UsageError, match="no language 'fr': choose from vi, en"):
        office.issue(language="fr")


def test_the_figures_are_recorded_without_a_word_of_the_posts(office: Office) -> None:
    office.issue()
    (report,) = office.rows(Report)
    assert (report.period, report.schema_version, report.files, report.scheduled_for) == ("2026-W47", 6, FILES, None)
    assert report.figures["posts"] == {"monitored": 6, "reference": 1, "found_later": 1, "older": 1}
    assert report.figures["quoted"] == [3, 1]
    stored = json.dumps(report.figures, ensure_ascii=False)
    assert not re.search(f"phá sản|0912345678|{AUTHOR_KEY}", stored)


def test_a_folder_that_is_a_file_is_explained_in_one_line(office: Office) -> None:
    office.folder.write_text("a file", encoding="utf-8")
    with pytest.raises(
        ReportFailed, match=r"^cannot write the report to .*reports: .+: check its rights and the free space$"
    ):
        office.issue()
    assert office.rows(Report) == []


def test_two_runs_within_a_minute_give_the_same_bytes(office: Office) -> None:
    formats = ("html", "docx", "xlsx", "csv", "jsonl")
    first = [path.read_bytes() for path in office.issue(*formats)]
    office.clock.advance(20)
    assert [path.read_bytes() for path in office.issue(*formats)] == first


def test_an_older_report_stays_when_a_new_one_fails(office: Office) -> None:
    html = office.issue("html", "csv")[0]
    before = html.read_bytes()
    office.clock.advance(3600)  # the time stands in it
    (office.folder / FILES[1]).unlink()
    (office.folder / FILES[1] / "in the way").mkdir(parents=True)
    with pytest.raises(ReportFailed):
        office.issue("csv", "html")
    assert html.read_bytes() == before
    assert not list(office.folder.glob(".*"))


def test_it_is_issued_by_itself_on_monday_at_seven_and_once(office: Office) -> None:
    office.clock.advance(-1)
    assert str(due_week(office.clock)) == "2026-W46"
    office.clock.advance(1)
    assert str(due_week(office.clock)) == "2026-W47"
    assert [file.name for file in office.writer.issue_scheduled()] == [
        "bao-cao-2026-W47.jsonl",
        "bao-cao-2026-W47-che-ten.html",
    ]
    assert office.writer.issue_scheduled() == []
    assert office.rows(Delivery) == []  # a person releases it, then it is sent
    office.writer.release(WEEK, 1, "")
    assert [(each.channel, each.state) for each in office.rows(Delivery)] == [("drive", "waiting")]


def test_a_report_that_a_person_wrote_does_not_stop_the_one_of_monday(office: Office) -> None:
    office.issue()
    assert office.writer.issue_scheduled()
    assert [report.scheduled_for for report in office.rows(Report)] == [None, "2026-W47"]


def test_a_withdrawn_report_leaves_a_notice_with_the_reason(office: Office) -> None:
    office.issue()
    notice = office.withdraw("một tên người chưa được che")
    assert office.files() == [NOTICE]
    assert "một tên người chưa được che" in notice.read_text(encoding="utf-8")
    (report,) = office.rows(Report)
    assert (report.withdrawn_at, report.withdrawn_why) == (AFTER, "một tên người chưa được che")
    assert office.rows(AuditEvent)[-1].action == "report.withdrawn"
    with pytest.raises(UsageError, match="no report of 2026-W47 to withdraw"):
        office.withdraw("again")


def test_a_replacement_says_what_changed_and_is_sent_where_the_first_one_was(office: Office) -> None:
    office.writer.issue_scheduled()
    office.writer.send_again(WEEK)
    html = office.issue("html", changed="sửa số vụ việc")[0].read_text(encoding="utf-8")
    assert "Báo cáo này thay thế báo cáo cùng kỳ lập lúc 07:00 ngày 23/11/2026" in html
    assert "sửa số vụ việc" in html
    old, new = office.rows(Report)
    assert (old.withdrawn_why, new.replaces_id, new.changed) == ("sửa số vụ việc", old.id, "sửa số vụ việc")
    assert [each.subject_id for each in office.rows(Delivery)] == [old.id, new.id]


def test_what_the_program_wrote_and_sent_nowhere_is_replaced_without_a_word(
    office: Office,
) -> None:
    office.set(report=ReportSettings(formats=("html",)))
    office.writer.issue_scheduled()
    papers = [office.writer.release(WEEK, 1, "duyệt lại")[0].read_text(encoding="utf-8") for _ in range(2)]
    assert ["thay thế báo cáo cùng kỳ" in paper for paper in papers] == [False, True]
    assert [report.withdrawn_at for report in office.rows(Report)] == [AFTER, AFTER, None]


def test_withdrawing_takes_back_every_report_of_the_period_in_all_its_formats(office: Office) -> None:
    office.writer.issue_scheduled()
    office.writer.send_again(WEEK)
    office.issue("csv", number=5)
    office.withdraw("một tên người chưa được che")
    assert office.files() == [NOTICE]
    assert [report.withdrawn_at for report in office.rows(Report)] == [AFTER, AFTER]
    assert office.send() == []


def test_a_replacement_takes_the_place_of_every_report_and_of_files_that_it_does_not_write_anew(office: Office) -> None:
    office.writer.issue_scheduled()
    office.writer.send_again(WEEK)
    office.issue("csv", number=5)
    files = office.issue("html", changed="che tên người")
    assert sorted(office.folder.iterdir()) == sorted(files)
    assert [report.withdrawn_why for report in office.rows(Report)] == ["che tên người", "che tên người", ""]
    assert [each.subject_id for each in office.rows(Delivery)] == [1, 3]
    assert office.send() == [("drive", "sent")]


def test_what_is_written_elsewhere_is_no_report_that_was_issued(office: Office, tmp_path: Path) -> None:
    assert all(file.is_file() for file in office.issue(folder=tmp_path / "elsewhere"))
    assert office.rows(Report) == []


def test_a_replacement_is_not_written_elsewhere(office: Office, tmp_path: Path) -> None:
    office.writer.issue_scheduled()
    with pytest.raises(UsageError, match="leave out --out"):
        office.issue(folder=tmp_path / "elsewhere", changed="che tên người")


def test_a_file_that_cannot_be_deleted_leaves_the_report_to_be_withdrawn_again(office: Office) -> None:
    rows = office.issue()[0]
    rows.unlink()
    rows.mkdir()
    with pytest.raises(ReportFailed, match=r"cannot delete .*bao-cao-2026-W47\.jsonl"):
        office.withdraw("sai")
    rows.rmdir()
    office.withdraw("sai")
    assert office.files() == [NOTICE]


def test_a_reason_that_names_a_person_is_not_printed(office: Office) -> None:
    before = office.issue()
    for act in (
        lambda: office.withdraw("chị Nguyễn Thị Hoa yêu cầu"),
        lambda: office.issue(changed="bỏ số 0912345678"),
    ):
        with pytest.raises(PersonalReason, match="write it without"):
            act()
    assert sorted(office.folder.iterdir()) == sorted(before)
    assert [report.withdrawn_at for report in office.rows(Report)] == [None]


def test_there_must_be_something_to_replace(office: Office) -> None:
    with pytest.raises(UsageError, match="no report of 2026-W47 to replace"):
        office.issue(changed="x")


def test_a_person_has_the_newest_report_sent_to_all_its_channels(office: Office) -> None:
    with pytest.raises(UsageError, match="no report of 2026-W47 to send"):
        office.writer.send_again(WEEK)
    office.issue()
    assert office.send() == []
    office.writer.send_again(WEEK)
    assert office.send() == [("drive", "sent")]
    office.set(channels=())
    with pytest.raises(UsageError, match="send reports nowhere"):
        office.writer.send_again(WEEK)


def test_a_report_is_late_two_hours_after_it_was_due(office: Office) -> None:
    office.clock.advance(7199)
    assert office.writer.late_week() == ""
    office.clock.advance(1)
    assert office.writer.late_week() == "2026-W47"
    as_set = office.settings.report
    office.set(report=ReportSettings(every_monday=False))
    assert (office.writer.late_week(), office.writer.issue_scheduled()) == ("", [])
    office.set(report=as_set)
    office.writer.issue_scheduled()
    assert office.writer.late_week() == ""
