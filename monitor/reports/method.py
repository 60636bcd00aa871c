"""How the figures of a report were made, and which sources could not be read whole."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from monitor.privacy.masks.mask import mask_personal
from monitor.reports.quotes import conceal, shorten
from storage.figures import report_counts
from storage.figures.report_counts import Period
from storage.posts import sources
from storage.scoring import registry

FAILED: Final = "failed"
GAP: Final = "gap"
DISABLED: Final = "disabled"
LONGEST_MESSAGE: Final = 200  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """How the figures were computed.

    Args:
        models: The versions of the models that flagged.
        generated_at: When the report was made, UTC, by the minute that it shows: two runs give the same bytes.
        complete: Whether the period was over by then.
        unscored: How many monitored posts of the period the active model had not scored by then.

    """

    models: tuple[str, ...]
    generated_at: datetime
    complete: bool
    unscored: int


def gather_method(session: Session, span: Period, now: datetime) -> Method:
    """Look up how the figures of a period were made."""
    active = registry.active_model(session)
    # A period may span a promotion; its flags then come from two models.
    models = report_counts.models_of_flags(session, span) or ([active] if active else [])
    return Method(
        models=tuple(model.version for model in models),
        generated_at=now.replace(second=0, microsecond=0),
        complete=now >= span.end,
        unscored=report_counts.unscored_posts(session, span, active.id) if active else 0,
    )


def share_interval(part: int, whole: int) -> tuple[float, float]:
    """Return the 95 % Wilson interval of a share, 0 to 1; see `classifiers.evaluation.bootstrap.wilson`."""
    from classifiers.evaluation.bootstrap import wilson  # noqa: PLC0415  it loads numpy

    return wilson(part, whole)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceProblem:
    """A problem of one source: `failed`, `gap` or `disabled`. `last_at` is UTC; None for a disabled source."""

    source: str
    problem: str
    message: str
    times: int
    last_at: datetime | None


def gather_source_problems(session: Session, period: Period) -> tuple[SourceProblem, ...]:
    """List the problems of a period; equal messages of a source are one row with a count."""
    # A source that is down fails at every crawl; one row for each would hide the others.
    found: dict[tuple[str, str, str], tuple[int, datetime]] = {}
    for run in report_counts.problem_runs(session, period):
        told = [(FAILED, run.error or "")] if run.outcome == "failed" else []
        told += [(GAP, run.gap)] if run.gap else []
        for problem, message in told:
            key = (run.source, problem, shorten(conceal(message), LONGEST_MESSAGE))
            times, last_at = found.get(key, (0, run.last_at))
            found[key] = (times + run.times, max(last_at, run.last_at))
    source_problems = [
        SourceProblem(source=mask_personal(name), problem=problem, message=message, times=times, last_at=last_at)
        for (name, problem, message), (times, last_at) in found.items()
    ]
    source_problems += [
        SourceProblem(
            source=mask_personal(source.name),
            problem=DISABLED,
            message=shorten(conceal(source.why_disabled or ""), LONGEST_MESSAGE),
            times=0,
            last_at=None,
        )
        for source in sources.all_sources(session)
        if not source.enabled and source.kind != "import"
    ]
    return tuple(
        sorted(source_problems, key=lambda row: (row.problem == DISABLED, -row.times, row.source, row.problem))
    )
