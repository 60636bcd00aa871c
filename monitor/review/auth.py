"""Who is at the desk: the signed session, the check of every form, and the refusals that follow from them."""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Form, Request

from monitor.errors import KiemtinError
from monitor.review.desk import CurrentDesk
from storage import users
from storage.models import User

SESSION_COOKIE: Final = "kiemtin_desk"
SESSION_SECONDS: Final = 12 * 60 * 60  # a working day; the next morning one signs in again


class SignInNeeded(KiemtinError):
    """Nobody is signed in, or the account was switched off or given another password since."""


class FormRefused(KiemtinError):
    """A form came without the token of this session, so it may have been sent by another site."""


@dataclass(frozen=True, slots=True)
class Reviewer:
    """The person who is signed in."""

    id: int
    name: str

    @property
    def lease_owner(self) -> str:
        """Under which name this person's leases stand."""
        return f"user:{self.id}"


def start_session(request: Request, user: User) -> None:
    """Sign a user in; what the session held before is dropped, so that nobody can plant one."""
    request.session.clear()
    request.session.update(user=user.id, mark=_mark(user), csrf=secrets.token_urlsafe(32))


def form_token(request: Request) -> str:
    """Give the token that forms of this session must carry; makes one for a visitor who has none yet."""
    token: str = request.session.setdefault("csrf", secrets.token_urlsafe(32))
    return token


def signed_in(request: Request, desk: CurrentDesk) -> Reviewer:
    """Find out who is signed in; asks the database each time, so that switching a user off works at once.

    Raises:
        SignInNeeded: When nobody is.

    """
    user_id = request.session.get("user")
    if user_id is None:
        raise SignInNeeded("sign in first")
    with desk.database.work() as session:
        user = users.active(session, user_id)
    if user is None or not secrets.compare_digest(str(request.session.get("mark")), _mark(user)):
        request.session.clear()
        raise SignInNeeded("this session has ended: sign in again")
    reviewer = Reviewer(user.id, user.name)
    request.state.reviewer = reviewer
    return reviewer


def check_form_token(request: Request, csrf: Annotated[str, Form()] = "") -> None:
    """Let a form through only with the token of its session.

    Raises:
        FormRefused: When it is missing or another.

    """
    expected = request.session.get("csrf", "")
    if not expected or not secrets.compare_digest(expected.encode(), csrf.encode()):
        raise FormRefused("Biểu mẫu đã hết hạn hoặc không được gửi từ trang này: xin tải lại trang rồi gửi lại.")


CurrentReviewer = Annotated[Reviewer, Depends(signed_in)]
RequireSignIn = Depends(signed_in)
RequireFormToken = Depends(check_form_token)


def _mark(user: User) -> str:
    """Tie a session to the password it began with: a new password ends all older sessions."""
    return hashlib.sha256(user.password_hash.encode()).hexdigest()[:16]
