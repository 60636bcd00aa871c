"""The data of the overview: counts over time, how often the machine was right, how far people agree, and the models."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from markupsafe import Markup
from sqlalchemy.orm import Session

from classifiers.evaluation.bootstrap import wilson
from classifiers.labels import LABEL_NAMES
from monitor.clock import VIETNAM
from monitor.desk.views.charts import Column, Share, columns, shares
from monitor.desk.views.reading_view import AgreementRow, agreement
from monitor.desk.views.teaching_view import Candidate, newest_candidate
from monitor.desk.web import wording
from monitor.desk.web.language import thousands
from monitor.desk.web.wording import LabelHelp
from storage.figures import overview_figures
from storage.scoring import registry

DAYS: Final = 28
_NAMED_EVERY: Final = 7  # columns of the chart
EDGES: Final = (50, 60, 70, 80, 90)  # per cent
LEAST_DECIDED: Final = 5  # with fewer, an interval says nothing
MOST_ROWS: Final = 20


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day in Vietnam: monitored posts that were published on it, and their flags by label."""

    day: date
    posts: int
    flags: dict[str, int]


@dataclass(frozen=True, slots=True)
class Measured:
    """A share that was measured, in whole per cent, with its 95 % interval."""

    name: str
    label: LabelHelp | None
    hits: int
    total: int
    percent: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Reviewed:
    """How many flags of a label were opened, and how many of them somebody has judged."""

    label: LabelHelp
    opened: int
    judged: int
    percent: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewFigures:
    """The data of the page. `unmeasured` counts sources and labels with too few decisions for a share."""

    days: tuple[DayRow, ...]
    days_chart: Markup
    precision: tuple[Measured, ...]
    precision_chart: Markup
    unmeasured: int
    calibration: tuple[Measured, ...]
    calibration_chart: Markup
    reviewed: tuple[Reviewed, ...]
    agreement: tuple[AgreementRow, ...]
    model: str | None
    candidate: Candidate | None


def overview_figures_of(session: Session, now: datetime) -> OverviewFigures:
    """Query and draw all of it.

    Args:
        session: The unit of work.
        now: The present time, UTC; the counts end with its day in Vietnam.

    """
    days = _days(session, now)
    counts = overview_figures.states_by_source(session, LABEL_NAMES)
    precision, unmeasured = _precision(counts)
    calibration = _calibration(session)
    model = registry.active_model(session)
    return OverviewFigures(
        days=days,
        days_chart=columns([_column(row, place) for place, row in enumerate(days)]),
        precision=precision,
        precision_chart=shares([_drawn(row) for row in precision]),
        unmeasured=unmeasured,
        calibration=calibration,
        calibration_chart=shares([_drawn(row, (edge + 5) / 100) for edge, row in _with_edges(calibration)]),
        reviewed=_reviewed(counts),
        agreement=agreement(session),
        model=model.version if model else None,
        candidate=newest_candidate(session),
    )


def _days(session: Session, now: datetime) -> tuple[DayRow, ...]:
    today = now.astimezone(VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0)
    starts = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    bounds = (*starts, today + timedelta(days=1))
    posts = overview_figures.posts_by_part(session, bounds)
    flags = overview_figures.flags_by_part(session, bounds, LABEL_NAMES)
    return tuple(
        DayRow(start.date(), posts[start], {name: flags[start, name] for name in LABEL_NAMES}) for start in starts
    )


def _column(row: DayRow, place: int) -> Column:
    return Column(f"{row.day:%d/%m}" if (DAYS - 1 - place) % _NAMED_EVERY == 0 else "", row.flags)


def _precision(counts: list[overview_figures.StateCount]) -> tuple[tuple[Measured, ...], int]:
    """Measure by source and label; the first number of those with too few decisions is left out."""
    by_row: dict[tuple[str, str], dict[str, int]] = {}
    for count in counts:
        by_row.setdefault((count.source, count.label), {})[count.state] = count.flags
    decided = {
        key: (states.get("confirmed", 0), states.get("confirmed", 0) + states.get("rejected", 0))
        for key, states in by_row.items()
    }
    enough = {key: (hits, total) for key, (hits, total) in decided.items() if total >= LEAST_DECIDED}
    most = sorted(enough.items(), key=lambda row: -row[1][1])[:MOST_ROWS]
    return tuple(_measured(*key, *figures) for key, figures in most), len(decided) - len(enough)


def _calibration(session: Session) -> tuple[Measured, ...]:
    return tuple(
        _measured(f"{found.percent}–{found.percent + 10}%", None, found.right, found.decided)
        for found in overview_figures.decided_by_probability(session, EDGES)
    )


def _with_edges(rows: tuple[Measured, ...]) -> list[tuple[int, Measured]]:
    return [(int(row.name.partition("–")[0]), row) for row in rows]


def _reviewed(counts: list[overview_figures.StateCount]) -> tuple[Reviewed, ...]:
    rows = []
    for label in wording.all_labels():
        opened = sum(count.flags for count in counts if count.label == label.name)
        judged = sum(count.flags for count in counts if count.label == label.name and count.state != "open")
        rows.append(Reviewed(label, opened, judged, round(100 * judged / opened) if opened else None))
    return tuple(rows)


def _measured(name: str, label: str | None, hits: int, total: int) -> Measured:
    low, high = wilson(hits, total)
    percents = (round(100 * value) for value in (hits / total, low, high))
    return Measured(name, wording.label_help(label) if label else None, hits, total, *percents)


def _drawn(row: Measured, expected: float | None = None) -> Share:
    name = f"{row.name} ({thousands(row.total)})"
    return Share(
        name, row.label.name if row.label else "none", row.percent / 100, row.low / 100, row.high / 100, expected
    )
