"""Cases: what becomes of workers' concerns, from the decision until they are settled."""

from typing import Annotated, Final

from fastapi import APIRouter, Form
from starlette.responses import Response

from monitor.desk.views.decision_form import MAX_NOTE, MAX_PLACE, clean
from monitor.desk.views.searching import day_begins
from monitor.desk.web import wording
from monitor.desk.web.auth import CurrentVisit, RequireFormToken, RowId, Visit, allow
from monitor.desk.web.desk import to
from monitor.desk.web.language import gettext as _
from monitor.review.roles import DECIDING, Right
from monitor.scoring.summary import summary_of
from storage.accounts import users
from storage.errors import DataRejected
from storage.review import cases
from storage.review.cases import SETTLED, STEPS, UNSETTLED, WITHDRAWN, Step

router = APIRouter(prefix="/cases", dependencies=[allow(Right.READ)])

MOST_CASES: Final = 200
OFFICE_CHARACTERS: Final = 200


@router.get("")
def show_all(visit: CurrentVisit, state: str = "", topic: str = "", own: str = "") -> Response:
    """List the cases in which something is to be done, or those in one state: first those whose day has come."""
    states = (state,) if state in wording.CASE_STATES else UNSETTLED
    chosen = topic if topic in wording.TOPICS else None
    with visit.work() as session:
        follower = visit.user_id if own else None
        found = cases.listed(session, states, topic=chosen, follower_id=follower, now=visit.now, limit=MOST_CASES)
        counts = cases.counts(session)
    mask = visit.desk.mask
    context = {
        "rows": [(case, case.summary or (summary_of(case.flag, mask) if case.flag else "")) for case in found],
        "state": state if state in wording.CASE_STATES else "",
        "topic": chosen or "",
        "own": own,
        "now": visit.now,
        "unsettled": sum(counts.get(name, 0) for name in UNSETTLED),
    }
    return visit.render("cases.html", context)


@router.get("/{case_id}")
def show(visit: CurrentVisit, case_id: RowId) -> Response:
    """Show a case and all that was done about it."""
    return _page(visit, case_id)


@router.post("/{case_id}/steps", dependencies=[allow(Right.DECIDE), RequireFormToken])
def take_step(
    visit: CurrentVisit,
    case_id: RowId,
    kind: Annotated[str, Form(max_length=20)],
    *,
    note: Annotated[str, Form(max_length=MAX_NOTE)] = "",
    passed_to: Annotated[str, Form(max_length=OFFICE_CHARACTERS)] = "",
    topic: Annotated[str, Form(max_length=40)] = "",
    place: Annotated[str, Form(max_length=MAX_PLACE)] = "",
    follower: Annotated[str, Form(max_length=20)] = "",
    back_on: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Add what was done; a step that does not fit is refused with the reason."""
    passed_to, told = clean(passed_to), topic in wording.TOPICS
    if kind == "passed" and not passed_to:
        return _page(visit, case_id, line=_("Xin ghi đã chuyển cho ai, rồi gửi lại."), status=422)
    back_at = day_begins(back_on)
    if back_at is not None and back_at < visit.now:
        return _page(visit, case_id, line=_("Ngày xem lại phải sau hôm nay."), status=422)
    try:
        with visit.changes() as session:
            case = cases.by_id(session, case_id)
            people = {str(number): number for number in users.names_of(session, DECIDING)}
            step = Step(
                kind=kind,
                note=clean(note),
                passed_to=passed_to if kind == "passed" else "",
                # What stands in the form as it was is no part of the step.
                topic=topic if told and topic != case.topic else None,
                place=clean(place) if told and clean(place) != case.place else None,
                back_at=back_at,
                follower_id=people.get(follower),
            )
            cases.take_step(session, case, step, user_id=visit.user_id, now=visit.now)
            visit.record(session, f"case.{kind}", f"cases:{case_id}")
    except DataRejected:
        line = _("Bước này không hợp với tình trạng hiện nay của hồ sơ. Xin xem lại bên dưới.")
        return _page(visit, case_id, line=line, status=409)
    return to(f"/cases/{case_id}")


def _page(visit: Visit, case_id: int, *, line: str = "", status: int = 200) -> Response:
    with visit.work() as session:
        case = cases.by_id(session, case_id)
        behind = [(flag, summary_of(flag, visit.desk.mask)) for flag in cases.flags_of(session, case_id)]
        events = cases.events_of(session, case_id)
        people = users.names_of(session, DECIDING)
    possible = ("reopened", "noted", "described") if case.state == SETTLED else [s for s in STEPS if s != "reopened"]
    context = {
        "case": case,
        "behind": behind,
        "events": events,
        "people": people,
        "steps": () if case.state == WITHDRAWN else possible,
        "line": line,
        "limits": {"note": MAX_NOTE, "place": MAX_PLACE, "office": OFFICE_CHARACTERS},
    }
    return visit.render("case.html", context, status=status)
