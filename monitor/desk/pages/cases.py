"""Cases: what becomes of workers' concerns, from the decision until they are settled."""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Form, Path, Request
from starlette.responses import RedirectResponse, Response

from monitor.desk.pages.queue import MAX_ID
from monitor.desk.views.decision_form import MAX_NOTE, MAX_PLACE, clean
from monitor.desk.web import wording
from monitor.desk.web.auth import CurrentReviewer, RequireFormToken, allow
from monitor.desk.web.desk import CurrentDesk, Desk, render
from monitor.desk.web.language import gettext as _
from monitor.review.roles import Right
from monitor.scoring.summary import summary_of
from storage import audit
from storage.errors import DataRejected
from storage.review import cases
from storage.review.cases import SETTLED, STEPS, UNSETTLED, WITHDRAWN, Step

router = APIRouter(prefix="/cases", dependencies=[allow(Right.READ)])

CaseId = Annotated[int, Path(ge=1, le=MAX_ID)]
MOST_CASES: Final = 200
OFFICE_CHARACTERS: Final = 200


@router.get("")
def show_all(request: Request, desk: CurrentDesk, state: str = "", topic: str = "") -> Response:
    """List the cases in which something is to be done, or those in one state; the longest left alone first."""
    states = (state,) if state in wording.CASE_STATES else UNSETTLED
    chosen = topic if topic in wording.TOPICS else None
    with desk.database.work() as session:
        found = cases.listed(session, states, topic=chosen, limit=MOST_CASES)
        rows = [(case, case.summary or (summary_of(case.flag, desk.mask) if case.flag else "")) for case in found]
        counts = cases.counts(session)
    context = {
        "rows": rows,
        "state": state if state in wording.CASE_STATES else "",
        "topic": chosen or "",
        "unsettled": sum(counts.get(name, 0) for name in UNSETTLED),
    }
    return render(request, "cases.html", context)


@router.get("/{case_id}")
def show(request: Request, desk: CurrentDesk, case_id: CaseId) -> Response:
    """Show a case and all that was done about it."""
    return _page(request, desk, case_id)


@router.post("/{case_id}/steps", dependencies=[allow(Right.DECIDE), RequireFormToken])
def take_step(
    *,
    request: Request,
    desk: CurrentDesk,
    reviewer: CurrentReviewer,
    case_id: CaseId,
    kind: Annotated[str, Form(max_length=20)],
    note: Annotated[str, Form(max_length=MAX_NOTE)] = "",
    passed_to: Annotated[str, Form(max_length=OFFICE_CHARACTERS)] = "",
    topic: Annotated[str, Form(max_length=40)] = "",
    place: Annotated[str, Form(max_length=MAX_PLACE)] = "",
) -> Response:
    """Add what was done; a step that does not fit is refused with the reason."""
    now = desk.clock.now()
    passed_to = clean(passed_to)
    if kind == "passed" and not passed_to:
        return _page(request, desk, case_id, line=_("Xin ghi đã chuyển cho ai, rồi gửi lại."), status=422)
    with desk.database.work() as session:
        case = cases.by_id(session, case_id)
        describes = kind == "described" and topic in wording.TOPICS
        step = Step(
            kind=kind,
            note=clean(note),
            passed_to=passed_to if kind == "passed" else "",
            topic=topic if describes else None,
            place=clean(place) if describes else None,
        )
        try:
            cases.take_step(session, case, step, user_id=reviewer.id, now=now)
        except DataRejected:
            refused = True
        else:
            refused, subject = False, f"cases:{case_id}"
            audit.record(session, at=now, action=f"case.{kind}", subject=subject, user_id=reviewer.id)
            session.commit()
    if refused:
        line = _("Bước này không hợp với tình trạng hiện nay của hồ sơ. Xin xem lại bên dưới.")
        return _page(request, desk, case_id, line=line, status=409)
    return RedirectResponse(f"/cases/{case_id}", status_code=HTTPStatus.SEE_OTHER)


def _page(request: Request, desk: Desk, case_id: int, *, line: str = "", status: int = 200) -> Response:
    with desk.database.work() as session:
        case = cases.by_id(session, case_id)
        behind = [
            (flag.id, flag.post.source.name, summary_of(flag, desk.mask)) for flag in cases.flags_of(session, case_id)
        ]
        events = cases.events_of(session, case_id)
    possible = ("reopened", "noted", "described") if case.state == SETTLED else [s for s in STEPS if s != "reopened"]
    context = {
        "case": case,
        "behind": behind,
        "events": events,
        "steps": () if case.state == WITHDRAWN else possible,
        "line": line,
        "limits": {"note": MAX_NOTE, "place": MAX_PLACE, "office": OFFICE_CHARACTERS},
    }
    return render(request, "case.html", context, status=status)
