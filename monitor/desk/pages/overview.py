"""Pages to look at: the figures, the sources, and second readings with how far people agree."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from monitor.desk.views.overview_figures import DAYS, LEAST_DECIDED, overview_figures_of
from monitor.desk.views.reading_view import agreement, difference_row
from monitor.desk.views.source_health import sources_view
from monitor.desk.web.auth import CurrentReviewer, allow
from monitor.desk.web.desk import CurrentDesk, render
from monitor.review.roles import Right
from storage.review import second_readings

router = APIRouter(dependencies=[allow(Right.READ)])


@router.get("/overview")
def show_figures(request: Request, desk: CurrentDesk) -> Response:
    """Show what came in, how often the machine was right, and the models, each chart beside a table."""
    with desk.database.work() as session:
        figures = overview_figures_of(session, desk.clock.now())
    return render(request, "overview.html", {"figures": figures, "days": DAYS, "least": LEAST_DECIDED})


@router.get("/sources")
def show_sources(request: Request, desk: CurrentDesk) -> Response:
    """Show which sources can be read, which cannot and what to do about it, and the newest crawl runs."""
    with desk.database.work() as session:
        view = sources_view(session)
    return render(request, "sources.html", {"view": view})


@router.get("/second")
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
