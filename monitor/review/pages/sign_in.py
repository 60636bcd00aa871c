"""Signing in and out."""

import re
import unicodedata
from http import HTTPStatus
from math import ceil
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from monitor.review.auth import (
    CurrentReviewer,
    FormRefused,
    RequireFormToken,
    check_form_token,
    form_token,
    start_session,
)
from monitor.review.desk import CurrentDesk, Desk, render
from monitor.review.passwords import verify_password
from storage import audit, users
from storage.errors import NotFound
from storage.models import User

router = APIRouter()

WRONG: Final = "Tên đăng nhập hoặc mật khẩu không đúng."
STALE: Final = "Trang đăng nhập đã hết hạn. Xin nhập lại."
_OWN_PATH: Final = re.compile(r"/(?![/\\])[\w\-./]*")  # a path on this desk, never another site


@router.get("/login")
def show(request: Request, next: str = "/") -> Response:  # noqa: A002  the usual name of this parameter
    """Show the form."""
    return _form(request, next)


@router.post("/login")
def sign_in(
    *,
    request: Request,
    desk: CurrentDesk,
    name: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    next: Annotated[str, Form(max_length=500)] = "/",  # noqa: A002  the form's field
    csrf: Annotated[str, Form()] = "",
) -> Response:
    """Check name and password. After five wrong passwords a name is refused for 15 minutes."""
    name = unicodedata.normalize("NFC", name.replace("\x00", "").strip())
    try:
        check_form_token(request, csrf)
    except FormRefused:
        return _form(request, next, STALE, name=name, status=HTTPStatus.FORBIDDEN)
    wait = desk.throttle.seconds_to_wait(name)
    if wait > 0:
        line = f"Đã nhập sai nhiều lần. Xin chờ {ceil(wait / 60)} phút rồi thử lại."
        return _form(request, next, line, name=name, status=HTTPStatus.TOO_MANY_REQUESTS)
    with desk.database.work() as session:
        user = _user(session, name)
        # Verified even for unknown names, so that the response time does not tell which names exist.
        right = verify_password(password, user.password_hash if user else desk.stand_in_hash)
        if user is None or not right or not user.active:
            _note_failure(session, desk, user, name)
            return _form(request, next, WRONG, name=name, status=HTTPStatus.UNAUTHORIZED)
        audit.record(session, at=desk.clock.now(), action="sign_in", subject=f"users:{user.id}", user_id=user.id)
        session.commit()
    desk.throttle.forget(name)
    start_session(request, user)
    return RedirectResponse(_own_path(next), status_code=HTTPStatus.SEE_OTHER)


@router.post("/logout", dependencies=[RequireFormToken])
def sign_out(request: Request, desk: CurrentDesk, reviewer: CurrentReviewer) -> Response:
    """End the session."""
    with desk.database.work() as session:
        subject = f"users:{reviewer.id}"
        audit.record(session, at=desk.clock.now(), action="sign_out", subject=subject, user_id=reviewer.id)
        session.commit()
    request.session.clear()
    return RedirectResponse("/login", status_code=HTTPStatus.SEE_OTHER)


def _user(session: Session, name: str) -> User | None:
    try:
        return users.by_name(session, name)
    except NotFound:
        return None


def _note_failure(session: Session, desk: Desk, user: User | None, name: str) -> None:
    """Count a failed sign-in and record it in the audit trail."""
    # An unknown name is not stored: people type their password into the wrong field.
    desk.throttle.note_failure(name)
    subject = f"users:{user.id}" if user else "users:unknown"
    audit.record(session, at=desk.clock.now(), action="sign_in_failed", subject=subject)
    session.commit()


def _form(request: Request, wanted: str, line: str = "", *, name: str = "", status: int = 200) -> Response:
    context = {"csrf": form_token(request), "next": _own_path(wanted), "line": line, "name": name}
    return render(request, "login.html", context, status=status)


def _own_path(wanted: str) -> str:
    return wanted if _OWN_PATH.fullmatch(wanted) else "/"
