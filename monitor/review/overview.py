"""The data of the first page: flags by label and state, health of sources, newest crawl runs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from monitor.review import wording
from monitor.review.wording import LabelHelp
from storage import flags, posts, questions, registry, sources
from storage.models import CrawlRun, Source

READINGS_SHOWN: Final = 12
READINGS_SEARCHED: Final = 500  # enough to contain the newest run of each source


@dataclass(frozen=True, slots=True)
class LabelCounts:
    """The number of flags of a label by state."""

    label: LabelHelp
    states: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealth:
    """The health of one source."""

    name: str
    role: str
    posts: int
    last_success_at: datetime | None
    failures: int
    last_error: str | None
    enabled: bool
    why_disabled: str | None
    gap: str | None


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
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The data of the first page. `waiting` (posts without a score) and `model` are None before a model is active.

    `shadow` is the version of the shadow model, if there is one; `questions` counts open questions.
    """

    labels: tuple[LabelCounts, ...]
    open_flags: int
    waiting: int | None
    model: str | None
    shadow: str | None
    questions: int
    sources: tuple[SourceHealth, ...]
    readings: tuple[Reading, ...]


def overview(session: Session) -> Overview:
    """Query all of it."""
    counted = flags.counts(session)
    labels = tuple(
        LabelCounts(label, {state: counted.get(label.name, {}).get(state, 0) for state in wording.STATES})
        for label in wording.all_labels()
    )
    model, shadow = registry.active_model(session), registry.shadow_model(session)
    registered = sources.all_sources(session)
    runs = sources.recent_runs(session, READINGS_SEARCHED)
    # Runs come newest first, so the first one of each source is its newest.
    newest: dict[int, CrawlRun] = {}
    for run in runs:
        newest.setdefault(run.source_id, run)
    amounts = sources.post_counts(session)
    names = {source.id: source.name for source in registered}
    return Overview(
        labels=labels,
        open_flags=sum(counts.states["open"] for counts in labels),
        waiting=posts.count_unscored(session, model.id) if model else None,
        model=model.version if model else None,
        shadow=shadow.version if shadow else None,
        questions=questions.open_count(session),
        sources=tuple(_health(source, newest.get(source.id), amounts.get(source.id, 0)) for source in registered),
        readings=tuple(_reading(run, names[run.source_id]) for run in runs[:READINGS_SHOWN]),
    )


def _health(source: Source, newest: CrawlRun | None, amount: int) -> SourceHealth:
    return SourceHealth(
        name=source.name,
        role=wording.ROLES[source.role],
        posts=amount,
        last_success_at=source.state.last_success_at,
        failures=source.state.failures,
        last_error=source.state.last_error,
        enabled=source.enabled,
        why_disabled=source.why_disabled,
        gap=newest.gap if newest else None,
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
        error=run.error,
    )
