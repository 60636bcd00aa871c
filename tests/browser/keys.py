"""Using the desk by keyboard alone."""

from playwright.sync_api import Locator

from tests.browser.conftest import Visitor
from tests.browser.world import PASSWORD
from tests.monitor.desk.browser import totp

SETTLED = """() => {
  const loaded = performance.getEntriesByType("navigation")[0].loadEventEnd;
  return loaded > 0 && performance.now() - loaded > 600;
}"""


def reach(visitor: Visitor, wanted: Locator, *, most: int = 60) -> None:
    """Press Tab until an element has the focus."""
    for _ in range(most):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        visitor.page.keyboard.press("Tab")
    raise AssertionError(f"{wanted} is not reached by {most} times Tab")


def give_password(visitor: Visitor, name: str) -> None:
    """Fill the first page of signing in, and send it."""
    visitor.open("/login")
    visitor.page.wait_for_function("document.activeElement?.id === 'name'")  # the browser gives it the focus
    visitor.page.keyboard.type(name)
    reach(visitor, visitor.page.locator("#password"))
    visitor.page.keyboard.type(PASSWORD)
    visitor.page.keyboard.press("Enter")


def sign_in(visitor: Visitor, name: str) -> None:
    """Sign in by keys; an administrator also sets up the second factor."""
    page, keyboard = visitor.page, visitor.page.keyboard
    give_password(visitor, name)
    page.wait_for_url(lambda address: "/login" not in address)
    if "/second-factor" in page.url:
        secret = page.locator("code.secret").inner_text()
        keyboard.type(totp(secret, visitor.desk.clock.now().timestamp()))
        keyboard.press("Enter")
        page.locator(".codes").wait_for()


def press(visitor: Visitor, key: str) -> None:
    """Press a key of the desk: what it does waits until the page has been there for half a second."""
    visitor.page.wait_for_function(SETTLED)
    visitor.page.keyboard.press(key)


def follow(visitor: Visitor, wanted: Locator) -> None:
    """Reach a link or a button and press it; waits for the page that it leads to."""
    reach(visitor, wanted)
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")
