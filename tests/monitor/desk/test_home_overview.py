"""The first page, and the overview: figures of what people decided, each chart beside a table."""

from bs4 import BeautifulSoup

from tests.monitor.desk.browser import Browser, text_of
from tests.monitor.desk.world import World


def test_an_empty_installation_says_what_to_do_and_counts_nothing(lan: Browser) -> None:
    text = text_of(lan.page("/"), "main")
    for expected in ("Chưa có bài nào để xem xét", "thêm nguồn ở trang Các nguồn", "Chưa theo dõi nơi nào"):
        assert expected in text
    assert "0" not in text
    assert "Chưa có nguồn nào đủ quyết định" in text_of(lan.page("/overview"), "main")


def test_flags_are_counted_by_label_and_state_and_each_label_is_explained(lan: Browser, world: World) -> None:
    for label in ("concern", "concern", "negative"):
        world.flag(label=label)
    lan.decide(1, "yes")
    page = lan.page("/")
    assert text_of(page, "h1") == "Hôm nay bạn đã xem 1, còn 1 bức xúc."
    assert "1 lời xúc phạm giữa người lạ" in text_of(page, ".today")
    assert text_of(page, ".headline h2") == "1 mục đang chờ xem xét", "as many as the queue lists"
    assert [card.get_text().count("Không thuộc nhãn này:") for card in page.select(".label-card")] == [1, 1, 1]
    card = page.select(".label-card.edge-concern")[0].get_text(" ", strip=True)
    assert "1 bài đang chờ" in card
    assert "Gợi ý đúng 1" in card
    assert "3 bài đang chờ chấm điểm" in page.get_text(" ", strip=True)


def tables(page: BeautifulSoup) -> dict[str, list[str]]:
    """Give the rows of each table by the heading of its card."""
    return {
        text_of_tag(card.h2): [row.get_text(" ", strip=True) for row in card.select("tbody tr")]
        for card in page.select(".card")
        if card.h2 and card.table
    }


def text_of_tag(tag: object) -> str:
    return " ".join(str(getattr(tag, "text", "")).split())


def test_precision_is_measured_by_source_and_label_with_its_interval(lan: Browser, world: World) -> None:
    for decision in ("yes",) * 3 + ("no",) * 5 + ("unsure",) * 2:
        flag_id = world.flag(probability=0.72)
        lan.decide(flag_id, decision)
    world.flag(label="negative", probability=0.95)
    found = tables(lan.page("/overview"))
    # Wilson's interval of 3 in 8.
    assert found["Máy đúng đến đâu ở từng nguồn"] == ["forum Bức xúc của người lao động 3/8 38% 14–69%"]
    assert found["Máy nói chắc có đúng là chắc không"] == ["70–80% 3/8 38% 14–69%"]
    assert found["Đã xem được bao nhiêu"][1:] == [
        "Tiêu cực, vi phạm chuẩn mực đạo đức 0/1 0%",
        "Bức xúc của người lao động 10/10 100%",
    ]


def test_days_are_days_in_vietnam(lan: Browser, world: World) -> None:
    world.flag()
    rows = tables(lan.page("/overview"))["Gợi ý mỗi ngày trong 28 ngày qua"]
    assert len(rows) == 28
    assert rows[0] == "16/11/2026 1 0 0 1"
