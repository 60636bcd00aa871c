"""A Dask cluster whose workers score texts, and why none of them can run anything in this program.

The library of Dask unpickles whatever a worker sends, and a pickle may call any function that it can name. This program
holds the key, so it lets the threads of that library name nothing but `bytes`. A worker answers the probabilities of a
batch as the bytes of an array, whose shape and range are checked here; flags and their reasons come from this program.
"""

import logging
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from functools import cache
from threading import Thread
from typing import Any, Final
from weakref import WeakSet

import numpy as np

from classifiers.model.classifier import Classifier
from classifiers.model.prediction import Prediction, Text
from monitor.errors import KiemtinError, NotReady

CONNECT_SECONDS: Final = 30
ANSWER_SECONDS: Final = 600  # within which a batch is answered: what cannot be read is never answered at all
FAILED: Final = "a worker of the cluster died, or its answer is none: look at its log; the next run scores the rest"
NUMBER: Final = np.dtype("<f8")  # of an answer, the same on every machine
_NAMED: Final = ("builtins", "bytes")
_THREADS: Final = ("Dask", "IO loop")


class UnpicklingGuard:
    """An audit hook that refuses what a pickle names in the threads of Dask: functions, classes, anything but `bytes`.

    Python tells every lookup of a name while it unpickles (https://docs.python.org/3/library/audit_events.html).
    """

    def __init__(self) -> None:
        self._known: frozenset[Thread] | None = None
        self._of_dask: WeakSet[Thread] = WeakSet()

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Refuse a name that is none of an answer's."""
        if event == "pickle.find_class" and arguments != _NAMED and self._is_of_dask(threading.current_thread()):
            # An error that the library takes for an answer that it cannot read; after others it waits for ever.
            raise TypeError("a worker may answer nothing but numbers")

    def _is_of_dask(self, thread: Thread) -> bool:
        if self._known is not None and thread not in self._known:
            return True
        return thread in self._of_dask or thread.name.startswith(_THREADS)

    @contextmanager
    def connecting(self) -> Iterator[None]:
        """Count all threads that begin within the block among those of Dask."""
        self._known = frozenset(threading.enumerate())
        try:
            yield
            self._of_dask.update(set(threading.enumerate()) - self._known)
        finally:
            self._known = None


@cache
def _guard() -> UnpicklingGuard:
    guard = UnpicklingGuard()
    sys.addaudithook(guard)  # for as long as the process lives: no hook can be taken away
    return guard


@contextmanager
def connected(address: str) -> Iterator[Executor]:
    """Yield the executor of a cluster.

    Args:
        address: The address of its scheduler.

    Raises:
        NotReady: When it cannot be reached, or its library is not installed.

    """
    try:
        import dask  # noqa: PLC0415  an extra, and it loads slowly
        from distributed import Client  # noqa: PLC0415
    except ImportError as error:
        raise NotReady("`cluster` needs the library of Dask: install the `cluster` extra") from error
    for name in ("distributed", "tornado"):  # their lines hold tracebacks, in which a post may stand
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [logging.NullHandler()], False
    client: Any = Client  # its library is untyped where it is installed
    with dask.config.set({"distributed.comm.offload": False}):  # so that one thread reads all answers
        try:
            with _guard().connecting():
                opened = client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            message = f"no cluster answers at {address} ({error}): start `dask scheduler`, or empty `cluster`"
            raise NotReady(message) from error
        with opened, opened.get_executor(pure=False) as executor:
            yield executor


def read_answer(
    future: "Future[Any]", texts: Sequence[Text], classifier: Classifier, thresholds: Mapping[str, float], folder: str
) -> list[Prediction]:
    """Make predictions of what a worker answered.

    Args:
        future: The answer to a batch.
        texts: The batch.
        classifier: Scores anew what seems to be flagged: a worker is believed in numbers alone, and gives no reasons.
        thresholds: The threshold of each label.
        folder: The folder of the model, for the message.

    Raises:
        KiemtinError: When there is no answer, or it holds anything but a probability for each text and label.

    """
    try:
        answer = future.result(ANSWER_SECONDS)
    except Exception as error:  # noqa: BLE001  whatever it is, it is that batch's failure, and may quote a post
        raise KiemtinError(FAILED) from _without_its_words(error)
    if answer == b"":
        message = f"a worker does not see the model in {folder}, or it was made anew: share the folder with all workers"
        raise KiemtinError(message)
    shape = (len(texts), len(classifier.labels))
    if not isinstance(answer, bytes) or len(answer) != shape[0] * shape[1] * NUMBER.itemsize:
        raise KiemtinError(FAILED)
    numbers = np.frombuffer(answer, NUMBER).reshape(shape)
    if not ((numbers >= 0) & (numbers <= 1)).all():  # also where one is no number
        raise KiemtinError(FAILED)
    found = [Prediction(dict(zip(classifier.labels, row, strict=True)), (), {}) for row in numbers.tolist()]
    flagged = [
        number
        for number, each in enumerate(found)
        if any(probability >= thresholds[label] for label, probability in each.probabilities.items())
    ]
    asked = [texts[number] for number in flagged]
    titles = [text.title for text in asked]
    own = classifier.predict([text.text for text in asked], titles=titles, thresholds=thresholds)
    for number, prediction in zip(flagged, own, strict=True):
        found[number] = prediction
    return found


def _without_its_words(error: Exception) -> Exception:
    return RuntimeError(type(error).__name__)
