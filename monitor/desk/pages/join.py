"""The page behind an invitation: the person who was invited sets a password, once."""

from http import HTTPStatus

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from monitor.catalogues import N_
from monitor.desk.web import wording
from monitor.desk.web.auth import Password, RequireFormToken, form_token
from monitor.desk.web.desk import CurrentDesk, Desk, render
from monitor.desk.web.error_pages import problem
from monitor.desk.web.language import gettext as _
from monitor.desk.web.password_rules import fault
from monitor.desk.web.passwords import token_hash
from storage import audit
from storage.accounts import invitations, users

router = APIRouter(prefix="/join")

USED = N_("Lời mời này không còn dùng được: đã được dùng hoặc đã hết hạn. Xin nhờ người quản trị gửi lời mời mới.")


@router.get("/{token}")
def show(request: Request, desk: CurrentDesk, token: str) -> Response:
    """Ask for a password."""
    return _page(request, desk, token)


@router.post("/{token}", dependencies=[RequireFormToken])
async def accept(
    *, request: Request, desk: CurrentDesk, token: str, new: Password = "", again: Password = ""
) -> Response:
    """Store the password; the link is used up."""
    name = await run_in_threadpool(_invited, desk, token)
    if name is None:
        return problem(request, HTTPStatus.GONE, _(USED))
    wrong = fault(new, name)
    if wrong is not None or new != again:
        line = wording.PASSWORD_FAULTS[wrong] if wrong else _("Hai lần nhập mật khẩu không giống nhau.")
        return await run_in_threadpool(_page, request, desk, token, line=line, status=422)
    stored = await desk.passwords.hash(new)
    if not await run_in_threadpool(_accept, desk, token, stored):
        return problem(request, HTTPStatus.GONE, _(USED))
    return RedirectResponse("/login", status_code=HTTPStatus.SEE_OTHER)


def _invited(desk: Desk, token: str) -> str | None:
    with desk.database.work() as session:
        invitation = invitations.open_one(session, token_hash(token), desk.clock.now())
        return invitation.user.name if invitation else None


def _accept(desk: Desk, token: str, stored: str) -> bool:
    """Store a password and use the invitation up, in one unit of work; False when it no longer works."""
    now = desk.clock.now()
    with desk.database.work() as session:
        invitation = invitations.open_one(session, token_hash(token), now)
        if invitation is None or not invitations.use(session, invitation, now):
            return False
        users.set_password(session, invitation.user, stored, now)
        invitation.user.active = True  # who was disabled and is invited again
        subject = f"users:{invitation.user_id}"
        audit.record(session, at=now, action="invitation_used", subject=subject, user_id=invitation.user_id)
        session.commit()
    return True


def _page(request: Request, desk: Desk, token: str, *, line: str = "", status: int = 200) -> Response:
    name = _invited(desk, token)
    if name is None:
        return problem(request, HTTPStatus.GONE, _(USED))
    form_token(request)
    return render(request, "join.html", {"name": name, "line": line}, status=status)
