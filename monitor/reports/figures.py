"""The figures of a report, computed once for all formats."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from classifiers.labels import GRIEVANCE_LABELS, LABEL_NAMES
from monitor.privacy.masks.mask import mask_personal
from monitor.reports.claims import ClaimFigures, gather_claims
from monitor.reports.comparison import PERIODS_IN_MEAN, Comparison, Count, compare
from monitor.reports.concerns import ComparedPeriod, ConcernFigures, gather_concerns
from monitor.reports.method import Method, SourceProblem, gather_method, gather_source_problems
from monitor.reports.periods import CalendarPeriod
from monitor.reports.quotes import Quote, gather_quotes
from storage.figures import report_counts
from storage.figures.report_counts import ConcludedFlags, FlagCount, Period
from storage.models import Source
from storage.posts import sources
from storage.review.matters import GRIEVANCE, RUMOUR
from storage.scoring import focus

SCHEMA: Final = "kiemtin.report/6"  # raise the number when a table or column changes its name or meaning
SCHEMA_VERSION: Final = int(SCHEMA.rpartition("/")[2])
STATES: Final = ("confirmed", "rejected", "open", "unsure")
States = Mapping[str, int]  # the number of flags by state


@dataclass(frozen=True, slots=True, kw_only=True)
class PostFigures:
    """Posts of a period.

    Args:
        monitored: Posts of monitored sources that were published in it.
        reference: Posts of reference sources that were published in it.
        found_later: How many of the monitored ones were found only after its end.
        older: Monitored posts that came in during it and were published before: they belong to earlier periods.
        flagged: Posts that carry at least one flag.
        unsure: Posts without a flag and with a score in the unsure band.

    """

    monitored: int
    reference: int
    found_later: int
    older: int
    flagged: int
    unsure: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierPeriod:
    """What is compared with: a period before, the monitored posts published in it, and its flags by label and state."""

    period: CalendarPeriod
    posts: int
    labels: Mapping[str, States]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFigures:
    """One label: flags on the period's posts by state, and the comparison."""

    label: str
    states: States
    comparison: Comparison

    @property
    def total(self) -> int:
        """The number of flags."""
        return sum(self.states.values())

    @property
    def reviewed(self) -> int:
        """The number of confirmed and rejected flags."""
        return self.states["confirmed"] + self.states["rejected"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFigures:
    """Posts and flags of one source; `confirmed` by label, `pending` are those that wait or are in doubt."""

    name: str
    role: str
    posts: int
    found_later: int
    older: int
    confirmed: Mapping[str, int]
    pending: int

    @property
    def all_confirmed(self) -> int:
        """The number of confirmed flags."""
        return sum(self.confirmed.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFigures:
    """Posts and flags of one part of the period: a day, or the week that begins with this day."""

    first: date
    posts: int
    confirmed: Mapping[str, int]
    pending: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFigures:
    """All figures of a report, before they become sentences, tables and charts."""

    period: CalendarPeriod
    posts: PostFigures
    earlier: tuple[EarlierPeriod, ...]
    labels: tuple[LabelFigures, ...]
    reliability: tuple[ConcludedFlags, ...]
    parts: tuple[PartFigures, ...]
    sources: tuple[SourceFigures, ...]
    claims: ClaimFigures
    concerns: ConcernFigures
    quotes: tuple[Quote, ...]
    source_problems: tuple[SourceProblem, ...]
    method: Method

    @property
    def label_names(self) -> tuple[str, ...]:
        """The labels, in the order in which they are shown."""
        return tuple(row.label for row in self.labels)

    @property
    def previous(self) -> EarlierPeriod:
        """The period before."""
        return self.earlier[0]

    def label(self, name: str) -> LabelFigures:
        """Return the figures of a label."""
        return next(row for row in self.labels if row.label == name)


def gather(session: Session, period: CalendarPeriod, *, now: datetime, site: str = "") -> ReportFigures:
    """Query all figures of a period.

    Args:
        session: The unit of work; nothing is written.
        period: The period; posts count in the one in which they were published.
        now: The time of the report, aware UTC.
        site: The address where corrections are published; empty: nowhere.

    """
    span = period.span
    flags = report_counts.flags_by_part(session, period.bounds)
    earlier = _earlier(session, period)
    names = _label_names(flags, earlier)
    complete = now >= span.end
    read = _sources(session, span, flags, names)
    return ReportFigures(
        period=period,
        posts=_posts(session, span, read),
        earlier=earlier,
        labels=tuple(
            LabelFigures(
                label=name,
                states=_states(row for row in flags if row.label == name),
                comparison=_comparison(name, flags, earlier, complete=complete),
            )
            for name in names
        ),
        reliability=tuple(
            sorted(report_counts.concluded_by_probability(session, span), key=lambda row: (names.index(row.label), row))
        ),
        parts=_parts(session, period, flags, names),
        sources=read,
        claims=gather_claims(session, period, site),
        concerns=gather_concerns(
            session,
            ComparedPeriod(span, count_of(_states(row for row in flags if row.label in GRIEVANCE_LABELS)).pending),
            [_compared(one) for one in earlier],
            complete=complete,
            province=focus.stored(session).province,
        ),
        quotes=gather_quotes(session, span),
        source_problems=gather_source_problems(session, span),
        method=gather_method(session, span, now),
    )


def _compared(earlier: EarlierPeriod) -> ComparedPeriod:
    pending = sum(count_of(states).pending for label, states in earlier.labels.items() if label in GRIEVANCE_LABELS)
    return ComparedPeriod(earlier.period.span, pending, earlier.posts > 0)


def _posts(session: Session, span: Period, read: Sequence[SourceFigures]) -> PostFigures:
    monitored = [row for row in read if row.role == "monitored"]
    return PostFigures(
        monitored=sum(row.posts for row in monitored),
        reference=sum(row.posts for row in read) - sum(row.posts for row in monitored),
        found_later=sum(row.found_later for row in monitored),
        older=sum(row.older for row in monitored),
        flagged=report_counts.flagged_posts(session, span),
        unsure=report_counts.unsure_posts(session, span),
    )


def _earlier(session: Session, period: CalendarPeriod) -> tuple[EarlierPeriod, ...]:
    """Return the four periods before, the nearest first."""
    periods = period.earlier(PERIODS_IN_MEAN)
    bounds = (*(one.span.start for one in reversed(periods)), period.span.start)
    posts = report_counts.posts_by_part(session, bounds)
    flags = report_counts.flags_by_part(session, bounds)
    names = {row.label for row in flags}
    return tuple(
        EarlierPeriod(
            period=one,
            posts=posts[part],
            labels={
                name: _states(row for row in flags if row.part == part and row.label == name) for name in sorted(names)
            },
        )
        for part, one in sorted(enumerate(reversed(periods)), reverse=True)
    )


def _states(rows: Iterable[FlagCount]) -> dict[str, int]:
    counted = dict.fromkeys(STATES, 0)
    for row in rows:
        counted[row.state] += row.flags
    return counted


def count_of(states: States) -> Count:
    """Return how many flags are confirmed, and how many may still become so."""
    return Count(states["confirmed"], states["open"] + states["unsure"])


def _comparison(
    name: str, flags: Sequence[FlagCount], earlier: Sequence[EarlierPeriod], *, complete: bool
) -> Comparison:
    none = dict.fromkeys(STATES, 0)
    before = [count_of(one.labels.get(name, none)) if one.posts else None for one in earlier]
    return compare(count_of(_states(row for row in flags if row.label == name)), before, complete=complete)


def _label_names(flags: Sequence[FlagCount], earlier: Sequence[EarlierPeriod]) -> tuple[str, ...]:
    """Return the project's labels, followed by other labels that a user's own model has flagged."""
    found = {row.label for row in flags} | {name for one in earlier for name in one.labels}
    return (*LABEL_NAMES, *sorted(found - set(LABEL_NAMES)))


def _parts(
    session: Session, period: CalendarPeriod, flags: Sequence[FlagCount], names: Sequence[str]
) -> tuple[PartFigures, ...]:
    posts = report_counts.posts_by_part(session, period.bounds)
    return tuple(
        PartFigures(
            first=first,
            posts=posts[part],
            confirmed=_confirmed((row for row in flags if row.part == part), names),
            pending=count_of(_states(row for row in flags if row.part == part)).pending,
        )
        for part, first in enumerate(period.parts)
    )


def _confirmed(rows: Iterable[FlagCount], names: Sequence[str]) -> dict[str, int]:
    counted = dict.fromkeys(names, 0)
    for row in rows:
        if row.state == "confirmed":
            counted[row.label] += row.flags
    return counted


def _sources(
    session: Session, span: Period, flags: Sequence[FlagCount], names: Sequence[str]
) -> tuple[SourceFigures, ...]:
    """List the monitored sources first, most confirmed flags first; a source that was to be read stands also with 0."""
    counted = {row.source_id: row for row in report_counts.posts_by_source(session, span)}
    older = report_counts.older_posts_by_source(session, span)
    rows = []
    for source in sources.all_sources(session):
        read = counted.get(source.id)
        if read or older.get(source.id) or _was_to_be_read(source, span):
            found = [flag for flag in flags if flag.source_id == source.id]
            row = SourceFigures(
                name=mask_personal(source.name),
                role=source.role,
                posts=read.posts if read else 0,
                found_later=read.found_later if read else 0,
                older=older.get(source.id, 0),
                confirmed=_confirmed(found, names),
                pending=count_of(_states(found)).pending,
            )
            rows.append(row)
    return tuple(sorted(rows, key=lambda row: (row.role != "monitored", -row.all_confirmed, -row.posts, row.name)))


def _was_to_be_read(source: Source, span: Period) -> bool:
    return source.enabled and source.kind != "import" and source.created_at < span.end


def recorded(figures: ReportFigures) -> dict[str, Any]:
    """Return the figures that are kept with an issued report: numbers and numbers of flags, no word of a post."""
    return {
        "schema": SCHEMA,
        "period": str(figures.period),
        "generated_at": figures.method.generated_at.isoformat(),
        "complete": figures.method.complete,
        "posts": {
            "monitored": figures.posts.monitored,
            "reference": figures.posts.reference,
            "found_later": figures.posts.found_later,
            "older": figures.posts.older,
        },
        "labels": {row.label: dict(row.states) for row in figures.labels},
        "topics": {row.topic: row.matters for row in figures.concerns.topics},
        "matters": {
            RUMOUR: asdict(figures.claims.counts),
            GRIEVANCE: asdict(figures.concerns.counts),
        },
        "quoted": [quote.flag_id for quote in figures.quotes],
        "models": sorted(figures.method.models),
    }
