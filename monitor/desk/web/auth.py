"""Authentication: the session of a request, the token of forms (CSRF), the rights of roles, and their errors."""

import secrets
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import Depends, Form, Path, Request
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse

from monitor.desk.web.desk import CurrentDesk, Desk, render
from monitor.desk.web.language import gettext as _
from monitor.desk.web.passwords import token_hash
from monitor.errors import KiemtinError
from monitor.review.decide import Person
from monitor.review.roles import NEED_SECOND_FACTOR, Right, may
from storage import audit
from storage.accounts import sessions
from storage.models import User, UserSession

FULL, CODE, ENROL = "full", "code", "enrol"
MAX_ID: Final = 2**63 - 1  # a larger number makes the database driver fail
RowId = Annotated[int, Path(ge=1, le=MAX_ID)]
Password = Annotated[str, Form(max_length=1000)]  # of a form; how long it may really be say the rules of passwords
# Somebody who typed the password has so long for the second factor.
UNFINISHED: Final = timedelta(minutes=10)


class SignInNeeded(KiemtinError):
    """Nobody is signed in, or the session has ended."""


class CodeNeeded(KiemtinError):
    """The password was right; the code of the second factor is still asked for."""


class EnrolmentNeeded(KiemtinError):
    """The role needs a second factor, which must be set up first."""


class FormRefused(KiemtinError):
    """A form without the token of this session: another site may have sent it."""


class NotAllowed(KiemtinError):
    """The role of the user does not have the right that a page needs."""


@dataclass(frozen=True, slots=True)
class Reviewer:
    """The person who is signed in."""

    id: int
    name: str
    role: str
    session_id: int
    stage: str
    second_factor_by: datetime | None  # until then the role does without the one that it needs

    @property
    def lease_owner(self) -> str:
        """The owner of this person's leases."""
        return self.person.lease_owner

    @property
    def person(self) -> Person:
        """This person as the one who decides."""
        return Person(self.id)

    def may(self, right: str) -> bool:
        """Tell whether this person's role has a right, and nothing more is asked for."""
        return self.stage == FULL and may(self.role, Right(right))


def start_session(request: Request, desk: Desk, session: Session, user: User) -> UserSession:
    """Sign a user in whose password was right, and end the session that this browser had.

    The unit of work must be committed afterwards.
    """
    before = request.session.get("token")
    if isinstance(before, str):
        sessions.end_of_token(session, token_hash(before), desk.clock.now())
    due = second_factor_due(desk, user)
    stage = CODE if user.totp_since else FULL if due is None or desk.clock.now() < due else ENROL
    return _new_session(request, desk, session, user.id, stage)


def second_factor_due(desk: Desk, user: User) -> datetime | None:
    """Return when a user must have set up a second factor; None where there is one, or the role needs none."""
    needed = desk.settings.second_factor_for_all or user.role in NEED_SECOND_FACTOR
    return (user.second_factor_by or user.created_at) if needed and not user.totp_since else None


def _has_ended(row: UserSession, due: datetime | None, now: datetime) -> bool:
    """Tell whether a session waited too long for its second factor, or the time without one is over."""
    return now - row.created_at > UNFINISHED if row.stage != FULL else due is not None and now >= due


def finish_session(request: Request, desk: Desk, session: Session, reviewer: Reviewer) -> UserSession:
    """Replace a session by a full one, after the second factor was given or set up, or the password was changed."""
    # Another token, because the first one was handed out for less, or may be in the hands of who knew the password.
    sessions.end(session, reviewer.session_id, desk.clock.now())
    return _new_session(request, desk, session, reviewer.id, FULL)


def _new_session(request: Request, desk: Desk, session: Session, user_id: int, stage: str) -> UserSession:
    token = secrets.token_urlsafe(32)
    row = sessions.start(
        session,
        user_id=user_id,
        token_hash=token_hash(token),
        stage=stage,
        now=desk.clock.now(),
        address=client_address(request),
        agent=request.headers.get("user-agent", ""),
    )
    # A new cookie, so that nobody can prepare one for somebody else (session fixation).
    request.session.clear()
    request.session.update(token=token, csrf=secrets.token_urlsafe(32))
    return row


def client_address(request: Request) -> str:
    """Return the address that a request came from; behind a proxy it is right where `trusted_proxies` names it."""
    return request.client.host if request.client else "unknown"


