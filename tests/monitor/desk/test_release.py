"""Reports are listed, edited by one person and released by another, withdrawn, and replaced with a note."""

import asyncio
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from fastapi import FastAPI
from sqlalchemy import delete, select

from monitor.outbox.issue import ReportOffice, Wish
from monitor.outbox.outbox import Outbox
from monitor.settings.channels import ChannelSettings
from monitor.settings.reports import ReportSettings
from monitor.settings.settings import Settings
from storage.accounts import users
from storage.models import AuditEvent, Delivery, Flag, Report
from storage.outbox import deliveries, reports
from tests.clock import FakeClock
from tests.monitor.desk.browser import Browser
from tests.monitor.desk.made_desk import make_desk
from tests.monitor.desk.world import World
from tests.monitor.reports.sample_week import AFTER, WEEK, fill

PAPER = f"/reports/{WEEK}/draft"
NEWS = "Tuần này công nhân hỏi nhiều về lương, chị Lò Thị Pâng gọi 0912345678."


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(AFTER)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    drive = ChannelSettings(name="o-chung", what=("reports",), to=(str(tmp_path / "drive"),))
    report = ReportSettings(formats=("jsonl", "html"))
    return Settings(home=tmp_path, report=report, channels=(drive,))


@pytest.fixture
def office(world: World, settings: Settings) -> ReportOffice:
    """Give the office of a week whose report was issued and sent."""
    with world.rows() as session:
        fill(session)
    office = ReportOffice(world.database, settings, world.clock)
    office.issue_scheduled()
    office.send_again(WEEK)
    asyncio.run(Outbox(world.database, settings, world.clock).send_due())
    return office


@pytest.fixture
def app(office: ReportOffice, world: World, settings: Settings) -> FastAPI:
    return make_desk(world.database, world.clock, settings, reporting=lambda: office)


def send(person: Browser, action: str, **values: str) -> str:
    """Send the form of an action and give the page that follows."""
    response = person.send(f"/reports/{WEEK}/{action}", **values)
    assert response.status_code == 303
    return person.page(response.headers["location"]).get_text(" ", strip=True)


def test_the_first_page_leads_to_a_report_to_be_released(office: ReportOffice, world: World, admin: Browser) -> None:
    line = "Tuần 47 năm 2026: báo cáo đã lập, chờ đọc và duyệt"
    assert line not in admin.page("/").get_text(" ", strip=True)
    with world.rows() as session:
        session.execute(delete(Delivery))
    assert admin.page("/").find("a", string=line)["href"] == PAPER
    office.release(WEEK, 1, "")
    assert line not in admin.page("/").get_text(" ", strip=True)


def test_what_was_issued_and_sent_is_listed_for_everybody(mai: Browser) -> None:
    page = mai.page("/reports")
    text = page.get_text(" ", strip=True)
    assert "Tuần 47 năm 2026 lập lúc" in text
    assert "o-chung: đã gửi" in text
    assert {str(link["href"]) for link in page.select(".files a")} == {
        "/reports/bao-cao-2026-W47.jsonl",
        "/reports/bao-cao-2026-W47.html",
        "/reports/bao-cao-2026-W47-che-ten.html",
    }
    assert page.select("form[action$=withdraw]") == []


def test_a_lead_withdraws_with_a_reason(minh: Browser, settings: Settings, world: World) -> None:
    assert minh.page("/reports").select("form[action$=withdraw]")
    text = send(minh, "withdraw", why="  một tên <b>người</b>\nchưa che ")
    assert "Đã thu hồi báo cáo." in text
    assert "một tên <b>người</b> chưa che" in text
    assert [path.name for path in settings.reports_dir.iterdir()] == ["bao-cao-2026-W47-thu-hoi.html"]
    with world.rows() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "report.withdrawn")).one()
        assert event.user_id == users.by_name(session, "minh").id
    assert "không còn báo cáo nào" in send(minh, "withdraw", why="lần nữa")


def test_a_lead_replaces_with_a_note_of_what_changed(minh: Browser, world: World) -> None:
    text = send(minh, "replace", changed="sửa số vụ việc", number="7")
    assert "Đã lập báo cáo thay thế." in text
    assert "Thay thế báo cáo lập lúc" in text
    assert "Nội dung thay đổi: sửa số vụ việc" in text
    assert "o-chung: đang chờ gửi" in text
    with world.rows() as session:
        old, new = session.scalars(select(Report).order_by(Report.id))
    assert (old.withdrawn_why, new.replaces_id) == ("sửa số vụ việc", old.id)


@pytest.mark.parametrize(
    ("action", "values", "said"),
    [
        ("withdraw", {"why": "  "}, "xin ghi lý do"),
        ("replace", {"changed": ""}, "xin ghi lý do"),
    ],
)
def test_nothing_happens_without_a_note(
    action: str, values: dict[str, str], said: str, minh: Browser, settings: Settings
) -> None:
    assert said in send(minh, action, **values)
    assert (settings.reports_dir / "bao-cao-2026-W47.jsonl").is_file()


