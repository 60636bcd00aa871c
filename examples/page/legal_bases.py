"""A page of the desk that shows on which legal basis each source is read, and how long its posts are kept."""

from fastapi import APIRouter, Request
from sqlalchemy import select
from starlette.responses import Response

from monitor.desk.web.auth import allow
from monitor.desk.web.desk import CurrentDesk, render
from monitor.review.roles import Right
from storage.models import Source

router = APIRouter()


@router.get("/legal-bases", dependencies=[allow(Right.READ)])
def show(request: Request, desk: CurrentDesk) -> Response:
    """List the sources by name."""
    with desk.database.work() as session:
        rows = session.execute(
            select(Source.name, Source.legal_basis, Source.retention_days).order_by(Source.name)
        ).all()
    return render(request, "legal_bases.html", {"rows": rows})
