"""Log lines of commands that run unattended: as people read them, or one JSON object a line for a collector of logs.

A line never holds a post, an author or a secret: what it says is what a person would see on the terminal.
"""

import json
import logging
from datetime import UTC, datetime
from typing import Final

import typer

from monitor.cli.terminal import printable, printable_json

LOGGER: Final = "kiemtin"
FORMATS: Final = ("plain", "json")


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


class PlainFormatter(logging.Formatter):
    """The message, made printable."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record."""
        return printable(super().format(record))


class _Echo(logging.Handler):
    """Writes to whatever standard error is at the moment."""

    def emit(self, record: logging.LogRecord) -> None:
        typer.echo(self.format(record), err=True)


def configure(form: str, *, debug: bool) -> None:
    """Set up logging for one command.

    Args:
        form: `plain` or `json`.
        debug: Whether libraries may log as well; their lines of retries are for developers.

    """
    handler = _Echo()
    handler.setFormatter(JsonFormatter() if form == "json" else PlainFormatter("%(message)s"))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.DEBUG if debug else logging.CRITICAL)
    logging.getLogger(LOGGER).setLevel(logging.INFO if form == "json" else logging.WARNING)


def is_json() -> bool:
    """Tell whether lines are written as JSON."""
    return any(isinstance(handler.formatter, JsonFormatter) for handler in logging.getLogger().handlers)
