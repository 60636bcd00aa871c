"""The language of a report. The texts in the code are Vietnamese, and the keys of the English catalogue (gettext)."""

from dataclasses import dataclass
from typing import Final

from monitor import catalogues
from monitor.catalogues import SOURCE, read_texts

DOMAIN: Final = "report"
LANGUAGES: Final = (SOURCE, "en")


@dataclass(frozen=True, slots=True)
class Language(catalogues.Language):
    """A language (`vi`, `en`) and its texts, with numbers as it writes them."""

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


def load_language(code: str) -> Language:
    """Read a language.

    Args:
        code: One of LANGUAGES.

    """
    return Language(code, read_texts(code, DOMAIN))
