"""Reports that were issued: which one stands, what was withdrawn and why, and taking one back or replacing it."""

import html
import re
from collections.abc import Callable, Sequence
from http import HTTPStatus
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Form, Path, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from monitor.catalogues import N_
from monitor.desk.web import wording
from monitor.desk.web.auth import CurrentReviewer, RequireFormToken, allow
from monitor.desk.web.desk import CurrentDesk, Desk, render
from monitor.desk.web.language import Translated
from monitor.errors import PersonalReason, ReportFailed, UsageError
from monitor.reports.periods import Unit, current_period, parse_any_period
from monitor.review.roles import Right
from storage.figures import listings
from storage.models import Delivery, Report
from storage.outbox import deliveries, reports

if TYPE_CHECKING:
    from monitor.outbox.issue import ReportOffice

router = APIRouter()

HOME: Final = "/reports"
SHOWN: Final = 60
LONGEST: Final = 500  # characters of a reason
LARGEST_NUMBER: Final = 99_999
PAGE: Final = ".html"
_PICTURE: Final = re.compile(r'<figure role="img" aria-label="([^"]*)">\s*(<svg\b.*?</svg>)', re.DOTALL)
STATES: Final = Translated(
    {
        "waiting": N_("đang chờ gửi"),
        "sending": N_("đang gửi"),
        "handed": N_("đã trao, chờ trả lời"),
        "sent": N_("đã gửi"),
        "failed": N_("không gửi được"),
        "unclear": N_("không rõ đã đến hay chưa"),
    }
)
Period = Annotated[str, Path(max_length=8)]
Number = Annotated[int, Path(ge=0, le=99)]
Words = Annotated[str, Form(max_length=LONGEST)]


@router.get(HOME, dependencies=[allow(Right.READ)])
def show(request: Request, desk: CurrentDesk, done: str = "", failed: str = "") -> Response:
    """List the reports, newest first."""
    with desk.database.work() as session:
        issued = listings.reports_before(session, None, SHOWN)
        newest = {report.period: report.id for report in reversed(issued) if report.withdrawn_at is None}
        sent = deliveries.of_reports(session, [report.id for report in issued])
        context: dict[str, Any] = {
            "rows": [_row(report, sent, desk, is_newest=newest.get(report.period) == report.id) for report in issued],
            "made": {report.id: report.created_at for report in issued},
            "can_release": desk.reporting is not None,
            "longest": LONGEST,
            "due": current_period(Unit.WEEK, desk.clock.now()).previous,
            "due_title": wording.period(str(current_period(Unit.WEEK, desk.clock.now()).previous)),
            "done": done,
            "failed": failed,
        }
    return render(request, "reports.html", context)


@router.get("/reports/{period}/pictures/{number}", dependencies=[allow(Right.DOWNLOAD)])
def picture(desk: CurrentDesk, period: Period, number: Number) -> Response:
    """Send one picture of the report that stands, as its page shows it."""
    with desk.database.work() as session:
        issued = reports.standing(session, period)
    drawn = _pictures(issued[0], desk.settings.reports_dir) if issued else []
    if number >= len(drawn):
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return Response(drawn[number][1], media_type="image/svg+xml")


def _pictures(report: Report, folder: FilePath) -> list[tuple[str, str]]:
    """Take the pictures, each with its description, out of a report's page; none where it has no page."""
    pages = [folder / name for name in report.files if name == f"bao-cao-{report.period}{PAGE}"]
    if not pages or not pages[0].is_file():
        return []
    text = pages[0].read_text(encoding="utf-8")
    return [(html.unescape(described), drawn) for described, drawn in _PICTURE.findall(text)]


def _row(report: Report, sent: Sequence[Delivery], desk: Desk, *, is_newest: bool) -> dict[str, Any]:
    folder, stands = desk.settings.reports_dir, report.withdrawn_at is None
    return {
        "report": report,
        "title": wording.period(report.period),
        "is_newest": is_newest,
        "files": [name for name in report.files if stands and (folder / name).is_file()],
        "pictures": [described for described, _ in _pictures(report, folder)] if is_newest else [],
        "deliveries": [(one.channel, STATES[one.state], one.sent_at) for one in sent if one.subject_id == report.id],
    }


@router.post("/reports/{period}/withdraw", dependencies=[allow(Right.RELEASE), RequireFormToken])
def withdraw(desk: CurrentDesk, reviewer: CurrentReviewer, period: Period, why: Words = "") -> Response:
    """Take back what was issued; the reason stands in the notice that takes its place."""
    return _released(
        desk, why, "withdrawn", lambda text: _office(desk).withdraw(parse_any_period(period), text, reviewer.id)
    )


@router.post("/reports/{period}/replace", dependencies=[allow(Right.RELEASE), RequireFormToken])
def replace(
    desk: CurrentDesk,
    reviewer: CurrentReviewer,
    period: Period,
    changed: Words = "",
    number: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Write a report anew; what changed stands in it."""
    digits = number.strip()
    registered = int(digits) if digits.isascii() and digits.isdigit() and 0 < int(digits) <= LARGEST_NUMBER else None
    if digits and registered is None:
        return _to("number", "failed")

    def issue(text: str) -> None:
        from monitor.outbox.issue import Wish  # noqa: PLC0415  what writes documents takes a second

        wish = Wish(period=parse_any_period(period), changed=text, number=registered, user_id=reviewer.id)
        _office(desk).issue(wish)

    return _released(desk, changed, "replaced", issue)


def _office(desk: Desk) -> "ReportOffice":
    if desk.reporting is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return desk.reporting()


def _released(desk: Desk, text: str, done: str, release: Callable[[str], object]) -> Response:
    _office(desk)
    line = " ".join(text.replace("\x00", "").split())
    if not line:
        return _to("reason", "failed")
    try:
        release(line)
    except PersonalReason:
        return _to("person", "failed")
    except UsageError:
        return _to("none", "failed")
    except ReportFailed:
        return _to("files", "failed")
    return _to(done, "done")


def _to(value: str, name: str) -> Response:
    return RedirectResponse(f"{HOME}?{name}={value}", status_code=HTTPStatus.SEE_OTHER)
