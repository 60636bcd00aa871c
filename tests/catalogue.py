"""Bring the catalogues up to date: `python -m tests.catalogue`, that is `make messages`.

Texts of the desk are Vietnamese and translated into English; what commands and errors say is English and translated
into Vietnamese. A text of the desk is marked where it stands. An error is a sentence wherever it stands: every literal
that reads like English is one, and a shorter one is marked like a text of the desk.

The file has no line numbers and no dates, and its texts are sorted, so that two changes seldom meet.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

import typer
from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from monitor.catalogues import LINES, LOCALE_DIR, SCREENS
from monitor.cli import build
from monitor.cli.commands import COMMANDS, LazyCommand, paragraphs

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


# Two English words side by side, or one beside a value.
SENTENCE = re.compile(r"[A-Za-z]{2,}[,;:)`']* +[a-z{(`\-]|\} [a-z]{3,}")
# What reads like one and is none.
NO_LINES = (
    r"[À-ÖØ-öø-ỹ]|^\W*$",  # Vietnamese
    r"SELECT|CREATE|^PRAGMA|^SET |^NOT | IN \(| IS NULL| >= ",
    r"</?\w|^<|^(a\.|svg)|^from monitor|; charset|^gzip|HTTP/|^GET |^Bearer|^(NUL|IO) |://path",
    r"\(\?|^\^|%\(|^dd/|^idf|^kiemtin:|^{} time|error, $",  # patterns and prefixes
    r"^ [a-z ]+ $|^nghe |^language lang",
    # lists of names: many words, none of which holds a sentence together
    r"^(?!.*\b(the|no|not|of|is|are|be|an?|to|was|it|that|which|who|as|by|in|on|and|for|must)\b)\w+( \w+){4,}$",
)
OTHER_ROOMS = (
    "classifiers/labels.py",
    "classifiers/copies.py",
    "monitor/desk/",
    "monitor/demo/",
    "storage/migrations/",
)
_BUT = ("desk/pages/sources", "desk/web/server", "desk/web/accounts", "demo/show")
YET_LINES = tuple(f"monitor/{name}.py" for name in _BUT)
# Of functions that hold no lines; the help of options is read from the commands themselves.
NOT_SAID = re.compile(r"(^re\.\w+|compile|text|exec_driver_sql|DDL|getLogger|debug|Option|Argument|split)$")
# What no literal of the program is: messages of libraries, shapes of lines, stored values that a command shows.
UNWRITTEN = ROOT / "tests" / "unwritten_lines.txt"


def lines() -> set[str]:
    """Give what commands and errors say, values as `{}`."""
    found = set(UNWRITTEN.read_text(encoding="utf-8").splitlines()) | set(helps())
    for package in ("classifiers", "monitor", "storage"):
        for path in sorted((ROOT / package).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if name in YET_LINES or not name.startswith(OTHER_ROOMS):
                found |= set(_lines_of(ast.parse(path.read_text(encoding="utf-8")), in_commands="/cli/" in name))
    return found


def helps() -> Iterator[str]:
    """Give the paragraphs of the help of every command and option, but the examples."""
    top = typer.main.get_command(build())
    loaded = [top, *(LazyCommand(name).load() for name in COMMANDS)]
    commands = [*loaded, *(command for group in loaded[1:] for command in getattr(group, "commands", {}).values())]
    for shown in (*commands, *(option for command in commands for option in command.params)):
        yield from (_escaped(part) for part in paragraphs(shown.help) if part and not part.startswith("Example: "))


def _lines_of(node: ast.AST, *, in_commands: bool) -> Iterator[str]:
    """Give the lines below a node, and below the values inside a line."""
    text = _format_of(node)
    if text is not None:
        if SENTENCE.search(text) and not any(re.search(pattern, text) for pattern in NO_LINES):
            yield text
        children: Iterable[ast.AST] = [each.value for each in ast.walk(node) if isinstance(each, ast.FormattedValue)]
    elif isinstance(node, ast.Call) and NOT_SAID.search(ast.unparse(node.func)):
        return
    else:
        children = [each for each in ast.iter_child_nodes(node) if not _is_for_developers(each)]
        if in_commands and isinstance(node, ast.Call) and ast.unparse(node.func) in ("translated", "N_"):
            yield from (word for each in _words(node.args[0]) if (word := _format_of(each)) and word.strip(" {}"))
    for child in children:
        yield from _lines_of(child, in_commands=in_commands)


def _words(node: ast.AST) -> list[ast.AST]:
    return [*_words(node.body), *_words(node.orelse)] if isinstance(node, ast.IfExp) else [node]


def _is_for_developers(node: ast.AST) -> bool:
    """Tell whether it is a docstring, a default of parameters (options of commands), or a description."""
    docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return docstring or isinstance(node, ast.arguments) or getattr(node, "arg", "") in ("description", "help", "doc")


def _format_of(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        # One with names in braces is a format itself.
        return node.value if re.search(r"\{\w+\}", node.value) else _escaped(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_escaped(str(each.value)) if isinstance(each, ast.Constant) else "{}" for each in node.values)
    return None


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


CATALOGUES = {("en", SCREENS): texts, ("vi", LINES): lines}


def path_of(code: str, domain: str) -> Path:
    return LOCALE_DIR / code / "LC_MESSAGES" / f"{domain}.po"


def read(code: str, domain: str) -> Catalog:
    with path_of(code, domain).open("rb") as file:
        return read_po(file, locale=code)


def bring_up_to_date(code: str, domain: str) -> list[str]:
    """Write the catalogue with all texts and no other; gives the texts that nobody has translated."""
    path = path_of(code, domain)
    old = read(code, domain) if path.exists() else Catalog(locale=code)
    new = Catalog(locale=code)
    for text in CATALOGUES[code, domain]():
        key = text if isinstance(text, str) else text[0]
        known = old.get(key)
        message = Message(text, string=known.string if known and _as_many(known.string, text) else "")
        new[text] = message
    written = BytesIO()
    write_po(written, new, width=0, omit_header=True, sort_output=True)
    path.write_text(HEADER + written.getvalue().decode().strip() + "\n", encoding="utf-8")
    return [str(message.id) for message in new if message.id and not is_translated(message)]


def is_translated(message: Message) -> bool:
    strings = [message.string] if isinstance(message.string, str) else list(message.string or ())
    return bool(strings) and all(strings)


def _as_many(strings: object, text: str | tuple[str, ...]) -> bool:
    """Tell whether a translation has a plural if and only if the text has one."""
    return isinstance(strings, str) == isinstance(text, str)


if __name__ == "__main__":
    for language, domain in CATALOGUES:
        untranslated = bring_up_to_date(language, domain)
        place = path_of(language, domain).relative_to(ROOT)
        sys.stdout.write("".join(f"{place}: translate {one}\n" for one in untranslated))
