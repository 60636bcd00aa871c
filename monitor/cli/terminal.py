"""What commands write to a terminal or a log: characters that a terminal would obey are shown, not sent.

Posts, names of sources and messages of servers may hold such characters on purpose: they move the cursor, change the
window's title, or turn the direction of what follows. A line of the log never holds a post, an author or a secret: what
it says is what a person would see on the terminal.
"""

import json
import logging
import re
from collections.abc import Iterable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from monitor.catalogues import SOURCE, translated_line

# Control characters but line feed and tab, and what changes the direction of text.
_LARGEST_BYTE: Final = 0xFF
_OBEYED: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    r"""Write characters that a terminal obeys as escapes: `\x1b`, `\u202e`."""
    return _OBEYED.sub(lambda found: _escape(found[0], r"\x{:02x}"), text)


def printable_json(document: str) -> str:
    r"""Do the same inside a JSON document, whose meaning stays: `\u009b`. JSON escapes those below space by itself."""
    return _OBEYED.sub(lambda found: _escape(found[0], r"\u{:04x}"), document)


# Of one command; threads that work for it run in a copy of its context.
_language: ContextVar[str] = ContextVar("language", default=SOURCE)


def speak(code: str) -> None:
    """Set the language of what the command says: `vi` or `en`."""
    _language.set(code)


def spoken() -> str:
    """Return the language of what the command says."""
    return _language.get()


def translated(line: str) -> str:
    """Translate a line, or a part of one, into the language of the command."""
    return translated_line(line, spoken())


def explained(error: Exception) -> str:
    """Say an error in one line with a remedy; those of the system name none."""
    if not isinstance(error, OSError):
        return str(error)
    place = f" ({error.filename})" if error.filename else ""
    return f"the system refused{place}: {error.strerror or error}: check free space, rights and limits"


class SafeConsole(Console):
    """A console that writes the texts it is given by `printable`. Its own colours and movements are untouched."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Render to segments; those that are no control codes of the console itself are made printable."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(printable(segment.text), segment.style)


def _escape(char: str, short: str) -> str:
    return short.format(ord(char)) if ord(char) <= _LARGEST_BYTE else rf"\u{ord(char):04x}"


def make_console(**options: Any) -> SafeConsole:
    """Make a console; all output of commands goes through one."""
    return SafeConsole(highlight=False, soft_wrap=True, **options)


LOGGER: Final = "kiemtin"
_TELL_ADDRESSES: Final = ("httpx", "httpcore", "apprise")  # libraries whose lines hold them, with keys and tokens


class JsonFormatter(logging.Formatter):
    """One JSON object a record: time in UTC, level, logger, message, and the error's class where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record."""
        entry = {
            "time": datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[0] is not None:
            entry["error"] = record.exc_info[0].__name__  # a traceback may quote what a database refused
        return printable_json(json.dumps(entry, ensure_ascii=False))


class _Echo(logging.Handler):
    """Writes, made printable, to whatever standard error is at the moment."""

    def emit(self, record: logging.LogRecord) -> None:
        typer.echo(printable(self.format(record)), err=True)


def configure_log(form: str, *, debug: bool) -> None:
    """Set up logging for one command.

    Args:
        form: `plain` or `json`.
        debug: Whether libraries may log as well; their lines of retries are for developers.

    """
    handler = _Echo()
    if form == "json":
        handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.DEBUG if debug else logging.CRITICAL)
    logging.getLogger(LOGGER).setLevel(logging.INFO if form == "json" else logging.WARNING)
    for name in _TELL_ADDRESSES:
        logging.getLogger(name).setLevel(logging.WARNING if debug else logging.CRITICAL)


def logs_json() -> bool:
    """Tell whether lines of the log are written as JSON."""
    return any(isinstance(handler.formatter, JsonFormatter) for handler in logging.getLogger().handlers)
