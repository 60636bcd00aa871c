"""Trained models, each in a folder of its own; the default one comes with the distribution."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from classifiers.persistence import DEFAULT_FOLDER, MANIFEST_FILE, Loaded, copy, fits, load, save
from classifiers.text.segment import Segmenter
from monitor.clock import Clock
from monitor.settings.settings import DEFAULT_MODEL

if TYPE_CHECKING:
    from classifiers.training.train import Trained

Progress = Callable[[str, int, int], None]


def no_progress(_step: str, _done: int, _total: int) -> None:
    """Show nothing."""


class ModelFolders:
    """Finds, trains, writes and loads models.

    Args:
        folder: Where the folders of models lie that are called by a name.
        segmenter: Makes words of syllables.
        clock: Tells when a model was made.

    """

    def __init__(self, folder: Path, segmenter: Segmenter, clock: Clock) -> None:
        self._folder = folder
        self._segmenter = segmenter
        self._clock = clock

    def path(self, name: str) -> Path:
        """Find the folder of a model by its name, or by its path."""
        path = Path(name)
        return path if (path / MANIFEST_FILE).is_file() or len(path.parts) > 1 else self._folder / name

    def ensure(self, name: str, progress: Progress = no_progress) -> bool:
        """Put the default model in its place if it is the named one, and missing or made with other versions.

        Returns whether it was put there. The model of the distribution is copied. Where it was made with another
        version of the segmenter than is installed, a model of the project's own posts is trained instead.
        """
        path = self.path(name)
        if name != DEFAULT_MODEL or ((path / MANIFEST_FILE).is_file() and fits(path)):
            return False
        if fits(DEFAULT_FOLDER):
            copy(DEFAULT_FOLDER, path)
        else:
            self.train_default(progress)
        return True

    def train_default(self, progress: Progress) -> Path:
        """Train the default model on the project's own posts alone; returns its folder."""
        from classifiers.data.datasets import read_corpus
        from classifiers.training.config import corpus_config
        from classifiers.training.train import Trainer

        return self.save(Trainer(self._segmenter, corpus_config(), progress).fit(read_corpus()), DEFAULT_MODEL)

    def save(self, trained: Trained, name: str) -> Path:
        """Write a trained model under its name; returns its folder."""
        folder = self.path(name)
        save(trained.classifier, folder, trained.facts(folder.name, self._clock.now().isoformat()))
        return folder

    def load(self, name: str, progress: Progress = no_progress) -> Loaded:
        """Load a model; the default one is put in its place first where it is missing.

        Raises:
            ClassifierError: When it is missing, damaged, or made with other versions.

        """
        self.ensure(name, progress)
        return load(self.path(name), self._segmenter)
