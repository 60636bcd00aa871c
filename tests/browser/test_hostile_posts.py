"""Posts that try to break a page, in a real browser: nothing runs, nothing is covered, nothing is out of place."""

import pytest
from playwright.sync_api import Browser
from sqlalchemy import select

from storage.models import Flag
from tests.browser.conftest import Desk, Look, Visitor, visiting
from tests.browser.keys import sign_in
from tests.browser.test_pages import faults_of_layout
from tests.browser.world import REVIEWER, add_work
from tests.monitor.desk.test_safety import HOSTILE

LOOK = Look("vi", 1366, "light")
NARROW = Look("en", 390, "dark")
pytestmark = pytest.mark.gate


def put_into(desk: Desk, text: str) -> int:
    """Put a text into a post wherever a post can have one; gives the number of its flag."""
    (number,) = add_work(desk.database, desk.clock, 1)
    with desk.database.changes() as session:
        post = session.scalars(select(Flag).where(Flag.id == number)).one().post
        post.text, post.title, post.context = text, text[:300], text[:5_000]
    return number


def around(visitor: Visitor, number: int) -> list[bytes]:
    """Take pictures of what stands above and beside the text of a flag."""
    visitor.open(f"/flags/{number}")
    return [visitor.page.locator(part).first.screenshot() for part in ("header.top", ".post > .facts", ".buttons")]


@pytest.mark.parametrize(
    "kind", [kind if kind == "script" else pytest.param(kind, marks=pytest.mark.long) for kind in HOSTILE]
)
def test_a_hostile_post_leaves_the_page_as_it_is(chromium: Browser, desk: Desk, kind: str) -> None:
    text = HOSTILE[kind].replace("\x00", "")
    with visiting(chromium, desk, LOOK) as visitor:
        asked: list[str] = []
        visitor.page.on("dialog", lambda dialog: asked.append(dialog.message))
        sign_in(visitor, REVIEWER)
        number = put_into(desk, "Một bài bình thường.")
        before = around(visitor, number)
        number = put_into(desk, text)
        assert around(visitor, number) == before
        for look in (LOOK, NARROW):
            visitor.page.set_viewport_size({"width": look.width, "height": look.height})
            for path in ("/", "/queue?label=unverified", f"/flags/{number}"):
                visitor.open(path)
                assert faults_of_layout(visitor) == []
        assert asked == []
        assert visitor.complaints == []
