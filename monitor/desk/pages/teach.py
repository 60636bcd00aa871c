"""Teaching: rounds of posts, one key each; what they have taught; and putting what was taught into use."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Form, Path, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from classifiers.labels import LABEL_NAMES
from monitor.desk.pages.queue import MAX_ID
from monitor.desk.pages.reveal import mask_of
from monitor.desk.views.question_view import question_view
from monitor.desk.views.teaching_view import teaching_view
from monitor.desk.web import wording
from monitor.desk.web.answering import record_answer, refusal_of
from monitor.desk.web.auth import CurrentReviewer, RequireFormToken, Reviewer, allow
from monitor.desk.web.desk import CurrentDesk, Desk, render
from monitor.desk.web.language import gettext as _
from monitor.review.roles import Right
from storage.errors import NotFound
from storage.models import Question
from storage.review import questions
from storage.scoring import registry

router = APIRouter(dependencies=[allow(Right.READ)])

HOME: Final = "/teach"
PostId = Annotated[int, Path(ge=1, le=MAX_ID)]


@router.get(HOME)
def show(request: Request, desk: CurrentDesk) -> Response:
    """Show how teaching goes."""
    with desk.database.work() as session:
        view = teaching_view(session)
    status = desk.teaching.status() if desk.teaching else None
    locked = desk.teaching.locked_model if desk.teaching else ""
    return render(request, "teach.html", {"teaching": view, "status": status, "locked": locked})


@router.post("/teach/draw", dependencies=[allow(Right.TEACH), RequireFormToken])
def draw(desk: CurrentDesk) -> Response:
    """Begin to draw a round, unless the last one still has open questions."""
    with desk.database.work() as session:
        last = questions.last_round(session)
    if desk.teaching and (last is None or last.done == last.posts):
        desk.teaching.draw()
    return _to(HOME)


@router.post("/teach/learn", dependencies=[allow(Right.TEACH), RequireFormToken])
def learn(desk: CurrentDesk) -> Response:
    """Begin to teach a candidate by what was answered."""
    if desk.teaching:
        desk.teaching.learn()
    return _to(HOME)


@router.post("/teach/promote", dependencies=[allow(Right.TEACH), RequireFormToken])
def promote(desk: CurrentDesk, reviewer: CurrentReviewer, version: Annotated[str, Form()]) -> Response:
    """Begin to put the newest taught model into use; an older one, from a page that was left open, is not."""
    with desk.database.work() as session:
        newest = registry.newest_taught(session)
    if desk.teaching and newest is not None and newest.version == version:
        desk.teaching.promote(version, reviewer.id)
    return _to(HOME)


@router.post("/teach/next", dependencies=[allow(Right.DECIDE), RequireFormToken])
def claim_next(desk: CurrentDesk, reviewer: CurrentReviewer) -> Response:
    """Lease the next post with an open question that nobody else holds, and redirect to it."""
    with desk.database.work() as session:
        path = _claim_path(session, desk, reviewer)
        session.commit()
    return _to(path)


@router.post("/teach/second", dependencies=[allow(Right.DECIDE), RequireFormToken])
def claim_second(desk: CurrentDesk, reviewer: CurrentReviewer) -> Response:
    """Lease a post that one other person has answered, for a second and independent reading."""
    with desk.database.work() as session:
        post_id = questions.for_second_reading(session, reviewer.id)
        if post_id is not None:
            _lease_all(session, desk, reviewer, post_id)
            session.commit()
    return _to(f"/teach/posts/{post_id}" if post_id is not None else HOME)


@router.get("/teach/posts/{post_id}")
def show_post(request: Request, desk: CurrentDesk, reviewer: CurrentReviewer, post_id: PostId) -> Response:
    """Ask which labels a post carries; earlier answers stay hidden, so that each reading is independent.

    Nothing is leased: another site may lead here by a link.
    """
    return _post_page(request, desk, reviewer, post_id)


@router.post("/teach/posts/{post_id}/answers", dependencies=[allow(Right.DECIDE), RequireFormToken])
def answer(
    *,
    request: Request,
    desk: CurrentDesk,
    reviewer: CurrentReviewer,
    post_id: PostId,
    decision: Annotated[str, Form()],
    seen_state: Annotated[str, Form()],
    labels: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Store the answers to all questions about a post, and go to the next one; after the last one, teach."""
    carried = set(labels or []) if decision == wording.SEVERAL else {decision}
    if not carried or not carried <= {*LABEL_NAMES, wording.NO_LABEL, wording.UNSURE}:
        return _post_page(request, desk, reviewer, post_id, line=_("Xin chọn ít nhất một nhãn."), status=422)
    with desk.database.work() as session:
        asked = _asked(session, post_id)
        line = _refusal(session, desk, reviewer, asked, seen_state)
        if line is None:
            for question in asked:
                record_answer(session, desk, reviewer, question, _said(question.label, carried))
            path = _claim_path(session, desk, reviewer)
            session.commit()
        last = questions.last_round(session)
    if line is not None:
        return _post_page(request, desk, reviewer, post_id, line=line, status=409)
    if last is None or last.done < last.posts:
        return _to(path)
    if desk.teaching:
        desk.teaching.learn()  # a candidate changes nothing that is in use, so whoever answers last may begin it
    return _to(HOME)


