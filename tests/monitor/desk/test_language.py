"""The two languages of the desk: the catalogue is complete, and who chose a language sees no other on any page."""

import re
from collections.abc import Iterator
from string import Formatter

import pytest
from babel.messages import Message
from bs4 import BeautifulSoup
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from monitor.catalogues import LINES, SCREENS
from monitor.desk.web.auth import Allowed
from monitor.desk.web.desk import TEMPLATES_DIR
from monitor.desk.web.language import (
    LANGUAGE_COOKIE,
    LanguageOfRequest,
    Translated,
    accepted_language,
    counted,
    current_language,
    gettext,
    load_languages,
    thousands,
)
from monitor.settings.settings import Settings
from storage.models import Post, Source
from storage.posts import sources
from tests import catalogue
from tests.examples import examples_of
from tests.factories import add_drawn
from tests.monitor.desk.browser import Browser, text_of
from tests.monitor.desk.conftest import Newcomer
from tests.monitor.desk.test_roles import dependants
from tests.monitor.desk.walking import pages as routes
from tests.monitor.desk.world import World

VIETNAMESE = re.compile("[àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ]", re.IGNORECASE)
ATTRIBUTES = ("title", "aria-label", "alt", "placeholder", "data-name", "content")
FILES = {
    "/pictures/{picture_id}",
    "/reports/{name:path}",
    "/reports/{period}/preview",
    "/matters/export.{kind_of_file}",
    "/search/export.{kind}",
    "/static/labels.css",
    "/static/labels-dark.css",
}  # what is downloaded, or a part of a page, is none
SAMPLE_POST = "Hot as an oven in hall 3, and nobody answers us"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|</?\w+[^>]*>|`[a-z-]+ |\[(?!required)[a-z]\w*\]")
REMEDY = "run `make messages` and translate what it names"


def strings_of(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def values_of(text: str) -> list[str]:
    return [name for _, name, *_ in Formatter().parse(text) if name is not None]


@pytest.fixture(scope="module", params=catalogue.CATALOGUES, ids="-".join)
def domain(request: pytest.FixtureRequest) -> tuple[str, str]:
    found: tuple[str, str] = request.param
    return found


@pytest.fixture(scope="module")
def translated(domain: tuple[str, str]) -> list[Message]:
    return [message for message in catalogue.read(*domain) if message.id]


def test_every_text_of_code_and_templates_is_in_the_catalogue_and_no_other(
    domain: tuple[str, str], translated: list[Message]
) -> None:
    used = {text if isinstance(text, str) else text[0] for text in catalogue.CATALOGUES[domain]()}
    known = {message.id if isinstance(message.id, str) else message.id[0] for message in translated}
    assert known == used, REMEDY


def test_every_text_is_translated(translated: list[Message]) -> None:
    bare = [message.id for message in translated if not catalogue.is_translated(message) or message.fuzzy]
    assert bare == [], REMEDY


def test_a_translation_has_the_placeholders_and_tags_of_its_text(
    domain: tuple[str, str], translated: list[Message]
) -> None:
    for message in translated:
        text = message.id if isinstance(message.id, str) else message.id[0]
        for string in strings_of(message):
            assert sorted(PLACEHOLDER.findall(string)) == sorted(PLACEHOLDER.findall(text)), text
            if domain[1] == LINES:
                assert len(values_of(string)) == len(values_of(text)), text


def test_templates_translate_literals_alone() -> None:
    """What `_()` gives is markup, so nothing that a stranger wrote may go through it."""
    for path in TEMPLATES_DIR.rglob("*.html"):
        assert re.findall(r"\b(?:_|gettext|counted)\((?![\"'])", path.read_text(encoding="utf-8")) == [], path.name


@pytest.mark.parametrize(("header", "language"), examples_of(__file__)["accepted"].items())
def test_the_browser_says_which_language_it_likes(header: str, language: str) -> None:
    assert accepted_language(header) == language


@given(st.text(max_size=60))
def test_no_header_is_an_error(header: str) -> None:
    assert accepted_language(header) in ("vi", "en")


def test_outside_of_requests_texts_are_vietnamese() -> None:
    assert (current_language(), gettext("Hàng chờ"), thousands(12_345)) == ("vi", "Hàng chờ", "12.345")


async def test_a_text_follows_the_language_of_its_request() -> None:
    seen = []

    async def page(scope: object, receive: object, send: object) -> None:
        table = Translated({"open": "Đang chờ"})
        seen.append((current_language(), table["open"], counted("%(count)s mục", 1), counted("%(count)s mục", 12_345)))

    app = LanguageOfRequest(page, load_languages())  # type: ignore[arg-type]
    await app({"type": "http", "headers": [(b"accept-language", b"en")]}, None, None)  # type: ignore[arg-type]
    await app({"type": "http", "headers": [(b"cookie", b"kiemtin_language=vi")]}, None, None)  # type: ignore[arg-type]
    assert seen == [("en", "Waiting", "1 item", "12,345 items"), ("vi", "Đang chờ", "1 mục", "12.345 mục")]


def test_one_click_changes_the_language_and_stays_on_the_page(lan: Browser) -> None:
    path = "/queue?label=concern"
    assert lan.page(path).select("html[lang=vi]")
    assert lan.send("/appearance", path, language="en").headers["location"] == path
    assert lan.page(path).select("html[lang=en]")
    assert text_of(lan.page(path), "h1") == "Review queue"


def test_a_stranger_chooses_before_signing_in(anonymous: Browser) -> None:
    anonymous.send("/appearance", "/login", language="en")
    assert text_of(anonymous.page("/login"), "h1") == "Sign in"


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere", "javascript:1"])
def test_choosing_leads_to_no_other_site(lan: Browser, back: str) -> None:
    response = lan.send("/appearance", "/queue", language="en", back=back)
    assert response.headers["location"] == "/"


def test_an_unknown_language_changes_nothing(lan: Browser) -> None:
    lan.send("/appearance", "/queue", language="xx", theme="neon")
    assert LANGUAGE_COOKIE not in lan.client.cookies


def test_a_forged_cookie_is_not_believed(lan: Browser) -> None:
    lan.client.cookies.set(LANGUAGE_COOKIE, "../../etc")
    assert text_of(lan.page("/queue"), "h1") == "Hàng chờ xem xét"


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
def admin(newcomer: Newcomer, world: World, settings: Settings) -> Browser:
    """Sign an administrator in where something of everything is, and no name or post has a Vietnamese letter."""
    texts = [(SAMPLE_POST, "concern"), ("They say the bank closes tomorrow", "unverified"), ("You fool", "negative")]
    for text, label in texts * 2:
        world.flag(
            text, label=label, reasons=(("hot", 1.5),), context="An article", engagement={"likes": 12, "shares": 3}
        )
    with world.rows() as session:
        sources.record_failure(session, session.scalars(select(Source)).one(), "connection refused", world.now)
        add_drawn(session, session.scalars(select(Post)).all()[0])
    settings.reports_dir.mkdir()
    (settings.reports_dir / "week.csv").write_text("a", encoding="utf-8")
    return newcomer("minh", "admin")


def test_no_page_mixes_languages(app: FastAPI, admin: Browser) -> None:
    english = [string for message in catalogue.read("en", SCREENS) if message.id for string in strings_of(message)]
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
