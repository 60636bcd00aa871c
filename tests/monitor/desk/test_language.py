"""The two languages of the desk: the catalogue is complete, and who chose a language sees no other one."""

import re
from string import Formatter

import pytest
from babel.messages import Message
from hypothesis import given
from hypothesis import strategies as st

from monitor.catalogues import LINES
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
from tests import catalogue
from tests.monitor.desk.browser import Browser, text_of

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|</?\w+[^>]*>|`[a-z-]+ |\[\w+\]")
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


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "vi"),
        ("en", "en"),
        ("en-US,en;q=0.9,vi;q=0.8", "en"),
        ("vi-VN,vi;q=0.9,en;q=0.8", "vi"),
        ("fr;q=1, en;q=0.5, vi;q=0.7", "vi"),
        ("fr", "vi"),
        ("*", "vi"),
        ("en;q=0", "vi"),
        ("en;q=nan,;;,,q=", "vi"),
    ],
)
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
    page = lan.page("/queue?label=concern")
    assert page.html is not None
    assert page.html["lang"] == "vi"
    fields = {str(field["name"]): str(field["value"]) for field in page.select("form.languages input")}
    response = lan.post("/appearance", fields | {"language": "en"})
    assert response.headers["location"] == "/queue?label=concern"
    after = lan.page("/queue?label=concern")
    assert after.html is not None
    assert (after.html["lang"], text_of(after, "h1")) == ("en", "Review queue")


def test_a_stranger_chooses_before_signing_in(anonymous: Browser) -> None:
    fields = anonymous.fields("/login", "/appearance")
    anonymous.post("/appearance", fields | {"language": "en"})
    assert text_of(anonymous.page("/login"), "h1") == "Sign in"


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere", "javascript:1"])
def test_choosing_leads_to_no_other_site(lan: Browser, back: str) -> None:
    response = lan.post("/appearance", lan.fields("/queue", "/appearance") | {"language": "en", "back": back})
    assert response.headers["location"] == "/"


def test_an_unknown_language_changes_nothing(lan: Browser) -> None:
    lan.post("/appearance", lan.fields("/queue", "/appearance") | {"language": "xx", "theme": "neon"})
    assert LANGUAGE_COOKIE not in lan.client.cookies


def test_a_forged_cookie_is_not_believed(lan: Browser) -> None:
    lan.client.cookies.set(LANGUAGE_COOKIE, "../../etc")
    assert text_of(lan.page("/queue"), "h1") == "Hàng chờ xem xét"
