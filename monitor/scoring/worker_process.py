"""How a worker process begins, and that it ends with its parent."""

import os
import signal
from multiprocessing import parent_process
from threading import Thread


def begin_worker() -> None:
    """Let Ctrl-C reach the parent process alone, since a worker would write a traceback; and end with the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    # A parent that was killed tells nobody, and its workers would wait for tasks for ever.
    if parent := parent_process():
        parent.join()
        os._exit(1)
