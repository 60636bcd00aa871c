"""Authentication: the signed session, the token of forms (CSRF), and their errors."""

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
SESSION_SECONDS: Final = 12 * 60 * 60  # a working day


class SignInNeeded(KiemtinError):
    """Nobody is signed in, or the account was disabled or got another password since."""


class FormRefused(KiemtinError):
    """A form without the token of this session: another site may have sent it."""


@dataclass(frozen=True, slots=True)
class Reviewer:
    """The person who is signed in."""

    id: int
    name: str

    @property
    def lease_owner(self) -> str:
        """The owner of this person's leases."""
        return f"user:{self.id}"


def start_session(request: Request, user: User) -> None:
    """Sign a user in."""
    # A new session, so that nobody can prepare one for somebody else (session fixation).
    request.session.clear()
    request.session.update(user=user.id, mark=_mark(user), csrf=secrets.token_urlsafe(32))


def form_token(request: Request) -> str:
    """Return the form token of this session; a visitor without one gets a new one."""
    token: str = request.session.setdefault("csrf", secrets.token_urlsafe(32))
    return token


def signed_in(request: Request, desk: CurrentDesk) -> Reviewer:
    """Return who is signed in. The database is asked each time, so that disabling a user takes effect at once.

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
    """Check that a form carries the token of its session.

    Raises:
        FormRefused: When it is missing or wrong.

    """
    expected = request.session.get("csrf", "")
    # Compared in constant time, so that response times tell nothing about the token.
    if not expected or not secrets.compare_digest(expected.encode(), csrf.encode()):
        raise FormRefused("Biểu mẫu đã hết hạn hoặc không được gửi từ trang này: xin tải lại trang rồi gửi lại.")


CurrentReviewer = Annotated[Reviewer, Depends(signed_in)]
RequireSignIn = Depends(signed_in)
RequireFormToken = Depends(check_form_token)


def _mark(user: User) -> str:
    """Return a hash of the stored password hash; a new password changes it, which ends all older sessions."""
    return hashlib.sha256(user.password_hash.encode()).hexdigest()[:16]
