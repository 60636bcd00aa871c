"""Pages to look at: the reviewer's day and what waits beside it, and the figures."""

from typing import Any

from fastapi import APIRouter
from sqlalchemy.orm import Session
from starlette.responses import Response

from monitor.desk.pages.queue import COUNTED
from monitor.desk.pages.start import is_new
from monitor.desk.views.overview_figures import DAYS, LEAST_DECIDED, overview_figures_of
from monitor.desk.web import wording
from monitor.desk.web.auth import CurrentVisit, allow
from monitor.review import day
from monitor.review.roles import Right
from monitor.scoring.flag_value import WORTH_A_DAY
from storage.outbox import alerts, reports
from storage.posts import sources
from storage.review import drawn, flag_queue, flags, matters
from storage.review.flag_queue import QueueFilter
from storage.scoring import registry, unscored

router = APIRouter(dependencies=[allow(Right.READ)])


def _state(session: Session) -> dict[str, Any]:
    """Return the flags by label and state, and what waits."""
    counted, model = flags.counts(session), registry.active_model(session)
    waiting = flag_queue.count(session, QueueFilter(worth_above=WORTH_A_DAY), at_most=COUNTED + 1)
    labels = [
        {"label": label, "states": {state: counted.get(label.name, {}).get(state, 0) for state in wording.STATES}}
        for label in wording.all_labels()
    ]
    return {
        "labels": labels,
        "flagged": bool(counted),
        "open_flags": min(waiting, COUNTED),
        "more": waiting > COUNTED,
        "waiting": unscored.count(session, model) if model else 0,
        "drawn": drawn.open_count(session),
    }


@router.get("/")
def show(visit: CurrentVisit) -> Response:
    """Show the reviewer's day and what waits beside it."""
    reviewer, settings, kept = visit.reviewer, visit.desk.settings, visit.request.session
    with visit.work() as session:
        state = _state(session)
        may = reviewer.may(Right.DECIDE) and any(label["states"]["open"] for label in state["labels"])
        open_alerts, new_alerts = alerts.count_open(session, visit.user_id)
        context = {
            "open_alerts": open_alerts,
            "new_alerts": new_alerts,
            "state": state,
            "new": reviewer.may(Right.SOURCES) and is_new(session),
            "day": day.day_of(session, reviewer.person, size=settings.day_size, now=visit.now) if may else None,
            "listed": len(day.listed(session, size=settings.list_size, now=visit.now)),
            "due_matters": matters.count_due(session, visit.user_id, visit.now),
            "unsettled": matters.count_unsettled(session),
            "report": reports.unreleased(session) if reviewer.may(Right.DOWNLOAD) else "",
            "sources": () if state["flagged"] else sources.all_sources(session),  # a first page says what is missing
            "done": kept.pop("done", None),
            "undone": kept.pop("undone", None),
        }
    return visit.render("home.html", context)


@router.get("/overview")
def show_figures(visit: CurrentVisit) -> Response:
    """Show what came in, how often the machine was right, and the models, each chart beside a table."""
    with visit.work() as session:
        figures = overview_figures_of(session, visit.now)
    return visit.render("overview.html", {"figures": figures, "days": DAYS, "least": LEAST_DECIDED})
