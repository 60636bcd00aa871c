"""The data of the page of sources: how each one is, what is wrong with it and what to do, and the newest crawl runs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from monitor.collectors.parsing.day_order import OPEN
from monitor.desk.views.source_faults import Fault, explain, known_fault
from monitor.desk.web import wording
from storage.models import CrawlRun, Source
from storage.posts import sources

READINGS_SHOWN: Final = 12
READINGS_SEARCHED: Final = 500  # enough to contain the newest run of each source


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealth:
    """The health of one source.

    `why_disabled` may be a person's own words; `gap` is the program's line about posts that it may have missed;
    `date_order` is which stands first in its dates, day or month, where that was decided or is to be decided.
    """

    name: str
    role: str
    posts: int
    last_success_at: datetime | None
    failures: int
    fault: Fault | None
    enabled: bool
    why_disabled: str | None
    disabled_fault: Fault | None
    gap: str | None
    date_order: str | None

    @property
    def ails(self) -> bool:
        """Whether somebody should look at it."""
        return not self.enabled or self.fault is not None or self.gap is not None or self.date_order == OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One crawl run of a source and its counts."""

    source: str
    started_at: datetime
    outcome: str
    failed: bool
    seen: int
    new: int
    changed: int
    gone: int
    skipped: int
    fault: Fault | None


@dataclass(frozen=True, slots=True)
class SourcesView:
    """The data of the page; sources that ail come first."""

    sources: tuple[SourceHealth, ...]
    readings: tuple[Reading, ...]


def sources_view(session: Session) -> SourcesView:
    """Query all of it."""
    registered = sources.all_sources(session)
    runs = sources.recent_runs(session, READINGS_SEARCHED)
    # Runs come newest first, so the first one of each source is its newest.
    newest: dict[int, CrawlRun] = {}
    for run in runs:
        newest.setdefault(run.source_id, run)
    amounts = sources.post_counts(session)
    names = {source.id: source.name for source in registered}
    found = [_health(source, newest.get(source.id), amounts.get(source.id, 0)) for source in registered]
    return SourcesView(
        sources=tuple(sorted(found, key=lambda health: (not health.ails, health.name))),
        readings=tuple(_reading(run, names[run.source_id]) for run in runs[:READINGS_SHOWN]),
    )


def _health(source: Source, newest: CrawlRun | None, amount: int) -> SourceHealth:
    return SourceHealth(
        name=source.name,
        role=wording.ROLES[source.role],
        posts=amount,
        last_success_at=source.last_success_at,
        failures=source.failures,
        fault=explain(source.last_error or "", source.name) if source.failures else None,
        enabled=source.enabled,
        why_disabled=source.why_disabled,
        disabled_fault=known_fault(source.why_disabled or "", source.name),
        gap=newest.gap if newest else None,
        date_order=source.settings.get("date_order") or source.cursor.get("date_order"),
    )


def _reading(run: CrawlRun, source: str) -> Reading:
    return Reading(
        source=source,
        started_at=run.started_at,
        outcome=wording.OUTCOMES[run.outcome],
        failed=run.outcome in ("failed", "interrupted"),
        seen=run.seen,
        new=run.new,
        changed=run.changed,
        gone=run.gone,
        skipped=sum(run.skipped.values()),
        fault=explain(run.error, source) if run.error else None,
    )
