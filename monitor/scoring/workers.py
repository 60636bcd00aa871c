"""Workers that score texts: a thread, a pool of processes, or a Dask cluster, all behind `Executor`.

A task carries plain texts, and names the model by its folder and hash. Each worker loads the model from that folder
once, so workers of a cluster have to see it under the same path. What a worker had when it died gets no scores, and
the next run scores it. Processes are this program's own; `cluster.py` says how far workers elsewhere are believed.
"""

import hashlib
import math
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

import numpy as np

from classifiers.model.prediction import Prediction, Text
from classifiers.persistence import MANIFEST_FILE, Loaded, load
from classifiers.text.segment import Segmenter
from monitor.errors import KiemtinError
from monitor.scoring.cluster import NUMBER, connected, read_answer
from storage.models import Post

BATCH_SIZE: Final = 64  # texts of a task: large enough that sending them costs little
UNDER_WAY: Final = 32  # tasks at a time: enough for sixteen workers, and memory stays bounded
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
        with connected(cluster) as executor:
            yield executor
    elif workers == 1:
        with ThreadPoolExecutor(1) as executor:
            yield executor
    else:
        with ProcessPoolExecutor(workers, get_context("spawn"), begin_worker) as executor:
            yield executor


def begin_worker() -> None:
    """Let Ctrl-C reach the parent process alone, since a worker would write a traceback; and end with the parent.

    So for the end of the terminal: the parent would take the worker's death for a failure.
    """
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
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
        self._model = (str(folder), hash_of(folder))
        self._is_cluster = not isinstance(executor, ThreadPoolExecutor | ProcessPoolExecutor)

    def predict(
        self, posts: Iterable[Post], thresholds: Mapping[str, float]
    ) -> Iterator[tuple[list[Post], list[Prediction]]]:
        """Yield batches of posts with their predictions, in the given order; some are under way while one is awaited.

        Args:
            posts: The posts; read as workers become free.
            thresholds: The threshold of each label.

        Raises:
            KiemtinError: When a worker dies, does not see the model, or answers something else.

        """
        waiting = iter(posts)
        under_way: deque[tuple[list[Post], Future[Any]]] = deque()
        try:
            while True:
                while len(under_way) < UNDER_WAY and (batch := list(islice(waiting, BATCH_SIZE))):
                    under_way.append((batch, self._submit(batch, thresholds)))
                if not under_way:
                    return
                batch, future = under_way.popleft()
                yield batch, self._answer(batch, future, thresholds)
        except (BrokenExecutor, CancelledError) as error:
            raise KiemtinError(DIED) from error
        finally:
            for _, future in under_way:
                future.cancel()

    def _submit(self, batch: Sequence[Post], thresholds: Mapping[str, float]) -> Future[Any]:
        texts = [text_of(post) for post in batch]
        if self._is_cluster:
            return self._executor.submit(answer_texts, *self._model, texts)
        return self._executor.submit(predict_texts, *self._model, texts, dict(thresholds))

    def _answer(self, batch: Sequence[Post], future: Future[Any], thresholds: Mapping[str, float]) -> list[Prediction]:
        if self._is_cluster:
            texts = [text_of(post) for post in batch]
            return read_answer(future, texts, self.loaded.classifier, thresholds, self._model[0])
        predictions: list[Prediction] = future.result()
        return predictions


def text_of(post: Post) -> Text:
    """Return the classifier's input for a post: its current text, and the title of the article or thread it answers."""
    return Text(post.judged_text, post.context or "")


def predict_texts(
    folder: str, sha256: str, texts: Sequence[Text], thresholds: Mapping[str, float] | None
) -> list[Prediction]:
    """Score texts; runs in a worker of the executor.

    Args:
        folder: The folder of the model.
        sha256: The hash of its manifest, which holds the hash of its numbers.
        texts: The texts.
        thresholds: The threshold of each label; None: nothing is flagged, and no reason is given.

    Raises:
        KiemtinError: When the model was made anew meanwhile.

    """
    if hash_of(Path(folder)) != sha256:
        raise KiemtinError(f"the model in {folder} was made anew meanwhile: the next run scores with it")
    classifier = cached_model(folder, sha256).classifier
    titles = [text.title for text in texts]
    if thresholds is None:
        thresholds = dict.fromkeys(classifier.labels, math.inf)
    return list(classifier.predict([text.text for text in texts], titles=titles, thresholds=thresholds))


def load_model(folder: Path) -> Loaded:
    """Load a model once a process, however often it is asked for; one that was made anew is loaded again."""
    return cached_model(str(folder), hash_of(folder))


@lru_cache(maxsize=1)
def cached_model(folder: str, sha256: str) -> Loaded:  # noqa: ARG001  the hash tells a model from one made anew
    """Load the model of a folder and a hash."""
    return load(Path(folder), Segmenter())


def answer_texts(folder: str, sha256: str, texts: Sequence[Text]) -> bytes:
    """Score texts in a worker; returns their probabilities, shape (texts, labels), nothing where it lacks the model."""
    if hash_of(Path(folder)) != sha256:
        return b""
    predictions = predict_texts(folder, sha256, texts, None)
    return np.array([list(each.probabilities.values()) for each in predictions], NUMBER).tobytes()


def hash_of(folder: Path) -> str:
    """Return the hash of a model's manifest, which holds the hash of its numbers; empty where there is none."""
    try:
        return hashlib.sha256((folder / MANIFEST_FILE).read_bytes()).hexdigest()
    except OSError:
        return ""  # loading it says what is wrong
