"""The page of sources: what ails comes first, in the reader's language, with what to do."""

from datetime import timedelta
from typing import Any

import pytest

from monitor.desk.views.source_faults import explain, known_fault
from storage.database import Database
from storage.posts import sources
from tests.clock import FakeClock
from tests.factories import add_source
from tests.monitor.desk.browser import Browser, text_of


def test_sources_show_their_health(lan: Browser, sqlite_database: Database, clock: FakeClock) -> None:
    now = clock.now()
    with sqlite_database.work() as session:
        good, bad, off, asked = (add_source(session, name) for name in ("good", "bad", "off", "asked"))
        sources.record_success(session, good, now - timedelta(minutes=20))
        sources.record_failure(session, bad, "https://bad.example.vn/feed answers 503: try again later", now)
        why = "https://off.example.vn/robots.txt does not allow https://off.example.vn/feed: ask"
        sources.set_enabled(session, off, enabled=False, why=why)
        sources.set_enabled(session, asked, enabled=False, why="ban quản trị yêu cầu")
        run = sources.start_run(session, good.id, now)
        run.outcome, run.new, run.skipped = "ok", 7, {"too old": 2, "empty": 1}
        session.commit()
    page = lan.page("/sources")
    assert "3 nguồn cần xem lại" in text_of(page, ".headline")
    rows = [row.get_text(" ", strip=True) for row in page.select(".stack tbody tr")]
    assert rows[0] == "asked theo dõi 0 chưa lần nào đã tắt ban quản trị yêu cầu"
    assert rows[1].startswith("bad theo dõi 0 chưa lần nào lỗi Máy chủ bad.example.vn đang gặp lỗi. Chương trình tự")
    assert "off.example.vn không cho chương trình đọc trang này (robots.txt). Hãy xin phép chủ trang" in rows[2]
    assert rows[3] == "good theo dõi 0 16/11/2026 08:40 bình thường"
    assert rows[4] == "good 16/11/2026 09:00 đọc xong 0 7 0 0 3"


def test_a_gap_is_explained(lan: Browser, sqlite_database: Database, clock: FakeClock) -> None:
    with sqlite_database.work() as session:
        run = sources.start_run(session, add_source(session).id, clock.now())
        run.outcome, run.gap = "ok", "ten posts were missed"
        session.commit()
    row = lan.page("/sources").select(".stack tbody tr")[0].get_text(" ", strip=True)
    assert "có thể bị sót bài Có bài đã trôi qua trước khi được đọc." in row
    assert "ten posts were missed" in row


@pytest.mark.parametrize(
    ("cursor", "wish", "words"),
    [
        ({"date_order": "month-first"}, {}, "bình thường Ngày viết theo thứ tự tháng/ngày/năm."),
        ({"date_order": "open"}, {}, "bình thường chưa rõ ngày Không rõ ngày của nguồn này viết ngày trước"),
        ({"date_order": "open"}, {"date_order": "day-first"}, "bình thường Ngày viết theo thứ tự ngày/tháng/năm."),
        ({}, {}, "bình thường"),
    ],
    ids=["decided", "open", "said by somebody", "not needed"],
)
def test_order_of_day_and_month_is_shown_or_asked_for(
    lan: Browser, sqlite_database: Database, clock: FakeClock, cursor: Any, wish: Any, words: str
) -> None:
    with sqlite_database.work() as session:
        source = add_source(session, settings=wish)
        source.cursor = cursor
        sources.record_success(session, source, clock.now())
        session.commit()
    page = lan.page("/sources")
    assert words in page.select(".stack tbody tr")[0].get_text(" ", strip=True)
    assert ("1 nguồn cần xem lại" in text_of(page, ".headline")) == ("chưa rõ" in words)


def test_without_sources_the_page_names_the_command(lan: Browser) -> None:
    assert "kiemtin sources add" in text_of(lan.page("/sources"), "main")


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("https://tin.example.vn/rss could not be read: connection refused", "Không kết nối được tin.example.vn"),
        ("https://tin.example.vn/rss took longer than 30 s (`timeout_seconds`): try again later", "quá chậm"),
        ("https://tin.example.vn/rss answers 503: try again later", "Máy chủ tin.example.vn đang gặp lỗi"),
        ("https://tin.example.vn/rss answers 404: check the address of the source", "Không tìm thấy trang ở"),
        (
            "https://tin.example.vn/robots.txt does not allow https://tin.example.vn/a: ask the site's owner",
            "tin.example.vn không cho chương trình đọc trang này (robots.txt)",
        ),
        ("https://tin.example.vn/robots.txt answers 503: nothing of this site is read", "chưa cho biết quy định"),
        (
            "https://tin.example.vn/ shows a challenge for browsers: the site does not want this",
            "chặn",
        ),
        ("https://tin.example.vn/ answers 401: the site does not want this to be read without signing in", "đăng nhập"),
        ("tin.example.vn asks us to wait 5 minutes (status 429): try again later", "yêu cầu đọc chậm lại"),
        ("the token of source hội has expired or was withdrawn (190): make a new Page token", "Khóa để đọc hội"),
        ("https://tin.example.vn/ is neither RSS, Atom nor JSON Feed: check the address", "không còn đúng dạng"),
        ("may.example.vn leads to 10.0.0.1, which is not a public address: if it is meant", "không được phép mở"),
    ],
)
def test_lines_of_collectors_are_understood(line: str, what: str) -> None:
    fault = explain(line, "hội")
    assert what in fault.what
    assert fault.remedy
    assert fault.line == line


def test_a_line_of_no_known_kind_leads_to_the_doctor() -> None:
    assert known_fault("ban quản trị yêu cầu", "forum") is None
    fault = explain("something new under the sun", "forum")
    assert (fault.what, "kiemtin doctor" in fault.remedy) == ("Nguồn không đọc được", True)
