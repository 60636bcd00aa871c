"""Two eyes: second readings, differences that wait for a third person, and how far people agree."""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Form, Path, Request
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from monitor.crawl.web_links import MAX_LINK
from monitor.desk.pages.queue import MAX_ID
from monitor.desk.pages.reveal import mask_of
from monitor.desk.views.decision_form import MAX_NOTE, clean, refusal_line, refusal_status
from monitor.desk.views.reading_view import agreement, blind_post, difference_row
from monitor.desk.web import wording
from monitor.desk.web.auth import CurrentReviewer, RequireFormToken, Reviewer, allow
from monitor.desk.web.desk import CurrentDesk, Desk, render
from monitor.review.decide import decide as store_decision
from monitor.review.decide import seen_state as current_state
from monitor.review.errors import DecisionRefused
from monitor.review.roles import Right
from storage.errors import NotFound
from storage.models import Flag
from storage.review import flags, second_readings
from storage.review.decisions import STATE_OF, choices

router = APIRouter()

HOME: Final = "/second"
RowId = Annotated[int, Path(ge=1, le=MAX_ID)]
DecisionField = Annotated[str, Form(max_length=20)]


@router.get(HOME, dependencies=[allow(Right.READ)])
def show(request: Request, desk: CurrentDesk, reviewer: CurrentReviewer) -> Response:
    """Show how many flags wait for a second reading, the differences, and the agreement."""
    with desk.database.work() as session:
        differing = second_readings.differing(session)
        context = {
            "waiting": len(second_readings.waiting(session, desk.draw(), reviewer.id)),
            "differences": [difference_row(row, desk.mask) for row in differing if row.may_be_settled_by(reviewer.id)],
            "others": len(differing),
            "rows": agreement(session),
        }
    return render(request, "second.html", context)


@router.post("/second/next", dependencies=[allow(Right.DECIDE), RequireFormToken])
def claim_next(desk: CurrentDesk, reviewer: CurrentReviewer) -> Response:
    """Lease the next flag that waits for this person's second reading, and redirect to it."""
    with desk.database.work() as session:
        path = _claim_path(session, desk, reviewer)
        session.commit()
    return _to(path)


@router.get("/second/flags/{flag_id}", dependencies=[allow(Right.DECIDE)])
def show_flag(request: Request, desk: CurrentDesk, reviewer: CurrentReviewer, flag_id: RowId) -> Response:
    """Show a post to judge, without what others said of it. Nothing is leased: another site may lead here by a link."""
    with desk.database.work() as session:
        flag = _waiting(session, desk, reviewer, flag_id)
        context = {
            "question": blind_post(session, flag, mask_of(request, desk, flag.post_id)),
            "choices": wording.decisions_on(flag.label),
        }
    return render(request, "second_flag.html", context | {"action": f"/second/flags/{flag_id}/decisions"})


@router.post("/second/flags/{flag_id}/decisions", dependencies=[allow(Right.DECIDE), RequireFormToken])
def read(desk: CurrentDesk, reviewer: CurrentReviewer, flag_id: RowId, decision: DecisionField) -> Response:
    """Store a second reading and redirect to the next flag that waits for one."""
    now = desk.clock.now()
    with desk.database.work() as session:
        # Leasing first excludes that two readers pass this check at the same moment.
        _lease(session, desk, reviewer, flag_id)
        flag = _waiting(session, desk, reviewer, flag_id)
        _check_choice(flag, decision)
        second_readings.record(session, flag, reader_id=reviewer.id, decision=decision, now=now)
        flags.release(session, flag_id, reviewer.lease_owner)
        path = _claim_path(session, desk, reviewer)
        session.commit()
    return _to(path)


@router.get("/differences/{reading_id}", dependencies=[allow(Right.DECIDE)])
def show_difference(request: Request, desk: CurrentDesk, reviewer: CurrentReviewer, reading_id: RowId) -> Response:
    """Show a post on which two people differ, and what each said, to a third one."""
    return _difference_page(request, desk, reviewer, reading_id)


@router.post("/differences/{reading_id}/decisions", dependencies=[allow(Right.DECIDE), RequireFormToken])
def settle(
    *,
    request: Request,
    desk: CurrentDesk,
    reviewer: CurrentReviewer,
    reading_id: RowId,
    decision: DecisionField,
    seen_state: Annotated[str, Form()],
    note: Annotated[str, Form(max_length=MAX_NOTE)] = "",
    evidence: Annotated[str, Form(max_length=MAX_LINK)] = "",
) -> Response:
    """Store the decision of a third person, which the flag follows from then on."""
    link = evidence.strip()
    with desk.database.work() as session:
        row = second_readings.difference(session, reading_id, reviewer.id)
        try:
            store_decision(
                session,
                row.flag,
                by=reviewer.person,
                decision=decision,
                seen=seen_state,
                now=desk.clock.now(),
                note=clean(note),
                evidence=[link] if link else [],
            )
        except DecisionRefused as refused:
            line, status = refusal_line(refused, decision), refusal_status(refused)
        else:
            session.commit()
            return _to(HOME)
    return _difference_page(request, desk, reviewer, reading_id, line=line, note=note, link=link, status=status)


def _difference_page(
    request: Request,
    desk: Desk,
    reviewer: Reviewer,
    reading_id: int,
    *,
    line: str = "",
    note: str = "",
    link: str = "",
    status: int = HTTPStatus.OK,
) -> Response:
    with desk.database.work() as session:
        row = second_readings.difference(session, reading_id, reviewer.id)
        # In the order of the states, so that the place tells nothing of who was first.
        said = sorted((row.first.decision, row.decision), key=lambda one: (STATE_OF[one], one))
        context = {
            "question": blind_post(session, row.flag, mask_of(request, desk, row.flag.post_id)),
            "choices": wording.decisions_on(row.flag.label),
            "said": [wording.DECISION_NAMES[one] for one in said],
            "seen_state": current_state(session, row.flag),
        }
    shown = {"action": f"/differences/{reading_id}/decisions", "line": line, "note": note, "link": link}
    return render(request, "difference.html", context | shown, status=status)


def _waiting(session: Session, desk: Desk, reviewer: Reviewer, flag_id: int) -> Flag:
    """Return a flag that waits for this person's second reading.

    Raises:
        NotFound: When it does not.

    """
    flag = flags.by_id(session, flag_id)
    if second_readings.is_waiting_for(session, desk.draw(), flag, reviewer.id):
        return flag
    raise NotFound(f"flag {flag_id} waits for no second reading of yours")


def _lease(session: Session, desk: Desk, reviewer: Reviewer, flag_id: int) -> None:
    """Lease a flag.

    Raises:
        NotFound: When somebody else holds it.

    """
    now = desk.clock.now()
    if not flags.lease(session, flag_id, owner=reviewer.lease_owner, now=now, until=desk.lease_end(now)):
        raise NotFound(f"flag {flag_id} is being read by somebody else")


def _claim_path(session: Session, desk: Desk, reviewer: Reviewer) -> str:
    now = desk.clock.now()
    for flag_id in second_readings.waiting(session, desk.draw(), reviewer.id):
        if flags.lease(session, flag_id, owner=reviewer.lease_owner, now=now, until=desk.lease_end(now)):
            return f"/second/flags/{flag_id}"
    return HOME


def _check_choice(flag: Flag, decision: str) -> None:
    if decision not in choices(flag.label):
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)


def _to(path: str) -> Response:
    return RedirectResponse(path, status_code=HTTPStatus.SEE_OTHER)
