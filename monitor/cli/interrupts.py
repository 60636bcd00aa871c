"""Ctrl-C and SIGTERM end a command in good order, whatever it is doing."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

RETRY_SECONDS: Final = 0.05  # by then the finaliser is over


@contextmanager
def handled() -> Iterator[None]:
    """Treat SIGTERM as Ctrl-C, and lose neither, while the context lasts."""
    earlier_handler, earlier_hook = signal.signal(signal.SIGTERM, _interrupt), sys.unraisablehook

    def raise_again(unraisable: "sys.UnraisableHookArgs") -> None:
        # Python only prints what a finaliser or the callback of a weak reference raises.
        if issubclass(unraisable.exc_type, KeyboardInterrupt):
            main = threading.main_thread().ident or 0  # only a signal ends a wait of this thread
            threading.Timer(RETRY_SECONDS, signal.pthread_kill, [main, signal.SIGINT]).start()
        else:
            earlier_hook(unraisable)

    sys.unraisablehook = raise_again
    try:
        yield
    finally:
        sys.unraisablehook = earlier_hook
        signal.signal(signal.SIGTERM, earlier_handler)


def _interrupt(_number: int, _frame: object) -> None:
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # started with nohup, or in a script's background
        signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.raise_signal(signal.SIGINT)
