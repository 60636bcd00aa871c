"""The shift: what somebody is asked to look at, where they were mentioned, and notes for those who come next."""

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Form, Path, Request
from starlette.responses import RedirectResponse, Response

from monitor.desk.pages.queue import MAX_ID, flag_path
from monitor.desk.views.queue_view import CarriedView
from monitor.desk.web import wording
from monitor.desk.web.auth import CurrentReviewer, RequireFormToken, allow
from monitor.desk.web.desk import CurrentDesk, render
from monitor.review.roles import DECIDING, Right
from monitor.scoring.summary import summary_of
from storage import audit
from storage.accounts import users
from storage.errors import NotFound
from storage.review import flags, second_readings, teamwork

router = APIRouter()

HOME: Final = "/shift"
SHOWN: Final = timedelta(days=7)
MAX_TEXT: Final = 4_000
FlagId = Annotated[int, Path(ge=1, le=MAX_ID)]


@router.get(HOME, dependencies=[allow(Right.READ)])
def show(request: Request, desk: CurrentDesk, reviewer: CurrentReviewer) -> Response:
    """Show one's own assignments and mentions, and the notes of the last seven days."""
    now = desk.clock.now()
    with desk.database.work() as session:
        seen = teamwork.seen_until(session, reviewer.id)
        # A note would tell what the first person decided.
        unread = set(second_readings.waiting(session, desk.draw(), reviewer.id))
        context = {
            "assignments": [
                {
                    "flag_id": row.flag_id,
                    "label": wording.label_help(row.flag.label),
                    "line": summary_of(row.flag, desk.mask),
                    "by": row.by.name,
                    "at": row.assigned_at,
                }
                for row in teamwork.assigned_to(session, reviewer.id)
            ],
            "mentions": [
                {
                    "mention": found,
                    "new": seen is None or found.at > seen,
                    "hidden": found.place == "flags" and found.number in unread,
                }
                for found in teamwork.mentions(session, users.by_id(session, reviewer.id), now)
            ],
            "handovers": teamwork.handovers(session, now - SHOWN),
            "longest": MAX_TEXT,
        }
    return render(request, "shift.html", context)


@router.post("/shift/seen", dependencies=[allow(Right.READ), RequireFormToken])
def mark_seen(desk: CurrentDesk, reviewer: CurrentReviewer) -> Response:
    """Note that somebody has seen where they were mentioned."""
    with desk.database.work() as session:
        teamwork.mark_seen(session, reviewer.id, desk.clock.now())
        session.commit()
    return _to(HOME)


@router.post("/shift/handovers", dependencies=[allow(Right.DECIDE), RequireFormToken])
def hand_over(
    desk: CurrentDesk, reviewer: CurrentReviewer, text: Annotated[str, Form(max_length=MAX_TEXT)] = ""
) -> Response:
    """Store a note for those who come next; an empty one is none."""
    clean = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if clean:
        now = desk.clock.now()
        with desk.database.work() as session:
            row = teamwork.hand_over(session, user_id=reviewer.id, text=clean, now=now)
            audit.record(session, at=now, action="handover", subject=f"handovers:{row.id}", user_id=reviewer.id)
            session.commit()
    return _to(HOME)


@router.post("/flags/{flag_id}/assignments", dependencies=[allow(Right.DECIDE), RequireFormToken])
def assign(
    *,
    desk: CurrentDesk,
    reviewer: CurrentReviewer,
    flag_id: FlagId,
    user_id: Annotated[int, Form(ge=1, le=MAX_ID)],
    view: CarriedView,
) -> Response:
    """Ask somebody who may decide to look at an open flag."""
    with desk.database.work() as session:
        person, flag = users.by_id(session, user_id), flags.by_id(session, flag_id)
        if not person.active or person.role not in DECIDING or flag.state != "open":
            raise NotFound(f"flag {flag_id} is not open, or user {user_id} may not decide")
        teamwork.assign(session, flag, user_id=user_id, by=reviewer.id, now=desk.clock.now())
        session.commit()
    return _to(flag_path(flag_id, view))


def _to(path: str) -> Response:
    return RedirectResponse(path, status_code=HTTPStatus.SEE_OTHER)
