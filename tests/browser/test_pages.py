"""Every page in a real browser: axe finds nothing, contrasts hold, nothing is cut off, the console stays silent."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import AXE_FILE, LOOKS, SCREENSHOTS, Desk, Look, Visitor, visiting
from tests.browser.keys import give_password, sign_in
from tests.browser.reading import spoken_faults
from tests.browser.world import ADMIN, REVIEWER, World
from tests.monitor.desk.test_language import FILES
from tests.monitor.desk.walking import pages as routes

CONTRAST, CUT = ((Path(__file__).parent / name).read_text(encoding="utf-8") for name in ("contrast.js", "cut.js"))
NO_PAGES = FILES | {"/healthz", "/readyz"}
CODE = "/login/code"  # shown between the password and the desk alone
NOT_THERE = {"/join/no-such-invitation", "/manual", "/no-such-page"}  # the manual leads to the page of a screen
REFUSED = re.compile(r"status of (404|410) ")
# What axe calls best practice is asked for as well.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
pytestmark = pytest.mark.gate


def numbers_for(path: str, world: World) -> dict[str, int | str]:
    """Give the number of a row for each name in the path of a route."""
    return {
        "flag_id": world.flag_ids[0],
        "number": world.rumour_id if path.startswith("/matters/") else world.correction_id,
        "post_id": world.post_id,
        "matter_id": world.matter_id,
        "name": "mot-ngay",
        "period": "2026-W46",
        "token": "no-such-invitation",
    }


def pages(desk: Desk) -> Iterator[str]:
    """Give the address of every page of the desk, with numbers of rows that are there."""
    no_pages = {*NO_PAGES, CODE}
    for route in routes(desk.app):
        if "GET" in (route.methods or ()) and route.path not in no_pages and not route.path.startswith("/api/"):
            numbers = numbers_for(route.path, desk.world)
            yield re.sub(r"\{(\w+)\}", lambda found, numbers=numbers: str(numbers[found[1]]), route.path)
    yield f"/flags/{desk.world.decided_id}"
    yield f"/flags/{desk.world.flag_ids[0]}?find=tang+ca"
    yield f"/matters/{desk.world.rumour_id}?find="
    yield "/search?q=luong"
    yield "/no-such-page"


def faults_of(visitor: Visitor) -> list[str]:
    """List what is wrong with the page that is open."""
    page = visitor.page
    result = page.evaluate("rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES)
    found = [
        f"axe {violation['id']}: {node['html'][:150]} ({violation['help']})"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]
    return [*found, *page.evaluate(f"({CONTRAST})()"), *spoken_faults(page), *faults_of_layout(visitor)]


def faults_of_layout(visitor: Visitor) -> list[str]:
    """List what nobody can read without scrolling sideways, or at all."""
    wide = visitor.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [*visitor.page.evaluate(f"({CUT})()"), *([f"{wide} px wider than the window"] if wide > 0 else [])]


def look_at(visitor: Visitor, path: str, folder: Path) -> list[str]:
    """Take a picture of the page that is open, and list what is wrong with it."""
    visitor.page.evaluate(AXE_FILE.read_text(encoding="utf-8"))
    name = re.sub(r"\W+", "-", path).strip("-") or "home"
    visitor.page.screenshot(path=folder / f"{name}.png", full_page=True)
    return [f"{path}: {fault}" for fault in faults_of(visitor)]


# 200 % on a screen of 1366 px leaves 683 of them, and half of its height.
ZOOMED = tuple(Look(language, 683, theme, zoom=2) for language, theme in (("vi", "light"), ("en", "dark")))


@pytest.mark.parametrize(
    "look", [*LOOKS, *(pytest.param(look, id=str(look), marks=pytest.mark.long) for look in ZOOMED)]
)
def test_every_page_can_be_used_by_everybody(chromium: Browser, desk: Desk, look: Look) -> None:
    faults, others, folder = [], set(), SCREENSHOTS / str(look)
    folder.mkdir(parents=True, exist_ok=True)
    with visiting(chromium, desk, look) as visitor:
        sign_in(visitor, ADMIN)
        for path in pages(desk):
            if visitor.open(path) != HTTPStatus.OK or visitor.page.url != desk.address + path:
                others.add(path)
            faults += look_at(visitor, path, folder)
        give_password(visitor, ADMIN)
        visitor.page.wait_for_url(desk.address + CODE)
        faults += look_at(visitor, CODE, folder)
        # A page that is not there is an answer of 404, of which Chromium complains.
        complaints = [line for line in visitor.complaints if not REFUSED.search(line)]
    assert others == NOT_THERE
    assert "\n".join(faults) == ""
    assert complaints == []


def test_nothing_is_cut_at_twice_the_size(chromium: Browser, desk: Desk) -> None:
    faults = []
    with visiting(chromium, desk, ZOOMED[0]) as visitor:
        sign_in(visitor, REVIEWER)
        for path in ("/", "/queue", f"/flags/{desk.world.copied_id}", "/search?q=luong"):
            visitor.open(path)
            faults += [f"{path}: {fault}" for fault in faults_of_layout(visitor)]
        assert visitor.complaints == []
    assert "\n".join(faults) == ""
