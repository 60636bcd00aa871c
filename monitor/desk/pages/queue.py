"""The queue: open flags, filtered and ordered, and taking the next one. Only a form takes one; a link never does."""

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Form, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from classifiers.labels import LABELS
from monitor.desk.views.flag_view import queue_rows
from monitor.desk.views.queue_view import SECOND, CarriedView, CurrentView, QueueView, provinces
from monitor.desk.web.auth import CurrentReviewer, RequireFormToken, Reviewer, allow
from monitor.desk.web.desk import CurrentDesk, Desk, render
from monitor.review import day
from monitor.review.roles import Right
from monitor.scoring.flag_value import WORTH_A_DAY
from storage.posts import sources
from storage.review import flag_queue, flags, second_readings
from storage.search import saved_searches

router = APIRouter(dependencies=[allow(Right.READ)])

PAGE_ROWS: Final = 25
COUNTED: Final = 1_000  # further ones are not counted: a page must not take longer the more there are
SECOND_READINGS: Final = "/second"
MAX_ID: Final = 2**63 - 1  # a larger number makes the database driver fail
PageEdge = Annotated[int | None, Query(ge=1, le=MAX_ID)]


def flag_path(flag_id: int, view: QueueView) -> str:
    """Return the path of a flag's page; the view of the queue goes along."""
    return f"/flags/{flag_id}" + (f"?{view.address}" if not view.is_empty else "")


@router.get("/queue")
def show(
    *,
    request: Request,
    desk: CurrentDesk,
    reviewer: CurrentReviewer,
    view: CurrentView,
    after: PageEdge = None,
    before: PageEdge = None,
) -> Response:
    """Show a page of the flags of a view; `after` and `before` are the flags at the edges of the other pages."""
    if view.is_apart:
        return RedirectResponse(SECOND_READINGS, status_code=HTTPStatus.SEE_OTHER)
    now = desk.clock.now()
    view = replace(view, label="" if view.is_today else view.label, order=view.order_by)
    wanted = view.wanted(reviewer, now)
    with desk.database.work() as session:
        page = flag_queue.listed(
            session, wanted, view.order_by, limit=PAGE_ROWS, after=after, before=before, counted=COUNTED + 1
        )
        known = sources.all_sources(session)
        context = {
            "rows": queue_rows(session, page.flags, reviewer.lease_owner, now, desk.mask),
            "view": view,
            "page": page,
            "total": min(page.total, COUNTED),
            "more": page.total > COUNTED,
            "sources": [source for source in known if source.role == "monitored"],
            "kinds": sorted({source.kind for source in known if source.role == "monitored"}),
            "provinces": provinces(),
            "strangers": flag_queue.count_little_worth(session, WORTH_A_DAY) if view.folds_strangers else 0,
            "needs_reach": next((label.name for label in LABELS if label.needs_reach), ""),
            "saved": saved_searches.of_user(session, reviewer.id, "queue"),
        }
    return render(request, "queue.html", context)


@router.post("/queue/next", dependencies=[allow(Right.DECIDE), RequireFormToken])
def claim_next(
    *,
    desk: CurrentDesk,
    reviewer: CurrentReviewer,
    view: CarriedView,
    after: Annotated[int | None, Form(ge=1, le=MAX_ID)] = None,
) -> Response:
    """Lease the next flag and redirect to it; the flag `after` is passed over and released."""
    with desk.database.work() as session:
        path = claim_path(session, desk, reviewer, view, after)
        session.commit()
    return RedirectResponse(path, status_code=HTTPStatus.SEE_OTHER)


@router.get("/queue/empty")
def show_empty(request: Request, desk: CurrentDesk, reviewer: CurrentReviewer, view: CurrentView) -> Response:
    """Say that nothing is left to take."""
    with desk.database.work() as session:
        held = flag_queue.count(session, view.wanted_next(reviewer, desk.clock.now()), at_most=COUNTED)
    return render(request, "empty.html", {"view": view, "held": held, "done": request.session.pop("done", None)})


def claim_path(session: Session, desk: Desk, reviewer: Reviewer, view: QueueView, after: int | None = None) -> str:
    """Lease the first flag of a view that nobody else holds, and return the path of its page.

    Args:
        session: The unit of work, to be committed.
        desk: The desk.
        reviewer: Who takes it.
        view: The view.
        after: Only flags after this one, which is released; after the last one the first comes again.

    Returns:
        The path of the flag, or of the page that says that there is none.

    """
    now, owner = desk.clock.now(), reviewer.lease_owner
    until = desk.lease_end(now)
    if view.is_apart:
        return _path_apart(session, desk, reviewer, view)
    if view.is_today:
        return _path_of_today(session, desk, reviewer, view, after)
    wanted, order = view.wanted_next(reviewer, now), view.order_by
    taken = flag_queue.lease_next(session, wanted, order, owner=owner, now=now, until=until, after=after)
    if after is not None:
        flags.release(session, after, owner)
    if taken is None and after is not None:
        taken = flag_queue.lease_next(session, wanted, order, owner=owner, now=now, until=until)
    if taken is not None:
        return flag_path(taken.id, view)
    return "/queue/empty" + (f"?{view.address}" if not view.is_empty else "")


def _path_of_today(session: Session, desk: Desk, reviewer: Reviewer, view: QueueView, after: int | None) -> str:
    """Lease the next flag of the reviewer's day; the path of the first page when the day is done."""
    now, size = desk.clock.now(), desk.settings.day_size
    until = desk.lease_end(now)
    taken = day.lease_next(session, reviewer.person, size=size, now=now, until=until, after=after)
    if after is not None:
        flags.release(session, after, reviewer.lease_owner)
    return flag_path(taken, view) if taken is not None else "/"


def _path_apart(session: Session, desk: Desk, reviewer: Reviewer, view: QueueView) -> str:
    """Lease the next flag that waits for the reviewer's second reading, or the next difference to be settled."""
    now = desk.clock.now()
    if view.own == SECOND:
        waiting = second_readings.waiting(session, desk.draw(), reviewer.id)
    else:
        differing = second_readings.differing(session)
        waiting = [one.flag.id for one in differing if one.may_be_settled_by(reviewer.id)]
    for flag_id in waiting:
        if flags.lease(session, flag_id, owner=reviewer.lease_owner, now=now, until=desk.lease_end(now)):
            return flag_path(flag_id, view)
    return SECOND_READINGS