def _refusal(
    session: Session, desk: Desk, reviewer: Reviewer, asked: Sequence[Question], seen_state: str
) -> str | None:
    """Say why the answers cannot be stored; None when they can."""
    seen = seen_state.split(",")
    if len(seen) != len(asked):
        return _("Xin xem lại bài này.")
    refusals = (refusal_of(session, desk, reviewer, *each) for each in zip(asked, seen, strict=True))
    return next((refusal for refusal in refusals if refusal), None)


def _claim_path(session: Session, desk: Desk, reviewer: Reviewer) -> str:
    """Lease all questions about the next post, and return the path of its page."""
    now, owner = desk.clock.now(), reviewer.lease_owner
    taken = questions.lease_next(session, owner=owner, now=now, until=desk.lease_end(now))
    if taken is None:
        return HOME
    _lease_all(session, desk, reviewer, taken.post_id)
    return f"/teach/posts/{taken.post_id}"


def _lease_all(session: Session, desk: Desk, reviewer: Reviewer, post_id: int) -> None:
    now = desk.clock.now()
    for question in questions.of_post(session, post_id):
        questions.lease(session, question.id, owner=reviewer.lease_owner, now=now, until=desk.lease_end(now))


def _said(label: str, carried: set[str]) -> str:
    if wording.UNSURE in carried:
        return wording.UNSURE
    return "confirmed" if label in carried else "rejected"


def _asked(session: Session, post_id: int) -> list[Question]:
    """List the questions about a post.

    Raises:
        NotFound: When there is none.

    """
    asked = list(questions.of_post(session, post_id))
    if not asked:
        message = f"there is no question about post {post_id}: it may have been deleted"
        raise NotFound(message)
    return asked


def _post_page(
    request: Request, desk: Desk, reviewer: Reviewer, post_id: int, *, line: str = "", status: int = 200
) -> Response:
    now, owner = desk.clock.now(), reviewer.lease_owner
    with desk.database.work() as session:
        asked = _asked(session, post_id)
        mask = mask_of(request, desk, post_id)
        views = [question_view(session, question, owner, now, mask) for question in asked]
        last = questions.last_round(session)
    context = {
        "question": views[0],
        "holder": next((view.holder for view in views if view.holder), None),
        "seen_state": ",".join(view.seen_state for view in views),
        "post_id": post_id,
        "round": last,
        "choices": wording.teaching_answers(),
        "line": line,
    }
    return render(request, "teach_post.html", context, status=status)


def _to(path: str) -> Response:
    return RedirectResponse(path, status_code=HTTPStatus.SEE_OTHER)
