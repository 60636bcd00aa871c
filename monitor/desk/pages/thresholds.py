"""How much is flagged: the threshold of each label and what it comes to, and how many flags a day are wanted."""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Form, Query
from sqlalchemy.orm import Session
from starlette.responses import Response

from monitor.desk.web import wording
from monitor.desk.web.auth import CurrentVisit, RequireFormToken, Visit, allow
from monitor.desk.web.desk import to
from monitor.desk.web.wording import LabelHelp
from monitor.errors import UsageError
from monitor.review.roles import Right
from monitor.scoring.thresholds import DAYS, FEWEST, MOST, Effect, effect_of, set_most_a_day
from storage.scoring import registry, thresholds

router = APIRouter(dependencies=[allow(Right.READ)])

PAGE: Final = "/teach/thresholds"
_Label = Annotated[str, Form(max_length=40)]
_Number = Annotated[str, Form(max_length=20)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdLine:
    """One label: how many flags a day are wanted at most (None: the model's own threshold), and what that comes to."""

    label: LabelHelp
    most_a_day: int | None
    effect: Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What another number would come to.

    Args:
        before: What holds now.
        typed: The number as it was typed.
        after: What it would come to; None: it is no such number.

    """

    before: ThresholdLine
    typed: str
    after: ThresholdLine | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdPage:
    """The page: what holds for each label, what was asked for, and over how many days flags are counted."""

    rows: tuple[ThresholdLine, ...]
    preview: Preview | None
    days: int = DAYS


@router.get(PAGE)
def show(
    visit: CurrentVisit,
    label: Annotated[str, Query(max_length=40)] = "",
    most: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Show the thresholds; with a number in the address, what it would come to as well."""
    return _page(visit, label, most)


@router.post(PAGE, dependencies=[allow(Right.TEACH), RequireFormToken])
def save(visit: CurrentVisit, label: _Label, most: _Number = "") -> Response:
    """Store how many flags a day are wanted at most; it counts for posts scored from then on."""
    try:
        with visit.changes() as session:
            set_most_a_day(session, label, _number(most), user_id=visit.user_id, now=visit.now)
    except UsageError:
        return _page(visit, label, most, status=422)
    return to(PAGE)


def _page(visit: Visit, label: str, typed: str, *, status: int = 200) -> Response:
    with visit.work() as session:
        model = registry.active_model(session)
        known = [each for each in wording.all_labels() if model is not None and each.name in model.thresholds]
        wanted = thresholds.all_wishes(session)
        rows = tuple(_line(session, visit, each, wanted.get(each.name)) for each in known)
        before = next((row for row in rows if row.label.name == label), None)
        page = ThresholdPage(rows=rows, preview=_preview(session, visit, before, typed) if before else None)
    return visit.render("thresholds.html", {"page": page}, status=status)


def _preview(session: Session, visit: Visit, before: ThresholdLine, typed: str) -> Preview:
    try:
        after = _line(session, visit, before.label, _number(typed))
    except UsageError:
        after = None
    return Preview(before=before, typed=typed, after=after)


def _line(session: Session, visit: Visit, label: LabelHelp, most_a_day: int | None) -> ThresholdLine:
    return ThresholdLine(
        label=label, most_a_day=most_a_day, effect=effect_of(session, label.name, most_a_day, visit.now)
    )


def _number(typed: str) -> int | None:
    """Read the number of a form; None for an empty field: the model's own threshold.

    Raises:
        UsageError: When it is no number, or out of range.

    """
    typed = typed.strip().replace(".", "")
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit()) or not FEWEST <= int(typed) <= MOST:
        raise UsageError(f"{typed!r} is no number from {FEWEST} to {MOST}")
    return int(typed)
