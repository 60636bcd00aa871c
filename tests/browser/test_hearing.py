"""What somebody with a screen reader hears after a decision: what was done, without looking for it."""

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Desk, Look, visiting
from tests.browser.keys import press, sign_in
from tests.browser.test_day import FLAG, decide
from tests.browser.world import REVIEWER

# A screen reader speaks when a live region changes after the page is there, not of what was in it before.
LISTEN = """
  window.heard = [];
  addEventListener("load", () => new MutationObserver((changes) => {
    for (const { target } of changes) {
      const region = (target.closest ? target : target.parentElement).closest("[role=status], [role=alert]");
      if (region) window.heard.push(region.textContent.trim());
    }
  }).observe(document.body, {subtree: true, childList: true, characterData: true}));
"""
pytestmark = pytest.mark.gate


def test_what_was_decided_is_said(chromium: Browser, desk: Desk) -> None:
    with visiting(chromium, desk, Look("en", 1366, "light")) as visitor:
        page = visitor.page
        page.add_init_script(LISTEN)
        sign_in(visitor, REVIEWER)
        press(visitor, "n")
        page.wait_for_url(FLAG)
        number = FLAG.search(decide(visitor, "1"))
        page.wait_for_function("() => window.heard.length")
        assert page.evaluate("window.heard") == [page.locator(".notice.good").inner_text().strip()]
        assert number[1] in page.evaluate("window.heard[0]")
