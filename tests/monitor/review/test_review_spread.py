"""How far a post has come: a chart of its copies by source beside a table of the same, and what was said of one."""

from datetime import timedelta

import pytest

from storage import flags, matching
from storage.database import Database
from tests.clock import MONDAY_MORNING, FakeClock
from tests.factories import add_post, add_source
from tests.monitor.review.browser import Browser, text_of
from tests.monitor.review.conftest import FlagMaker


@pytest.fixture
def copied(sqlite_database: Database, clock: FakeClock, make_flagged: FlagMaker) -> tuple[int, int]:
    """Store a post with two copies in its own source, of which one is flagged, and one elsewhere."""
    first = make_flagged("nợ lương", published_at=MONDAY_MORNING, engagement={"likes": 1_000})
    second = make_flagged("nợ lương", published_at=MONDAY_MORNING - timedelta(hours=3), engagement={"likes": "x"})
    with sqlite_database.work() as session:
        post, copy = flags.by_id(session, first).post, flags.by_id(session, second).post
        other = add_source(session, "bảng <b>tin</b>")
        far = add_post(session, other, "c", text="nợ lương", engagement={"shares": 7})
        for each in (copy, far):
            matching.join_clusters(session, post, each, clock.now())
        session.commit()
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


def test_a_post_without_copies_has_no_chart(lan: Browser, make_flagged: FlagMaker) -> None:
    assert lan.page(f"/flags/{make_flagged()}").select(".spread") == []


def test_beside_the_buttons_stands_what_was_said_of_a_copy(
    lan: Browser, hung: Browser, copied: tuple[int, int]
) -> None:
    first, second = copied
    lan.decide(second, "yes")
    said = text_of(hung.page(f"/flags/{first}"), ".decide .notice")
    assert said == f"Mục {second} (giống bài này) đã được lan xác nhận."
    lan.decide(second, "reopened")
    assert hung.page(f"/flags/{first}").select(".decide .notice") == []
    lan.decide(second, "no")
    said = text_of(hung.page(f"/flags/{first}"), ".decide .notice")
    assert said == f"Mục {second} (giống bài này): lan đã ghi “Không phải”."


@pytest.mark.parametrize(
    ("context", "shown", "folded"),
    [
        ("một\nhai\nba", "một\nhai\nba", False),
        ("một\nhai\nba\nbốn", "một\nhai\nba…", True),
        ("chữ " * 100, ("chữ " * 60).strip() + "…", True),
    ],
)
def test_a_context_is_folded_after_three_lines(
    lan: Browser, make_flagged: FlagMaker, context: str, shown: str, folded: bool
) -> None:
    page = lan.page(f"/flags/{make_flagged(context=context)}")
    assert page.select(".context bdi")[0].get_text() == shown
    assert [found.get_text() for found in page.select("details.context p bdi")] == [context.strip()] * folded
