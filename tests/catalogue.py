"""Bring the catalogue of English texts up to date: `python -m tests.catalogue`, that is `make messages`.

The file has no line numbers and no dates, and its texts are sorted, so that two changes seldom meet.
"""

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from monitor.catalogues import LOCALE_DIR, SCREENS, SOURCE
from monitor.desk.web.language import LANGUAGES

ROOT = Path(__file__).parents[1]
METHODS = [
    ("monitor/desk/**.py", "python"),
    ("monitor/review/**.py", "python"),
    ("monitor/outbox/alert_wording.py", "python"),
    ("monitor/desk/templates/**.html", "jinja2"),
]
OPTIONS = {"monitor/desk/templates/**.html": {"trimmed": "true", "silent": "false"}}
# The Vietnamese text has one form, so it is the singular and the plural.
KEYWORDS = DEFAULT_KEYWORDS | {"counted": (1, 1)}
HEADER = r"""msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

"""


def texts() -> Iterator[str | tuple[str, ...]]:
    """Give every text of code and templates that is to be translated, with its plural where it has one."""
    found = extract_from_dir(
        str(ROOT),
        METHODS,
        OPTIONS,
        keywords=KEYWORDS,
        directory_filter=lambda name: not Path(name).name.startswith("."),
    )
    for _, _, message, _, _ in found:
        yield message


def path_of(code: str) -> Path:
    return LOCALE_DIR / code / "LC_MESSAGES" / f"{SCREENS}.po"


def read(code: str) -> Catalog:
    with path_of(code).open("rb") as file:
        return read_po(file, locale=code)


def bring_up_to_date(code: str) -> list[str]:
    """Write the catalogue with all texts and no other; gives the texts that nobody has translated."""
    old = read(code) if path_of(code).exists() else Catalog(locale=code)
    new = Catalog(locale=code)
    for text in texts():
        key = text if isinstance(text, str) else text[0]
        known = old.get(key)
        message = Message(text, string=known.string if known and _as_many(known.string, text) else "")
        new[text] = message
    written = BytesIO()
    write_po(written, new, width=0, omit_header=True, sort_output=True)
    path_of(code).write_text(HEADER + written.getvalue().decode().strip() + "\n", encoding="utf-8")
    return [str(message.id) for message in new if message.id and not is_translated(message)]


def is_translated(message: Message) -> bool:
    strings = [message.string] if isinstance(message.string, str) else list(message.string or ())
    return bool(strings) and all(strings)


def _as_many(strings: object, text: str | tuple[str, ...]) -> bool:
    """Tell whether a translation has a plural if and only if the text has one."""
    return isinstance(strings, str) == isinstance(text, str)


if __name__ == "__main__":
    for language in LANGUAGES:
        if language != SOURCE:
            untranslated = bring_up_to_date(language)
            sys.stdout.write(
                "".join(f"{path_of(language).relative_to(ROOT)}: translate {one}\n" for one in untranslated)
            )
