"""The data of the overview: counts over time, how often the machine was right, and the models."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from markupsafe import Markup
from sqlalchemy.orm import Session

from classifiers.evaluation.bootstrap import wilson
from classifiers.labels import LABEL_NAMES
from monitor.clock import VIETNAM
from monitor.desk.views.teaching_view import newest_candidate
from monitor.desk.web import wording
from monitor.desk.web.language import thousands
from monitor.reports.drawing import Chart, Column, Strip, columns, rows, share
from storage.figures import report_counts
from storage.figures.concluded import band, concluded
from storage.models import Flag
from storage.posts import sources
from storage.review import flags
from storage.scoring import registry

DAYS: Final = 28
_NAMED_EVERY: Final = 7  # columns of the chart
EDGES: Final = (50, 60, 70, 80, 90)  # per cent
LEAST_DECIDED: Final = 5  # with fewer, an interval says nothing
MOST_ROWS: Final = 20


def overview_figures_of(session: Session, now: datetime) -> dict[str, Any]:
    """Query and draw all of it; `unmeasured` counts sources and labels with too few decisions for a share.

    Args:
        session: The unit of work.
        now: The present time, UTC; the counts end with its day in Vietnam.

    """
    days = _days(session, now)
    precision, unmeasured = _precision(session)
    calibration = _calibration(session)
    counts = flags.counts(session)
    return {
        "days": days,
        "days_chart": columns([_column(day, found, place) for place, (day, _posts, found) in enumerate(days)]),
        "precision": precision,
        "precision_chart": _shares([_drawn(row) for row in precision]),
        "unmeasured": unmeasured,
        "calibration": [row for _edge, row in calibration],
        "calibration_chart": _shares([_drawn(row, (edge + 5) / 100) for edge, row in calibration]),
        "reviewed": [(label, counts.get(label.name, {})) for label in wording.all_labels()],
        "model": registry.active_model(session),
        "candidate": newest_candidate(session),
    }


def _days(session: Session, now: datetime) -> list[tuple[date, int, dict[str, int]]]:
    """Count, by day in Vietnam, monitored posts that were published on it, and their flags by label."""
    today = now.astimezone(VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0)
    starts = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    bounds = (*starts, today + timedelta(days=1))
    posts, flagged = report_counts.posts_by_part(session, bounds), Counter[tuple[int, str]]()
    for found in report_counts.flags_by_part(session, bounds):
        flagged[found.part, found.label] += found.flags
    return [
        (start.date(), posts[part], {name: flagged[part, name] for name in LABEL_NAMES})
        for part, start in enumerate(starts)
    ]


def _column(day: date, flagged: Mapping[str, int], place: int) -> Column:
    return Column(f"{day:%d/%m}" if (DAYS - 1 - place) % _NAMED_EVERY == 0 else "", flagged)


def _precision(session: Session) -> tuple[list[dict[str, Any]], int]:
    """Measure by source and label; the number of those with too few decisions comes second."""
    names = {source.id: source.name for source in sources.all_sources(session)}
    by_place = concluded(session, by=(Flag.source_id, Flag.label))
    enough = {place: row for place, row in by_place.items() if row.total >= LEAST_DECIDED}
    most = sorted(enough.items(), key=lambda each: -each[1].total)[:MOST_ROWS]
    measured = [_measured(names[source], label, row.right, row.total) for (source, label), row in most]
    return measured, len(by_place) - len(enough)


def _calibration(session: Session) -> list[tuple[int, dict[str, Any]]]:
    """Measure by how sure the machine was: the lower edge of each band, and its share."""
    by_band = concluded(session, by=(band([edge / 100 for edge in EDGES]),))
    rows = ((EDGES[number - 1], row) for (number,), row in by_band.items() if number and row.total)
    return [(edge, _measured(f"{edge}–{edge + 10}%", None, row.right, row.total)) for edge, row in rows]


def _measured(name: str, label: str | None, hits: int, total: int) -> dict[str, Any]:
    """Give a share in whole per cent, with its 95 % interval."""
    shares = dict(zip(("percent", "low", "high"), (hits / total, *wilson(hits, total)), strict=True))
    told = {"name": name, "label": wording.label_help(label) if label else None, "hits": hits, "total": total}
    return told | {which: round(100 * value) for which, value in shares.items()}


def _shares(strips: list[Strip]) -> Markup:
    return rows(Chart(tuple(strips), in_percent=True))


def _drawn(row: dict[str, Any], expected: float | None = None) -> Strip:
    name, tone = f"{row['name']} ({thousands(row['total'])})", row["label"].name if row["label"] else "none"
    return share(name, tone, row["percent"] / 100, (row["low"] / 100, row["high"] / 100), expected=expected)
