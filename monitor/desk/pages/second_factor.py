"""The second factor: its code at sign-in, and setting it up."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from monitor.catalogues import N_
from monitor.desk.web.auth import (
    CODE,
    ENROL,
    AnyStage,
    Password,
    RequireFormToken,
    Reviewer,
    SignInNeeded,
    finish_session,
)
from monitor.desk.web.desk import CurrentDesk, Desk, render, to
from monitor.desk.web.language import gettext as _
from monitor.desk.web.passwords import token_hash
from monitor.desk.web.second_factor import new_recovery_codes, new_seed, recovery_key
from monitor.desk.web.throttle import code_counts
from storage import audit
from storage.accounts import second_factors, sessions, users
from storage.models import User, UserSession

router = APIRouter()

WRONG_CODE: Final = N_("Mã không đúng hoặc đã được dùng. Xin chờ mã mới trong ứng dụng rồi nhập lại.")
MAX_WRONG: Final = 5  # codes in one session; then the password is asked for again
Code = Annotated[str, Form(max_length=100)]


@router.get("/login/code")
def ask(request: Request, reviewer: AnyStage) -> Response:
    """Ask for the code."""
    return render(request, "code.html", {"line": ""}) if reviewer.stage == CODE else to("/")


@router.post("/login/code", dependencies=[RequireFormToken])
def check(request: Request, desk: CurrentDesk, reviewer: AnyStage, code: Code = "") -> Response:
    """Check a code of the authenticator app, or a recovery code, and open the desk."""
    if reviewer.stage != CODE:
        return to("/")
    attempt = desk.throttle.begin(code_counts(reviewer.id))
    wanted = str(request.session.get("next", "/"))
    with desk.database.changes() as session:
        user = users.by_id(session, reviewer.id)
        how = None if attempt.wait else _matched(session, desk, user, code)
        subject, now = f"users:{user.id}", desk.clock.now()
        if how is None:
            _note_wrong(session, desk, reviewer)
            audit.record(session, at=now, action="code_refused", subject=subject, user_id=user.id)
        else:
            finish_session(request, desk, session, reviewer)
            audit.record(
                session, at=now, action="sign_in", subject=subject, user_id=user.id, detail={"second_factor": how}
            )
    if how is None:
        return render(request, "code.html", {"line": _(WRONG_CODE)}, status=HTTPStatus.UNAUTHORIZED)
    desk.throttle.succeeded(attempt)
    return to(wanted)


@router.get("/account/second-factor")
def show(request: Request, desk: CurrentDesk, reviewer: AnyStage) -> Response:
    """Show a new secret as a QR code and as text; it counts when its first code was entered."""
    _refuse_half_signed_in(reviewer)
    return _page(request, desk, reviewer)


@router.post("/account/second-factor", dependencies=[RequireFormToken])
async def set_up(
    *, request: Request, desk: CurrentDesk, reviewer: AnyStage, code: Code = "", password: Password = ""
) -> Response:
    """Take the secret that was shown, if the code fits, and show the recovery codes once."""
    _refuse_half_signed_in(reviewer)
    seed = str(request.session.get("seed", ""))
    step = desk.second_factor.matching_step(seed, code, desk.clock.now()) if seed else None
    if step is None:
        return _page(request, desk, reviewer, line=_(WRONG_CODE), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    # Whoever finds an open browser must not put a second factor of their own in the place of the owner's.
    if reviewer.stage != ENROL and not await desk.is_own_password(reviewer.id, password):
        line = _("Mật khẩu hiện tại không đúng, nên chưa có gì thay đổi.")
        return _page(request, desk, reviewer, line=line, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    codes = new_recovery_codes()
    await run_in_threadpool(_enrol, request, desk, reviewer, seed=seed, step=step, codes=codes)
    return render(request, "recovery_codes.html", {"codes": codes})


def _enrol(request: Request, desk: Desk, reviewer: Reviewer, *, seed: str, step: int, codes: Sequence[str]) -> None:
    with desk.database.changes() as session:
        hashes = [token_hash(recovery_key(one)) for one in codes]
        now = desk.clock.now()
        second_factors.enrol(session, reviewer.id, seed=seed, step=step, code_hashes=hashes, now=now)
        sessions.end_all(session, reviewer.id, now, but=reviewer.session_id)
        finish_session(request, desk, session, reviewer)
        audit.record(
            session, at=now, action="second_factor_set_up", subject=f"users:{reviewer.id}", user_id=reviewer.id
        )


def _matched(session: Session, desk: Desk, user: User, code: str) -> str | None:
    """Return by what a code lets in, `app` or `recovery code`, and use it up; None when it does not."""
    now, seed = desk.clock.now(), user.totp_seed or ""
    step = desk.second_factor.matching_step(seed, code, now)
    if step is not None:
        return "app" if second_factors.take_step(session, user.id, step) else None
    taken = second_factors.take_recovery_code(session, user.id, token_hash(recovery_key(code)))
    return "recovery code" if taken else None


def _note_wrong(session: Session, desk: Desk, reviewer: Reviewer) -> None:
    row = session.get_one(UserSession, reviewer.session_id)
    row.failures += 1
    if row.failures >= MAX_WRONG:
        sessions.end(session, row.id, desk.clock.now())


def _refuse_half_signed_in(reviewer: Reviewer) -> None:
    """Refuse who typed the password alone: another second factor in the place of the missing one would be no factor."""
    if reviewer.stage == CODE:
        raise SignInNeeded("enter the code of the second factor first")


def _page(request: Request, desk: Desk, reviewer: Reviewer, *, line: str = "", status: int = 200) -> Response:
    # The seed waits in the signed cookie; without the key of the installation it is worth nothing.
    seed = str(request.session.setdefault("seed", new_seed()))
    context = {
        "line": line,
        "qr_code": desk.second_factor.qr_code(seed, reviewer.name),
        "secret": desk.second_factor.secret(seed),
        "required": reviewer.stage == ENROL,
    }
    return render(request, "second_factor.html", context, status=status)
