"""Two eyes: what waits for a second reading, differences that wait for a third person, and how far people agree."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from monitor.desk.views.reading_view import agreement, difference_row
from monitor.desk.web.auth import CurrentReviewer, allow
from monitor.desk.web.desk import CurrentDesk, render
from monitor.review.roles import Right
from storage.review import second_readings

router = APIRouter()


@router.get("/second", dependencies=[allow(Right.READ)])
def show(request: Request, desk: CurrentDesk, reviewer: CurrentReviewer) -> Response:
    """Show how many flags wait for a second reading, the differences, and the agreement."""
    with desk.database.work() as session:
        differing = second_readings.differing(session)
        context = {
            "waiting": len(second_readings.waiting(session, desk.draw(), reviewer.id)),
            "differences": [difference_row(one, desk.mask) for one in differing if one.may_be_settled_by(reviewer.id)],
            "others": len(differing),
            "rows": agreement(session),
        }
    return render(request, "second.html", context)
