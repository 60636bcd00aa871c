"""Concerns of workers in a report: each case, and the counts by topic and place, with what became of them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from classifiers.concern_topics import OTHER
from classifiers.places.finder import places_in
from monitor.privacy.masks.mask import mask_personal
from monitor.reports.comparison import Comparison, Count, compare
from monitor.reports.quotes import one_line
from storage.figures import report_cases
from storage.figures.report_cases import CaseRow
from storage.figures.report_counts import Period, Spread, spread_of
from storage.models import Flag

CASE_STATES: Final = ("open", "passed", "answered", "followed_up", "settled")
ELSEWHERE: Final = ""
"""Stands for all places that nobody named."""


@dataclass(frozen=True)
class ConcernCase(CaseRow):
    """One case: place by its name of today (ELSEWHERE where nobody named one), offices and source masked.

    Args:
        summary: What it says, in one sentence; empty where a post without one is gone or has no words.
        spread: How many posts of the period say it, in how many sources, and since when.

    """

    summary: str
    spread: Spread


@dataclass(frozen=True, slots=True, kw_only=True)
class CasesByState:
    """Cases that share something, by state."""

    states: Mapping[str, int]

    @property
    def cases(self) -> int:
        """The number of cases."""
        return sum(self.states.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicFigures(CasesByState):
    """Cases of one topic: to whom how many were passed, and the comparison with earlier periods."""

    topic: str
    passed_to: tuple[tuple[str, int], ...]
    comparison: Comparison


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceFigures(CasesByState):
    """Cases in one place, by topic; `place` is ELSEWHERE where nobody named one."""

    place: str
    topics: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernFigures:
    """The cases of a period.

    Args:
        listed: Each case, those that most posts say first.
        topics: By topic, most cases first.
        places: By place, most cases first.
        unsettled_before: Cases of earlier periods that nobody has settled.
        province: The office's own, without its kind.

    """

    listed: tuple[ConcernCase, ...]
    topics: tuple[TopicFigures, ...]
    places: tuple[PlaceFigures, ...]
    unsettled_before: int
    province: str

    @property
    def cases(self) -> int:
        """The number of cases."""
        return len(self.listed)

    @property
    def posts(self) -> int:
        """How many posts of the period tell of them, copies included."""
        return sum(case.spread.posts for case in self.listed)

    def in_state(self, *states: str) -> int:
        """Count the cases in some states."""
        return sum(case.state in states for case in self.listed)


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
    """List and count the cases of a period.

    Args:
        session: The unit of work.
        now: The period.
        earlier: The four periods before, the nearest first.
        complete: Whether the period is over.
        province: The office's province, for names of places that several provinces have.

    """
    rows = report_cases.cases_of(session, now.span)
    before = [Counter(row.topic for row in report_cases.cases_of(session, one.span)) for one in earlier if one.read]
    listed = _listed(session, now.span, rows, province)

    def compared(topic: str) -> Comparison:
        counted = iter(before)
        counts = [Count(next(counted)[topic], one.pending) if one.read else None for one in earlier]
        return compare(Count(sum(case.topic == topic for case in listed), now.pending), counts, complete=complete)

    # A topic of the period before stands also with 0, so that a fall is seen.
    topics = {row.topic for row in rows} | (set(before[0]) if before and earlier[0].read else set())
    figures = [
        TopicFigures(
            topic=topic,
            states=_states(case for case in listed if case.topic == topic),
            passed_to=_most_first(case.passed_to for case in listed if case.topic == topic),
            comparison=compared(topic),
        )
        for topic in sorted(topics)
    ]
    return ConcernFigures(
        listed=listed,
        topics=tuple(sorted(figures, key=lambda row: (row.topic == OTHER, -row.cases, row.topic))),
        places=_places(listed),
        unsettled_before=report_cases.waiting_since(session, now.span.start),
        province=province,
    )


def _listed(session: Session, span: Period, rows: Sequence[CaseRow], province: str) -> tuple[ConcernCase, ...]:
    spreads = spread_of(session, {row.cluster_id for row in rows if row.cluster_id is not None}, span)
    units = {place: unit_of(place, province) for place in {row.place for row in rows}}
    listed = [
        ConcernCase(
            **vars(row)
            | {
                "place": units[row.place],
                "passed_to": mask_personal(row.passed_to),
                "source": mask_personal(row.source),
            },
            summary=one_line(session.get_one(Flag, row.flag_id)) if row.flag_id else "",
            spread=spreads.get(row.cluster_id or 0, Spread(1, 1, row.dated)),
        )
        for row in rows
    ]
    return tuple(sorted(listed, key=lambda case: (-case.spread.posts, case.number)))


def _most_first(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(filter(None, names)).items(), key=lambda one: (-one[1], one[0])))


def _states(cases: Iterable[ConcernCase]) -> dict[str, int]:
    counted = Counter(case.state for case in cases)
    return {state: counted[state] for state in CASE_STATES}


def _places(listed: Sequence[ConcernCase]) -> tuple[PlaceFigures, ...]:
    figures = []
    for place in {case.place for case in listed}:
        cases = [case for case in listed if case.place == place]
        topics = dict(_most_first(case.topic for case in cases))
        figures.append(PlaceFigures(place=place, states=_states(cases), topics=topics))
    return tuple(sorted(figures, key=lambda row: (row.place == ELSEWHERE, -row.cases, row.place)))


def unit_of(place: str, province: str) -> str:
    """Return today's commune or province that a place names in a reviewer's words; ELSEWHERE where it names none."""
    found = places_in(place, province or None)
    return next((one.current for one in found if one.current), ELSEWHERE)
