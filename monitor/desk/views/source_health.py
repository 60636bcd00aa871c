"""The data of the page of sources: how each one is, what is wrong with it and what to do, and the newest crawl runs."""

from typing import Any, Final

from sqlalchemy.orm import Session

from monitor.collectors.parsing.day_order import OPEN
from storage.models import CrawlRun, Source
from storage.posts import sources

READINGS_SHOWN: Final = 12
READINGS_SEARCHED: Final = 500  # enough to contain the newest run of each source


def sources_view(session: Session) -> dict[str, Any]:
    """Collect the sources, those that somebody should look at first, and the newest crawl runs with their faults."""
    registered = sources.all_sources(session)
    runs = sources.recent_runs(session, READINGS_SEARCHED)
    # Runs come newest first, so the first one of each source is its newest.
    newest: dict[int, CrawlRun] = {}
    for run in runs:
        newest.setdefault(run.source_id, run)
    amounts = sources.post_counts(session)
    names = {source.id: source.name for source in registered}
    rows = [_health(source, newest.get(source.id), amounts.get(source.id, 0)) for source in registered]
    return {
        "rows": sorted(rows, key=lambda row: (not row["ails"], row["source"].name)),
        "readings": [(run, names[run.source_id]) for run in runs[:READINGS_SHOWN]],
    }


def _health(source: Source, newest: CrawlRun | None, amount: int) -> dict[str, Any]:
    """Return a source and how it is.

    `gap` is the program's line about posts that it may have missed; `date_order` is which stands first in its dates,
    day or month, where that was decided or is to be decided. Why it is disabled may be said in a person's own words.
    """
    fault = source.last_error if source.failures else None
    gap = newest.gap if newest else None
    date_order = source.settings.get("date_order") or source.cursor.get("date_order")
    return {
        "source": source,
        "posts": amount,
        "fault": fault,
        "gap": gap,
        "date_order": date_order,
        "ails": not source.enabled or fault is not None or gap is not None or date_order == OPEN,
    }
