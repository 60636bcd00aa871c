"""The overview: what came in, how often the machine was right, how far people agree, and the models."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from monitor.desk.views.overview_figures import DAYS, LEAST_DECIDED, overview_figures_of
from monitor.desk.web.auth import allow
from monitor.desk.web.desk import CurrentDesk, render
from monitor.review.roles import Right

router = APIRouter()


@router.get("/overview", dependencies=[allow(Right.READ)])
def show(request: Request, desk: CurrentDesk) -> Response:
    """Show the figures, each chart beside a table."""
    with desk.database.work() as session:
        figures = overview_figures_of(session, desk.clock.now())
    return render(request, "overview.html", {"figures": figures, "days": DAYS, "least": LEAST_DECIDED})
