"""The shift: what somebody is asked to look at, and notes for those who come next."""

from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Form
from starlette.responses import Response

from monitor.desk.pages.queue import flag_path
from monitor.desk.views.decision_form import clean
from monitor.desk.views.queue_view import CarriedView
from monitor.desk.web.auth import MAX_ID, CurrentVisit, RequireFormToken, RowId, allow
from monitor.desk.web.desk import to
from monitor.review.roles import DECIDING, Right
from monitor.scoring.summary import summary_of
from storage.accounts import users
from storage.errors import NotFound
from storage.review import flags, teamwork

router = APIRouter()

HOME: Final = "/shift"
SHOWN: Final = timedelta(days=7)
MAX_TEXT: Final = 4_000


@router.get(HOME, dependencies=[allow(Right.READ)])
def show(visit: CurrentVisit) -> Response:
    """Show one's own assignments, and the notes of the last seven days."""
    with visit.work() as session:
        assigned = teamwork.assigned_to(session, visit.user_id)
        context = {
            "assignments": [(row, summary_of(row.flag, visit.desk.mask)) for row in assigned],
            "handovers": teamwork.handovers(session, visit.now - SHOWN),
            "longest": MAX_TEXT,
        }
    return visit.render("shift.html", context)


@router.post("/shift/handovers", dependencies=[allow(Right.DECIDE), RequireFormToken])
def hand_over(visit: CurrentVisit, text: Annotated[str, Form(max_length=MAX_TEXT)] = "") -> Response:
    """Store a note for those who come next; an empty one is none."""
    if clean(text):
        with visit.changes() as session:
            row = teamwork.hand_over(session, user_id=visit.user_id, text=clean(text), now=visit.now)
            visit.record(session, "handover", f"handovers:{row.id}")
    return to(HOME)


@router.post("/flags/{flag_id}/assignments", dependencies=[allow(Right.DECIDE), RequireFormToken])
def assign(
    visit: CurrentVisit, flag_id: RowId, user_id: Annotated[int, Form(ge=1, le=MAX_ID)], view: CarriedView
) -> Response:
    """Ask somebody who may decide to look at an open flag."""
    with visit.changes() as session:
        person, flag = users.by_id(session, user_id), flags.by_id(session, flag_id)
        if not person.active or person.role not in DECIDING or flag.state != "open":
            raise NotFound(f"flag {flag_id} is not open, or user {user_id} may not decide")
        teamwork.assign(session, flag, user_id=user_id, by=visit.user_id, now=visit.now)
    return to(flag_path(flag_id, view))
