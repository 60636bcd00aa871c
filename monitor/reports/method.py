"""How the figures of a report were made: models, thresholds, and how far people agree with them and with each other."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from storage.figures import report_counts
from storage.figures.report_counts import Period, ReviewAgreement
from storage.scoring import registry, threshold_rules


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
        complete: Whether the period was over by then.
        unscored: How many monitored posts of the period the active model had not scored by then.
        threshold_rules: The rules that people had set by then; they replace the model's own thresholds.
        agreement: Decisions of several people on one flag.

    """

    models: Mapping[str, Mapping[str, float]]
    generated_at: datetime
    complete: bool
    unscored: int
    threshold_rules: tuple[RuleFigures, ...]
    agreement: ReviewAgreement


def gather_method(session: Session, span: Period, now: datetime) -> Method:
    """Look up how the figures of a period were made."""
    active = registry.active_model(session)
    # A period may span a promotion; its flags then come from two models.
    models = report_counts.models_of_flags(session, span) or ([active] if active else [])
    return Method(
        models={model.version: dict(model.thresholds) for model in models},
        generated_at=now,
        complete=now >= span.end,
        unscored=report_counts.unscored_posts(session, span, active.id) if active else 0,
        threshold_rules=tuple(
            RuleFigures(row.label, row.source_kind, row.aim, row.value) for row in threshold_rules.all_rules(session)
        ),
        agreement=report_counts.agreement(session, span),
    )


def share_interval(part: int, whole: int) -> tuple[float, float]:
    """Return the 95 % Wilson interval of a share, 0 to 1; see `classifiers.evaluation.bootstrap.wilson`."""
    from classifiers.evaluation.bootstrap import wilson  # noqa: PLC0415  it loads numpy

    return wilson(part, whole)
