"""Changing thresholds: a wish for one label and kind of source, a budget over all, and the way back.

Every change is made in one unit of work with its entry in the audit trail. A trial makes the same change and takes it
back, so that what it tells is what would happen.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from monitor.clock import Clock
from monitor.errors import NotReady, UsageError
from monitor.pipeline.thresholds import BUDGET, PRECISION, Thresholds, shift_for, thresholds_of
from monitor.pipeline.workload import Account, World, account_of, count_below, look_round
from storage import people, thresholds
from storage.database import Database
from storage.thresholds import EVERY, ThresholdDraft

DAYS: Final = 14


@dataclass(frozen=True, slots=True)
class Note:
    """For the audit trail: the account of the machine that asks for a change, why, and a user of the desk, if named."""

    account: str
    why: str = ""
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """What held before and what holds now; `open_below` counts open flags that would not be opened any more."""

    before: Account
    after: Account
    open_below: int
    trial: bool

    def as_dict(self) -> dict[str, Any]:
        """Give both accounts as plain data."""
        return {
            "trial": self.trial,
            "open_below": self.open_below,
            "before": self.before.as_dict(),
            "after": self.after.as_dict(),
        }


class Tuner:
    """Shows and changes thresholds.

    Args:
        database: Where scores, decisions and thresholds stand.
        clock: Tells the time.
        days: How many days of scores to look at.

    """

    def __init__(self, database: Database, clock: Clock, days: int = DAYS) -> None:
        self._database = database
        self._clock = clock
        self._days = days

    def look(self) -> Account:
        """Tell what thresholds hold and what they come to.

        Raises:
            NotReady: When no model has scored anything yet.
            StorageError: When the database fails.

        """
        with self._database.work() as session:
            world = look_round(session, self._clock.now(), self._days)
            return account_of(thresholds_of(world.model, thresholds.every(session)), world)

    def wish(self, label: str | None, kind: str, aim: str, value: float, note: Note, *, trial: bool = False) -> Changed:
        """Set a precision or a probability.

        Args:
            label: A label of the model; None for each of them.
            kind: A kind of source, or EVERY for kinds without a wish of their own.
            aim: PRECISION or PROBABILITY.
            value: The precision that flags are expected to have, or the probability from which on they are opened.
            note: Who and why.
            trial: Whether to take the change back at the end.

        Raises:
            UsageError: When the model does not know the label or reaches no such precision.
            NotReady: When no model has scored anything yet.
            StorageError: When the database fails, or knows no such user.

        """

        def change(session: Session, world: World) -> None:
            known = thresholds_of(world.model, ())
            for name in [label] if label else known.labels:
                _require_reachable(known, name, aim, value)
                draft = ThresholdDraft(
                    label=name, source_kind=kind, aim=aim, value=value, model_version=world.model.version
                )
                thresholds.put(session, draft, self._clock.now())

        detail = {"label": label or EVERY, "kind": kind, "aim": aim, "value": value}
        return self._change(change, "thresholds.set", detail, note, trial=trial)

    def budget(self, flags_per_day: float, floor: float, note: Note, *, trial: bool = False) -> Changed:
        """Move all thresholds alike, so that about so many flags are opened a day, over all labels and kinds.

        Args:
            flags_per_day: How many flags people can review a day.
            floor: The expected precision below which no label may fall, however much the budget allows.
            note: Who and why.
            trial: Whether to take the change back at the end.

        Raises:
            NotReady: When the model has scored nothing in those days.
            StorageError: When the database fails, or knows no such user.

        """

        def change(session: Session, world: World) -> None:
            if not world.recent:
                message = f"{world.model.version} has scored no post of the last {self._days} days: name more --days"
                raise NotReady(message)
            wishes = [wish for wish in thresholds.every(session) if wish.aim != BUDGET]
            base = thresholds_of(world.model, wishes)
            draft = ThresholdDraft(
                label=EVERY,
                source_kind=EVERY,
                aim=BUDGET,
                value=flags_per_day,
                floor=floor,
                shift=shift_for(base, world.recent, flags_per_day * world.days, floor),
                model_version=world.model.version,
            )
            thresholds.put(session, draft, self._clock.now())

        detail = {"aim": BUDGET, "value": flags_per_day, "floor": floor}
        return self._change(change, "thresholds.set", detail, note, trial=trial)

    def reset(self, label: str | None, kind: str | None, note: Note, *, trial: bool = False) -> Changed:
        """Take back what was set for a label, a kind or both; for neither: everything, a budget included.

        Raises:
            NotReady: When no model has scored anything yet.
            StorageError: When the database fails, or knows no such user.

        """

        def change(session: Session, _world: World) -> None:
            thresholds.clear(session, label=label, source_kind=kind)

        return self._change(change, "thresholds.reset", {"label": label, "kind": kind}, note, trial=trial)

    def _change(
        self,
        change: Callable[[Session, World], None],
        action: str,
        detail: Mapping[str, Any],
        note: Note,
        *,
        trial: bool,
    ) -> Changed:
        with self._database.work() as session:
            now = self._clock.now()
            world = look_round(session, now, self._days)
            before = account_of(thresholds_of(world.model, thresholds.every(session)), world)
            change(session, world)
            known = thresholds_of(world.model, thresholds.every(session))
            after = account_of(known, world)
            people.note(
                session,
                at=now,
                action=action,
                subject=world.model.version,
                user_id=people.user_by_name(session, note.by).id if note.by else None,
                detail={**detail, "account": note.account, "why": note.why, "thresholds": _plain(after)},
            )
            if not trial:
                session.commit()
        return Changed(before, after, count_below(known, world.waiting), trial)


def _require_reachable(known: Thresholds, label: str, aim: str, value: float) -> None:
    if label not in known.labels:
        message = f"--label {label}: the model in use knows {', '.join(known.labels)}"
        raise UsageError(message)
    curve = known.curves[label]
    if aim != PRECISION or curve.threshold_for(value) is not None:
        return
    best = curve.best_precision
    reached = f"reaches {best:.2f} at most" if best is not None else "came without a precision-recall curve"
    message = f"--precision {value:g}: for {label} the model {reached}: set less, or a --probability"
    raise UsageError(message)


def _plain(account: Account) -> dict[str, dict[str, float]]:
    """Note thresholds by label and kind."""
    plain: dict[str, dict[str, float]] = {}
    for row in account.rows:
        plain.setdefault(row.label, {})[row.kind] = row.limit.threshold
    return plain