def test_a_file_that_cannot_be_deleted_is_told(minh: Browser, settings: Settings) -> None:
    path = settings.reports_dir / "bao-cao-2026-W47.jsonl"
    path.unlink()
    path.mkdir()
    assert "không ghi hoặc không xóa được" in send(minh, "withdraw", why="sai")
    path.rmdir()
    assert "Đã thu hồi báo cáo." in send(minh, "withdraw", why="sai")


def test_a_period_that_is_none_has_no_report(minh: Browser) -> None:
    response = minh.send("/reports/2026-X9/withdraw", why="sai")
    assert response.headers["location"] == "/reports?failed=none"


def sentences(reader: Browser) -> list[str]:
    return [one.get_text(" ", strip=True) for one in reader.page(PAPER).select(".sentence > p:first-child bdi")]


def test_every_sentence_leads_to_the_posts_behind_it(mai: Browser) -> None:
    page = mai.page(PAPER)
    assert "Hệ thống đọc 6 bài công khai của 2 nguồn" in page.get_text()
    for link in page.select(".sentence a"):
        assert mai.get(str(link["href"])).status_code == 200, link["href"]
    assert len(page.select(".sentence a")) > 8


def test_an_edit_is_kept_marked_masked_and_survives_new_figures(
    mai: Browser, office: ReportOffice, world: World
) -> None:
    text = send(mai, "draft", key="news.new", text=NEWS)
    assert "Đã giữ câu mới" in text
    kept = "Tuần này công nhân hỏi nhiều về lương, chị [tên] gọi [số điện thoại]."
    assert kept in sentences(mai)
    assert "Có 1 nhóm bức xúc mà kỳ liền trước không có: lương (II.1)." in mai.page(PAPER).get_text()
    send(mai, "draft", key="news.sure", text="Chờ kết luận thêm.")
    with world.rows() as session:
        session.query(Flag).filter_by(state="open").first().state = "rejected"  # type: ignore[union-attr]
    page = mai.page(PAPER).get_text(" ", strip=True)
    assert "Chờ kết luận thêm." in page
    assert page.count("số liệu đã đổi") == 1
    page_file, _ = office.issue(Wish(period=WEEK, formats=("html",), changed="thử"))
    assert kept in page_file.read_text(encoding="utf-8")
    send(mai, "draft", key="news.new", text="", back="1")
    assert kept not in sentences(mai)
    with world.rows() as session:
        events = session.query(AuditEvent).filter_by(action="report.edited").order_by(AuditEvent.id)
        assert [event.detail["sentence"] for event in events] == ["news.new", "news.sure", "news.new"]


def test_an_empty_text_takes_a_sentence_out_and_the_lead_adds_requests(mai: Browser) -> None:
    send(mai, "draft", key="ask.sources", text="")
    send(mai, "draft", key="ask.own", text="- Ban Chính sách: về xã trong tuần.")
    said = sentences(mai)
    assert "- Ban Chính sách: về xã trong tuần." in said
    assert not any("Người vận hành" in one for one in said)
    assert "không còn trong báo cáo" in send(mai, "draft", key="concern.999", text="x")


def test_whoever_edited_last_does_not_release(mai: Browser, minh: Browser, world: World, settings: Settings) -> None:
    send(minh, "draft", key="news.new", text="Câu của Hoa.")
    assert "Đang chờ người thứ hai duyệt" in minh.page(PAPER).get_text()
    assert "Xin nhờ người thứ hai" in send(minh, "release")
    send(mai, "draft", key="news.new", text="Câu sửa sau.")
    assert "Đã lập báo cáo" in send(minh, "release", number="12")
    asyncio.run(Outbox(world.database, settings, world.clock).send_due())
    with world.rows() as session:
        newest, *_ = reports.standing(session, str(WEEK))
        assert [one.state for one in deliveries.of_reports(session, [newest.id])] == ["sent"]
    page = BeautifulSoup((settings.reports_dir / f"bao-cao-{WEEK}.html").read_text(encoding="utf-8"), "lxml")
    assert all(told in page.get_text() for told in ("Câu sửa sau.", "Số: 12/BC", "thay thế báo cáo cùng kỳ"))
    assert mai.post(f"/reports/{WEEK}/release", {}).status_code == 403


@pytest.mark.parametrize("path", ["/reports/2026-W99/draft", "/reports/2026-W99/preview", "/reports/x/draft"])
def test_a_period_that_is_none_has_no_paper(path: str, mai: Browser) -> None:
    assert mai.get(path).status_code == 404


def test_the_preview_is_a_document(mai: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.outbox.issue.find_office", lambda: None)
    answer = mai.get(f"/reports/{WEEK}/preview")
    assert re.search(r'filename="xem-truoc-2026-W47\.docx"', answer.headers["content-disposition"])
    assert answer.content.startswith(b"PK")
