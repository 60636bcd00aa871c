"""One's own account: sessions, password, second factor."""

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from monitor.catalogues import N_
from monitor.desk.pages.queue import MAX_ID
from monitor.desk.web import wording
from monitor.desk.web.auth import CurrentReviewer, Password, RequireFormToken, Reviewer, allow, finish_session
from monitor.desk.web.desk import CurrentDesk, Desk, render
from monitor.desk.web.language import gettext as _
from monitor.desk.web.password_rules import fault
from monitor.review.roles import Right
from storage import audit
from storage.accounts import second_factors, sessions, users
from storage.models import User

router = APIRouter(prefix="/account", dependencies=[allow(Right.READ)])

CHANGED: Final = N_("Mật khẩu đã được đổi. Các phiên khác của bạn đã kết thúc.")


@router.get("")
def show(request: Request, desk: CurrentDesk, reviewer: CurrentReviewer) -> Response:
    """Show where one is signed in, and how the account is protected."""
    return _page(request, desk, reviewer)


@router.post("/sessions/{session_id}/end", dependencies=[RequireFormToken])
def end_session(
    desk: CurrentDesk, reviewer: CurrentReviewer, session_id: Annotated[int, Path(ge=1, le=MAX_ID)]
) -> Response:
    """End one of one's own sessions."""
    now = desk.clock.now()
    with desk.database.work() as session:
        if sessions.end(session, session_id, now, user_id=reviewer.id):
            subject = f"user_sessions:{session_id}"
            audit.record(session, at=now, action="session_ended", subject=subject, user_id=reviewer.id)
        session.commit()
    return RedirectResponse("/account", status_code=HTTPStatus.SEE_OTHER)


@router.post("/sessions/end-others", dependencies=[RequireFormToken])
def end_others(desk: CurrentDesk, reviewer: CurrentReviewer) -> Response:
    """End all of one's own sessions but this one."""
    now = desk.clock.now()
    with desk.database.work() as session:
        ended = sessions.end_all(session, reviewer.id, now, but=reviewer.session_id)
        audit.record(
            session,
            at=now,
            action="sessions_ended",
            subject=f"users:{reviewer.id}",
            user_id=reviewer.id,
            detail={"ended": ended},
        )
        session.commit()
    return RedirectResponse("/account", status_code=HTTPStatus.SEE_OTHER)


@router.post("/password", dependencies=[RequireFormToken])
async def change_password(
    *,
    request: Request,
    desk: CurrentDesk,
    reviewer: CurrentReviewer,
    current: Password = "",
    new: Password = "",
    again: Password = "",
) -> Response:
    """Change one's own password: all other sessions and known browsers end, and this session has another token."""
    wrong = fault(new, reviewer.name)
    line = ""
    if wrong is not None:
        line = wording.PASSWORD_FAULTS[wrong]
    elif new != again:
        line = _("Hai lần nhập mật khẩu mới không giống nhau.")
    elif not await desk.is_own_password(reviewer.id, current):
        line = _("Mật khẩu hiện tại không đúng, nên chưa có gì thay đổi.")
    if line:
        return await run_in_threadpool(_page, request, desk, reviewer, line=line, status=422)
    stored = await desk.passwords.hash(new)
    user = await run_in_threadpool(_store, request, desk, reviewer, stored)
    response = await run_in_threadpool(_page, request, desk, reviewer, good=_(CHANGED))
    desk.devices.remember(response, user)
    return response


def _store(request: Request, desk: Desk, reviewer: Reviewer, stored: str) -> User:
    now = desk.clock.now()
    with desk.database.work() as session:
        user = users.by_id(session, reviewer.id)
        users.set_password(session, user, stored, now)
        row = finish_session(request, desk, session, reviewer)
        subject = f"users:{reviewer.id}"
        audit.record(session, at=now, action="password_changed", subject=subject, user_id=reviewer.id)
        session.commit()
    request.state.reviewer = replace(reviewer, session_id=row.id)  # whose session the page marks as this one
    return user


def _page(
    request: Request, desk: Desk, reviewer: Reviewer, *, line: str = "", good: str = "", status: int = 200
) -> Response:
    with desk.database.work() as session:
        user = users.by_id(session, reviewer.id)
        rows = sessions.listed(session, desk.clock.now(), reviewer.id)
        left = second_factors.codes_left(session, reviewer.id)
    context = {
        "rows": rows,
        "role": wording.USER_ROLES[user.role],
        "second_factor_since": user.totp_since,
        "codes_left": left,
        "line": line,
        "good": good,
    }
    return render(request, "account.html", context, status=status)
