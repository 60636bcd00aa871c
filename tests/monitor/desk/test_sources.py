"""The page of sources: what ails comes first, in the reader's language, with what to do."""

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from monitor.collectors.base import Batch, PublicPost
from monitor.errors import CollectError, FetchFailed
from storage.models import AuditEvent, Source
from storage.posts import sources
from tests.factories import add_source
from tests.monitor.crawl.loopback import batch
from tests.monitor.desk.browser import Browser, text_of
from tests.monitor.desk.conftest import Parts
from tests.monitor.desk.world import World


def test_sources_show_their_health(lan: Browser, world: World) -> None:
    now = world.now
    with world.rows() as session:
        good, bad, off, asked = (add_source(session, name) for name in ("good", "bad", "off", "asked"))
        sources.record_success(session, good, now - timedelta(minutes=20))
        sources.record_failure(session, bad, "https://bad.example.vn/feed answers 503: try again later", now)
        rules, remedy = "https://off.example.vn/robots.txt", "ask the site's owner for permission, or remove the source"
        why = f"{rules} does not allow https://off.example.vn/feed: {remedy}"
        sources.set_enabled(session, off, enabled=False, why=why)
        sources.set_enabled(session, asked, enabled=False, why="ban quản trị yêu cầu")
        run = sources.start_run(session, good.id, now)
        run.outcome, run.new, run.skipped = "ok", 7, {"too old": 2, "empty": 1}
    page = lan.page("/sources")
    assert "3 nguồn cần xem lại" in text_of(page, ".headline")
    rows = [row.get_text(" ", strip=True) for row in page.select(".stack tbody tr")]
    assert rows[0] == "asked theo dõi 0 chưa lần nào đã tắt ban quản trị yêu cầu"
    assert rows[1].startswith(
        "bad theo dõi 0 chưa lần nào lỗi https://bad.example.vn/feed trả lời 503: xin thử lại sau"
    )
    assert f"{rules} không cho đọc https://off.example.vn/feed: xin phép chủ trang, hoặc bỏ nguồn này" in rows[2]
    assert rows[3] == "good theo dõi 0 16/11/2026 08:40 bình thường"
    assert rows[4] == "good 16/11/2026 09:00 đọc xong 0 7 0 0 3"


def test_a_gap_is_explained(lan: Browser, world: World) -> None:
    with world.rows() as session:
        run = sources.start_run(session, add_source(session).id, world.now)
        run.outcome, run.gap = "ok", "ten posts were missed"
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
    lan: Browser, world: World, cursor: Any, wish: Any, words: str
) -> None:
    with world.rows() as session:
        source = add_source(session, settings=wish)
        source.cursor = cursor
        sources.record_success(session, source, world.now)
    page = lan.page("/sources")
    assert words in page.select(".stack tbody tr")[0].get_text(" ", strip=True)
    assert ("1 nguồn cần xem lại" in text_of(page, ".headline")) == ("chưa rõ" in words)


def test_without_sources_the_page_says_who_adds_one(lan: Browser) -> None:
    assert "Trưởng nhóm hoặc người quản trị thêm nguồn" in text_of(lan.page("/sources"), "main")


FORM = {"name": "báo tỉnh", "kind": "feed", "address": "https://bao.example.vn/rss", "legal_basis": "RSS cho bạn đọc"}
Answer = list[Batch] | CollectError


@pytest.fixture
def answers() -> list[Answer]:
    """Give what sources answer; the last one counts."""
    return []


@pytest.fixture
def parts(answers: list[Answer]) -> Parts:
    async def look_at(source: Source) -> list[Batch]:
        found = answers[-1]
        if isinstance(found, CollectError):
            raise found
        return found

    return {"look_at": look_at}


def test_a_lead_adds_a_source_and_a_reviewer_may_not(lan: Browser, minh: Browser, world: World) -> None:
    assert not lan.page("/sources").select('form[action="/sources"]')
    assert lan.send("/sources", **FORM).status_code == 403
    assert minh.send("/sources", "/sources", **FORM).status_code == 303
    assert "báo tỉnh" in text_of(minh.page("/sources"), "table")
    with world.rows() as session:
        source = sources.by_name(session, "báo tỉnh")
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "source.registered")).one()
    assert (source.kind, source.role, source.enabled) == ("feed", "monitored", True)
    assert (event.subject, event.user_id is None) == ("báo tỉnh", False)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"legal_basis": " x "}, "vì sao được phép đọc"),
        ({"name": "đã có"}, "Xin đặt một tên"),
        ({"name": " "}, "Xin đặt một tên"),
        ({"kind": "facebook"}, "cần thêm cài đặt"),
        ({"address": "javascript:alert(1)"}, "phải là địa chỉ web"),
    ],
)
def test_what_is_no_source_is_said_and_nothing_typed_is_lost(
    minh: Browser, world: World, changes: dict[str, str], said: str
) -> None:
    with world.rows() as session:
        add_source(session, "đã có")
    response = minh.send("/sources", "/sources", **(FORM | changes))
    assert (response.status_code, said in response.text) == (422, True)
    assert (FORM | changes)["address"] in response.text
    with world.rows() as session:
        assert [source.name for source in sources.all_sources(session)] == ["đã có"]


def test_a_source_is_looked_at_before_it_is_read(minh: Browser, world: World, answers: list[Answer]) -> None:
    with world.rows() as session:
        add_source(session)
    action = "/sources/1/check"
    post = PublicPost(external_id="1", text="Chị Trần Thị Mẫu gọi 0912345678 hỏi lương")
    answers.append([batch(post)])
    page = text_of(BeautifulSoup(minh.send(action, "/sources").text, "lxml"), "main")
    assert "Đọc được 1 bài" in page
    assert "[số điện thoại] hỏi lương" in page
    answers.append([])
    assert "không có bài nào" in minh.send(action, "/sources").text
    answers.append(FetchFailed("https://forum.example.vn/feed answers 503: try again later"))
    assert "forum.example.vn/feed trả lời 503: xin thử lại sau" in minh.send(action, "/sources").text
    with world.rows() as session:
        assert sources.post_counts(session) == {}


def test_a_source_is_switched_off_and_on(minh: Browser, world: World) -> None:
    with world.rows() as session:
        add_source(session)
    for enabled, shown in (("false", "tắt ở bàn làm việc"), ("true", "chưa đọc")):
        assert minh.send("/sources/1/switch", "/sources", enabled=enabled).status_code == 303
        assert shown in text_of(minh.page("/sources"), "tbody")
