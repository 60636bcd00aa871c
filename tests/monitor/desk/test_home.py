"""The first page: flags, sources, readings and summaries at a glance."""

from tests.monitor.desk.browser import Browser, text_of
from tests.monitor.desk.conftest import FlagMaker


def test_an_empty_installation_says_what_to_do(lan: Browser) -> None:
    text = lan.page("/").get_text(" ", strip=True)
    for expected in ("Không có mục nào đang chờ", "Chưa có mô hình nào", "kiemtin report"):
        assert expected in text


def test_flags_are_counted_by_label_and_state(lan: Browser, make_flagged: FlagMaker) -> None:
    for label in ("concern", "concern", "negative"):
        make_flagged(label=label)
    lan.decide(1, "yes")
    page = lan.page("/")
    assert text_of(page, "h1") == "Hôm nay bạn đã xem 1, còn 1 bức xúc."
    assert "1 lời xúc phạm giữa người lạ" in text_of(page, ".today")
    assert text_of(page, ".headline h2") == "2 mục đang chờ xem xét"
    card = page.select(".label-card.edge-concern")[0].get_text(" ", strip=True)
    assert "1 đang chờ" in card
    assert "Đúng, cần xử lý 1" in card
    assert "3 bài đang chờ chấm điểm" in page.get_text(" ", strip=True)


def test_every_label_is_explained(lan: Browser) -> None:
    cards = lan.page("/").select(".label-card")
    assert len(cards) == 3
    assert all("Không thuộc nhãn này:" in card.get_text() for card in cards)
