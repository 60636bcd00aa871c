"""Promotion and rollback of models. Every change is recorded in the audit trail."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from classifiers.data.datasets import Example
from classifiers.errors import ClassifierError
from classifiers.evaluation.comparison import compare, paired_flags
from classifiers.evaluation.predictions import score_examples
from classifiers.persistence import MANIFEST_FILE, Loaded, load
from classifiers.text.segment import Segmenter
from monitor.clock import Clock
from monitor.errors import NotReady, PromotionRefused
from monitor.learning.holdout import split_holdout
from monitor.scoring.score import model_draft
from storage import audit
from storage.database import Database
from storage.models import Model
from storage.review import decisions
from storage.scoring import registry


@dataclass(frozen=True, slots=True)
class ActiveModelChange:
    """The active version, and the one before (None: there was none)."""

    version: str
    before: str | None


class ModelPromotion:
    """Changes which model is active.

    Args:
        database: The register.
        segmenter: Splits texts into words, for comparisons.
        clock: Tells the time.
        models_dir: The folder of models.
        challenge_set: Clean posts that must not be flagged, and clear cases.

    """

    def __init__(
        self, database: Database, segmenter: Segmenter, clock: Clock, models_dir: Path, challenge_set: Sequence[Example]
    ) -> None:
        self._database = database
        self._segmenter = segmenter
        self._clock = clock
        self._models_dir = models_dir
        self._challenge_set = challenge_set

    def promote(self, name: str, *, in_use: str, reason: str = "", user_id: int | None = None) -> ActiveModelChange:
        """Make a model the active one, unless it is worse than the present one.

        Args:
            name: Name of a model's folder, or version of a registered model.
            in_use: Name of the model that scores now.
            reason: Why it is promoted although it is worse; stored in the audit trail.
            user_id: Who does it at the desk; None for a command of the operator.

        Raises:
            PromotionRefused: When it is worse and no reason is given, or when it is in use already.
            StorageError: When it is not registered.
            ClassifierError: When it cannot be loaded.

        """
        wanted = self._registered(name)
        with self._database.work() as session:
            active = registry.active_model(session)
        faults: list[str] = []
        if active is not None and active.version == wanted.version and wanted.name == in_use:
            raise PromotionRefused(f"{wanted.version} is in use already")
        # Without an active model there is nothing to compare with; the files must still load.
        if active is not None and active.version != wanted.version:
            faults = self._faults(wanted, active)
        else:
            self._load(wanted)
        if faults and not reason:
            message = (
                f"{wanted.version} is worse: {'; '.join(faults)}: to use it all the same give --force and a --reason"
            )
            raise PromotionRefused(message)
        with self._database.changes() as session:
            now = self._clock.now()
            before = registry.promote(session, registry.by_name(session, wanted.version), now)
            detail = {"faults": faults, "reason": reason}
            audit.record(
                session, at=now, action="model.promoted", subject=wanted.version, user_id=user_id, detail=detail
            )
        return ActiveModelChange(wanted.version, before)

    def _faults(self, wanted: Model, active: Model) -> list[str]:
        """Say in what a model is worse than the active one: as its teaching found, which knows most, or anew."""
        new, found = self._load(wanted), wanted.comparison or {}
        if found.get("against") == active.version:
            return [str(fault) for fault in found["faults"]]
        try:
            old = self._load(active)
        except ClassifierError:  # its files are gone, or of other word lists: whatever is wanted scores better
            return []
        with self._database.work() as session:
            held_out = split_holdout(decisions.label_decisions(session)).held_out
        local = paired_flags(*(score_examples(each.classifier, held_out) for each in (new, old)))
        found_worse = compare(new.classifier, old.classifier, self._challenge_set, local).found_worse()
        return [fault.said for fault in found_worse]

    def rollback(self, *, user_id: int | None = None) -> ActiveModelChange:
        """Make the model active again that the present one replaced.

        Args:
            user_id: Who does it at the desk; None for a command of the operator.

        Raises:
            PromotionRefused: When there is none.
            ClassifierError: When its files are missing.

        """
        with self._database.work() as session:
            active = registry.active_model(session)
            before = registry.by_name(session, active.replaces) if active is not None and active.replaces else None
        if before is None:
            raise PromotionRefused("there is no earlier model to go back to: `kiemtin models list` shows what there is")
        self._load(before)
        with self._database.changes() as session:
            now = self._clock.now()
            left = registry.reactivate(session, registry.by_name(session, before.version), now)
            audit.record(session, at=now, action="model.rollback", subject=before.version, user_id=user_id)
        return ActiveModelChange(before.version, left)

    def _registered(self, name: str) -> Model:
        """Return the model in the folder of a name, registered first if it is new, or the one of a version."""
        if not (self._models_dir / name / MANIFEST_FILE).is_file():
            with self._database.work() as session:
                return registry.by_name(session, name)
        draft = model_draft(load(self._models_dir / name, self._segmenter))
        with self._database.changes() as session:
            return registry.register(session, draft, self._clock.now())

    def _load(self, row: Model) -> Loaded:
        loaded = load(self._models_dir / row.name, self._segmenter)
        if loaded.version != row.version:
            message = f"{self._models_dir / row.name / MANIFEST_FILE} is of {loaded.version}, not of {row.version}"
            raise NotReady(f"{message}: name the newer one, or bring the folder back from a backup")
        return loaded
