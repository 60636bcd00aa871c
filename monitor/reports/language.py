"""The language of a report. The texts in the code are Vietnamese, and the keys of the English catalogue (gettext)."""

from dataclasses import dataclass
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Final

LOCALE_DIR: Final = Path(__file__).parents[1] / "locale"
DOMAIN: Final = "report"
SOURCE: Final = "vi"
LANGUAGES: Final = (SOURCE, "en")


@dataclass(frozen=True, slots=True)
class Language:
    """A language (`vi`, `en`) and its texts."""

    code: str
    texts: NullTranslations

    def say(self, text: str, /, **values: object) -> str:
        """Translate a text; `%(name)s` in it is replaced by the value of that name."""
        found = self.texts.gettext(text)
        return found % values if values else found

    def counted(self, text: str, count: int, /, **values: object) -> str:
        """Translate a text with a number, `%(count)s`, in the form that the number asks for.

        Vietnamese has one form, so the text stands once in the code.
        """
        return self.texts.ngettext(text, text, count) % {"count": self.number(count), **values}

    def number(self, value: int) -> str:
        """Write a number with marks between thousands: `1.234` in Vietnamese, `1,234` in English."""
        return self._marked(f"{value:,}").replace("-", "\u2212")

    def decimal(self, value: float, places: int = 1) -> str:
        """Write a number with decimals: `2,5` in Vietnamese, `2.5` in English."""
        return self._marked(f"{value:,.{places}f}").replace("-", "\u2212")

    def _marked(self, number: str) -> str:
        return number if self.code == "en" else number.translate(str.maketrans(",.", ".,"))


def N_(text: str) -> str:  # noqa: N802  what gettext's tools look for
    """Mark a text that is translated later, such as in a table."""
    return text


def load_language(code: str) -> Language:
    """Read a language; its catalogue is compiled in memory, so that no compiled file can be older than its source.

    Args:
        code: One of LANGUAGES.

    """
    if code == SOURCE:
        return Language(SOURCE, NullTranslations())
    from babel.messages.mofile import write_mo  # noqa: PLC0415  a report in Vietnamese needs neither
    from babel.messages.pofile import read_po  # noqa: PLC0415

    with (LOCALE_DIR / code / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        catalogue = read_po(file, locale=code, domain=DOMAIN)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Language(code, GNUTranslations(compiled))
