"""Signing in and out, and the page behind an invitation, where the person who was invited sets a password, once."""

import logging
from http import HTTPStatus
from math import ceil
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from monitor.catalogues import N_
from monitor.desk.pages import start
from monitor.desk.web import wording
from monitor.desk.web.accounts import NO_HASH, typed_name
from monitor.desk.web.auth import (
    CODE,
    ENROL,
    FULL,
    AnyStage,
    FormRefused,
    Password,
    RequireFormToken,
    check_form_token,
    client_address,
    form_token,
    second_factor_due,
    start_session,
)
from monitor.desk.web.desk import CurrentDesk, Desk, render, to
from monitor.desk.web.error_pages import BUSY, problem
from monitor.desk.web.language import counted
from monitor.desk.web.language import gettext as _
from monitor.desk.web.password_rules import fault
from monitor.desk.web.passwords import TooBusy, token_hash
from monitor.desk.web.request_origin import MAX_ADDRESS, own_address
from monitor.desk.web.throttle import sign_in_counts
from monitor.review.roles import Right, may
from storage import audit
from storage.accounts import invitations, second_factors, sessions, users
from storage.errors import NotFound
from storage.models import User

router = APIRouter()

WRONG: Final = N_("Tên đăng nhập hoặc mật khẩu không đúng.")
STALE: Final = N_("Trang đăng nhập đã hết hạn. Xin nhập lại.")
_THEN: Final = {CODE: "/login/code", ENROL: "/account/second-factor"}


@router.get("/login")
def show(request: Request, next: str = "/") -> Response:  # noqa: A002  the usual name of this parameter
    """Show the form."""
    return _form(request, next)


@router.post("/login")
async def sign_in(
    *,
    request: Request,
    desk: CurrentDesk,
    name: Annotated[str, Form(max_length=200)] = "",
    password: Password = "",
    next: Annotated[str, Form(max_length=MAX_ADDRESS)] = "/",  # noqa: A002  the form's field
    csrf: Annotated[str, Form()] = "",
) -> Response:
    """Check name and password. The attempt is counted before, and taken back when it was right."""
    name = typed_name(name)
    try:
        check_form_token(request, csrf)
    except FormRefused:
        return _form(request, next, _(STALE), name=name, status=HTTPStatus.FORBIDDEN)
    user = await run_in_threadpool(_user, desk, name)
    device = desk.devices.mark(request, user) if user else None
    attempt = desk.throttle.begin(sign_in_counts(client_address(request), name, device))
    if attempt.wait:
        logging.getLogger("kiemtin.desk").info("a sign-in from %s is refused: too many failed", client_address(request))
        line = counted("Đã nhập sai nhiều lần. Xin chờ %(count)s phút rồi thử lại.", ceil(attempt.wait / 60))
        return _form(request, next, line, name=name, status=HTTPStatus.TOO_MANY_REQUESTS)
    # Verified even for unknown names, so that the response time does not tell which names exist.
    stored = user.password_hash if user else desk.stand_in_hash
    try:
        right = await desk.passwords.verify(password, stored, known=device is not None)
    except TooBusy:
        desk.throttle.unchecked(attempt)
        return _form(request, next, _(BUSY), name=name, status=HTTPStatus.SERVICE_UNAVAILABLE)
    if user is None or not right or not user.active:
        await run_in_threadpool(_note_failure, desk, user)
        return _form(request, next, _(WRONG), name=name, status=HTTPStatus.UNAUTHORIZED)
    desk.throttle.succeeded(attempt)
    response = to(await run_in_threadpool(_start, request, desk, user, own_address(next)))
    desk.devices.remember(response, user)
    return response


@router.post("/logout", dependencies=[RequireFormToken])
def sign_out(request: Request, desk: CurrentDesk, reviewer: AnyStage) -> Response:
    """End the session."""
    now, subject = desk.clock.now(), f"users:{reviewer.id}"
    with desk.database.changes() as session:
        sessions.end(session, reviewer.session_id, now)
        audit.record(session, at=now, action="sign_out", subject=subject, user_id=reviewer.id)
    request.session.clear()
    # What was shown must not come back with the browser's back button on a shared computer.
    response = to("/login")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _user(desk: Desk, name: str) -> User | None:
    with desk.database.work() as session:
        try:
            return users.by_name(session, name)
        except NotFound:
            return None


