"""One's own account: sessions, password, second factor."""

from dataclasses import replace
from typing import Final

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from monitor.catalogues import N_
from monitor.desk.web import wording
from monitor.desk.web.auth import CurrentVisit, Password, RequireFormToken, RowId, Visit, allow, finish_session
from monitor.desk.web.desk import to
from monitor.desk.web.language import gettext as _
from monitor.desk.web.password_rules import fault
from monitor.review.roles import Right
from storage.accounts import second_factors, sessions, users
from storage.models import User

router = APIRouter(prefix="/account", dependencies=[allow(Right.READ)])

HOME: Final = "/account"
CHANGED: Final = N_("Mật khẩu đã được đổi. Các phiên khác của bạn đã kết thúc.")


@router.get("")
def show(visit: CurrentVisit) -> Response:
    """Show where one is signed in, and how the account is protected."""
    return _page(visit)


@router.post("/sessions/{session_id}/end", dependencies=[RequireFormToken])
def end_session(visit: CurrentVisit, session_id: RowId) -> Response:
    """End one of one's own sessions."""
    with visit.changes() as session:
        if sessions.end(session, session_id, visit.now, user_id=visit.user_id):
            visit.record(session, "session_ended", f"user_sessions:{session_id}")
    return to(HOME)


@router.post("/sessions/end-others", dependencies=[RequireFormToken])
def end_others(visit: CurrentVisit) -> Response:
    """End all of one's own sessions but this one."""
    with visit.changes() as session:
        ended = sessions.end_all(session, visit.user_id, visit.now, but=visit.reviewer.session_id)
        visit.record(session, "sessions_ended", f"users:{visit.user_id}", ended=ended)
    return to(HOME)


@router.post("/password", dependencies=[RequireFormToken])
async def change_password(
    visit: CurrentVisit, *, current: Password = "", new: Password = "", again: Password = ""
) -> Response:
    """Change one's own password: all other sessions and known browsers end, and this session has another token."""
    desk, reviewer = visit.desk, visit.reviewer
    wrong = fault(new, reviewer.name)
    line = ""
    if wrong is not None:
        line = wording.PASSWORD_FAULTS[wrong]
    elif new != again:
        line = _("Hai lần nhập mật khẩu mới không giống nhau.")
    elif not await desk.is_own_password(reviewer.id, current):
        line = _("Mật khẩu hiện tại không đúng, nên chưa có gì thay đổi.")
    if line:
        return await run_in_threadpool(_page, visit, line=line, status=422)
    stored = await desk.passwords.hash(new)
    user = await run_in_threadpool(_store, visit, stored)
    # The page marks the new session as this one.
    now_here = replace(visit, reviewer=visit.request.state.reviewer)
    response = await run_in_threadpool(_page, now_here, good=_(CHANGED))
    desk.devices.remember(response, user)
    return response


def _store(visit: Visit, stored: str) -> User:
    with visit.changes() as session:
        user = users.by_id(session, visit.user_id)
        users.set_password(session, user, stored, visit.now)
        row = finish_session(visit.request, visit.desk, session, visit.reviewer)
        visit.record(session, "password_changed", f"users:{visit.user_id}")
    visit.request.state.reviewer = replace(visit.reviewer, session_id=row.id)
    return user


def _page(visit: Visit, *, line: str = "", good: str = "", status: int = 200) -> Response:
    with visit.work() as session:
        user = users.by_id(session, visit.user_id)
        context = {
            "rows": sessions.listed(session, visit.now, user.id),
            "role": wording.USER_ROLES[user.role],
            "second_factor_since": user.totp_since,
            "codes_left": second_factors.codes_left(session, user.id),
            "line": line,
            "good": good,
        }
    return visit.render("account.html", context, status=status)
