"""Questions: does this post carry this label? One key answers, and the next one comes."""

from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from monitor.review import wording
from monitor.review.auth import CurrentReviewer, RequireFormToken, Reviewer, allow
from monitor.review.desk import CurrentDesk, Desk, render
from monitor.review.pages.queue import MAX_ID
from monitor.review.question_view import answers_of, question_view
from monitor.review.roles import Right
from storage import audit, flags, questions, reviews
from storage.models import Question

router = APIRouter(dependencies=[allow(Right.READ)])

QuestionId = Annotated[int, Path(ge=1, le=MAX_ID)]


@router.get("/questions/next")
def open_next(
    request: Request,
    desk: CurrentDesk,
    reviewer: CurrentReviewer,
    after: Annotated[int | None, Query(ge=1, le=MAX_ID)] = None,
) -> Response:
    """Redirect to the next question that nobody else holds; after the last one, to the first."""
    now, owner = desk.clock.now(), reviewer.lease_owner
    with desk.database.work() as session:
        until = desk.lease_end(now)
        taken = questions.lease_next(session, owner=owner, now=now, until=until, after=after)
        if taken is None and after is not None:
            taken = questions.lease_next(session, owner=owner, now=now, until=until)
        session.commit()
        waiting = questions.open_count(session)
    if taken is not None:
        return RedirectResponse(f"/questions/{taken.id}", status_code=HTTPStatus.SEE_OTHER)
    return render(request, "no_questions.html", {"held": waiting})


@router.get("/questions/{question_id}")
def show(request: Request, desk: CurrentDesk, reviewer: CurrentReviewer, question_id: QuestionId) -> Response:
    """Show a question; an open one is leased to this reviewer."""
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
        refusal = _refusal(session, desk, reviewer, question, seen_state)
        if refusal is None:
            _record(session, desk, reviewer, question, decision)
            session.commit()
    if refusal is not None:
        return _page(request, desk, reviewer, question_id, line=refusal, status=409)
    return RedirectResponse(f"/questions/next?after={question_id}", status_code=HTTPStatus.SEE_OTHER)


def _refusal(session: Session, desk: Desk, reviewer: Reviewer, question: Question, seen_state: str) -> str | None:
    """Return why an answer cannot be stored now; None when it can."""
    # Leasing first excludes that two reviewers pass this check at the same moment.
    now = desk.clock.now()
    if not questions.lease(session, question.id, owner=reviewer.lease_owner, now=now, until=desk.lease_end(now)):
        return "Người khác đang xem câu hỏi này, nên câu trả lời của bạn chưa được ghi."
    session.refresh(question)
    if seen_state != str(len(answers_of(session, question))):
        return "Câu hỏi này vừa có người trả lời, nên câu trả lời của bạn chưa được ghi. Xin xem lại bên dưới."
    return None


def _record(session: Session, desk: Desk, reviewer: Reviewer, question: Question, decision: str) -> None:
    """Store the answer; it also decides an open flag of the same version and label, so that nobody is asked twice."""
    now = desk.clock.now()
    questions.answer(session, question, reviewer_id=reviewer.id, decision=decision, now=now)
    for flag in flags.of_post(session, question.post_id):
        same = (flag.label, flag.revision_number, flag.state) == (question.label, question.revision_number, "open")
        if same and flags.lease(session, flag.id, owner=reviewer.lease_owner, now=now, until=desk.lease_end(now)):
            reviews.decide(session, flag, reviewer_id=reviewer.id, decision=decision, note="", now=now)
    subject = f"questions:{question.id}"
    audit.record(session, at=now, action="answer", subject=subject, user_id=reviewer.id, detail={"decision": decision})


def _page(
    request: Request, desk: Desk, reviewer: Reviewer, question_id: int, *, line: str = "", status: int = 200
) -> Response:
    now, owner = desk.clock.now(), reviewer.lease_owner
    with desk.database.work() as session:
        question = questions.by_id(session, question_id)
        if question.state == "open":
            questions.lease(session, question.id, owner=owner, now=now, until=desk.lease_end(now))
            session.commit()
            session.refresh(question)
        view = question_view(session, question, owner, now)
    context = {"question": view, "choices": wording.ANSWERS, "line": line}
    return render(request, "question.html", context, status=status)
