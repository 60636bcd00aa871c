"""The figures of a weekly report, computed once for all formats."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from classifiers.labels import LABEL_NAMES
from monitor.reports.iso_week import Week
from monitor.reports.mask import mask_personal
from monitor.reports.quotes import LabelQuotes, gather_quotes
from monitor.reports.source_problems import SourceProblem, gather_source_problems
from storage import posts, registry, reports, sources, threshold_rules
from storage.decisions import REOPENED, STATE_OF
from storage.models import Source
from storage.reports import Period

SCHEMA_VERSION: Final = 2  # raise it when a key of `WeekFigures.as_dict` changes its name or meaning
STATES: Final = ("open", "confirmed", "rejected", "unsure")
DECISIONS: Final = ("confirmed", "rejected", "unsure", "reopened")
OUTCOMES: Final = {**STATE_OF, REOPENED: "reopened"}
"""By the decision of a person, the one of DECISIONS that it is counted as."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The totals of a week. `flags` counts flags by label; a post may have several.

    `unsure_posts` have no flag and at least one score in the unsure band.
    """

    posts: int
    reference_posts: int
    flagged_posts: int
    flags: Mapping[str, int]
    unsure_posts: int = 0

    @property
    def all_flags(self) -> int:
        """The number of flags."""
        return sum(self.flags.values())

    @property
    def flagged_share(self) -> float | None:
        """The share of monitored posts that were flagged, 0 to 1; None without posts."""
        return share(self.flagged_posts, self.posts)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFigures:
    """One label: flags on the week's posts by state, decisions taken in the week, and flags of the week before."""

    label: str
    states: Mapping[str, int]
    decisions: Mapping[str, int]
    previous: int

    @property
    def total(self) -> int:
        """The number of flags."""
        return sum(self.states.values())

    @property
    def change(self) -> int:
        """The difference to the week before."""
        return self.total - self.previous

    @property
    def reviewed(self) -> int:
        """The number of confirmed and rejected flags, of which the precision is computed."""
        return self.states["confirmed"] + self.states["rejected"]

    @property
    def precision(self) -> float | None:
        """The confirmed share of the reviewed flags, 0 to 1; None when there are none."""
        return share(self.states["confirmed"], self.reviewed)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFigures:
    """Posts and flags of one source."""

    name: str
    role: str
    posts: int
    flagged_posts: int
    flags: Mapping[str, int]

    @property
    def flagged_share(self) -> float | None:
        """The share of its posts that were flagged, 0 to 1; None without posts."""
        return share(self.flagged_posts, self.posts)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFigures:
    """Posts and flags of one day, Việt Nam time."""

    date: date
    posts: int
    flags: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class RuleFigures:
    """A threshold rule for a label and a kind of source; `aim` is `precision`, `probability` or `budget`."""

    label: str
    source_kind: str
    aim: str
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """How the figures were computed.

    Args:
        models: By version, the thresholds of each model that flagged, by label.
        generated_at: When the report was made, UTC.
        complete: Whether the week was over by then.
        unscored: How many monitored posts the active model had not scored by then.
        threshold_rules: The rules that people had set by then; they replace the model's own thresholds.
        schema_version: Of `WeekFigures.as_dict`.

    """

    models: Mapping[str, Mapping[str, float]]
    generated_at: datetime
    complete: bool
    unscored: int
    threshold_rules: tuple[RuleFigures, ...] = ()
    schema_version: int = SCHEMA_VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekFigures:
    """All figures of a weekly report, before they become sentences, tables and charts."""

    week: Week
    totals: Totals
    previous: Totals
    labels: tuple[LabelFigures, ...]
    sources: tuple[SourceFigures, ...]
    days: tuple[DayFigures, ...]
    quotes: tuple[LabelQuotes, ...]
    source_problems: tuple[SourceProblem, ...]
    method: Method

    @property
    def label_names(self) -> tuple[str, ...]:
        """The labels, in the order in which they are shown."""
        return tuple(row.label for row in self.labels)

    def as_dict(self) -> dict[str, Any]:
        """Return the figures for JSON, with an explicit list of keys and without any text of the quoted posts."""
        method = self.method
        return {
            "schema_version": method.schema_version,
            "week": str(self.week),
            "generated_at": method.generated_at.isoformat(),
            "complete": method.complete,
            "unscored": method.unscored,
            "threshold_rules": [asdict(row) for row in method.threshold_rules],
            "models": {version: dict(thresholds) for version, thresholds in method.models.items()},
            "totals": _totals_dict(self.totals),
            "previous": _totals_dict(self.previous),
            "labels": [_label_dict(row) for row in self.labels],
            "sources": [_source_dict(row) for row in self.sources],
            "days": [{"date": row.date.isoformat(), "posts": row.posts, "flags": dict(row.flags)} for row in self.days],
            "quoted": {
                group.label: {"flags": [quote.flag_id for quote in group.quotes], "available": group.available}
                for group in self.quotes
            },
            "source_problems": [_problem_dict(row) for row in self.source_problems],
        }


def share(part: int, whole: int) -> float | None:
    """Return `part / whole`; None when `whole` is 0."""
    return part / whole if whole else None


