"""Reports are written whole or not at all, recorded, issued once by themselves, withdrawn and replaced."""

import asyncio
import json
import re
from pathlib import Path

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
WISH = Wish(period=WEEK, formats=("jsonl", "csv"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "reports"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(AFTER)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    drive = ChannelSettings(name="drive", what=("reports",), to=(str(tmp_path / "drive"),))
    rows = ReportSettings(formats=("jsonl",))  # without pictures, which take a second
    return Settings(home=tmp_path, report=rows, channels=(drive,))


@pytest.fixture
def office(full_week: Database, clock: FakeClock, settings: Settings) -> ReportOffice:
    return ReportOffice(full_week, settings, clock)


def send(database: Database, settings: Settings, clock: FakeClock) -> list[tuple[str, str]]:
    return [(each.channel, each.state) for each in asyncio.run(Outbox(database, settings, clock).send_due())]


def all_reports(database: Database) -> list[Report]:
    with database.work() as session:
        return list(session.scalars(select(Report).order_by(Report.id)))


def test_the_files_are_written_and_nothing_is_left_beside_them(office: ReportOffice, folder: Path) -> None:
    files = office.issue(WISH)
    assert [file.name for file in files] == FILES
    assert sorted(folder.iterdir()) == sorted(files)


@pytest.mark.parametrize("name", ["docx", "html", "xlsx", "csv", "jsonl"])
def test_every_format_can_be_written(office: ReportOffice, name: str) -> None:
    assert office.issue(Wish(period=WEEK, formats=(name,), language="en"))[0].stat().st_size > 1000


def test_an_unknown_format_or_language_is_refused(office: ReportOffice) -> None:
    with pytest.raises(UsageError, match="no format 'odt': choose from docx, pdf, html, xlsx, csv, jsonl"):
        office.issue(Wish(period=WEEK, formats=("odt",)))
    with pytest.raises(UsageError, match="no language 'fr': choose from vi, en"):
        office.issue(Wish(period=WEEK, language="fr"))


def test_the_figures_are_recorded_without_a_word_of_the_posts(office: ReportOffice, full_week: Database) -> None:
    office.issue(WISH)
    (report,) = all_reports(full_week)
    assert (report.period, report.schema_version, report.files, report.scheduled_for) == ("2026-W47", 5, FILES, None)
    assert report.figures["posts"] == {"monitored": 6, "reference": 1, "found_later": 1, "older": 1}
    assert report.figures["quoted"] == [3, 1]
    stored = json.dumps(report.figures, ensure_ascii=False)
    assert not re.search(f"phá sản|0912345678|{AUTHOR_KEY}", stored)


def test_a_folder_that_is_a_file_is_explained_in_one_line(
    office: ReportOffice, full_week: Database, folder: Path
) -> None:
    folder.write_text("a file", encoding="utf-8")
    with pytest.raises(
        ReportFailed, match=r"^cannot write the report to .*reports: .+: check its rights and the free space$"
    ):
        office.issue(WISH)
    assert all_reports(full_week) == []


def test_two_runs_within_a_minute_give_the_same_bytes(office: ReportOffice, clock: FakeClock) -> None:
    wish = Wish(period=WEEK, formats=("html", "docx", "xlsx", "csv", "jsonl"))
    first = [path.read_bytes() for path in office.issue(wish)]
    clock.advance(20)
    assert [path.read_bytes() for path in office.issue(wish)] == first


def test_an_older_report_stays_when_a_new_one_fails(office: ReportOffice, folder: Path, clock: FakeClock) -> None:
    html = office.issue(Wish(period=WEEK, formats=("html", "csv")))[0]
    before = html.read_bytes()
    clock.advance(3600)  # the time stands in it
    (folder / FILES[1]).unlink()
    (folder / FILES[1] / "in the way").mkdir(parents=True)
    with pytest.raises(ReportFailed):
        office.issue(Wish(period=WEEK, formats=("csv", "html")))
    assert html.read_bytes() == before
    assert not list(folder.glob(".*"))


def test_it_is_issued_by_itself_on_monday_at_seven_and_once(
    office: ReportOffice, full_week: Database, clock: FakeClock
) -> None:
    clock.advance(-1)
    assert str(due_week(clock)) == "2026-W46"
    clock.advance(1)
    assert str(due_week(clock)) == "2026-W47"
    assert [file.name for file in office.issue_scheduled()] == [
        "bao-cao-2026-W47.jsonl",
        "bao-cao-2026-W47-che-ten.html",
    ]
    assert office.issue_scheduled() == []
    with full_week.work() as session:
        waiting = session.scalars(select(Delivery)).all()
    assert [(each.channel, each.state) for each in waiting] == [("drive", "waiting")]


def test_a_report_that_a_person_wrote_does_not_stop_the_one_of_monday(
    office: ReportOffice, full_week: Database
) -> None:
    office.issue(WISH)
    assert office.issue_scheduled()
    assert [report.scheduled_for for report in all_reports(full_week)] == [None, "2026-W47"]


def test_a_withdrawn_report_leaves_a_notice_with_the_reason(
    office: ReportOffice, full_week: Database, folder: Path
) -> None:
    office.issue(WISH)
    notice = office.withdraw(WEEK, "một tên người chưa được che")
    assert [file.name for file in folder.iterdir()] == ["bao-cao-2026-W47-thu-hoi.html"]
    assert "một tên người chưa được che" in notice.read_text(encoding="utf-8")
    (report,) = all_reports(full_week)
    assert (report.withdrawn_at, report.withdrawn_why) == (AFTER, "một tên người chưa được che")
    with full_week.work() as session:
        assert session.scalars(select(AuditEvent.action)).all()[-1] == "report.withdrawn"
    with pytest.raises(UsageError, match="no report of 2026-W47 to withdraw"):
        office.withdraw(WEEK, "again")


def test_a_replacement_says_what_changed_and_is_sent_where_the_first_one_was(
    office: ReportOffice, full_week: Database, folder: Path
) -> None:
    office.issue_scheduled()
    html = office.issue(Wish(period=WEEK, formats=("html",), changed="sửa số vụ việc"))[0].read_text(encoding="utf-8")
    assert "Báo cáo này thay thế báo cáo cùng kỳ lập lúc 07:00 ngày 23/11/2026" in html
    assert "sửa số vụ việc" in html
    old, new = all_reports(full_week)
    assert (old.withdrawn_why, new.replaces_id, new.changed) == ("sửa số vụ việc", old.id, "sửa số vụ việc")
    with full_week.work() as session:
        assert [each.subject_id for each in session.scalars(select(Delivery))] == [old.id, new.id]


def test_withdrawing_takes_back_every_report_of_the_period_in_all_its_formats(
    office: ReportOffice, full_week: Database, folder: Path, settings: Settings, clock: FakeClock
) -> None:
    office.issue_scheduled()
    office.issue(Wish(period=WEEK, formats=("csv",), number=5))
    office.withdraw(WEEK, "một tên người chưa được che")
    assert [file.name for file in folder.iterdir()] == ["bao-cao-2026-W47-thu-hoi.html"]
    assert [report.withdrawn_at for report in all_reports(full_week)] == [AFTER, AFTER]
    assert send(full_week, settings, clock) == []


def test_a_replacement_takes_the_place_of_every_report_and_of_files_that_it_does_not_write_anew(
    office: ReportOffice, full_week: Database, folder: Path, settings: Settings, clock: FakeClock
) -> None:
    office.issue_scheduled()
    office.issue(Wish(period=WEEK, formats=("csv",), number=5))
    files = office.issue(Wish(period=WEEK, formats=("html",), changed="che tên người"))
    assert sorted(folder.iterdir()) == sorted(files)
    assert [report.withdrawn_why for report in all_reports(full_week)] == ["che tên người", "che tên người", ""]
    with full_week.work() as session:
        assert [each.subject_id for each in session.scalars(select(Delivery))] == [1, 3]
    assert send(full_week, settings, clock) == [("drive", "sent")]


def test_a_replacement_is_not_written_elsewhere(office: ReportOffice, tmp_path: Path) -> None:
    office.issue_scheduled()
    with pytest.raises(UsageError, match="leave out --out"):
        office.issue(Wish(period=WEEK, folder=tmp_path / "elsewhere", changed="che tên người"))


def test_a_file_that_cannot_be_deleted_leaves_the_report_to_be_withdrawn_again(
    office: ReportOffice, folder: Path
) -> None:
    rows = office.issue(WISH)[0]
    rows.unlink()
    rows.mkdir()
    with pytest.raises(ReportFailed, match=r"cannot delete .*bao-cao-2026-W47\.jsonl"):
        office.withdraw(WEEK, "sai")
    rows.rmdir()
    office.withdraw(WEEK, "sai")
    assert [file.name for file in folder.iterdir()] == ["bao-cao-2026-W47-thu-hoi.html"]


def test_a_reason_that_names_a_person_is_not_printed(office: ReportOffice, full_week: Database, folder: Path) -> None:
    before = office.issue(WISH)
    for act in (
        lambda: office.withdraw(WEEK, "chị Nguyễn Thị Hoa yêu cầu"),
        lambda: office.issue(Wish(period=WEEK, changed="bỏ số 0912345678")),
    ):
        with pytest.raises(PersonalReason, match="write it without"):
            act()
    assert sorted(folder.iterdir()) == sorted(before)
    assert [report.withdrawn_at for report in all_reports(full_week)] == [None]


def test_there_must_be_something_to_replace(office: ReportOffice) -> None:
    with pytest.raises(UsageError, match="no report of 2026-W47 to replace"):
        office.issue(Wish(period=WEEK, changed="x"))


def test_a_person_has_the_newest_report_sent_to_all_its_channels(
    office: ReportOffice, full_week: Database, settings: Settings, clock: FakeClock
) -> None:
    with pytest.raises(UsageError, match="no report of 2026-W47 to send"):
        office.send_again(WEEK)
    office.issue(WISH)
    assert send(full_week, settings, clock) == []
    office.send_again(WEEK)
    assert send(full_week, settings, clock) == [("drive", "sent")]
    nowhere = ReportOffice(full_week, settings.model_copy(update={"channels": ()}), clock)
    with pytest.raises(UsageError, match="send reports nowhere"):
        nowhere.send_again(WEEK)


def test_a_report_is_late_two_hours_after_it_was_due(
    office: ReportOffice, full_week: Database, settings: Settings, clock: FakeClock
) -> None:
    clock.advance(7199)
    assert office.late_week() == ""
    clock.advance(1)
    assert office.late_week() == "2026-W47"
    by_hand = settings.model_copy(update={"report": ReportSettings(every_monday=False)})
    assert ReportOffice(full_week, by_hand, clock).late_week() == ""
    assert ReportOffice(full_week, by_hand, clock).issue_scheduled() == []
    office.issue_scheduled()
    assert office.late_week() == ""
