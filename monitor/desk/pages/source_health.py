"""The page of sources: which can be read, which cannot, and what to do about it."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from monitor.desk.views.source_health import sources_view
from monitor.desk.web.auth import allow
from monitor.desk.web.desk import CurrentDesk, render
from monitor.review.roles import Right

router = APIRouter()


@router.get("/sources", dependencies=[allow(Right.READ)])
def show(request: Request, desk: CurrentDesk) -> Response:
    """Show the sources and the newest crawl runs."""
    with desk.database.work() as session:
        view = sources_view(session)
    return render(request, "sources.html", {"view": view})
