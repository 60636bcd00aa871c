"""Teaching: rounds of posts, one key each; what they have taught; and putting what was taught into use."""

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Form
from sqlalchemy.orm import Session
from starlette.responses import Response

from classifiers.labels import LABEL_NAMES, label_named
from monitor.desk.pages.flag import mask_of
from monitor.desk.views.decision_form import refusal_line
from monitor.desk.views.flag_view import other_holders
from monitor.desk.views.post_view import post_view
from monitor.desk.views.teaching_view import teaching_view
from monitor.desk.web import wording
from monitor.desk.web.auth import CurrentVisit, RequireFormToken, RowId, Visit, allow
from monitor.desk.web.desk import LEASE, to
from monitor.desk.web.language import gettext as _
from monitor.review.decide import Judgement, decide
from monitor.review.decide import seen_state as seen_of
from monitor.review.errors import DecisionRefused, Stale
from monitor.review.roles import Right
from storage.errors import NotFound
from storage.models import Flag
from storage.review import drawn
from storage.review.decisions import plain_decision
from storage.scoring import registry

router = APIRouter(dependencies=[allow(Right.READ)])

HOME: Final = "/teach"


@router.get(HOME)
def show(visit: CurrentVisit) -> Response:
    """Show how teaching goes."""
    with visit.work() as session:
        view = teaching_view(session)
    teaching = visit.desk.teaching
    context = {"teaching": view, "status": teaching.status(), "locked": teaching.locked_model}
    return visit.render("teach.html", context)


@router.post("/teach/draw", dependencies=[allow(Right.TEACH), RequireFormToken])
def draw(visit: CurrentVisit) -> Response:
    """Begin to draw a round, unless the last one still has open flags."""
    with visit.work() as session:
        last = drawn.last_round(session)
    if last is None or last.done == last.posts:
        visit.desk.teaching.draw()
    return to(HOME)


@router.post("/teach/learn", dependencies=[allow(Right.TEACH), RequireFormToken])
def learn(visit: CurrentVisit) -> Response:
    """Begin to teach a candidate by what was answered."""
    visit.desk.teaching.learn()
    return to(HOME)


@router.post("/teach/promote", dependencies=[allow(Right.TEACH), RequireFormToken])
def promote(visit: CurrentVisit, version: Annotated[str, Form()]) -> Response:
    """Begin to put the newest taught model into use; an older one, from a page that was left open, is not."""
    with visit.work() as session:
        newest = registry.newest_taught(session)
    if newest is not None and newest.version == version:
        visit.desk.teaching.promote(version, visit.user_id)
    return to(HOME)


@router.post("/teach/rollback", dependencies=[allow(Right.TEACH), RequireFormToken])
def roll_back(visit: CurrentVisit, version: Annotated[str, Form()]) -> Response:
    """Begin to take the model before back; from a page of which another model is in use by now, it is not."""
    with visit.work() as session:
        active = registry.active_model(session)
    if active is not None and active.replaces == version:
        visit.desk.teaching.roll_back(visit.user_id)
    return to(HOME)


@router.post("/teach/next", dependencies=[allow(Right.DECIDE), RequireFormToken])
def claim_next(visit: CurrentVisit) -> Response:
    """Lease the next drawn post with an open flag that nobody else holds, and redirect to it."""
    with visit.changes() as session:
        path = _claim_path(session, visit)
    return to(path)


@router.get("/teach/posts/{post_id}")
def show_post(visit: CurrentVisit, post_id: RowId) -> Response:
    """Ask which labels a post carries, without what the machine suggests.

    Nothing is leased: another site may lead here by a link.
    """
    return _post_page(visit, post_id)


@router.post("/teach/posts/{post_id}/answers", dependencies=[allow(Right.DECIDE), RequireFormToken])
def answer(
    visit: CurrentVisit,
    post_id: RowId,
    decision: Annotated[str, Form()],
    seen_state: Annotated[str, Form()],
    labels: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Decide all open flags of a drawn post, and go to the next one; after the last one, teach."""
    carried = set(labels or []) if decision == wording.SEVERAL else {decision}
    if not carried or not carried <= {*LABEL_NAMES, wording.NO_LABEL, wording.UNSURE}:
        return _post_page(visit, post_id, line=_("Xin chọn ít nhất một nhãn."), status=422)
    try:
        with visit.changes() as session:
            _decide_all(session, visit, _of_post(session, post_id), carried=carried, seen=seen_state)
            path = _claim_path(session, visit)
            last = drawn.last_round(session)
    except DecisionRefused as refused:
        return _post_page(visit, post_id, line=refusal_line(refused, decision), status=409)
    if last is None or last.done < last.posts:
        return to(path)
    visit.desk.teaching.learn()  # a candidate changes nothing that is in use, so whoever answers last may begin it
    return to(HOME)


def _decide_all(session: Session, visit: Visit, asked: Sequence[Flag], *, carried: set[str], seen: str) -> None:
    """Decide the flags of a post that are open.

    Raises:
        DecisionRefused: When one of them cannot be decided, or none is open any more.

    """
    seen_by_flag = dict(zip((flag.id for flag in asked), seen.split(","), strict=False))
    waiting = [flag for flag in asked if flag.state == "open"]
    if not waiting:
        raise Stale("none of the post's flags is open any more")
    for flag in waiting:
        holds, unsure = flag.label in carried, wording.UNSURE in carried
        decision = wording.UNSURE if unsure else plain_decision(label_named(flag.label).decisions, holds=holds)
        said = Judgement(decision=decision, seen=seen_by_flag.get(flag.id, ""))
        decide(session, flag, said, by=visit.reviewer.person, now=visit.now)


def _claim_path(session: Session, visit: Visit) -> str:
    """Lease all flags of the next drawn post, and return the path of its page."""
    now, owner = visit.now, visit.reviewer.lease_owner
    post_id = drawn.lease_next(session, owner=owner, now=now, until=now + LEASE)
    return HOME if post_id is None else f"/teach/posts/{post_id}"


def _of_post(session: Session, post_id: int) -> Sequence[Flag]:
    """List the flags of a drawn post.

    Raises:
        NotFound: When the post was not drawn.

    """
    asked = drawn.of_post(session, post_id)
    if not asked:
        raise NotFound(f"post {post_id} was not drawn for teaching, or it was deleted")
    return asked


def _post_page(visit: Visit, post_id: int, *, line: str = "", status: int = 200) -> Response:
    now, owner = visit.now, visit.reviewer.lease_owner
    with visit.work() as session:
        asked = _of_post(session, post_id)
        holders = other_holders(session, asked, owner, now)
        context = {
            "flag": asked[0],
            "post": post_view(session, asked[0], mask_of(visit, post_id)),
            "holder": next(iter(holders.values()), None),
            "seen_state": ",".join(seen_of(session, flag) for flag in asked),
            "post_id": post_id,
            "round": drawn.last_round(session),
            "choices": wording.teaching_answers(),
            "line": line,
        }
    return visit.render("teach_post.html", context, status=status)
