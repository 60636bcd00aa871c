"""Teaching: rounds of posts, one key each; what they have taught; and putting what was taught into use."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Form
from sqlalchemy.orm import Session
from starlette.responses import Response

from classifiers.labels import LABEL_NAMES, label_named
from monitor.desk.pages.flag import mask_of
from monitor.desk.views.decision_form import refusal_line
from monitor.desk.views.flag_view import other_holders
from monitor.desk.views.reading_view import blind_post
from monitor.desk.views.teaching_view import teaching_view
from monitor.desk.web import wording
from monitor.desk.web.auth import CurrentVisit, RequireFormToken, Reviewer, RowId, Visit, allow
from monitor.desk.web.desk import LEASE, Desk, to
from monitor.desk.web.language import gettext as _
from monitor.review.decide import decide
from monitor.review.decide import seen_state as seen_of
from monitor.review.errors import DecisionRefused, Stale
from monitor.review.roles import Right
from storage.errors import NotFound
from storage.models import Flag
from storage.review import drawn, flags, second_readings
from storage.review.decisions import plain_decision
from storage.review.second_readings import Draw
from storage.scoring import registry

router = APIRouter(dependencies=[allow(Right.READ)])

HOME: Final = "/teach"
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)


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


@router.post("/teach/second", dependencies=[allow(Right.DECIDE), RequireFormToken])
def claim_second(visit: CurrentVisit) -> Response:
    """Lease a drawn post that another person alone has decided, for a second and independent reading."""
    now, owner = visit.now, visit.reviewer.lease_owner
    with visit.changes() as session:
        waiting = second_readings.waiting(session, _every_decision(visit.desk), visit.user_id)
        if not waiting:
            return to(HOME)
        post_id = flags.by_id(session, waiting[0]).post_id
        drawn.lease_post(session, post_id, owner=owner, now=now, until=now + LEASE)
    return to(f"/teach/posts/{post_id}")


@router.get("/teach/posts/{post_id}")
def show_post(visit: CurrentVisit, post_id: RowId) -> Response:
    """Ask which labels a post carries; earlier decisions stay hidden, so that each reading is independent.

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
    """Decide all flags of a drawn post that wait for this person, and go to the next one; after the last one, teach."""
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
    """Decide the flags of a post that are open, or else those that wait for this person's second reading.

    Raises:
        DecisionRefused: When one of them cannot be decided, or none waits for this person.

    """
    draw = None if any(flag.state == "open" for flag in asked) else _every_decision(visit.desk)
    seen_by_flag = dict(zip((flag.id for flag in asked), seen.split(","), strict=False))
    waiting = [flag for flag in asked if _waits_for(session, flag, visit.reviewer, draw)]
    if not waiting:
        raise Stale("none of the post's flags waits for this person any more")
    for flag in waiting:
        holds, given = flag.label in carried, seen_by_flag.get(flag.id, "")
        unsure = wording.UNSURE in carried
        decision = wording.UNSURE if unsure else plain_decision(label_named(flag.label).decisions, holds=holds)
        decide(session, flag, by=visit.reviewer.person, decision=decision, seen=given, now=visit.now, draw=draw)


def _waits_for(session: Session, flag: Flag, reviewer: Reviewer, draw: Draw | None) -> bool:
    if draw is None:
        return flag.state == "open"
    return second_readings.is_waiting_for(session, draw, flag, reviewer.id)


def _every_decision(desk: Desk) -> Draw:
    """Return the draw of second readings on drawn posts: of all, however long ago they were decided."""
    return Draw(desk.draw_seed, share=1, since=EARLIEST, taught=True)


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
        context = blind_post(session, asked[0], mask_of(visit, post_id)) | {
            "holder": next(iter(holders.values()), None),
            "seen_state": ",".join(seen_of(session, flag) for flag in asked),
            "post_id": post_id,
            "round": drawn.last_round(session),
            "choices": wording.teaching_answers(),
            "line": line,
        }
    return visit.render("teach_post.html", context, status=status)
