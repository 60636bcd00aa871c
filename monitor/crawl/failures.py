"""Wording of failures: whatever a collector or a job raises becomes one line that can be stored and shown."""

import logging

from classifiers.errors import ClassifierError
from monitor.errors import KiemtinError
from storage.errors import StorageError

LONGEST_MESSAGE = 500  # characters; a page may be quoted in the message of a library

_EXPLAINED = (KiemtinError, StorageError, ClassifierError, OSError)
_log = logging.getLogger(__name__)


def failure_message(error: BaseException) -> str:
    """Return what is told of an error, in one line.

    The errors of this program say themselves what happened and what to do. Any other error is a fault of the program or
    of a collector from another package: its traceback goes to the log, which `--debug` shows.
    """
    if isinstance(error, _EXPLAINED):
        return printable(str(error))
    _log.error("an error that nothing handles", exc_info=error)
    name = type(error).__name__
    if isinstance(error, MemoryError | RecursionError):
        return f"what came is too large or nested too deeply to be read ({name}): look at it in a browser"
    reason = printable(str(error))
    explained = f"{name}: {reason}" if reason else name
    return printable(f"a fault of the program, not of the source ({explained}): report it, with the log of `--debug`")


def printable(text: str) -> str:
    """Return a text in one line of whole characters, none of them NUL, at most 500 of them: databases refuse others."""
    whole = text.encode("utf-8", errors="replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")
    line = " ".join(whole.split())
    return line if len(line) <= LONGEST_MESSAGE else line[: LONGEST_MESSAGE - 1] + "…"
