"""Personal data of a post are masked until somebody asks for them; who asked stands in the audit trail."""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Form, Path, Request
from starlette.responses import RedirectResponse, Response

from monitor.desk.pages.queue import MAX_ID
from monitor.desk.views.masking import Mask
from monitor.desk.web.auth import CurrentReviewer, RequireFormToken, allow
from monitor.desk.web.desk import CurrentDesk, Desk
from monitor.desk.web.request_origin import MAX_ADDRESS, own_address
from monitor.review.roles import Right
from storage import audit
from storage.figures import listings

router = APIRouter(dependencies=[allow(Right.DECIDE), RequireFormToken])

_ASKED: Final = "revealed"


def mask_of(request: Request, desk: Desk, post_id: int) -> Mask | None:
    """Return what masks a post; None where the session asked for this one last."""
    return None if request.session.get(_ASKED) == post_id else desk.mask


@router.post("/posts/{post_id}/reveal")
def reveal(
    request: Request,
    desk: CurrentDesk,
    reviewer: CurrentReviewer,
    post_id: Annotated[int, Path(ge=1, le=MAX_ID)],
    back: Annotated[str, Form(max_length=MAX_ADDRESS)] = "/",
) -> Response:
    """Show the personal data of a post until another one is asked for, and go back to the page."""
    with desk.database.work() as session:
        listings.post_by_id(session, post_id)
        subject, now = f"posts:{post_id}", desk.clock.now()
        audit.record(session, at=now, action="personal_data.shown", subject=subject, user_id=reviewer.id)
        session.commit()
    request.session[_ASKED] = post_id
    return RedirectResponse(own_address(back), status_code=HTTPStatus.SEE_OTHER)
