"""Pages to look at: the reviewer's day and what waits beside it, the figures, the sources, and how far people agree."""

from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from monitor.desk.pages.queue import COUNTED
from monitor.desk.pages.report_files import report_files
from monitor.desk.views.overview_figures import DAYS, LEAST_DECIDED, overview_figures_of
from monitor.desk.views.reading_view import agreement, difference_row
from monitor.desk.views.source_health import sources_view
from monitor.desk.web import wording
from monitor.desk.web.auth import CurrentReviewer, allow
from monitor.desk.web.desk import CurrentDesk, render
from monitor.review.day import day_of
from monitor.review.roles import Right
from monitor.scoring.flag_value import WORTH_A_DAY
from storage.outbox import alerts
from storage.review import cases, drawn, flag_queue, flags, second_readings
from storage.review.flag_queue import QueueFilter
from storage.scoring import registry, unscored

router = APIRouter()


def _state(session: Session) -> dict[str, Any]:
    """Return the flags by label and state, and what waits; `waiting` is None before a model is active."""
    counted, model = flags.counts(session), registry.active_model(session)
    waiting = flag_queue.count(session, QueueFilter(worth_above=WORTH_A_DAY), at_most=COUNTED + 1)
    labels = [
        {"label": label, "states": {state: counted.get(label.name, {}).get(state, 0) for state in wording.STATES}}
        for label in wording.all_labels()
    ]
    return {
        "labels": labels,
        "open_flags": min(waiting, COUNTED),
        "more": waiting > COUNTED,
        "waiting": unscored.count(session, model) if model else None,
        "has_model": model is not None,
        "drawn": drawn.open_count(session),
    }


@router.get("/", dependencies=[allow(Right.READ)])
def show(request: Request, desk: CurrentDesk, reviewer: CurrentReviewer) -> Response:
    """Show the reviewer's day, what waits beside it, and the report files."""
    now = desk.clock.now()
    with desk.database.work() as session:
        state = _state(session)
        may = reviewer.may(Right.DECIDE) and any(label["states"]["open"] for label in state["labels"])
        day = day_of(session, reviewer.person, size=desk.settings.day_size, now=now) if may else None
        unsettled = sum(count for name, count in cases.counts(session).items() if name in cases.UNSETTLED)
        open_alerts, new_alerts = alerts.count_open(session, reviewer.id)
    context = {
        "open_alerts": open_alerts,
        "new_alerts": new_alerts,
        "state": state,
        "day": day,
        "unsettled": unsettled,
        "done": request.session.pop("done", None),
        "undone": request.session.pop("undone", None),
        "reports": report_files(desk.settings.reports_dir),
    }
    return render(request, "home.html", context)


overview_router = APIRouter(dependencies=[allow(Right.READ)])


@overview_router.get("/overview")
def show_figures(request: Request, desk: CurrentDesk) -> Response:
    """Show what came in, how often the machine was right, and the models, each chart beside a table."""
    with desk.database.work() as session:
        figures = overview_figures_of(session, desk.clock.now())
    return render(request, "overview.html", {"figures": figures, "days": DAYS, "least": LEAST_DECIDED})


@overview_router.get("/sources")
def show_sources(request: Request, desk: CurrentDesk) -> Response:
    """Show which sources can be read, which cannot and what to do about it, and the newest crawl runs."""
    with desk.database.work() as session:
        view = sources_view(session)
    return render(request, "sources.html", {"view": view})


@overview_router.get("/second")
def show_second_readings(request: Request, desk: CurrentDesk, reviewer: CurrentReviewer) -> Response:
    """Show how many flags wait for a second reading, the differences, and the agreement."""
    with desk.database.work() as session:
        differing = second_readings.differing(session)
        context = {
            "waiting": len(second_readings.waiting(session, desk.draw(), reviewer.id)),
            "differences": [difference_row(one, desk.mask) for one in differing if one.may_be_settled_by(reviewer.id)],
            "others": len(differing),
            "rows": agreement(session),
        }
    return render(request, "second.html", context)
