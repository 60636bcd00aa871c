"""The queue: open flags, filtered and ordered, and taking the next one. Only a form takes one; a link never does."""

from collections.abc import Iterable
from typing import Annotated, Final

from fastapi import APIRouter, Form, Query
from sqlalchemy.orm import Session
from starlette.responses import Response

from classifiers.labels import LABELS
from monitor.desk.views.flag_view import queue_rows
from monitor.desk.views.queue_view import CarriedView, CurrentView, QueueView, provinces
from monitor.desk.web.auth import MAX_ID, CurrentVisit, RequireFormToken, Visit, allow
from monitor.desk.web.desk import LEASE, to
from monitor.review import day
from monitor.review.roles import Right
from monitor.scoring.flag_value import WORTH_A_DAY
from storage.posts import sources
from storage.review import flag_queue, flags
from storage.review.flag_queue import QueuePage
from storage.search import saved_searches

router = APIRouter(dependencies=[allow(Right.READ)])

PAGE_ROWS: Final = 25
COUNTED: Final = 1_000  # further ones are not counted: a page must not take longer the more there are
PageEdge = Annotated[int | None, Query(ge=1, le=MAX_ID)]


def flag_path(flag_id: int, view: QueueView) -> str:
    """Return the path of a flag's page; the view of the queue goes along."""
    return f"/flags/{flag_id}" + (f"?{view.address}" if not view.is_empty else "")


@router.get("/queue")
def show(visit: CurrentVisit, view: CurrentView, after: PageEdge = None, before: PageEdge = None) -> Response:
    """Show a page of the flags of a view; `after` and `before` are the flags at the edges of the other pages."""
    reviewer, now = visit.reviewer, visit.now
    view = view.model_copy(update={"label": "" if view.is_today else view.label, "order": view.order_by})
    wanted = view.wanted(reviewer, now)
    with visit.work() as session:
        if view.is_listed:
            found = day.listed(session, size=visit.desk.settings.list_size, now=now)
            page = QueuePage(found, before=False, after=False, total=len(found))
        else:
            page = flag_queue.listed(
                session, wanted, view.order_by, limit=PAGE_ROWS, after=after, before=before, counted=COUNTED + 1
            )
        monitored = [source for source in sources.all_sources(session) if source.role == "monitored"]
        context = {
            "rows": queue_rows(session, page.flags, reviewer.lease_owner, now, visit.desk.mask),
            "view": view,
            "page": page,
            "total": min(page.total, COUNTED),
            "more": page.total > COUNTED,
            "sources": monitored,
            "kinds": sorted({source.kind for source in monitored}),
            "provinces": provinces(),
            "strangers": flag_queue.count_little_worth(session, WORTH_A_DAY) if view.folds_strangers else 0,
            "needs_reach": next((label.name for label in LABELS if label.needs_reach), ""),
            "saved": saved_searches.of_user(session, reviewer.id, "queue"),
        }
    return visit.render("queue.html", context)


@router.post("/queue/next", dependencies=[allow(Right.DECIDE), RequireFormToken])
def claim_next(
    visit: CurrentVisit, view: CarriedView, after: Annotated[int | None, Form(ge=1, le=MAX_ID)] = None
) -> Response:
    """Lease the next flag and redirect to it; the flag `after` is passed over and released."""
    with visit.changes() as session:
        path = claim_path(session, visit, view, after)
    return to(path)


@router.get("/queue/empty")
def show_empty(visit: CurrentVisit, view: CurrentView) -> Response:
    """Say that nothing is left to take."""
    with visit.work() as session:
        held = flag_queue.count(session, view.wanted_next(visit.reviewer, visit.now), at_most=COUNTED)
    done = visit.request.session.pop("done", None)
    return visit.render("empty.html", {"view": view, "held": held, "done": done})


def claim_path(session: Session, visit: Visit, view: QueueView, after: int | None = None) -> str:
    """Lease the first flag of a view that nobody else holds, and return the path of its page.

    Args:
        session: The unit of work, to be committed.
        visit: Who takes it.
        view: The view.
        after: Only flags after this one, which is released; after the last one the first comes again.

    Returns:
        The path of the flag, or of the page that says that there is none.

    """
    now, owner = visit.now, visit.reviewer.lease_owner
    until = now + LEASE
    if view.is_listed:
        return _path_of_list(session, visit, view, after)
    if view.is_today:
        return _path_of_today(session, visit, view, after)
    wanted, order = view.wanted_next(visit.reviewer, now), view.order_by
    taken = flag_queue.lease_next(session, wanted, order, owner=owner, now=now, until=until, after=after)
    if after is not None:
        flags.release(session, after, owner)
    if taken is None and after is not None:
        taken = flag_queue.lease_next(session, wanted, order, owner=owner, now=now, until=until)
    if taken is not None:
        return flag_path(taken, view)
    return "/queue/empty" + (f"?{view.address}" if not view.is_empty else "")


def _path_of_today(session: Session, visit: Visit, view: QueueView, after: int | None) -> str:
    """Lease the next flag of the reviewer's day; the path of the first page when the day is done."""
    now, person = visit.now, visit.reviewer.person
    size = visit.desk.settings.day_size
    taken = day.lease_next(session, person, size=size, now=now, until=now + LEASE, after=after)
    if after is not None:
        flags.release(session, after, person.lease_owner)
    return flag_path(taken, view) if taken is not None else "/"


def _path_of_list(session: Session, visit: Visit, view: QueueView, after: int | None) -> str:
    """Lease the next flag of the day's list; the path of its page when nobody can take any more of it."""
    left = [flag.id for flag in day.listed(session, size=visit.desk.settings.list_size, now=visit.now)]
    place = left.index(after) + 1 if after in left else 0
    if after is not None:
        flags.release(session, after, visit.reviewer.lease_owner)
    return _first_free(session, visit, view, left[place:] + left[:place]) or f"/queue?{view.address}"


def _first_free(session: Session, visit: Visit, view: QueueView, waiting: Iterable[int]) -> str | None:
    """Lease the first of some flags that nobody else holds, and return the path of its page."""
    owner, now = visit.reviewer.lease_owner, visit.now
    free = (one for one in waiting if flags.lease(session, one, owner=owner, now=now, until=now + LEASE))
    taken = next(free, None)
    return None if taken is None else flag_path(taken, view)
