"""Every page, in both languages: no text of the other one, in words, titles or names for screen readers."""

import re
from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup
from fastapi import FastAPI
from sqlalchemy import select

from monitor.catalogues import SCREENS
from monitor.desk.web.auth import Allowed
from monitor.desk.web.language import LANGUAGE_COOKIE
from monitor.settings.settings import Settings
from storage.database import Database
from storage.models import Post, Source
from storage.posts import sources
from tests import catalogue
from tests.clock import FakeClock
from tests.factories import add_drawn
from tests.monitor.desk.browser import Browser
from tests.monitor.desk.conftest import FlagMaker, Newcomer
from tests.monitor.desk.test_roles import dependants
from tests.monitor.desk.walking import pages as routes

VIETNAMESE = re.compile("[àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ]", re.IGNORECASE)
ATTRIBUTES = ("title", "aria-label", "alt", "placeholder", "data-name", "content")
FILES = {
    "/reports/{name:path}",
    "/reports/{period}/preview",
    "/search/export.{kind}",
    "/static/labels.css",
    "/static/labels-dark.css",
}  # what is downloaded is no page
SAMPLE_POST = "Hot as an oven in hall 3, and nobody answers us"


def pages(app: FastAPI) -> Iterator[str]:
    """Give the address of every page; all numbers are 1, whatever they count."""
    for route in routes(app):
        right = any(isinstance(found.call, Allowed) for found in dependants(route.dependant))
        if "GET" in (route.methods or ()) and route.path not in FILES and (right or route.path == "/login"):
            yield re.sub(r"\{[^}]+\}", "1", route.path)


def said_on(page: BeautifulSoup) -> Iterator[str]:
    """Give every piece of text of a page, and every attribute that is read out or shown, but names of languages."""
    for other in page.select("script, style, form.languages button, #language option"):
        other.decompose()
    yield from (text for text in page.stripped_strings)
    for tag in page.find_all(True):
        yield from (str(tag[name]) for name in ATTRIBUTES if tag.has_attr(name))


@pytest.fixture
def admin(
    newcomer: Newcomer, sqlite_database: Database, clock: FakeClock, make_flagged: FlagMaker, settings: Settings
) -> Browser:
    """Sign an administrator in where something of everything is, and no name or post has a Vietnamese letter."""
    texts = [(SAMPLE_POST, "concern"), ("They say the bank closes tomorrow", "unverified"), ("You fool", "negative")]
    for text, label in texts * 2:
        make_flagged(
            text, label=label, reasons=(("hot", 1.5),), context="An article", engagement={"likes": 12, "shares": 3}
        )
    with sqlite_database.work() as session:
        sources.record_failure(session, session.scalars(select(Source)).one(), "connection refused", clock.now())
        add_drawn(session, session.scalars(select(Post)).all()[0])
        session.commit()
    settings.reports_dir.mkdir()
    (settings.reports_dir / "week.csv").write_text("a", encoding="utf-8")
    return newcomer("minh", "admin")


def test_no_page_mixes_languages(app: FastAPI, admin: Browser) -> None:
    english = [string for message in catalogue.read("en", SCREENS) if message.id for string in texts_of(message.string)]
    same = {text if isinstance(text, str) else text[0] for text in catalogue.texts()}
    only_english = {string for string in english if "%" not in string and len(string) > 3} - same
    looked_at = 0
    for path in pages(app):
        for code in ("vi", "en"):
            admin.client.cookies.set(LANGUAGE_COOKIE, code)
            response = admin.client.get(path, follow_redirects=True)
            if "text/html" not in response.headers.get("content-type", ""):
                continue
            said = [re.sub("KiểmTin|hùng", "", text) for text in said_on(BeautifulSoup(response.text, "lxml"))]
            if code == "en":
                assert [text for text in said if VIETNAMESE.search(text)] == [], path
            else:
                assert [text for text in said if text in only_english] == [], path
            looked_at += 1
    assert looked_at >= 2 * 10


def texts_of(string: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [string] if isinstance(string, str) else list(string or ())
