"""The language of the screens: catalogues of texts (gettext), and the language of the request that is served.

The texts in code and templates are Vietnamese and are the keys of the catalogues, so that Vietnamese needs none.
"""

from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from gettext import NullTranslations
from typing import Final

from babel import Locale, UnknownLocaleError
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from monitor.catalogues import SOURCE, Language, language_of_screens, translated_line

LANGUAGES: Final[Mapping[str, str]] = {SOURCE: "Tiếng Việt", "en": "English"}
LANGUAGE_COOKIE: Final = "kiemtin_language"


# Set for each request: the tasks and threads that serve it have it, and no other ones.
_of_request: ContextVar[Language] = ContextVar("language")
_VIETNAMESE: Final = Language(SOURCE, NullTranslations())


def load_languages() -> dict[str, Language]:
    """Read the catalogues of all languages."""
    return {code: language_of_screens(code) for code in LANGUAGES}


def language_of_request() -> Language:
    """Return the language of the request that is served, with its texts; Vietnamese outside of requests."""
    return _of_request.get(_VIETNAMESE)


def current_language() -> str:
    """Return the language of the request that is served; `vi` outside of requests."""
    return language_of_request().code


def gettext(text: str) -> str:
    """Translate a text into the language of the request."""
    return language_of_request().texts.gettext(text)


def ngettext(text: str, plural: str, number: int) -> str:
    """Translate a text whose form depends on a number."""
    return language_of_request().texts.ngettext(text, plural, number)


def told(line: str) -> str:
    """Translate a line of commands and errors, whose texts are English, into the language of the request."""
    return translated_line(line, current_language())


def counted(text: str, number: int) -> str:
    """Translate a text with a number, `%(count)s`, in the form that the number asks for.

    Vietnamese has one form, so the text stands once in the code.
    """
    return ngettext(text, text, number).replace("%(count)s", thousands(number))


def thousands(number: int) -> str:
    """Write a number with marks between thousands: `12.345` in Vietnamese, `12,345` in English."""
    return _marked(f"{number:,}")


def decimal(number: float, places: int = 2) -> str:
    """Write a number with decimals: `0,25` in Vietnamese, `0.25` in English."""
    return _marked(f"{number:,.{places}f}")


def _marked(number: str) -> str:
    return number if current_language() == "en" else number.translate(str.maketrans(",.", ".,"))


class Translated(Mapping[str, str]):
    """A table of texts, marked with `N_`, that gives each one in the language of the request.

    Args:
        texts: The texts by stored value.

    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = dict(texts)

    def __getitem__(self, key: str) -> str:
        return gettext(self._texts[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


def wanted_language(connection: HTTPConnection) -> str:
    """Return the language that somebody chose; before that the first known one that the browser asks for."""
    chosen = connection.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in LANGUAGES else accepted_language(connection.headers.get("accept-language", ""))


def accepted_language(header: str) -> str:
    """Return the known language that a browser likes best (`Accept-Language`, RFC 9110); `vi` where it names none."""
    best, liked = SOURCE, 0.0
    for part in header[:1000].split(","):
        name, _, quality = part.partition(";")
        try:
            weight = float(quality.strip().removeprefix("q=")) if quality.strip() else 1.0
            code = Locale.parse(name.strip(), sep="-").language
        except (ValueError, TypeError, UnknownLocaleError):
            continue
        if code in LANGUAGES and weight > liked:
            best, liked = code, weight
    return best


class LanguageOfRequest:
    """ASGI middleware that sets the language in which a request is served.

    Args:
        app: The application behind it.
        languages: The languages with their texts.

    """

    def __init__(self, app: ASGIApp, languages: Mapping[str, Language]) -> None:
        self._app = app
        self._languages = languages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http":
            # Not set back: each request runs in a context of its own, and the page of a fault is drawn outside of here.
            _of_request.set(self._languages[wanted_language(HTTPConnection(scope))])
        await self._app(scope, receive, send)
