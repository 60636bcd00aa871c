"""Error pages: one line that says what to do, and the HTTP status."""

import logging
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import URL
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from monitor.catalogues import N_
from monitor.desk.web.auth import (
    CodeNeeded,
    EnrolmentNeeded,
    FormRefused,
    NotAllowed,
    Reviewer,
    SignInNeeded,
    client_address,
)
from monitor.desk.web.desk import desk_of, render
from monitor.desk.web.language import gettext as _
from monitor.desk.web.language import told
from monitor.desk.web.passwords import TooBusy
from monitor.desk.web.security_headers import SECURITY_HEADERS
from monitor.review.roles import Right
from storage import audit
from storage.errors import NotFound, StorageError

BUSY: Final = N_("Đang có nhiều người đăng nhập cùng lúc. Xin thử lại sau ít giây.")
_LINES: Final = {
    HTTPStatus.NOT_FOUND: N_("Không có trang này. Xin quay về trang chính."),
    HTTPStatus.METHOD_NOT_ALLOWED: N_("Trang này không mở theo cách đó. Xin quay về trang chính."),
}
_FAULT_LINE: Final = N_("Bàn làm việc gặp lỗi. Xin quay lại trang trước rồi thử lại, hoặc báo người quản trị.")
_OTHER_LINE: Final = N_("Yêu cầu không hợp lệ. Xin quay lại trang trước rồi thử lại.")


def problem(request: Request, status: int, line: str, detail: str = "") -> HTMLResponse:
    """Render the error page: `line` for everybody, `detail` as the program's own message."""
    return render(request, "problem.html", {"line": line, "detail": detail, "status": status}, status=status)


def _sign_in(request: Request, _error: Exception) -> Response:
    # Who sent a form comes back to the page on which it stood, where the browser still has the draft.
    page = request.url if request.method == "GET" else URL(request.headers.get("referer", ""))
    try:
        place = page.path + (f"?{page.query}" if page.query else "")
    except ValueError:  # a referer can be anything
        place = ""
    wanted = f"?next={quote(place)}" if place not in ("", "/") else ""
    return RedirectResponse(f"/login{wanted}", status_code=HTTPStatus.SEE_OTHER)


def _code(_request: Request, _error: Exception) -> Response:
    return RedirectResponse("/login/code", status_code=HTTPStatus.SEE_OTHER)


def _enrolment(_request: Request, _error: Exception) -> Response:
    return RedirectResponse("/account/second-factor", status_code=HTTPStatus.SEE_OTHER)


def _not_allowed(request: Request, _error: Exception) -> Response:
    reviewer: Reviewer = request.state.reviewer
    desk = desk_of(request)
    with desk.database.changes() as session:
        detail = {"method": request.method, "role": reviewer.role}
        subject = request.url.path[:200].replace("\x00", "\ufffd")  # NUL, which PostgreSQL refuses
        audit.record(
            session, at=desk.clock.now(), action="access_denied", subject=subject, user_id=reviewer.id, detail=detail
        )
    line = _("Vai trò của bạn không được làm việc này. Nếu cần, xin hỏi người quản trị.")
    return problem(request, HTTPStatus.FORBIDDEN, line)


def _form_refused(request: Request, error: Exception) -> Response:
    address = client_address(request)
    logging.getLogger("kiemtin.desk").info("a form from %s is refused: it has no token of its session", address)
    return problem(request, HTTPStatus.FORBIDDEN, str(error))


def _not_found(request: Request, _error: Exception) -> Response:
    line = _("Không tìm thấy mục này: có thể bài đã bị xóa vì hết hạn lưu.")
    return problem(request, HTTPStatus.NOT_FOUND, line)


def _database_trouble(request: Request, error: Exception) -> Response:
    line = _("Cơ sở dữ liệu đang gặp trục trặc, chưa có gì được ghi. Xin thử lại sau ít phút hoặc báo người quản trị.")
    # The message names the place of the database, which is nobody's business but an admin's.
    reviewer: Reviewer | None = getattr(request.state, "reviewer", None)
    detail = told(str(error)) if reviewer is not None and reviewer.may(Right.MANAGE_USERS) else ""
    logging.getLogger("kiemtin.desk").error("the desk: %s", error)
    return problem(request, HTTPStatus.SERVICE_UNAVAILABLE, line, detail)


def _busy(request: Request, _error: Exception) -> Response:
    return problem(request, HTTPStatus.SERVICE_UNAVAILABLE, _(BUSY))


def _unexpected(_request: Request, _error: Exception) -> Response:
    # A fault of the program: the server logs it. The page is plain, because drawing another one may fail as well.
    return PlainTextResponse(
        _(_FAULT_LINE) + "\n", status_code=HTTPStatus.INTERNAL_SERVER_ERROR, headers=SECURITY_HEADERS
    )


def _http_error(request: Request, error: Exception) -> Response:
    # The handler's signature is wider than what it is registered for.
    status = error.status_code if isinstance(error, HTTPException) else HTTPStatus.BAD_REQUEST
    return problem(request, status, _(_LINES.get(HTTPStatus(status), _OTHER_LINE)))


def _invalid(request: Request, _error: Exception) -> Response:
    return problem(request, HTTPStatus.UNPROCESSABLE_ENTITY, _(_OTHER_LINE))


HANDLERS: Final[dict[int | type[Exception], Any]] = {
    SignInNeeded: _sign_in,
    CodeNeeded: _code,
    EnrolmentNeeded: _enrolment,
    FormRefused: _form_refused,
    NotAllowed: _not_allowed,
    NotFound: _not_found,
    StorageError: _database_trouble,
    TooBusy: _busy,
    HTTPException: _http_error,
    RequestValidationError: _invalid,
    Exception: _unexpected,
}
"""What answers each error."""
