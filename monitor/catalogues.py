"""Catalogues of texts (gettext). A text in the code is its key, so the language that it is written in needs none.

Screens, alerts and reports are written in Vietnamese. What commands and errors say is English: logs and programs read
it as well. Such a line is translated where it is shown, whole: its fixed parts lead to the message in the catalogue.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from babel.messages import Catalog

LOCALE_DIR: Final = Path(__file__).parent / "locale"
SCREENS: Final = "kiemtin"  # the catalogue of the desk and of alerts
LINES: Final = "lines"  # the catalogue of what commands and errors say
SOURCE: Final = "vi"
_LINES_KEPT: Final = 1000  # with the parts of lines: they come again with every round of `kiemtin run`


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
    from babel.messages import mofile  # noqa: PLC0415  what speaks Vietnamese does not need it

    compiled = BytesIO()
    mofile.write_mo(compiled, read_catalogue(code, domain))
    compiled.seek(0)
    return GNUTranslations(compiled)


def read_catalogue(code: str, domain: str) -> "Catalog":
    """Read the texts of a catalogue with their translations."""
    from babel.messages import pofile  # noqa: PLC0415  what speaks Vietnamese does not need it

    with (LOCALE_DIR / code / "LC_MESSAGES" / f"{domain}.po").open("rb") as file:
        return pofile.read_po(file, locale=code, domain=domain)


def language_of_screens(code: str) -> Language:
    """Read a language with the texts of the desk and of alerts."""
    return Language(code, read_texts(code, SCREENS))


@dataclass(frozen=True, slots=True)
class Message:
    """A message of commands and errors, such as `cannot read {}: {}`.

    Args:
        fixed: Its fixed parts; values stand between them.
        names: The names of its values, as in `{name}`; empty where they go by their order.
        translation: The message in the other language, a format of the same values.

    """

    fixed: tuple[str, ...]
    names: tuple[str, ...]
    translation: str

    @property
    def length(self) -> int:
        """How many characters its fixed parts have."""
        return sum(map(len, self.fixed))

    def values(self, line: str) -> list[str] | None:
        """Return the values of a line; None when it is not this message."""
        first, *others = self.fixed
        if not line.startswith(first) or not line.endswith(self.fixed[-1]):
            return None
        values, at = [], len(first)
        for number, part in enumerate(others, 1):
            found = line.find(part, at) if number < len(others) else len(line) - len(part)
            if found < at:
                return None
            values.append(line[at:found])
            at = found + len(part)
        return values if at == len(line) else None


@cache
def messages(code: str) -> tuple[Message, ...]:
    """Read the messages of a language, those with the longest fixed parts first: they fit fewest lines by chance."""
    known = [message for message in read_catalogue(code, LINES) if message.id and message.string]
    found = [Message(*_shape(str(message.id)), str(message.string)) for message in known]
    return tuple(sorted(found, key=lambda each: -each.length))


def _shape(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the fixed parts of a format, and the names of the values between them."""
    fixed, names = [""], list[str]()
    for literal, name, *_ in Formatter().parse(text):
        fixed[-1] += literal
        if name is not None:
            names.append(name)
            fixed.append("")
    return tuple(fixed), tuple(names)


def translated_line(line: str, code: str) -> str:
    """Translate a line of commands and errors, with what it quotes; one that no catalogue has stays as it is."""
    return line if code != SOURCE else _best_translation(line, code)[1]


@lru_cache(_LINES_KEPT)
def _best_translation(line: str, code: str) -> tuple[int, str]:
    """Read a line as the messages of which most characters are fixed parts, for many fit one line.

    Returns:
        How many characters those are, and the translation.

    """
    several = line.split("; ")
    parts = [_best_translation(part, code) for part in several] if len(several) > 1 else [(0, line)]
    best = sum(known for known, _ in parts), "; ".join(part for _, part in parts)
    for message in messages(code):
        if (values := message.values(line)) is not None:
            # A single word is a name that somebody gave, as of a source, and no message.
            parts = [_best_translation(value, code) if " " in value.strip() else (0, value) for value in values]
            known = message.length + sum(known for known, _ in parts)
            if known > best[0]:
                told = [part for _, part in parts]
                best = known, message.translation.format(*told, **dict(zip(message.names, told, strict=True)))
    return best
