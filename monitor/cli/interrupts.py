"""Requests to end, from a person, systemd or a shutdown, reach the command whatever it is doing."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

AGAIN_SECONDS: Final = 0.05  # enough for a clean-up to be over


@contextmanager
def obeyed() -> Iterator[None]:
    """Let a request to end tidy up as Ctrl-C does, and let neither be lost while this lasts."""
    asked, lost = signal.signal(signal.SIGTERM, _interrupt), sys.unraisablehook

    def not_lost(unraisable: "sys.UnraisableHookArgs") -> None:
        # In a clean-up that nobody calls, such as a weak reference's, Python tells of an exception and goes on.
        if issubclass(unraisable.exc_type, KeyboardInterrupt):
            main = threading.main_thread().ident or 0  # it may be waiting, which only a signal of its own ends
            threading.Timer(AGAIN_SECONDS, signal.pthread_kill, [main, signal.SIGINT]).start()
        else:
            lost(unraisable)

    sys.unraisablehook = not_lost
    try:
        yield
    finally:
        sys.unraisablehook = lost
        signal.signal(signal.SIGTERM, asked)


def _interrupt(_number: int, _frame: object) -> None:
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # started with nohup, or in a script's background
        signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.raise_signal(signal.SIGINT)
