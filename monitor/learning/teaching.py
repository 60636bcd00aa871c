"""Teaching in the background of the desk: draw a round, learn a candidate, put it into use. One thing at a time."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial

from classifiers.data.datasets import Example
from classifiers.errors import ClassifierError
from classifiers.persistence import Loaded
from monitor.crawl.failures import failure_message
from monitor.learning.active_learning import PostSelector
from monitor.learning.learn import ROUND, Learner, LearnResult
from monitor.learning.promotion import ModelPromotion
from monitor.scoring.model_folders import Progress, no_progress
from storage.database import Database
from storage.scoring import registry

DRAWING, LEARNING, PROMOTING, RETURNING = "drawing", "learning", "promoting", "returning"


@dataclass(frozen=True, slots=True)
class TeachingStatus:
    """What goes on: `doing` is empty when nothing does; `error` is the line of what failed last."""

    doing: str = ""
    done: int = 0
    total: int = 0
    error: str = ""


class TeachingSteps:
    """The steps of teaching, as the desk and the commands take them.

    Args:
        database: Questions, decisions and the register.
        selector: Draws posts.
        learner: Teaches candidates.
        promotion: Puts models into use.
        load: Loads a model by its name; told of its progress.
        default_model: The name of the model that candidates are taught from.
        scoring_model: Names the model that scores new posts.
        known: Reads what the default model was trained on.

    """

    def __init__(
        self,
        database: Database,
        selector: PostSelector,
        learner: Learner,
        promotion: ModelPromotion,
        *,
        load: Callable[[str, Progress], Loaded],
        default_model: str,
        scoring_model: Callable[[], str],
        known: Callable[[], Sequence[Example]],
    ) -> None:
        self._database = database
        self._selector = selector
        self._learner = learner
        self._promotion = promotion
        self._load = load
        self._default_model = default_model
        self._scoring_model = scoring_model
        self._known = known

    def draw(self, posts: int = ROUND, progress: Progress = no_progress) -> int:
        """Draw a round of posts, and return how many; the newest taught candidate says which of them are probable.

        Raises:
            NotReady: When no post was scored.
            ClassifierError: When a model cannot be loaded.
            StorageError: When the database fails.

        """
        active = self._load(self._scoring_model(), progress)
        with self._database.work() as session:
            newest = registry.newest_taught(session)
        # Without it the model in use can tell as well, only less sharply.
        usable = self._usable(newest.name, progress) if newest is not None else None
        taught = usable.classifier if usable is not None else None
        return self._selector.run(active, posts, partial(progress, "reading"), taught=taught)

    def learn(self, progress: Progress = no_progress) -> LearnResult:
        """Teach a candidate by all decisions; compared with the active model, or for want of one with its base."""
        base = self._load(self._default_model, progress)
        active = self._usable(self._scoring_model(), progress) or base
        return self._learner.run(base, active, progress, known=self._known())

    def _usable(self, name: str, progress: Progress) -> Loaded | None:
        """Load a model; None where its folder was deleted, or an upgrade brought other word lists than it has."""
        try:
            return self._load(name, progress)
        except ClassifierError:
            return None

    def promote(self, name: str, user_id: int) -> None:
        """Put a candidate into use, by the rules of `ModelPromotion.promote`."""
        self._promotion.promote(name, in_use=self._scoring_model(), user_id=user_id)

    def roll_back(self, user_id: int) -> None:
        """Put the model into use again whose place the present one took."""
        self._promotion.rollback(user_id=user_id)


class BackgroundTeaching:
    """Takes the steps of teaching one at a time in a thread, while the desk goes on answering.

    Args:
        steps: Builds the steps, when they are first needed: their libraries take seconds to import.
        executor: Runs them; one thread.
        locked_model: The model that the settings name, which wins over any that is put into use; empty: none.

    """

    def __init__(self, steps: Callable[[], TeachingSteps], executor: Executor, locked_model: str = "") -> None:
        self._steps = steps
        self._executor = executor
        self._lock = threading.Lock()
        self._status = TeachingStatus()
        self.locked_model = locked_model

    def status(self) -> TeachingStatus:
        """Tell what goes on."""
        return self._status

    def draw(self) -> bool:
        """Begin to draw a round; False when something else goes on."""
        return self._begin(DRAWING, lambda progress: self._steps().draw(progress=progress))

    def learn(self) -> bool:
        """Begin to teach a candidate; False when something else goes on."""
        return self._begin(LEARNING, lambda progress: self._steps().learn(progress))

    def promote(self, name: str, user_id: int) -> bool:
        """Begin to put a candidate into use; False when something else goes on, or the settings name a model."""
        return self._begin(PROMOTING, lambda _progress: self._steps().promote(name, user_id))

    def roll_back(self, user_id: int) -> bool:
        """Begin to take the model before back; False when something else goes on, or the settings name a model."""
        return self._begin(RETURNING, lambda _progress: self._steps().roll_back(user_id))

    def _begin(self, doing: str, step: Callable[[Progress], object]) -> bool:
        with self._lock:
            if self._status.doing or (self.locked_model and doing in (PROMOTING, RETURNING)):
                return False
            self._status = TeachingStatus(doing)
        self._executor.submit(self._run, step)
        return True

    def _run(self, step: Callable[[Progress], object]) -> None:
        error = ""
        try:
            step(self._on_progress)
        except Exception as failed:  # noqa: BLE001  whatever it is, else the desk would say for ever that it is at work
            error = failure_message(failed)
        with self._lock:
            self._status = TeachingStatus(error=error)

    def _on_progress(self, _step: str, done: int, total: int) -> None:
        with self._lock:
            self._status = replace(self._status, done=done, total=total)
