"""The data of the first page: flags by label and state, and what waits."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from monitor.desk.web import wording
from monitor.desk.web.wording import LabelHelp
from storage.review import drawn, flags
from storage.scoring import registry, unscored


@dataclass(frozen=True, slots=True)
class LabelCounts:
    """The number of flags of a label by state."""

    label: LabelHelp
    states: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The data of the first page. `waiting` (posts without a score) and `model` are None before a model is active.

    `drawn` counts the flags on posts drawn for teaching that wait for a decision.
    """

    labels: tuple[LabelCounts, ...]
    open_flags: int
    waiting: int | None
    model: str | None
    drawn: int


def overview(session: Session) -> Overview:
    """Query all of it."""
    counted = flags.counts(session)
    labels = tuple(
        LabelCounts(label, {state: counted.get(label.name, {}).get(state, 0) for state in wording.STATES})
        for label in wording.all_labels()
    )
    model = registry.active_model(session)
    return Overview(
        labels=labels,
        open_flags=sum(counts.states["open"] for counts in labels),
        waiting=unscored.count(session, model) if model else None,
        model=model.version if model else None,
        drawn=drawn.open_count(session),
    )
