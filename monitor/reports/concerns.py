"""Concerns of workers in a report: by topic and place, with what was passed on and what became of it."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from sqlalchemy.orm import Session

from classifiers.concern_topics import OTHER
from classifiers.places.finder import places_in
from monitor.privacy.masks.mask import mask_personal
from monitor.reports.comparison import Comparison, Count, compare
from storage.figures import report_cases
from storage.figures.report_cases import CaseCount
from storage.figures.report_counts import Period
from storage.review.cases import PASSED

CASE_STATES: Final = ("open", "passed", "answered", "followed_up", "settled")
FEWEST: Final = 3
"""Places and cells with fewer cases are merged: they could point at single persons."""
ELSEWHERE: Final = ""
"""Stands for all places that are not named: too few cases there, or no place known."""
Compared = Callable[[Callable[[Sequence[CaseCount]], int]], Comparison]
"""Compares what a function counts in the cases of the period with what it counts in those before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicFigures:
    """Cases of one topic, by state, to whom how many were passed, and the comparison with earlier periods."""

    topic: str
    states: Mapping[str, int]
    passed_to: tuple[tuple[str, int], ...]
    comparison: Comparison

    @property
    def cases(self) -> int:
        """The number of cases."""
        return sum(self.states.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceFigures:
    """Cases in one place, by state and by topic, and the comparison; `place` is ELSEWHERE for all that are not named.

    Of earlier periods no count below FEWEST is told, and no mean of such counts.
    """

    place: str
    states: Mapping[str, int]
    topics: Mapping[str, int]
    comparison: Comparison

    @property
    def cases(self) -> int:
        """The number of cases."""
        return sum(self.states.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernFigures:
    """The cases of a period, most cases first.

    Args:
        topics: By topic.
        places: By place.
        awaited: Whose answer is awaited, and for how many cases.
        unsettled_before: Cases of earlier periods that nobody has settled.

    """

    topics: tuple[TopicFigures, ...]
    places: tuple[PlaceFigures, ...]
    awaited: tuple[tuple[str, int], ...]
    unsettled_before: int

    @property
    def cases(self) -> int:
        """The number of cases."""
        return sum(row.cases for row in self.topics)

    def in_state(self, *states: str) -> int:
        """Count the cases in some states."""
        return sum(row.states[state] for row in self.topics for state in states)


@dataclass(frozen=True, slots=True)
class ComparedPeriod:
    """A period as topics are compared: how many concerns wait in it, and whether anything was read then.

    A concern that waits has no topic yet: it may come to belong to any.
    """

    span: Period
    pending: int
    read: bool = True


def gather_concerns(
    session: Session, now: ComparedPeriod, earlier: Sequence[ComparedPeriod], *, complete: bool, province: str
) -> ConcernFigures:
    """Count the cases of a period.

    Args:
        session: The unit of work.
        now: The period.
        earlier: The four periods before, the nearest first.
        complete: Whether the period is over.
        province: The office's province, for names of places that several provinces have.

    """
    span = now.span
    counted = report_cases.cases_of(session, span)
    before = [(one, report_cases.cases_of(session, one.span) if one.read else []) for one in earlier]

    def compared(of: Callable[[Sequence[CaseCount]], int]) -> Comparison:
        earlier_counts = [Count(of(rows), one.pending) if one.read else None for one, rows in before]
        return compare(Count(of(counted), now.pending), earlier_counts, complete=complete)

    passed: dict[str, Counter[str]] = {}
    awaited: Counter[str] = Counter()
    for row in report_cases.passed_on(session, span):
        office = mask_personal(row.passed_to)
        passed.setdefault(row.topic, Counter())[office] += row.cases
        awaited[office] += row.cases if row.state == PASSED else 0
    # A topic of the period before stands also with 0, so that a fall is seen.
    topics = sorted({row.topic for row in (*counted, *(before[0][1] if before else []))})
    figures = [
        TopicFigures(
            topic=topic,
            states=_states(row for row in counted if row.topic == topic),
            passed_to=_most_first(passed.get(topic, Counter())),
            comparison=compared(partial(_cases, topic)),
        )
        for topic in topics
    ]
    return ConcernFigures(
        topics=tuple(sorted(figures, key=lambda row: (row.topic == OTHER, -row.cases, row.topic))),
        places=_places(counted, [rows for _, rows in before], province, compared),
        awaited=_most_first(awaited),
        unsettled_before=report_cases.waiting_since(session, span.start),
    )


def _most_first(counted: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(((name, count) for name, count in counted.items() if count), key=lambda one: (-one[1], one[0])))


def _cases(topic: str, rows: Sequence[CaseCount]) -> int:
    return sum(row.cases for row in rows if row.topic == topic)


def _states(rows: Iterable[CaseCount]) -> dict[str, int]:
    counted = dict.fromkeys(CASE_STATES, 0)
    for row in rows:
        counted[row.state] += row.cases
    return counted


def _places(
    counted: Sequence[CaseCount], before: Sequence[Sequence[CaseCount]], province: str, compared: Compared
) -> tuple[PlaceFigures, ...]:
    """Add the cases up by place; what has too few of them is added to ELSEWHERE, also where that leaves one alone."""
    unit = {place: unit_of(place, province) for place in {row.place for rows in (counted, *before) for row in rows}}
    sizes: Counter[str] = Counter()
    for row in counted:
        sizes[unit[row.place]] += row.cases
    named = {place for place, cases in sizes.items() if cases >= FEWEST and place != ELSEWHERE}
    shown = partial(_shown_place, unit, named)
    figures = []
    for place in sorted({shown(row) for row in counted}):
        rows = [row for row in counted if shown(row) == place]
        of_place = partial(_cases_in, shown, place)
        few = [0 < of_place(earlier) < FEWEST for earlier in before]
        comparison = _without_few(compared(of_place), few)
        figures.append(PlaceFigures(place=place, states=_states(rows), topics=_topics(rows), comparison=comparison))
    return tuple(sorted(figures, key=lambda row: (row.place == ELSEWHERE, -row.cases, row.place)))


def _cases_in(shown: Callable[[CaseCount], str], place: str, rows: Sequence[CaseCount]) -> int:
    return sum(row.cases for row in rows if shown(row) == place)


def _without_few(found: Comparison, few: Sequence[bool]) -> Comparison:
    """Leave out what would tell of too few cases: they could point at single persons."""
    previous = None if few[:1] == [True] else found.previous
    return replace(found, previous=previous, mean=None if any(few) else found.mean)


def _shown_place(unit: Mapping[str, str], named: AbstractSet[str], row: CaseCount) -> str:
    place = unit[row.place]
    return place if place in named else ELSEWHERE


def _topics(rows: Iterable[CaseCount]) -> dict[str, int]:
    """Count the cases of a place by topic; topics with too few are added to `other`."""
    counted: Counter[str] = Counter()
    for row in rows:
        counted[row.topic] += row.cases
    few = {topic for topic, cases in counted.items() if cases < FEWEST}
    merged = {topic: cases for topic, cases in sorted(counted.items()) if topic not in few and topic != OTHER}
    rest = sum(counted.values()) - sum(merged.values())
    return merged | ({OTHER: rest} if rest else {})


def unit_of(place: str, province: str) -> str:
    """Return today's commune or province that a place names in a reviewer's words; ELSEWHERE where it names none."""
    found = places_in(place, province or None)
    return next((one.current for one in found if one.current), ELSEWHERE)
