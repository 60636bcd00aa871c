"""Users of the desk, for admins: invite, change roles, disable, end sessions, reset a second factor."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Form, Path, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from monitor.catalogues import N_
from monitor.desk.pages.queue import MAX_ID
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
from monitor.desk.web.auth import CurrentReviewer, RequireFormToken, Reviewer, allow
from monitor.desk.web.desk import CurrentDesk, Desk, render
from monitor.desk.web.language import gettext as _
from monitor.review.roles import ROLES, Right
from storage.accounts import sessions, users
from storage.errors import DataRejected
from storage.models import User

router = APIRouter(prefix="/users", dependencies=[allow(Right.MANAGE_USERS)])

OWN: Final = N_("Không thể đổi tài khoản của chính mình ở đây: xin nhờ một người quản trị khác.")
UserId = Annotated[int, Path(ge=1, le=MAX_ID)]
RoleName = Annotated[Literal["viewer", "reviewer", "lead", "admin"], Form()]


@router.get("")
def show(request: Request, desk: CurrentDesk, reviewer: CurrentReviewer) -> Response:
    """List the users."""
    return _page(request, desk, reviewer)


@router.post("/invitations", dependencies=[RequireFormToken])
def send_invitation(
    *,
    request: Request,
    desk: CurrentDesk,
    reviewer: CurrentReviewer,
    name: Annotated[str, Form(max_length=200)] = "",
    role: RoleName = "reviewer",
) -> Response:
    """Add a user, or invite one again, and show the link once."""
    name = typed_name(name)
    if not name:
        return _page(request, desk, reviewer, line=_("Xin nhập tên đăng nhập."), status=422)
    if name == reviewer.name:
        return _page(request, desk, reviewer, line=_(OWN), status=422)
    try:
        with desk.database.work() as session:
            token = invite(session, name, role, desk.clock.now(), by=reviewer.id)
            session.commit()
    except DataRejected:
        line = _("Người này đã có với vai trò khác: xin đổi vai trò trước.")
        return _page(request, desk, reviewer, line=line, status=422)
    return _page(
        request,
        desk,
        reviewer,
        link=invitation_link(desk.settings.desk_url or str(request.base_url), token),
        invited=name,
    )


@router.post("/{user_id}/role", dependencies=[RequireFormToken])
def set_role(
    *, request: Request, desk: CurrentDesk, reviewer: CurrentReviewer, user_id: UserId, role: RoleName
) -> Response:
    """Give a user another role."""
    now = desk.clock.now()
    return _change(
        request, desk, reviewer, user_id, lambda session, user: change_role(session, user, role, now, by=reviewer.id)
    )


@router.post("/{user_id}/disable", dependencies=[RequireFormToken])
def set_disabled(request: Request, desk: CurrentDesk, reviewer: CurrentReviewer, user_id: UserId) -> Response:
    """Keep a user out."""
    now = desk.clock.now()
    return _change(request, desk, reviewer, user_id, lambda session, user: disable(session, user, now, by=reviewer.id))


@router.post("/{user_id}/sessions/end", dependencies=[RequireFormToken])
def sign_out_everywhere(request: Request, desk: CurrentDesk, reviewer: CurrentReviewer, user_id: UserId) -> Response:
    """End all sessions of a user."""
    now = desk.clock.now()
    return _change(
        request, desk, reviewer, user_id, lambda session, user: end_sessions(session, user, now, by=reviewer.id)
    )


@router.post("/{user_id}/second-factor/reset", dependencies=[RequireFormToken])
def forget_second_factor(request: Request, desk: CurrentDesk, reviewer: CurrentReviewer, user_id: UserId) -> Response:
    """Take a lost second factor away."""
    now = desk.clock.now()
    return _change(
        request, desk, reviewer, user_id, lambda session, user: reset_second_factor(session, user, now, by=reviewer.id)
    )


def _change(
    request: Request, desk: Desk, reviewer: Reviewer, user_id: int, change: Callable[[Session, User], object]
) -> Response:
    # Nobody can take their own rights away by mistake and leave the desk without an admin.
    if user_id == reviewer.id:
        return _page(request, desk, reviewer, line=_(OWN), status=422)
    with desk.database.work() as session:
        change(session, users.by_id(session, user_id))
        session.commit()
    return RedirectResponse("/users", status_code=HTTPStatus.SEE_OTHER)


def _page(
    request: Request,
    desk: Desk,
    reviewer: Reviewer,
    *,
    line: str = "",
    link: str = "",
    invited: str = "",
    status: int = 200,
) -> Response:
    now = desk.clock.now()
    with desk.database.work() as session:
        people = users.all_users(session)
        seen = sessions.listed(session, now)
    context = {
        "people": people,
        "signed_in": {user.id: [row for row in seen if row.user_id == user.id] for user in people},
        "roles": {role: wording.USER_ROLES[role] for role in ROLES},
        "own_id": reviewer.id,
        "line": line,
        "link": link,
        "invited": invited,
    }
    return render(request, "people.html", context, status=status)
