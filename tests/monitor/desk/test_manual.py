"""The manual: each screen leads to its page, and no page speaks of a button that is not there."""

import re

import pytest

from monitor.catalogues import LOCALE_DIR
from monitor.desk.pages.manual import MANUAL_DIR, PAGES
from tests.examples import examples_of
from tests.monitor.desk.browser import Browser, text_of


def text_of_page(name: str) -> str:
    return (MANUAL_DIR / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("screen", "page"), examples_of(__file__)["page_of_screen"].items())
def test_a_screen_leads_to_the_page_that_explains_it(lan: Browser, screen: str, page: str) -> None:
    assert lan.get(f"/manual?about={screen}").headers["location"] == f"/manual/{page}"


def test_the_sign_in_page_has_help_and_its_page_needs_no_account(anonymous: Browser) -> None:
    assert anonymous.page("/login").select("a.help")
    assert "liên kết mời" in text_of(anonymous.page("/manual/bat-dau"), "main")
    assert anonymous.get("/manual/khong-co").status_code == 404


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_titled_as_the_list_says_and_its_links_lead_to_pages(anonymous: Browser, name: str) -> None:
    page = anonymous.page(f"/manual/{name}")
    assert text_of(page, "h1") == PAGES[name]
    for link in page.select(".manual-text a[href]"):
        assert link["href"] in PAGES


def test_every_page_of_the_folder_is_listed() -> None:
    assert {path.stem for path in MANUAL_DIR.glob("*.md")} == set(PAGES)


def test_what_the_manual_says_to_press_stands_on_a_screen() -> None:
    screens = (LOCALE_DIR / "en" / "LC_MESSAGES" / "kiemtin.po").read_text(encoding="utf-8")
    pressed = {words for name in PAGES for words in re.findall(r"\*\*([^*\n]+)\*\*", text_of_page(name))}
    assert {words for words in pressed if len(words) > 1 and f'msgid "{words}"' not in screens} == set()
    assert "Bắt đầu vòng mới (50 bài)" in pressed
