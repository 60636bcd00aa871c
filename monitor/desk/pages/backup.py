"""A backup of everything, for admins: sealed, downloaded, and not kept on this machine."""

from typing import Final

from fastapi import APIRouter
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from monitor.clock import VIETNAM
from monitor.desk.web.auth import CurrentVisit, RequireFormToken, Visit, allow
from monitor.desk.web.language import gettext as _
from monitor.errors import BackupRefused, NotReady
from monitor.operations.backup import ACTION, back_up
from monitor.review.roles import Right
from storage import audit

router = APIRouter(prefix="/backup", dependencies=[allow(Right.BACK_UP)])

_FILE: Final = ".desk.backup"  # in the home folder, until it is downloaded; the next one takes the place of a lost one


@router.get("")
def show(visit: CurrentVisit) -> Response:
    """Say when the last backup was made."""
    return _page(visit)


@router.post("", dependencies=[RequireFormToken])
def download(visit: CurrentVisit) -> Response:
    """Make a backup and send it; who did so stands in the audit trail."""
    desk = visit.desk
    if not desk.settings.passphrase:  # whoever has an open one can read all of it, the key too
        return _page(visit, status=409)
    if not desk.exporting.acquire(blocking=False):
        return _page(visit, line=_("Đang có một bản xuất khác. Xin chờ bản ấy xong rồi thử lại."), status=429)
    path = desk.settings.home / _FILE

    def clean_up() -> None:
        path.unlink(missing_ok=True)
        desk.exporting.release()

    try:
        back_up(desk.database, desk.settings, path, visit.now, by=visit.user_id)
    except (BackupRefused, NotReady) as error:
        clean_up()
        return _page(visit, failed=str(error), status=409)
    except BaseException:
        clean_up()
        raise
    name = f"kiemtin-{visit.now.astimezone(VIETNAM):%Y-%m-%d}.backup"
    return FileResponse(path, filename=name, background=BackgroundTask(clean_up))


def _page(visit: Visit, *, line: str = "", failed: str = "", status: int = 200) -> Response:
    with visit.work() as session:
        last = audit.newest(session, ACTION)
    context = {"last": last, "sealed": bool(visit.desk.settings.passphrase), "line": line, "failed": failed}
    return visit.render("backup.html", context, status=status)
