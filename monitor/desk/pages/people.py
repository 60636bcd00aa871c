"""Users of the desk, for admins: invite, change roles, disable, end sessions, reset a second factor."""

from collections.abc import Callable, Mapping
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Form
from starlette.responses import Response

from monitor.catalogues import N_
from monitor.desk.web import wording
from monitor.desk.web.accounts import (
    change_role,
    disable,
    end_sessions,
    invitation_link,
    invite,
    reset_second_factor,
    typed_name,
)
from monitor.desk.web.auth import CurrentVisit, RequireFormToken, RowId, Visit, allow
from monitor.desk.web.desk import to
from monitor.desk.web.language import gettext as _
from monitor.review.roles import ROLES, Right
from storage.accounts import sessions, users
from storage.errors import DataRejected

router = APIRouter(prefix="/users", dependencies=[allow(Right.MANAGE_USERS)])

OWN: Final = N_("Không thể đổi tài khoản của chính mình ở đây: xin nhờ một người quản trị khác.")
RoleName = Annotated[Literal["viewer", "reviewer", "lead", "admin"], Form()]
# By the end of the address to which the form is sent.
_CHANGES: Final[Mapping[str, Callable[..., object]]] = {
    "disable": disable,
    "end-sessions": end_sessions,
    "reset-second-factor": reset_second_factor,
}


@router.get("")
def show(visit: CurrentVisit) -> Response:
    """List the users."""
    return _page(visit)


@router.post("/invitations", dependencies=[RequireFormToken])
def send_invitation(
    visit: CurrentVisit, name: Annotated[str, Form(max_length=200)] = "", role: RoleName = "reviewer"
) -> Response:
    """Add a user, or invite one again, and show the link once."""
    name = typed_name(name)
    if not name:
        return _page(visit, line=_("Xin nhập tên đăng nhập."), status=422)
    if name == visit.reviewer.name:
        return _page(visit, line=_(OWN), status=422)
    try:
        with visit.changes() as session:
            token = invite(session, name, role, visit.now, by=visit.user_id)
    except DataRejected:
        return _page(visit, line=_("Người này đã có với vai trò khác: xin đổi vai trò trước."), status=422)
    base = visit.desk.settings.desk_url or str(visit.request.base_url)
    return _page(visit, link=invitation_link(base, token), invited=name)


@router.post("/{user_id}/role", dependencies=[RequireFormToken])
def set_role(visit: CurrentVisit, user_id: RowId, role: RoleName) -> Response:
    """Give a user another role."""
    return _change(visit, user_id, change_role, role)


@router.post("/{user_id}/{change}", dependencies=[RequireFormToken])
def change_user(
    visit: CurrentVisit, user_id: RowId, change: Literal["disable", "end-sessions", "reset-second-factor"]
) -> Response:
    """Keep a user out, end all sessions of a user, or take a lost second factor away."""
    return _change(visit, user_id, _CHANGES[change])


def _change(visit: Visit, user_id: int, change: Callable[..., object], *given: str) -> Response:
    # Nobody can take their own rights away by mistake and leave the desk without an admin.
    if user_id == visit.user_id:
        return _page(visit, line=_(OWN), status=422)
    with visit.changes() as session:
        change(session, users.by_id(session, user_id), *given, visit.now, by=visit.user_id)
    return to("/users")


def _page(visit: Visit, *, line: str = "", link: str = "", invited: str = "", status: int = 200) -> Response:
    with visit.work() as session:
        people = users.all_users(session)
        seen = sessions.listed(session, visit.now)
    context = {
        "people": people,
        "signed_in": {user.id: [row for row in seen if row.user_id == user.id] for user in people},
        "roles": {role: wording.USER_ROLES[role] for role in ROLES},
        "own_id": visit.user_id,
        "line": line,
        "link": link,
        "invited": invited,
    }
    return visit.render("people.html", context, status=status)
