"""Concerns of workers in a report: each grievance, and the counts by topic and place, with what became of them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy.orm import Session

from classifiers.concern_topics import OTHER
from classifiers.places.finder import places_in
from monitor.privacy.masks.mask import mask_personal
from monitor.reports.comparison import Comparison, Count, compare
from monitor.reports.quotes import sentences_of
from storage.figures import report_matters
from storage.figures.report_counts import Period
from storage.figures.report_matters import MatterCounts, MatterRow
from storage.review.matters import GRIEVANCE, STATES

ELSEWHERE: Final = ""
"""Stands for all places that nobody named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MattersByState:
    """Grievances that share something, by state."""

    states: Mapping[str, int]

    @property
    def matters(self) -> int:
        """The number of grievances."""
        return sum(self.states.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicFigures(MattersByState):
    """Grievances of one topic: to whom how many were passed, and the comparison with earlier periods."""

    topic: str
    passed_to: tuple[tuple[str, int], ...]
    comparison: Comparison


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceFigures(MattersByState):
    """Grievances in one place, by topic; `place` is ELSEWHERE where nobody named one."""

    place: str
    topics: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernFigures:
    """The grievances of a period.

    Args:
        listed: Each of them, those that most posts say first.
        topics: By topic, most of them first.
        places: By place, most of them first.
        counts: How many are new, and what became of earlier ones in the period.
        unsettled_before: Grievances of earlier periods that nobody has settled.
        province: The office's own, without its kind.

    """

    listed: tuple[MatterRow, ...]
    topics: tuple[TopicFigures, ...]
    places: tuple[PlaceFigures, ...]
    counts: MatterCounts
    unsettled_before: int
    province: str

    @property
    def matters(self) -> int:
        """The number of grievances."""
        return len(self.listed)

    @property
    def posts(self) -> int:
        """How many posts of the period tell of them, copies included."""
        return sum(matter.reach.posts for matter in self.listed)

    def in_state(self, *states: str) -> int:
        """Count those in some states."""
        return sum(matter.state in states for matter in self.listed)


@dataclass(frozen=True, slots=True)
class ComparedPeriod:
    """A period as topics are compared: how many concerns wait in it, and whether anything was read then.

    A concern that waits has no topic yet: it may come to belong to any.
    """

    span: Period
    pending: int
    read: bool = True


def gather_concerns(
    session: Session,
    now: ComparedPeriod,
    earlier: Sequence[ComparedPeriod],
    *,
    complete: bool,
    province: str,
) -> ConcernFigures:
    """List and count the grievances of a period.

    Args:
        session: The unit of work.
        now: The period.
        earlier: The four periods before, the nearest first.
        complete: Whether the period is over.
        province: The office's province, for names of places that several provinces have.

    """
    listed = _listed(session, report_matters.matters_of(session, now.span, GRIEVANCE), province)
    before = [report_matters.topics_of(session, one.span, GRIEVANCE) for one in earlier if one.read]

    def compared(topic: str) -> Comparison:
        counted = iter(before)
        counts = [Count(next(counted)[topic], one.pending) if one.read else None for one in earlier]
        return compare(Count(sum(matter.topic == topic for matter in listed), now.pending), counts, complete=complete)

    # A topic of the period before stands also with 0, so that a fall is seen.
    topics = {row.topic for row in listed} | (set(before[0]) if before and earlier[0].read else set())
    figures = [
        TopicFigures(
            topic=topic,
            states=_states(matter for matter in listed if matter.topic == topic),
            passed_to=_most_first(matter.passed_to for matter in listed if matter.topic == topic),
            comparison=compared(topic),
        )
        for topic in sorted(topics)
    ]
    return ConcernFigures(
        listed=listed,
        topics=tuple(sorted(figures, key=lambda row: (row.topic == OTHER, -row.matters, row.topic))),
        places=_places(listed),
        counts=report_matters.counts_of(session, now.span, GRIEVANCE),
        unsettled_before=report_matters.unsettled_before(session, GRIEVANCE, now.span.start),
        province=province,
    )


def _listed(session: Session, rows: Sequence[MatterRow], province: str) -> tuple[MatterRow, ...]:
    """Return the rows with the place by its name of today (ELSEWHERE where nobody named one), and all words masked."""
    sentences = sentences_of(session, rows)
    units = {place: unit_of(place, province) for place in {row.place for row in rows}}
    return tuple(
        replace(
            row,
            place=units[row.place],
            passed_to=mask_personal(row.passed_to),
            sentence=sentences.get(row.number, ""),
        )
        for row in rows
    )


def _most_first(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(filter(None, names)).items(), key=lambda one: (-one[1], one[0])))


def _states(matters: Iterable[MatterRow]) -> dict[str, int]:
    counted = Counter(matter.state for matter in matters)
    return {state: counted[state] for state in STATES}


def _places(listed: Sequence[MatterRow]) -> tuple[PlaceFigures, ...]:
    figures = []
    for place in {matter.place for matter in listed}:
        matters = [matter for matter in listed if matter.place == place]
        topics = dict(_most_first(matter.topic for matter in matters))
        figures.append(PlaceFigures(place=place, states=_states(matters), topics=topics))
    return tuple(sorted(figures, key=lambda row: (row.place == ELSEWHERE, -row.matters, row.place)))


def unit_of(place: str, province: str) -> str:
    """Return today's commune or province that a place names in a reviewer's words; ELSEWHERE where it names none."""
    found = places_in(place, province or None)
    return next((one.current for one in found if one.current), ELSEWHERE)
