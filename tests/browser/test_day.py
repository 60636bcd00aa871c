"""One analyst's day by keyboard alone: no mouse is touched, and each page says what was done."""

import re

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import LOOKS, Desk, Look, Visitor, visiting
from tests.browser.keys import follow, press, reach, sign_in
from tests.browser.world import REVIEWER, add_work

pytestmark = pytest.mark.gate
FLAG = re.compile(r"/flags/(\d+)")


def decide(visitor: Visitor, key: str, note: str = "") -> str:
    """Decide on the flag that is open by its key, with a note before; gives the address of that flag."""
    page, before = visitor.page, visitor.page.url
    if note:
        press(visitor, "/")
        page.keyboard.type(note)
        page.keyboard.press("Escape")
    press(visitor, key)
    page.wait_for_url(lambda address: address != before)
    return before


def review_and_undo(visitor: Visitor) -> None:
    """Decide about two posts of today, and take the second decision back."""
    page = visitor.page
    press(visitor, "n")
    page.wait_for_url(FLAG)
    decide(visitor, "1", note="đã gọi hỏi tổ trưởng")
    assert page.locator(".notice.good").is_visible()
    second = decide(visitor, "5" if page.locator("button[value=no_source]").count() else "3")
    press(visitor, "u")
    page.wait_for_url(lambda address: number_in(address) == number_in(second))
    assert page.locator("button[data-key='1']").is_visible()


def number_in(address: str) -> int:
    """Give the number of the flag in an address; 0 where there is none."""
    found = FLAG.search(address)
    return int(found[1]) if found else 0


def key_of_unsure(visitor: Visitor) -> str:
    """Give the key of the decision that needs nothing else; labels differ in how many others they have."""
    key = visitor.page.locator("button[value=unsure]").get_attribute("data-key")
    assert key is not None
    return key


def decide_copies(visitor: Visitor) -> None:
    """Decide about all open copies of a post in one go."""
    page = visitor.page
    visitor.open(f"/flags/{visitor.desk.world.copied_id}")
    press(visitor, "a")
    assert page.locator("input[name=copies]").is_checked()
    decide(visitor, "1")
    visitor.open(f"/flags/{visitor.desk.world.copy_id}")
    assert page.locator(".history li").count() == 1


def settle_matter(visitor: Visitor) -> None:
    """Settle the matter that a grievance opened."""
    page = visitor.page
    follow(visitor, page.locator('nav a[href="/matters"]'))
    follow(visitor, page.locator('main a[href^="/matters/"]').first)
    reach(visitor, page.locator("#step"))
    steps = page.locator("#step option").evaluate_all("options => options.map((option) => option.value)")
    for _ in range(steps.index("settled")):
        page.keyboard.press("ArrowDown")
    reach(visitor, page.locator("#note"))
    page.keyboard.type("đã thống nhất với công ty")
    follow(visitor, page.locator("main form[action$='/steps'] button.primary"))
    assert "đã thống nhất với công ty" in page.locator(".history li").last.inner_text()


def change_language(visitor: Visitor, look: Look) -> None:
    """Change to the other language and back; the page stays."""
    page = visitor.page
    for _ in range(2):
        wanted = page.locator("form.languages button").get_attribute("value")
        follow(visitor, page.locator("form.languages button"))
        assert page.locator("html").get_attribute("lang") == wanted
    assert wanted == look.language


def search(visitor: Visitor) -> None:
    """Search without diacritics, by the key of the search."""
    page = visitor.page
    press(visitor, "s")
    page.wait_for_url(re.compile("/search"))
    reach(visitor, page.locator("#q"))
    page.keyboard.type("no luong")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("q=no"))
    assert page.locator(".queue li").count() > 0


def export(visitor: Visitor) -> None:
    """Take what was found home as a file: the texts with personal data masked."""
    page = visitor.page
    reach(visitor, page.locator('a[href^="/search/export.csv"]'))
    with page.expect_download() as downloading:
        page.keyboard.press("Enter")
    rows = downloading.value.path().read_text(encoding="utf-8-sig")
    assert "nợ lương" in rows
    assert "0912" not in rows


@pytest.mark.parametrize("look", LOOKS)
def test_a_day_needs_no_mouse(chromium: Browser, desk: Desk, look: Look) -> None:
    with visiting(chromium, desk, look) as visitor:
        page = visitor.page
        sign_in(visitor, REVIEWER)
        review_and_undo(visitor)
        decide_copies(visitor)
        settle_matter(visitor)
        change_language(visitor, look)
        search(visitor)
        export(visitor)
        follow(visitor, page.locator("form.who button"))
        page.wait_for_url(re.compile("/login"))
        assert visitor.complaints == []


@pytest.mark.long
@pytest.mark.parametrize("look", LOOKS)
def test_the_forty_of_a_day_need_no_mouse(chromium: Browser, desk: Desk, look: Look) -> None:
    add_work(desk.database, desk.clock, 60)
    with visiting(chromium, desk, look) as visitor:
        page, seen = visitor.page, {desk.world.refuted_id}  # this morning's, which counts
        sign_in(visitor, REVIEWER)
        press(visitor, "n")
        page.wait_for_url(FLAG)
        while FLAG.search(page.url):
            seen.add(number_in(page.url))
            decide(visitor, key_of_unsure(visitor))
        assert len(seen) == 40
        assert not page.locator("section.today button").count()
        press(visitor, "u")
        page.wait_for_url(FLAG)
        assert visitor.complaints == []
