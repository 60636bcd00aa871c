"""The first page: flags, sources, crawl runs and reports at a glance."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from monitor.review.auth import allow
from monitor.review.desk import CurrentDesk, render
from monitor.review.overview import overview
from monitor.review.pages.report_files import report_files
from monitor.review.roles import Right

router = APIRouter()


@router.get("/", dependencies=[allow(Right.READ)])
def show(request: Request, desk: CurrentDesk) -> Response:
    """Show the overview and the report files."""
    with desk.database.work() as session:
        state = overview(session)
    return render(request, "home.html", {"state": state, "reports": report_files(desk.settings.reports_dir)})
