"""The queue: flags by probability, and the redirect to the next one."""

from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from classifiers.labels import LABEL_NAMES
from monitor.review import wording
from monitor.review.auth import CurrentReviewer, allow
from monitor.review.desk import CurrentDesk, render
from monitor.review.flag_view import queue_rows
from monitor.review.roles import Right
from storage import flags

router = APIRouter(dependencies=[allow(Right.READ)])

PAGE_ROWS: Final = 25
MAX_PAGE: Final = 10_000
MAX_ID: Final = 2**63 - 1  # a larger number makes the database driver fail


def known_label(label: str) -> str | None:
    """Return a known label; None stands for all labels."""
    return label if label in LABEL_NAMES else None


def flag_path(flag_id: int, label: str | None) -> str:
    """Return the path of a flag's page; the label is the reviewer's present filter."""
    return f"/flags/{flag_id}" + (f"?{urlencode({'label': label})}" if label else "")


def next_path(label: str | None, after: int | None = None) -> str:
    """Return the path that redirects to the next flag, after the flag `after` if given."""
    wanted = {key: value for key, value in (("label", label), ("after", after)) if value is not None}
    return "/queue/next" + (f"?{urlencode(wanted)}" if wanted else "")


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
    chosen, state = known_label(label), state if state in wording.STATES else "open"
    with desk.database.work() as session:
        offset = (page - 1) * PAGE_ROWS
        found = flags.queue(session, state=state, label=chosen, limit=PAGE_ROWS, offset=offset)
        rows = queue_rows(session, found, reviewer.lease_owner, desk.clock.now())
        counts = flags.counts(session)
    total = sum(states.get(state, 0) for name, states in counts.items() if chosen in (None, name))
    context = {
        "rows": rows,
        "label": chosen or "",
        "state": state,
        "page": page,
        "pages": max(1, -(-total // PAGE_ROWS)),
        "total": total,
        "next_path": next_path(chosen),
    }
    return render(request, "queue.html", context)


@router.get("/queue/next")
def open_next(
    *,
    request: Request,
    desk: CurrentDesk,
    reviewer: CurrentReviewer,
    label: str = "",
    after: Annotated[int | None, Query(ge=1, le=MAX_ID)] = None,
) -> Response:
    """Redirect to the most probable flag that nobody else holds; after the last one, to the first."""
    chosen, now, owner = known_label(label), desk.clock.now(), reviewer.lease_owner
    with desk.database.work() as session:
        passed = flags.by_id(session, after) if after else None
        until = desk.lease_end(now)
        taken = flags.lease_next(session, owner=owner, now=now, until=until, label=chosen, after=passed)
        if passed is not None:
            flags.release(session, passed.id, owner)
        if taken is None and passed is not None:
            taken = flags.lease_next(session, owner=owner, now=now, until=until, label=chosen)
        session.commit()
        counts = flags.counts(session)
    if taken is not None:
        return RedirectResponse(flag_path(taken.id, chosen), status_code=HTTPStatus.SEE_OTHER)
    held = sum(states.get("open", 0) for name, states in counts.items() if chosen in (None, name))
    done = request.session.pop("done", None)
    return render(request, "empty.html", {"label": chosen or "", "held": held, "done": done})
