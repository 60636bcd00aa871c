"""Workers that score texts: a thread, a pool of processes, or a Dask cluster, all behind `Executor`.

A task carries plain texts, and names the model by its folder and hash. Each worker loads the model from that folder
once, so workers of a cluster have to see it under the same path. What a worker had when it died gets no scores, and
the next run scores it.
"""

import hashlib
import os
import signal
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from itertools import islice
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import Any, Final

from classifiers.data.metadata import Context, Text
from classifiers.model.prediction import Prediction
from classifiers.persistence import MANIFEST_FILE, Loaded, load
from classifiers.text.segment import Segmenter
from monitor.errors import KiemtinError, NotReady
from storage.models import Post

BATCH_SIZE: Final = 64  # texts of a task: large enough that sending them costs little
UNDER_WAY: Final = 32  # tasks at a time: enough for sixteen workers, and memory stays bounded
CONNECT_SECONDS: Final = 30
DIED: Final = "a scoring process died, perhaps for want of memory: set fewer `workers`; the next run scores the rest"


@contextmanager
def scoring_executor(workers: int, cluster: str) -> Iterator[Executor]:
    """Yield the executor of an installation, and end it.

    Args:
        workers: Processes of this machine; one: this process alone.
        cluster: The address of a Dask scheduler, whose workers are used instead; empty for none.

    Raises:
        NotReady: When the cluster cannot be reached, or its library is not installed.

    """
    if cluster:
        with _connected(cluster) as client, client.get_executor(pure=False) as executor:
            yield executor
    elif workers == 1:
        with ThreadPoolExecutor(1) as executor:
            yield executor
    else:
        with ProcessPoolExecutor(workers, get_context("spawn"), begin_worker) as executor:
            yield executor


def _connected(address: str) -> Any:
    try:
        from distributed import Client  # noqa: PLC0415  an extra, and it loads slowly
    except ImportError as error:
        message = "`cluster` needs the library of Dask: install the `cluster` extra"
        raise NotReady(message) from error
    client: Any = Client  # its library is untyped where it is installed
    try:
        return client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        message = f"no cluster answers at {address} ({error}): start `dask scheduler`, or empty `cluster`"
        raise NotReady(message) from error


def begin_worker() -> None:
    """Let Ctrl-C reach the parent process alone, since a worker would write a traceback; and end with the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    # A parent that was killed tells nobody, and its workers would wait for tasks for ever.
    if parent := parent_process():
        parent.join()
        os._exit(1)


class Predictor:
    """Has the workers of an executor score posts.

    Args:
        executor: The workers.
        folder: The folder of the model.

    Raises:
        ClassifierError: When the model cannot be used.

    """

    def __init__(self, executor: Executor, folder: Path) -> None:
        self._executor = executor
        # Loaded here too, so that a damaged model fails before any task is sent to a worker.
        self.loaded: Loaded = load_model(folder)
        self._model = (str(folder), _hash_of(folder))

    def predict(
        self, posts: Iterable[Post], thresholds: Mapping[str, float]
    ) -> Iterator[tuple[list[Post], list[Prediction]]]:
        """Yield batches of posts with their predictions, in the given order; some are under way while one is awaited.

        Args:
            posts: The posts; read as workers become free.
            thresholds: The threshold of each label.

        Raises:
            KiemtinError: When a worker dies, or does not see the model.

        """
        waiting = iter(posts)
        under_way: deque[tuple[list[Post], Future[list[Prediction]]]] = deque()
        try:
            while True:
                while len(under_way) < UNDER_WAY and (batch := list(islice(waiting, BATCH_SIZE))):
                    texts = [text_of(post) for post in batch]
                    future = self._executor.submit(predict_texts, *self._model, texts, dict(thresholds))
                    under_way.append((batch, future))
                if not under_way:
                    return
                batch, future = under_way.popleft()
                yield batch, future.result()
        except Exception as error:
            # The library of Dask, which gives a task to other workers before it gives it up, may not be installed.
            if isinstance(error, BrokenExecutor | CancelledError) or type(error).__name__ == "KilledWorker":
                raise KiemtinError(DIED) from error
            raise
        finally:
            for _, future in under_way:
                future.cancel()


def text_of(post: Post) -> Text:
    """Return the classifier's input for a post: its current text, and the title of the article or thread it answers."""
    return Text(post.judged_text, Context(title=post.context or ""))


def predict_texts(folder: str, sha256: str, texts: Sequence[Text], thresholds: Mapping[str, float]) -> list[Prediction]:
    """Score texts; runs in a worker of the executor.

    Args:
        folder: The folder of the model.
        sha256: The hash of its manifest, which holds the hash of its numbers.
        texts: The texts.
        thresholds: The threshold of each label.

    Raises:
        KiemtinError: When the folder holds another model on this worker, or none.

    """
    if _hash_of(Path(folder)) != sha256:
        message = f"a worker does not see the model in {folder}, or it was made anew: share the folder with all workers"
        raise KiemtinError(message)
    classifier = cached_model(folder, sha256).classifier
    contexts = [text.context for text in texts]
    return list(classifier.predict([text.text for text in texts], contexts=contexts, thresholds=thresholds))


def load_model(folder: Path) -> Loaded:
    """Load a model once a process, however often it is asked for; one that was made anew is loaded again."""
    return cached_model(str(folder), _hash_of(folder))


@lru_cache(maxsize=1)
def cached_model(folder: str, sha256: str) -> Loaded:  # noqa: ARG001  the hash tells a model from one made anew
    """Load the model of a folder and a hash."""
    return load(Path(folder), Segmenter())


def _hash_of(folder: Path) -> str:
    try:
        return hashlib.sha256((folder / MANIFEST_FILE).read_bytes()).hexdigest()
    except OSError:
        return ""  # loading it says what is wrong
