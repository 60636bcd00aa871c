"""How far a post has come: a chart of its copies by source beside a table of the same, and what was said of one."""

import re
from datetime import timedelta

import pytest

from monitor.desk.views.spread_view import STEPS, spread_of
from storage.review import flags
from storage.scoring import matching
from storage.scoring.matching import Copy
from tests.clock import MONDAY_MORNING
from tests.factories import add_post, add_source
from tests.monitor.desk.browser import Browser, text_of
from tests.monitor.desk.world import World


@pytest.fixture
def copied(world: World) -> tuple[int, int]:
    """Store a post with two copies in its own source, of which one is flagged, and one elsewhere."""
    first = world.flag("nợ lương", published_at=MONDAY_MORNING, engagement={"likes": 1_000})
    second = world.flag("nợ lương", published_at=MONDAY_MORNING - timedelta(hours=3), engagement={"likes": "x"})
    world.join(first, second)
    with world.rows() as session:
        far = add_post(session, add_source(session, "bảng <b>tin</b>"), text="nợ lương", engagement={"shares": 7})
        matching.join_cluster(session, flags.by_id(session, first).post, far, world.now)
    return first, second


def test_copies_are_drawn_and_listed_by_source(lan: Browser, copied: tuple[int, int]) -> None:
    spread = lan.page(f"/flags/{copied[0]}").select(".spread")[0]
    rows = [[cell.get_text() for cell in row.select("td")] for row in spread.select("tbody tr")]
    assert rows == [
        ["forum", "2", "1.000", "16/11/2026 06:00"],
        ["bảng <b>tin</b>", "1", "7", "16/11/2026 09:00"],
    ]
    assert [text.get_text() for text in spread.select("svg text")] == ["forum", "2", "bảng <b>tin</b>", "1"]
    longest, shorter = (float(str(bar["width"])) for bar in spread.select("svg rect"))
    assert longest == 2 * shorter
    assert spread.select("svg[aria-hidden=true]"), "the table says the same"


def test_the_first_and_the_newest_copy_and_their_reach_over_time_are_said(
    lan: Browser, copied: tuple[int, int]
) -> None:
    page = lan.page(f"/flags/{copied[0]}")
    said = " ".join(page.select_one(".reach").find_previous("p").get_text().split())  # type: ignore[union-attr]
    assert said == "Bài đầu tiên lúc 16/11/2026 06:00 ở forum, bài mới nhất lúc 16/11/2026 09:00."
    assert text_of(page, ".reach figcaption") == "Số bài mỗi giờ"
    heights = [float(str(bar["height"])) for bar in page.select(".reach rect")]
    assert heights[1] == 2 * heights[0], "two posts at nine, one at six"
    names = [text.get_text() for text in page.select(".reach text[text-anchor=middle]")]
    assert names == ["06:00", "07:00", "08:00", "09:00"]


@pytest.mark.parametrize(
    ("apart", "step", "columns"),
    [(timedelta(0), "hour", 1), (timedelta(days=9), "day", 10), (timedelta(weeks=30), "week", 31)],
)
def test_reach_is_counted_by_hour_day_or_week(apart: timedelta, step: str, columns: int) -> None:
    spread = spread_of([Copy("forum", moment, {}) for moment in (MONDAY_MORNING, MONDAY_MORNING + apart)])
    assert spread is not None
    assert spread.step == STEPS[step]
    assert str(spread.reach).count("<rect") == (1 if columns == 1 else 2)
    width = float(re.search(r'<rect[^>]* width="([\d.]+)"', str(spread.reach))[1])  # type: ignore[index]
    assert width == pytest.approx(0.7 * (640 - 44 - 24) / columns, abs=0.1)


def test_a_post_without_copies_has_no_chart(lan: Browser, world: World) -> None:
    assert lan.page(f"/flags/{world.flag()}").select(".spread") == []


def test_beside_the_buttons_stands_what_was_said_of_a_copy(
    lan: Browser, hung: Browser, copied: tuple[int, int]
) -> None:
    first, second = copied
    lan.decide(second, "no")
    said = text_of(hung.page(f"/flags/{first}"), ".decide .notice")
    assert said == f"Mục {second} (giống bài này): lan đã ghi “Không phải”."
    lan.decide(second, "reopened")
    assert hung.page(f"/flags/{first}").select(".decide .notice") == []
    lan.decide(second, "yes")
    page = hung.page(f"/flags/{first}")
    assert text_of(page, ".decide .notice") == f"Mục {second} (giống bài này) đã được lan xác nhận."
    assert "Thuộc vụ việc 1" in text_of(page, ".decide"), "copies follow it"


@pytest.mark.parametrize(
    ("context", "shown", "folded"),
    [
        ("một\nhai\nba", "một\nhai\nba", False),
        ("một\nhai\nba\nbốn", "một\nhai\nba…", True),
        ("chữ " * 100, ("chữ " * 60).strip() + "…", True),
    ],
)
def test_a_context_is_folded_after_three_lines(
    lan: Browser, world: World, context: str, shown: str, folded: bool
) -> None:
    page = lan.page(f"/flags/{world.flag(context=context)}")
    assert page.select(".context bdi")[0].get_text() == shown
    assert [found.get_text() for found in page.select("details.context p bdi")] == [context.strip()] * folded
