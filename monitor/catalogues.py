"""Catalogues of texts (gettext). The texts in the code are Vietnamese and are their keys, so Vietnamese needs none."""

from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Final

LOCALE_DIR: Final = Path(__file__).parent / "locale"
SCREENS: Final = "kiemtin"  # the catalogue of the desk and of alerts
SOURCE: Final = "vi"


@dataclass(frozen=True, slots=True)
class Language:
    """A language (`vi`, `en`) and its texts."""

    code: str
    texts: NullTranslations


def N_(text: str) -> str:  # noqa: N802  what gettext's tools look for
    """Mark a text that is translated later, such as in a table."""
    return text


@cache
def read_texts(code: str, domain: str) -> NullTranslations:
    """Read a catalogue once; it is compiled in memory, so that no compiled file can be older than its source.

    Args:
        code: `vi` or `en`.
        domain: The name of the catalogue.

    """
    if code == SOURCE:
        return NullTranslations()
    from babel.messages import mofile, pofile  # noqa: PLC0415  what speaks Vietnamese needs neither

    with (LOCALE_DIR / code / "LC_MESSAGES" / f"{domain}.po").open("rb") as file:
        catalogue = pofile.read_po(file, locale=code, domain=domain)
    compiled = BytesIO()
    mofile.write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


def language_of_screens(code: str) -> Language:
    """Read a language with the texts of the desk and of alerts."""
    return Language(code, read_texts(code, SCREENS))
