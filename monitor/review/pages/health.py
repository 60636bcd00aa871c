"""A question that a supervisor may ask without signing in: does the desk reach its database?"""

from http import HTTPStatus

from fastapi import APIRouter
from sqlalchemy import select
from starlette.responses import JSONResponse

from monitor.review.desk import CurrentDesk
from storage.errors import StorageError
from storage.models import User

router = APIRouter()


@router.get("/healthz")
def healthz(desk: CurrentDesk) -> JSONResponse:
    """Answer `{"status": "ok"}` when a table can be read; otherwise 503, without telling strangers why."""
    try:
        with desk.database.work() as session:
            session.scalar(select(User.id).limit(1))
    except StorageError:
        return JSONResponse({"status": "database unavailable"}, status_code=HTTPStatus.SERVICE_UNAVAILABLE)
    return JSONResponse({"status": "ok"})
