"""Marks on suggested evidence: how a reference bears on a claim, as a person says. No mark changes a label."""

from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path
from starlette.responses import RedirectResponse, Response

from monitor.desk.pages.queue import MAX_ID, flag_path
from monitor.desk.views.queue_view import CarriedView
from monitor.desk.web.auth import CurrentReviewer, RequireFormToken, allow
from monitor.desk.web.desk import CurrentDesk
from monitor.review.roles import Right
from storage.errors import NotFound
from storage.review import flags
from storage.scoring import matching

router = APIRouter(dependencies=[allow(Right.DECIDE)])

Number = Annotated[int, Path(ge=1, le=MAX_ID)]


@router.post("/flags/{flag_id}/evidence/{evidence_id}", dependencies=[RequireFormToken])
def mark(
    *,
    desk: CurrentDesk,
    reviewer: CurrentReviewer,
    flag_id: Number,
    evidence_id: Number,
    state: Annotated[Literal["supports", "refutes", "unrelated"], Form()],
    view: CarriedView,
) -> Response:
    """Store a mark and return to the flag.

    Raises:
        NotFound: When the evidence is not of this flag's post.

    """
    with desk.database.work() as session:
        flag = flags.by_id(session, flag_id)
        found = matching.mark_evidence(session, evidence_id, state, user_id=reviewer.id, now=desk.clock.now())
        if found.post_id != flag.post_id:
            message = f"flag {flag_id} has no evidence {evidence_id}"
            raise NotFound(message)
        session.commit()
    return RedirectResponse(f"{flag_path(flag_id, view)}#references", status_code=HTTPStatus.SEE_OTHER)
