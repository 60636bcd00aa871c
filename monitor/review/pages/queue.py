"""The queue: flags by probability, and taking the next one. Only a form takes one; a link, or a page, never does."""

from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from classifiers.labels import LABEL_NAMES
from monitor.review import wording
from monitor.review.auth import CurrentReviewer, RequireFormToken, Reviewer, allow
from monitor.review.day_plan import plan_of
from monitor.review.desk import CurrentDesk, Desk, render
from monitor.review.flag_view import queue_rows
from monitor.review.roles import Right
from storage import day_plans, flags

router = APIRouter(dependencies=[allow(Right.READ)])

PAGE_ROWS: Final = 25
MAX_PAGE: Final = 10_000
MAX_ID: Final = 2**63 - 1  # a larger number makes the database driver fail


TODAY: Final = "today"
"""In place of a label: the reviewer works through the plan of the day."""


def known_label(label: str) -> str | None:
    """Return a known label, or TODAY; None stands for all labels."""
    return label if label in (*LABEL_NAMES, TODAY) else None


def flag_path(flag_id: int, label: str | None) -> str:
    """Return the path of a flag's page; the label is the reviewer's present filter."""
    return f"/flags/{flag_id}" + (f"?{urlencode({'label': label})}" if label else "")


@router.get("/queue")
def show(
    *,
    request: Request,
    desk: CurrentDesk,
    reviewer: CurrentReviewer,
    label: str = "",
    state: str = "open",
    page: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 1,
) -> Response:
    """Show one page of flags of a label (or all) and a state."""
    # A wrong value in the address shows the default page instead of an error.
    chosen, state = (label if label in LABEL_NAMES else None), state if state in wording.STATES else "open"
    with desk.database.work() as session:
        offset = (page - 1) * PAGE_ROWS
        found = flags.queue(session, state=state, label=chosen, limit=PAGE_ROWS, offset=offset)
        rows = queue_rows(session, found, reviewer.lease_owner, desk.clock.now(), desk.mask)
        counts = flags.counts(session)
    total = sum(states.get(state, 0) for name, states in counts.items() if chosen in (None, name))
    context = {
        "rows": rows,
        "label": chosen or "",
        "state": state,
        "page": page,
        "pages": max(1, -(-total // PAGE_ROWS)),
        "total": total,
    }
    return render(request, "queue.html", context)


@router.post("/queue/next", dependencies=[allow(Right.DECIDE), RequireFormToken])
def claim_next(
    *,
    desk: CurrentDesk,
    reviewer: CurrentReviewer,
    label: Annotated[str, Form()] = "",
    after: Annotated[int | None, Form(ge=1, le=MAX_ID)] = None,
) -> Response:
    """Lease the next flag and redirect to it; the flag `after` is passed over and released."""
    with desk.database.work() as session:
        path = claim_path(session, desk, reviewer, known_label(label), after)
        session.commit()
    return RedirectResponse(path, status_code=HTTPStatus.SEE_OTHER)


@router.get("/queue/empty")
def show_empty(request: Request, desk: CurrentDesk, label: str = "") -> Response:
    """Say that nothing is left to take."""
    chosen = label if label in LABEL_NAMES else None
    with desk.database.work() as session:
        counts = flags.counts(session)
    held = sum(states.get("open", 0) for name, states in counts.items() if chosen in (None, name))
    done = request.session.pop("done", None)
    return render(request, "empty.html", {"label": chosen or "", "held": held, "done": done})


def claim_path(session: Session, desk: Desk, reviewer: Reviewer, label: str | None, after: int | None = None) -> str:
    """Lease the most probable flag that nobody else holds, and return the path of its page.

    Args:
        session: The unit of work, to be committed.
        desk: The desk.
        reviewer: Who takes it.
        label: Only flags of this label.
        after: Only flags after this one, which is released; after the last one the first comes again.

    Returns:
        The path of the flag, or of the page that says that there is none.

    """
    now, owner = desk.clock.now(), reviewer.lease_owner
    until = desk.lease_end(now)
    if label == TODAY:
        return _path_of_today(session, desk, reviewer, after)
    passed = flags.by_id(session, after) if after else None
    taken = flags.lease_next(session, owner=owner, now=now, until=until, label=label, after=passed)
    if passed is not None:
        flags.release(session, passed.id, owner)
    if taken is None and passed is not None:
        taken = flags.lease_next(session, owner=owner, now=now, until=until, label=label)
    if taken is not None:
        return flag_path(taken.id, label)
    return "/queue/empty" + (f"?{urlencode({'label': label})}" if label else "")


def _path_of_today(session: Session, desk: Desk, reviewer: Reviewer, after: int | None) -> str:
    """Lease the next flag of the reviewer's day; the path of the first page when the day is done."""
    now, owner = desk.clock.now(), reviewer.lease_owner
    plan = plan_of(session, desk, reviewer)
    taken = day_plans.lease_next(session, plan.id, owner=owner, now=now, until=desk.lease_end(now), after=after)
    if after is not None:
        flags.release(session, after, owner)
    return flag_path(taken, TODAY) if taken is not None else "/"
