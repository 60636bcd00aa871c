"""How much is flagged: the threshold of each label and what it comes to, and what leads wish instead."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Query
from sqlalchemy.orm import Session
from starlette.responses import Response

from monitor.catalogues import N_
from monitor.desk.web import wording
from monitor.desk.web.auth import CurrentVisit, RequireFormToken, Visit, allow
from monitor.desk.web.desk import to
from monitor.desk.web.language import Translated, decimal
from monitor.desk.web.language import gettext as _
from monitor.desk.web.wording import LabelHelp
from monitor.errors import UsageError
from monitor.review.roles import Right
from monitor.scoring.thresholds import (
    DAYS,
    LEAST,
    MOST,
    PER_DAY,
    PRECISION,
    Wish,
    effect_of,
    set_wish,
    stored_wishes,
)
from storage.scoring import registry

router = APIRouter(dependencies=[allow(Right.READ)])

PAGE: Final = "/teach/thresholds"
AIMS: Final = Translated(
    {
        PRECISION: N_("Tỷ lệ đúng, ít nhất (%)"),
        PER_DAY: N_("Số mục mỗi ngày, khoảng"),
        "": N_("Theo ngưỡng của mô hình"),
    }
)


@router.get(PAGE)
def show(
    visit: CurrentVisit,
    label: Annotated[str, Query(max_length=40)] = "",
    aim: Annotated[str, Query(max_length=20)] = "",
    value: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Show the thresholds; with a wish in the address, what it would come to as well."""
    return _page(visit, label, aim, value)


@router.post(PAGE, dependencies=[allow(Right.TEACH), RequireFormToken])
def save(
    visit: CurrentVisit,
    label: Annotated[str, Form(max_length=40)],
    aim: Annotated[str, Form(max_length=20)] = "",
    value: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Store a wish; it counts for posts scored from then on."""
    try:
        with visit.changes() as session:
            set_wish(session, label, _wish(aim, value), user_id=visit.user_id, now=visit.now)
    except UsageError:
        return _page(visit, label, aim, value, status=422)
    return to(PAGE)


def _page(visit: Visit, label: str, aim: str, value: str, *, status: int = 200) -> Response:
    with visit.work() as session:
        model = registry.active_model(session)
        known = [each for each in wording.all_labels() if model is not None and each.name in model.thresholds]
        wishes = stored_wishes(session)
        rows = [_effect(session, visit, each, wishes.get(each.name)) for each in known]
        before = next((row for row in rows if row["label"].name == label), None)
        preview = _preview(session, visit, before, aim, value) if before else None
    context = {"rows": rows, "preview": preview, "aims": AIMS, "days": DAYS}
    return visit.render("thresholds.html", context, status=status)


def _preview(session: Session, visit: Visit, before: dict[str, Any], aim: str, value: str) -> dict[str, Any]:
    """Return what another wish would come to; `refusal` says why it cannot be stored."""
    preview = {"label": before["label"], "aim": aim, "value": value, "before": before, "after": None, "refusal": ""}
    try:
        wish = _wish(aim, value)
    except UsageError:
        preview["refusal"] = _("Xin ghi tỷ lệ từ 50 đến 99,9 (%), hoặc số mục mỗi ngày từ 0,1 đến 100.000.")
        return preview
    preview["after"] = after = _effect(session, visit, before["label"], wish)
    if not after["effect"].reaches(wish):
        best = decimal(100 * (after["effect"].best or 0), 0)
        preview["refusal"] = _("Với nhãn này, mô hình chỉ đạt tỷ lệ đúng cao nhất là %(best)s%%.") % {"best": best}
    return preview


def _effect(session: Session, visit: Visit, label: LabelHelp, wish: Wish | None) -> dict[str, Any]:
    """Return what is wished of one label, in words, and what it comes to."""
    return {"label": label, "wish": _in_words(wish), "effect": effect_of(session, label.name, wish, visit.now)}


def _in_words(wish: Wish | None) -> str:
    if wish is None:
        return _("ngưỡng của mô hình")
    if wish.aim == PRECISION:
        return _("ít nhất %(share)s%% đúng") % {"share": decimal(100 * wish.value, 0)}
    return _("khoảng %(number)s mục mỗi ngày") % {"number": decimal(wish.value, 0 if wish.value.is_integer() else 1)}


def _wish(aim: str, value: str) -> Wish | None:
    """Read a wish of a form: a precision in per cent, or a number of flags; None for the model's own threshold.

    Raises:
        UsageError: When it is no number, or out of range.

    """
    if not aim:
        return None
    try:
        number = float(value.strip().replace(",", ".")) / (100 if aim == PRECISION else 1)
    except ValueError as error:
        raise UsageError(f"{value!r} is no number: write digits") from error
    if aim not in LEAST or not LEAST[aim] <= number <= MOST[aim]:
        raise UsageError(f"{value!r} is out of range")
    return Wish(aim, number)
