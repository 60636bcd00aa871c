"""Predictions by the workers of an executor: threads, processes or a cluster, all behind one interface.

A task names the model by its folder and hash and carries plain texts. A worker loads the model once. One that does not
have it says so, and gets the files with the next task.
"""

import hashlib
import os
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Final, Generic, Protocol, TypeVar

from classifiers.data.metadata import Context, Text
from classifiers.model.prediction import Prediction
from classifiers.persistence import MANIFEST_FILE, MODEL_FILE, Loaded, load
from classifiers.text.segment import Segmenter
from monitor.errors import KiemtinError, ModelNotThere
from monitor.files import write_whole
from storage.models import Post

BATCH_SIZE: Final = 64  # texts of a task: large enough that sending them costs little
UNDER_WAY: Final = 32  # tasks at a time: enough for sixteen workers, and memory stays bounded
DIED: Final = "a scoring process died again and again, perhaps for want of memory: set fewer `workers` and run it again"


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A model by the name that workers know it by.

    Args:
        folder: Where it lies, if the worker sees the same disk.
        sha256: The hash of its manifest, which holds the hash of its numbers.
        content: The files themselves by name, for a worker that has none.

    """

    folder: str
    sha256: str
    content: Mapping[str, bytes] | None = None

    @classmethod
    def in_folder(cls, folder: Path) -> "ModelFiles":
        """Name a model of this machine."""
        return cls(str(folder), _hash_of(folder))

    def with_content(self) -> "ModelFiles":
        """Add the files themselves.

        Raises:
            KiemtinError: When they are no longer those of this hash.

        """
        folder = Path(self.folder)
        content = {name: (folder / name).read_bytes() for name in (MANIFEST_FILE, MODEL_FILE)}
        if hashlib.sha256(content[MANIFEST_FILE]).hexdigest() != self.sha256:
            message = f"the model in {self.folder} was made anew meanwhile: run the command again"
            raise KiemtinError(message)
        return replace(self, content=content)


class Batch(Protocol):
    """Posts that have the same thresholds."""

    @property
    def posts(self) -> Sequence[Post]:
        """The posts."""

    @property
    def thresholds(self) -> Mapping[str, float] | None:
        """The threshold of each label; None for the model's own."""


B = TypeVar("B", bound=Batch)


@dataclass(frozen=True, slots=True)
class _Task(Generic[B]):
    batch: B
    future: "Future[list[Prediction]]"


class Predictor:
    """Has the workers of an executor score batches of posts.

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
        self._model = ModelFiles.in_folder(folder)

    def predict(self, batches: Iterable[B]) -> Iterator[tuple[B, list[Prediction]]]:
        """Yield batches with their predictions, in the given order; some are under way while one is awaited.

        Raises:
            KiemtinError: When workers die again and again.

        """
        waiting = iter(batches)
        under_way: deque[_Task[B]] = deque()
        try:
            while True:
                under_way.extend(self._begin(batch) for batch in islice(waiting, UNDER_WAY - len(under_way)))
                if not under_way:
                    return
                task = under_way.popleft()
                yield task.batch, self._result(task)
        except BrokenExecutor as error:
            raise KiemtinError(DIED) from error
        finally:
            for task in under_way:
                task.future.cancel()

    def _begin(self, batch: B, model: ModelFiles | None = None) -> _Task[B]:
        texts = [text_of(post) for post in batch.posts]
        thresholds = dict(batch.thresholds) if batch.thresholds is not None else None
        return _Task(batch, self._executor.submit(predict_texts, model or self._model, texts, thresholds))

    def _result(self, task: _Task[B]) -> list[Prediction]:
        try:
            return task.future.result()
        except ModelNotThere:
            pass
        try:  # again: the worker may have got the files meanwhile, with another task
            return self._begin(task.batch).future.result()
        except ModelNotThere:
            return self._begin(task.batch, self._model.with_content()).future.result()


def paged(read: Callable[[int], Sequence[Post]]) -> Iterator[Sequence[Post]]:
    """Read pages of posts in the order of their numbers; `read` gets the last number of the page before, or 0."""
    last = 0
    while page := read(last):
        yield page
        last = page[-1].id


def text_of(post: Post) -> Text:
    """Return the classifier's input for a post: its current text, and the title of the article or thread it answers."""
    return Text(post.judged_text, Context(title=post.context or ""))


def predict_texts(
    model: ModelFiles, texts: Sequence[Text], thresholds: Mapping[str, float] | None = None
) -> list[Prediction]:
    """Score texts; runs in a worker of the executor.

    Args:
        model: The model.
        texts: The texts.
        thresholds: The threshold of each label; None for the model's own.

    Raises:
        ModelNotThere: When the worker does not have the model and did not get it.

    """
    classifier = cached_model(_place_of(model), model.sha256).classifier
    contexts = [text.context for text in texts]
    return list(classifier.predict([text.text for text in texts], contexts=contexts, thresholds=thresholds))


def load_model(folder: Path) -> Loaded:
    """Load a model once a process, however often it is asked for; one that was made anew is loaded again."""
    return cached_model(str(folder), _hash_of(folder))


# Two: the model in use and one beside it.
@lru_cache(maxsize=2)
def cached_model(folder: str, sha256: str) -> Loaded:  # noqa: ARG001  the hash tells a model from one made anew
    """Load the model of a folder and a hash."""
    return load(Path(folder), Segmenter())


def _hash_of(folder: Path) -> str:
    try:
        return hashlib.sha256((folder / MANIFEST_FILE).read_bytes()).hexdigest()
    except OSError:
        return ""  # loading it says what is wrong


def _place_of(model: ModelFiles) -> str:
    """Return the folder of the worker's machine that holds the model."""
    own = Path(tempfile.gettempdir()) / f"kiemtin-models-{os.getuid()}" / model.sha256
    for folder in (Path(model.folder), own):
        if _hash_of(folder) == model.sha256:
            return str(folder)
    if model.content is None:
        message = f"the model {model.folder} is not on this worker"
        raise ModelNotThere(message)
    own.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in (MODEL_FILE, MANIFEST_FILE):  # the manifest last: with it the model counts as there
        write_whole(own / name, model.content[name])
    return str(own)
