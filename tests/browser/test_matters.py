"""Matters by keyboard alone: five posts of one grievance are joined, split, merged; an answered rumour returns."""

import re
from collections.abc import Sequence

import pytest
from playwright.sync_api import Browser
from sqlalchemy import select

from monitor.scoring.match import Matcher
from storage.models import Flag
from storage.posts import sources
from storage.review import matters
from tests.browser.conftest import LOOKS, Desk, Look, Visitor, visiting
from tests.browser.keys import follow, press, sign_in
from tests.browser.test_pages import faults_of_layout
from tests.browser.world import REVIEWER
from tests.factories import add_flag, add_post

pytestmark = pytest.mark.gate
SAID = (
    "Công ty giày ở Suối Bạc nợ lương tháng chín, hỏi không ai trả lời.",
    "Suối Bạc lại nợ lương, cả chuyền may nghỉ ở nhà chờ.",
    "Chồng tôi làm công ty giày, hai tháng rồi không thấy lương đâu.",
    "Nợ lương kiểu này lấy gì trả tiền trọ, công ty giày ơi.",
    "Bảo vệ công ty giày Suối Bạc đánh công nhân vì hỏi chuyện nợ lương.",
)
RUMOUR = "Nghe đâu thứ hai cả tỉnh mất nước."


def add_grievances(desk: Desk) -> list[int]:
    """Store five posts of one grievance with open flags; gives the numbers of the flags."""
    with desk.database.changes() as session:
        source = sources.all_sources(session)[0]
        posts = [add_post(session, source, f"giay-{number}", text=text) for number, text in enumerate(SAID)]
        return [add_flag(session, post).id for post in posts]


def open_page(visitor: Visitor, path: str) -> None:
    """Open a page a second later, which can be read in this window."""
    visitor.desk.clock.advance(1)
    visitor.open(path)
    assert faults_of_layout(visitor) == []


def find(visitor: Visitor, words: str) -> None:
    """Look for matters by words, by the key of the field."""
    press(visitor, "m")
    visitor.page.keyboard.type(words)
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")
    assert faults_of_layout(visitor) == []


def join(visitor: Visitor, flag_id: int, words: str) -> None:
    """Confirm a flag and have its post join the first matter with these words."""
    open_page(visitor, f"/flags/{flag_id}")
    find(visitor, words)
    visitor.page.keyboard.press("ArrowDown")
    assert visitor.page.locator("input[name=matter]").nth(1).is_checked()
    confirm(visitor)


def confirm(visitor: Visitor) -> None:
    before = visitor.page.url
    press(visitor, "1")
    visitor.page.wait_for_url(lambda address: address != before)


def matter_of(desk: Desk, flag_id: int) -> int:
    with desk.database.work() as session:
        flag = session.get_one(Flag, flag_id)
        matter = matters.of_post(session, flag.post_id, flag.label)
        assert matter is not None
        return matter.id


def posts_of(desk: Desk, number: int) -> int:
    with desk.database.work() as session:
        return len(matters.posts_of(session, number))


def take_back(visitor: Visitor) -> None:
    with visitor.page.expect_navigation():
        press(visitor, "u")


def split_and_undo(visitor: Visitor, number: int) -> None:
    """Take the last post out of a matter and put it back; then take it out for good."""
    page, desk = visitor.page, visitor.desk
    for again in (True, False):
        open_page(visitor, f"/matters/{number}")
        follow(visitor, page.locator(f"form[action='/matters/{number}/split'] button").last)
        assert posts_of(desk, number) == 4
        if again:
            take_back(visitor)
            assert posts_of(desk, number) == 5


def merge_and_undo(visitor: Visitor, flags: Sequence[int], number: int) -> None:
    """Merge what was split off into the matter again, and part them by one key."""
    other = matter_of(visitor.desk, flags[-1])
    assert other != number
    open_page(visitor, f"/matters/{other}")
    find(visitor, f"#{number}")
    follow(visitor, visitor.page.locator(f"form[action='/matters/{other}/merge'] button"))
    assert visitor.page.url.endswith(f"/matters/{number}")
    assert posts_of(visitor.desk, number) == 5
    take_back(visitor)
    assert (posts_of(visitor.desk, number), posts_of(visitor.desk, other)) == (4, 1)


def settle(visitor: Visitor, number: int) -> None:
    """Note that a matter is settled."""
    page = visitor.page
    open_page(visitor, f"/matters/{number}")
    press(visitor, "w")
    steps = page.locator("#step option").evaluate_all("options => options.map((option) => option.value)")
    for _ in range(steps.index("settled")):
        page.keyboard.press("ArrowDown")
    follow(visitor, page.locator("form[action$='/steps'] button.primary"))


def hear_again(desk: Desk) -> None:
    """Store a copy of the rumour that was refuted, and let the machine find it."""
    with desk.database.changes() as session:
        other = next(each for each in sources.all_sources(session) if each.name == "bao-dia-phuong")
        add_flag(session, add_post(session, other, "again", text=RUMOUR), "unverified")
    Matcher(desk.database, desk.clock).run()


@pytest.mark.parametrize("look", LOOKS)
def test_matters_need_no_mouse(chromium: Browser, desk: Desk, look: Look) -> None:
    flags = add_grievances(desk)
    Matcher(desk.database, desk.clock).run()
    with visiting(chromium, desk, look) as visitor:
        page = visitor.page
        sign_in(visitor, REVIEWER)
        open_page(visitor, f"/flags/{flags[0]}")
        confirm(visitor)
        number = matter_of(desk, flags[0])
        for flag_id, words in zip(flags[1:], ("no luong", "công ty giày", "", f"#{number}"), strict=True):
            join(visitor, flag_id, words)
        assert posts_of(desk, number) == 5
        split_and_undo(visitor, number)
        merge_and_undo(visitor, flags, number)
        settle(visitor, desk.world.rumour_id)
        hear_again(desk)
        press(visitor, "s")
        page.wait_for_url(re.compile("/search"))
        follow(visitor, page.locator('nav a[href="/matters"]'))
        assert page.locator("li.card .queue-line").first.get_attribute("href") == f"/matters/{desk.world.rumour_id}"
        assert page.locator("li.card .tag.held").count() == 1
        with desk.database.work() as session:
            assert session.scalars(select(Flag.state).order_by(Flag.id.desc())).first() == "confirmed"
        assert visitor.complaints == []