def form_token(request: Request) -> str:
    """Return the form token of this session; a visitor without one gets a new one."""
    token: str = request.session.setdefault("csrf", secrets.token_urlsafe(32))
    return token


def any_stage(request: Request, desk: CurrentDesk) -> Reviewer:
    """Return whose session this is, also while the second factor is missing.

    The database is asked each time, so that ending a session or disabling a user takes effect at once.

    Raises:
        SignInNeeded: When there is no session.

    """
    token = request.session.get("token")
    if not isinstance(token, str):
        raise SignInNeeded("sign in first")
    now = desk.clock.now()
    with desk.database.work() as session:
        row = sessions.live(session, token_hash(token), now)
        due = second_factor_due(desk, row.user) if row is not None else None
        if row is not None and _has_ended(row, due, now):
            row = None
        if row is not None and sessions.touch(row, now):
            session.commit()
    if row is None:
        request.session.clear()
        raise SignInNeeded("this session has ended: sign in again")
    reviewer = Reviewer(row.user.id, row.user.name, row.user.role, row.id, row.stage, due)
    request.state.reviewer = reviewer
    return reviewer


def signed_in(reviewer: Annotated[Reviewer, Depends(any_stage)]) -> Reviewer:
    """Return who is signed in.

    Raises:
        SignInNeeded: When nobody is.
        CodeNeeded: When the code of the second factor is still asked for.
        EnrolmentNeeded: When the second factor must be set up first.

    """
    if reviewer.stage == CODE:
        raise CodeNeeded("enter the code of the second factor")
    if reviewer.stage == ENROL:
        raise EnrolmentNeeded("set up the second factor")
    return reviewer


def check_form_token(request: Request, csrf: Annotated[str, Form()] = "") -> None:
    """Check that a form carries the token of its session.

    Raises:
        FormRefused: When it is missing or wrong.

    """
    expected = request.session.get("csrf", "")
    # Compared in constant time, so that response times tell nothing about the token. A form may hold half characters.
    if not expected or not secrets.compare_digest(expected.encode(), csrf.encode(errors="replace")):
        raise FormRefused(_("Biểu mẫu đã hết hạn hoặc không được gửi từ trang này: xin tải lại trang rồi gửi lại."))


CurrentReviewer = Annotated[Reviewer, Depends(signed_in)]


@dataclass(frozen=True, slots=True)
class Visit:
    """A request of somebody who is signed in: what nearly every page needs.

    Args:
        request: The request.
        desk: The desk that serves it.
        reviewer: Who is signed in.

    """

    request: Request
    desk: Desk
    reviewer: Reviewer

    @property
    def now(self) -> datetime:
        """The present time, UTC."""
        return self.desk.clock.now()

    @property
    def user_id(self) -> int:
        """The account of who is signed in."""
        return self.reviewer.id

    def work(self) -> AbstractContextManager[Session]:
        """Open a unit of work that is read, or committed by its user."""
        return self.desk.database.work()

    def changes(self) -> AbstractContextManager[Session]:
        """Open a unit of work that is committed at its end, unless an error leaves it."""
        return self.desk.database.changes()

    def record(self, session: Session, action: str, subject: str, **detail: object) -> None:
        """Add what this person does now to the audit trail."""
        audit.record(session, at=self.now, action=action, subject=subject, user_id=self.user_id, detail=detail)

    def render(self, template: str, context: dict[str, Any], *, status: int = 200) -> HTMLResponse:
        """Render a page."""
        return render(self.request, template, context, status=status)


def visit(request: Request, desk: CurrentDesk, reviewer: CurrentReviewer) -> Visit:
    """Return the visit of a request."""
    return Visit(request, desk, reviewer)


CurrentVisit = Annotated[Visit, Depends(visit)]
AnyStage = Annotated[Reviewer, Depends(any_stage)]
RequireFormToken = Depends(check_form_token)


@dataclass(frozen=True, slots=True)
class Allowed:
    """A dependency of a route: lets those through whose role has a right."""

    right: Right

    def __call__(self, reviewer: CurrentReviewer) -> None:
        """Check the role of who is signed in.

        Raises:
            NotAllowed: When it lacks the right.

        """
        if not may(reviewer.role, self.right):
            raise NotAllowed(f"the role {reviewer.role} may not {self.right}")


def allow(right: Right) -> Any:
    """Make the dependency of a route that needs a right. Every page names one; without it a test fails."""
    return Depends(Allowed(right))
