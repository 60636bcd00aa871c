"""The first page: flags, sources, readings and summaries at a glance."""

from datetime import timedelta

from storage import sources
from storage.database import Database
from tests.clock import FakeClock
from tests.factories import add_source
from tests.monitor.review.browser import Browser, text_of
from tests.monitor.review.conftest import FlagMaker


def test_an_empty_installation_says_what_to_do(lan: Browser) -> None:
    text = lan.page("/").get_text(" ", strip=True)
    for expected in ("Không có mục nào đang chờ", "kiemtin sources add", "Chưa có mô hình nào", "kiemtin report"):
        assert expected in text


def test_flags_are_counted_by_label_and_state(lan: Browser, make_flagged: FlagMaker) -> None:
    for label in ("concern", "concern", "negative"):
        make_flagged(label=label)
    lan.decide(1, "confirmed")
    page = lan.page("/")
    assert text_of(page, "h1") == "2 mục đang chờ xem xét"
    card = page.select(".label-card.edge-concern")[0].get_text(" ", strip=True)
    assert "1 đang chờ" in card
    assert "Đúng, cần xử lý 1" in card
    assert "3 bài đang chờ chấm điểm" in page.get_text(" ", strip=True)


def test_sources_show_their_health(lan: Browser, sqlite_database: Database, clock: FakeClock) -> None:
    now = clock.now()
    with sqlite_database.work() as session:
        good, bad, off = (add_source(session, name) for name in ("good", "bad", "off"))
        sources.record_success(session, good, now - timedelta(minutes=20))
        sources.record_failure(session, bad, "the server answered 503", now)
        sources.set_enabled(session, off, enabled=False, why="robots.txt says no")
        run = sources.start_run(session, good.id, now)
        run.outcome, run.gap, run.new, run.skipped = "ok", "mười bài bị sót", 7, {"too old": 2, "empty": 1}
        session.commit()
    page = lan.page("/")
    rows = [row.get_text(" ", strip=True) for row in page.select(".stack tbody tr")]
    assert rows[0].startswith("bad theo dõi 0 chưa lần nào lỗi the server answered 503")
    assert rows[1] == "good theo dõi 0 16/11/2026 08:40 bình thường có thể bị sót bài mười bài bị sót"
    assert rows[2].endswith("đã tắt robots.txt says no")
    assert rows[3] == "good 16/11/2026 09:00 đọc xong 0 7 0 0 3"


def test_every_label_is_explained(lan: Browser) -> None:
    cards = lan.page("/").select(".label-card")
    assert len(cards) == 3
    assert all("Không thuộc nhãn này:" in card.get_text() for card in cards)