def _start(request: Request, desk: Desk, user: User, wanted: str) -> str:
    """Start a session; returns the page that it leads to."""
    subject = f"users:{user.id}"
    with desk.database.work() as session:
        row = start_session(request, desk, session, user)
        if row.stage != FULL:
            request.session["next"] = wanted
        action = "sign_in" if row.stage == FULL else "password_accepted"
        audit.record(session, at=desk.clock.now(), action=action, subject=subject, user_id=user.id)
        session.commit()
        if row.stage == FULL and wanted == "/" and may(user.role, Right.SOURCES) and start.is_new(session):
            return start.PAGE
        return _THEN.get(row.stage, wanted)


def _note_failure(desk: Desk, user: User | None) -> None:
    """Record a failed sign-in in the audit trail."""
    # An unknown name is not stored: people type their password into the wrong field.
    subject = f"users:{user.id}" if user else "users:unknown"
    with desk.database.changes() as session:
        audit.record(session, at=desk.clock.now(), action="sign_in_failed", subject=subject)


def _form(request: Request, wanted: str, line: str = "", *, name: str = "", status: int = 200) -> Response:
    joined = request.session.pop("joined", "")
    context = {"csrf": form_token(request), "next": own_address(wanted), "line": line, "name": name or joined}
    context["joined"] = joined
    return render(request, "login.html", context, status=status)


joining = APIRouter(prefix="/join")

USED = N_("Lời mời này không còn dùng được: đã được dùng hoặc đã hết hạn. Xin nhờ người quản trị gửi lời mời mới.")


@joining.get("/{token}")
def show_invitation(request: Request, desk: CurrentDesk, token: str) -> Response:
    """Ask for a password."""
    return _page(request, desk, token)


@joining.post("/{token}", dependencies=[RequireFormToken])
async def accept(
    *, request: Request, desk: CurrentDesk, token: str, new: Password = "", again: Password = ""
) -> Response:
    """Store the password; the link is used up."""
    user = await run_in_threadpool(_invited, desk, token)
    if user is None:
        return problem(request, HTTPStatus.GONE, _(USED))
    wrong = fault(new, user.name)
    if wrong is not None or new != again:
        line = wording.PASSWORD_FAULTS[wrong] if wrong else _("Hai lần nhập mật khẩu không giống nhau.")
        return await run_in_threadpool(_page, request, desk, token, line=line, status=422)
    stored = await desk.passwords.hash(new)
    if not await run_in_threadpool(_accept, desk, token, stored):
        return problem(request, HTTPStatus.GONE, _(USED))
    request.session["joined"] = user.name
    return to("/login")


def _invited(desk: Desk, token: str) -> User | None:
    with desk.database.work() as session:
        invitation = invitations.open_one(session, token_hash(token), desk.clock.now())
        return invitation.user if invitation else None


def _accept(desk: Desk, token: str, stored: str) -> bool:
    """Store a password and use the invitation up, in one unit of work; False when it no longer works."""
    now = desk.clock.now()
    with desk.database.changes() as session:
        invitation = invitations.open_one(session, token_hash(token), now)
        if invitation is None or not invitations.use(session, invitation, now):
            return False
        if invitation.user.password_hash == NO_HASH:
            invitation.user.second_factor_by = now + second_factors.TIME_TO_SET_UP
        users.set_password(session, invitation.user, stored, now)
        invitation.user.active = True  # who was disabled and is invited again
        subject = f"users:{invitation.user_id}"
        audit.record(session, at=now, action="invitation_used", subject=subject, user_id=invitation.user_id)
    return True


def _page(request: Request, desk: Desk, token: str, *, line: str = "", status: int = 200) -> Response:
    user = _invited(desk, token)
    if user is None:
        return problem(request, HTTPStatus.GONE, _(USED))
    form_token(request)
    due = second_factor_due(desk, user)
    announced = due is not None and user.password_hash == NO_HASH
    context = {"name": user.name, "line": line, "second_factor": announced}
    return render(request, "join.html", context, status=status)