def gather(session: Session, week: Week, *, top: int, now: datetime) -> WeekFigures:
    """Query all figures of a week.

    Args:
        session: The unit of work; nothing is written.
        week: The week; posts count in the week in which they were first seen.
        top: The most posts to quote for each label.
        now: The time of the report, aware UTC.

    """
    period, before = week.period, week.previous.period
    names = _label_names(session, period, before)
    labels = _labels(session, period, before, names)
    # Rejected flags are never quoted: a person has said that the post is fine.
    open_labels = [(row.label, row.total - row.states["rejected"]) for row in labels]
    return WeekFigures(
        week=week,
        totals=_totals(session, period, names),
        previous=_totals(session, before, names),
        labels=labels,
        sources=_sources(session, period, names),
        days=tuple(
            DayFigures(
                date=day.date,
                posts=reports.posts_in(session, day.period),
                flags=_filled(reports.flags_by_label(session, day.period), names),
            )
            for day in week.days
        ),
        quotes=tuple(gather_quotes(session, period, label, available=count, top=top) for label, count in open_labels),
        source_problems=gather_source_problems(session, period),
        method=_method(session, period, now),
    )


def _method(session: Session, period: Period, now: datetime) -> Method:
    active = registry.active_model(session)
    # A week may span a promotion; its flags then come from two models.
    models = reports.models_of_flags(session, period) or ([active] if active else [])
    return Method(
        models={model.version: dict(model.thresholds) for model in models},
        generated_at=now,
        complete=now >= period.end,
        unscored=posts.count_unscored(session, active.id) if active else 0,
        threshold_rules=tuple(
            RuleFigures(row.label, row.source_kind, row.aim, row.value) for row in threshold_rules.all_rules(session)
        ),
    )


def _label_names(session: Session, period: Period, before: Period) -> tuple[str, ...]:
    """Return the project's labels, followed by other labels that a user's own model has flagged."""
    flagged = reports.flags_by_label(session, period).keys() | reports.flags_by_label(session, before).keys()
    decided = {label for label, _ in reports.decisions(session, period)}
    return (*LABEL_NAMES, *sorted((flagged | decided) - set(LABEL_NAMES)))


def _filled(counts: Mapping[str, int], names: Iterable[str]) -> dict[str, int]:
    return {name: counts.get(name, 0) for name in names}


def _totals(session: Session, period: Period, names: Sequence[str]) -> Totals:
    return Totals(
        posts=reports.posts_in(session, period),
        reference_posts=reports.posts_in(session, period, "reference"),
        flagged_posts=reports.flagged_posts(session, period),
        flags=_filled(reports.flags_by_label(session, period), names),
        unsure_posts=reports.unsure_posts(session, period),
    )


def _labels(session: Session, period: Period, before: Period, names: Sequence[str]) -> tuple[LabelFigures, ...]:
    states = reports.flags_by_label_and_state(session, period)
    decisions: Counter[tuple[str, str]] = Counter()
    for (label, decision), count in reports.decisions(session, period).items():
        decisions[label, OUTCOMES[decision]] += count
    previous = reports.flags_by_label(session, before)
    return tuple(
        LabelFigures(
            label=label,
            states={state: states.get((label, state), 0) for state in STATES},
            decisions={decision: decisions[label, decision] for decision in DECISIONS},
            previous=previous.get(label, 0),
        )
        for label in names
    )


def _sources(session: Session, period: Period, names: Sequence[str]) -> tuple[SourceFigures, ...]:
    """List the monitored sources first, most flagged posts first; a source that was to be read stands also with 0."""
    read = reports.posts_by_source(session, period)
    flagged = reports.flagged_posts_by_source(session, period)
    flags = reports.flags_by_source_and_label(session, period)
    rows = [
        SourceFigures(
            name=mask_personal(source.name),
            role=source.role,
            posts=read.get(source.name, 0),
            flagged_posts=flagged.get(source.name, 0),
            flags={label: flags.get((source.name, label), 0) for label in names},
        )
        for source in sources.all_sources(session)
        if source.name in read or _was_to_be_read(source, period)
    ]
    return tuple(sorted(rows, key=lambda row: (row.role != "monitored", -row.flagged_posts, -row.posts, row.name)))


def _was_to_be_read(source: Source, period: Period) -> bool:
    return source.enabled and source.kind != "import" and source.created_at < period.end


def _totals_dict(totals: Totals) -> dict[str, Any]:
    return {
        "posts": totals.posts,
        "reference_posts": totals.reference_posts,
        "flagged_posts": totals.flagged_posts,
        "flags": dict(totals.flags),
        "unsure_posts": totals.unsure_posts,
    }


def _label_dict(row: LabelFigures) -> dict[str, Any]:
    return {
        "label": row.label,
        "states": dict(row.states),
        "decisions": dict(row.decisions),
        "previous": row.previous,
        "precision": row.precision,
        "reviewed": row.reviewed,
    }


def _source_dict(row: SourceFigures) -> dict[str, Any]:
    return {
        "name": row.name,
        "role": row.role,
        "posts": row.posts,
        "flagged_posts": row.flagged_posts,
        "flags": dict(row.flags),
    }


def _problem_dict(row: SourceProblem) -> dict[str, Any]:
    last_at = row.last_at.isoformat() if row.last_at else None
    return {
        "source": row.source,
        "problem": row.problem,
        "message": row.message,
        "times": row.times,
        "last_at": last_at,
    }
