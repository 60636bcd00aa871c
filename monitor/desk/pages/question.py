"""Questions: does this post carry this label? One key answers, and the next one comes."""

from http import HTTPStatus
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Form, Path, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from monitor.desk.pages.queue import MAX_ID
from monitor.desk.pages.reveal import mask_of
from monitor.desk.views.question_view import question_view
from monitor.desk.web import wording
from monitor.desk.web.answering import record_answer, refusal_of
from monitor.desk.web.auth import CurrentReviewer, RequireFormToken, Reviewer, allow
from monitor.desk.web.desk import CurrentDesk, Desk, render
from monitor.review.roles import Right
from storage.review import questions

router = APIRouter(dependencies=[allow(Right.READ)])

WAITING: Final = "/questions"
QuestionId = Annotated[int, Path(ge=1, le=MAX_ID)]


@router.get("/questions")
def show_waiting(request: Request, desk: CurrentDesk) -> Response:
    """Say how many questions wait, with the button that takes one."""
    with desk.database.work() as session:
        waiting = questions.open_count(session)
    return render(request, "questions.html", {"waiting": waiting, "held": bool(request.session.pop("held", False))})


@router.post("/questions/next", dependencies=[allow(Right.DECIDE), RequireFormToken])
def claim_next(
    request: Request,
    desk: CurrentDesk,
    reviewer: CurrentReviewer,
    after: Annotated[int | None, Form(ge=1, le=MAX_ID)] = None,
) -> Response:
    """Lease the next question that nobody else holds and redirect to it; after the last one, to the first."""
    with desk.database.work() as session:
        path = _claim_path(session, desk, reviewer, after)
        session.commit()
    request.session["held"] = path == WAITING
    return RedirectResponse(path, status_code=HTTPStatus.SEE_OTHER)


@router.get("/questions/{question_id}")
def show(request: Request, desk: CurrentDesk, reviewer: CurrentReviewer, question_id: QuestionId) -> Response:
    """Show a question. Nothing is leased: another site may lead here by a link."""
    return _page(request, desk, reviewer, question_id)


@router.post("/questions/{question_id}/answers", dependencies=[allow(Right.DECIDE), RequireFormToken])
def answer(
    *,
    request: Request,
    desk: CurrentDesk,
    reviewer: CurrentReviewer,
    question_id: QuestionId,
    decision: Annotated[Literal["confirmed", "rejected", "unsure"], Form()],
    seen_state: Annotated[str, Form()],
) -> Response:
    """Store an answer and redirect to the next question."""
    with desk.database.work() as session:
        question = questions.by_id(session, question_id)
        refusal = refusal_of(session, desk, reviewer, question, seen_state)
        if refusal is None:
            record_answer(session, desk, reviewer, question, decision)
            path = _claim_path(session, desk, reviewer, question_id)
            session.commit()
    if refusal is not None:
        return _page(request, desk, reviewer, question_id, line=refusal, status=409)
    return RedirectResponse(path, status_code=HTTPStatus.SEE_OTHER)


def _claim_path(session: Session, desk: Desk, reviewer: Reviewer, after: int | None) -> str:
    """Lease the next question, after one that is passed over, and return the path of its page."""
    now, owner = desk.clock.now(), reviewer.lease_owner
    until = desk.lease_end(now)
    taken = questions.lease_next(session, owner=owner, now=now, until=until, after=after)
    if taken is None and after is not None:
        taken = questions.lease_next(session, owner=owner, now=now, until=until)
    return f"/questions/{taken.id}" if taken is not None else WAITING


def _page(
    request: Request, desk: Desk, reviewer: Reviewer, question_id: int, *, line: str = "", status: int = 200
) -> Response:
    now, owner = desk.clock.now(), reviewer.lease_owner
    with desk.database.work() as session:
        question = questions.by_id(session, question_id)
        mask = mask_of(request, desk, question.post_id)
        view = question_view(session, question, owner, now, mask)
    context = {"question": view, "choices": wording.ANSWERS, "line": line}
    return render(request, "question.html", context, status=status)
