"""The paper of a report before it is issued: each sentence can be edited, and a second person releases it."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Form, Path, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from monitor.desk.web import wording
from monitor.desk.web.auth import CurrentReviewer, RequireFormToken, allow
from monitor.desk.web.desk import CurrentDesk, Desk, render
from monitor.desk.web.language import gettext as _
from monitor.errors import ReportFailed, UsageError
from monitor.reports.periods import CalendarPeriod, parse_any_period
from monitor.review.roles import Right

if TYPE_CHECKING:
    from monitor.outbox.issue import ReportOffice

router = APIRouter()

LONGEST: Final = 1000  # characters of a sentence
MEDIA: Final = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
Period = Annotated[str, Path(max_length=8)]


@router.get("/reports/{period}/draft", dependencies=[allow(Right.DOWNLOAD)])
def show(
    request: Request, desk: CurrentDesk, reviewer: CurrentReviewer, period: Period, *, done: str = "", failed: str = ""
) -> Response:
    """Show the paper as it would be issued now."""
    draft = _office(desk).draft(_known(period))
    context = {
        "draft": draft,
        "title": wording.period(period),
        "longest": LONGEST,
        "may_edit": reviewer.may("decide"),
        "may_release": reviewer.may("release") and draft.edited_by != reviewer.id,
        "done": done,
        "failed": failed,
    }
    return render(request, "report_draft.html", context)


@router.get("/reports/{period}/preview", dependencies=[allow(Right.DOWNLOAD)])
def preview(desk: CurrentDesk, period: Period) -> Response:
    """Send the report as it would print; nothing is kept."""
    content, kind = _office(desk).preview(_known(period))
    headers = {"Content-Disposition": f'inline; filename="xem-truoc-{_known(period)}.{kind}"'}
    return Response(content, media_type=MEDIA[kind], headers=headers)


@router.post("/reports/{period}/draft", dependencies=[allow(Right.DECIDE), RequireFormToken])
def edit(
    desk: CurrentDesk,
    reviewer: CurrentReviewer,
    period: Period,
    *,
    key: Annotated[str, Form(max_length=300)],
    text: Annotated[str, Form(max_length=LONGEST)] = "",
    back: Annotated[str, Form(max_length=1)] = "",
) -> Response:
    """Put a text in the place of a sentence; `back` takes it back."""
    try:
        _office(desk).edit(_known(period), key, None if back else text, reviewer.id)
    except UsageError:
        return _to(period, "failed", "gone")
    return _to(period, "done", "back" if back else "edited")


@router.post("/reports/{period}/release", dependencies=[allow(Right.RELEASE), RequireFormToken])
def release(desk: CurrentDesk, reviewer: CurrentReviewer, period: Period) -> Response:
    """Issue the report and send it; whoever edited it last does not release it."""
    try:
        _office(desk).release(_known(period), reviewer.id, _("bản đã sửa lời và được duyệt lại"))
    except UsageError:
        return _to(period, "failed", "second")
    except ReportFailed:
        return _to(period, "failed", "files")
    return _to(period, "done", "released")


def _office(desk: Desk) -> "ReportOffice":
    if desk.reporting is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return desk.reporting()


def _known(period: str) -> CalendarPeriod:
    try:
        return parse_any_period(period)
    except UsageError as error:
        raise HTTPException(HTTPStatus.NOT_FOUND) from error


def _to(period: str, name: str, value: str) -> Response:
    return RedirectResponse(f"/reports/{period}/draft?{name}={value}", status_code=HTTPStatus.SEE_OTHER)
