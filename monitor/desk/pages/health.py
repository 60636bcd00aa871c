"""What a supervisor may ask without signing in: does the process answer, and can it serve pages?"""

from http import HTTPStatus

from fastapi import APIRouter
from starlette.responses import JSONResponse

from monitor.desk.web.desk import CurrentDesk
from storage.errors import StorageError

router = APIRouter()


@router.get("/healthz")
async def healthz() -> JSONResponse:
    """Answer `{"status": "ok"}` as long as the process does; a supervisor restarts one that does not."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz")
def readyz(desk: CurrentDesk) -> JSONResponse:
    """Answer `{"status": "ok"}` when the database has its tables; otherwise 503, without telling strangers why."""
    try:
        desk.database.require_current_schema()
    except StorageError:
        return JSONResponse({"status": "database unavailable"}, status_code=HTTPStatus.SERVICE_UNAVAILABLE)
    return JSONResponse({"status": "ok"})
