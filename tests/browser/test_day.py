"""One analyst's day by keyboard alone: no mouse is touched, and each page says what was done."""

import re

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import LOOKS, Desk, Look, Visitor, visiting
from tests.browser.keys import follow, press, reach, sign_in
from tests.browser.world import REVIEWER

pytestmark = pytest.mark.gate


def decide(visitor: Visitor, key: str, note: str = "") -> str:
    """Decide on the flag that is open by its key, with a note before; gives the address of the page that follows."""
    page, before = visitor.page, visitor.page.url
    if note:
        press(visitor, "/")
        page.keyboard.type(note)
        page.keyboard.press("Escape")
    press(visitor, key)
    page.wait_for_url(lambda address: address != before)
    return page.url


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_a_day_needs_no_mouse(chromium: Browser, desk: Desk, look: Look) -> None:
    with visiting(chromium, desk, look) as visitor:
        page = visitor.page
        sign_in(visitor, REVIEWER)
        press(visitor, "n")
        page.wait_for_url(re.compile(r"/flags/\d+"))
        first = page.url
        decide(visitor, "1", note="đã gọi hỏi tổ trưởng")
        assert page.url != first
        assert page.locator(".notice.good").is_visible()
        decide(visitor, "2")
        # Another language by keys alone, on the page where one is; then back.
        switch = page.locator("form.languages button")
        other = switch.get_attribute("value")
        follow(visitor, switch)
        assert page.locator("html").get_attribute("lang") == other
        follow(visitor, page.locator("form.languages button"))
        assert page.locator("html").get_attribute("lang") == look.language
        # Search, a source's health, the overview, and the way out.
        follow(visitor, page.locator('nav a[href="/search"]'))
        reach(visitor, page.locator("#q"))
        page.keyboard.type("luong")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("q=luong"))
        for address in ("/sources", "/overview"):
            follow(visitor, page.locator(f'nav a[href="{address}"]'))
            assert page.locator("h1").is_visible()
        follow(visitor, page.locator("form.who button"))
        page.wait_for_url(re.compile("/login"))
        assert visitor.complaints == []
