"""Reports: the paper before it is issued, which one stands, its files, and withdrawing or replacing it."""

from collections.abc import Callable
from pathlib import Path as FilePath
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Path
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response

from monitor.catalogues import N_
from monitor.desk.web import wording
from monitor.desk.web.auth import CurrentVisit, RequireFormToken, allow
from monitor.desk.web.desk import to
from monitor.desk.web.language import Translated
from monitor.desk.web.language import gettext as _
from monitor.errors import PersonalReason, ReportFailed, UsageError
from monitor.reports.periods import CalendarPeriod, Unit, current_period, parse_any_period
from monitor.review.roles import Right
from storage.figures import listings
from storage.outbox import deliveries

router = APIRouter()

HOME: Final = "/reports"
SHOWN: Final = 60
LONGEST: Final = 500  # characters of a reason
LONGEST_SENTENCE: Final = 1000
LARGEST_NUMBER: Final = 99_999
MEDIA: Final = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
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
Words = Annotated[str, Form(max_length=LONGEST)]
Number = Annotated[int | None, Form(ge=1, le=LARGEST_NUMBER)]


@router.get(HOME, dependencies=[allow(Right.READ)])
def show(visit: CurrentVisit, done: str = "", failed: str = "") -> Response:
    """List the reports, newest first."""
    folder = visit.desk.settings.reports_dir
    due = current_period(Unit.WEEK, visit.now).previous
    with visit.work() as session:
        issued = listings.reports_before(session, None, SHOWN)
        sent = deliveries.of_reports(session, [report.id for report in issued])
    newest = {report.period: report.id for report in reversed(issued) if report.withdrawn_at is None}
    rows = [
        {
            "report": report,
            "title": wording.period(report.period),
            "is_newest": newest.get(report.period) == report.id,
            "files": [name for name in report.files if report.withdrawn_at is None and (folder / name).is_file()],
            "deliveries": [one for one in sent if one.subject_id == report.id],
        }
        for report in issued
    ]
    context: dict[str, Any] = {
        "rows": rows,
        "made": {report.id: report.created_at for report in issued},
        "states": STATES,
        "longest": LONGEST,
        "due": due,
        "due_title": wording.period(str(due)),
        "done": done,
        "failed": failed,
    }
    return visit.render("reports.html", context)


@router.post("/reports/{period}/withdraw", dependencies=[allow(Right.RELEASE), RequireFormToken])
def withdraw(visit: CurrentVisit, period: Period, why: Words = "") -> Response:
    """Take back what was issued; the reason stands in the notice that takes its place."""
    office = visit.desk.reporting()
    return _released(why, "withdrawn", lambda text: office.withdraw(parse_any_period(period), text, visit.user_id))


@router.post("/reports/{period}/replace", dependencies=[allow(Right.RELEASE), RequireFormToken])
def replace(visit: CurrentVisit, period: Period, changed: Words = "", number: Number = None) -> Response:
    """Write a report anew; what changed stands in it."""

    def issue(text: str) -> None:
        from monitor.outbox.issue import Wish  # noqa: PLC0415  what writes documents takes a second

        wish = Wish(period=parse_any_period(period), changed=text, number=number, user_id=visit.user_id)
        visit.desk.reporting().issue(wish)

    return _released(changed, "replaced", issue)


def _released(text: str, done: str, release: Callable[[str], object]) -> Response:
    line = " ".join(text.replace("\x00", "").split())
    if not line:
        return to(f"{HOME}?failed=reason")
    try:
        release(line)
    except PersonalReason:
        return to(f"{HOME}?failed=person")
    except UsageError:
        return to(f"{HOME}?failed=none")
    except ReportFailed:
        return to(f"{HOME}?failed=files")
    return to(f"{HOME}?done={done}")


@router.get("/reports/{period}/draft", dependencies=[allow(Right.DOWNLOAD)])
def show_draft(visit: CurrentVisit, period: Period, *, done: str = "", failed: str = "") -> Response:
    """Show the paper as it would be issued now: each sentence can be edited, and a second person releases it."""
    draft = visit.desk.reporting().draft(_known(period))
    context = {
        "draft": draft,
        "title": wording.period(period),
        "form": visit.desk.settings.report,
        "longest": LONGEST_SENTENCE,
        "may_edit": visit.reviewer.may("decide"),
        "sends": any("reports" in channel.what for channel in visit.desk.settings.channels),
        "may_release": visit.reviewer.may("release") and draft.edited_by != visit.user_id,
        "done": done,
        "failed": failed,
    }
    return visit.render("report_draft.html", context)


@router.get("/reports/{period}/preview", dependencies=[allow(Right.DOWNLOAD)])
def preview(visit: CurrentVisit, period: Period) -> Response:
    """Send the report as it would print; nothing is kept."""
    content, kind = visit.desk.reporting().preview(_known(period))
    headers = {"Content-Disposition": f'inline; filename="xem-truoc-{_known(period)}.{kind}"'}
    return Response(content, media_type=MEDIA[kind], headers=headers)


@router.post("/reports/{period}/draft", dependencies=[allow(Right.DECIDE), RequireFormToken])
def edit(
    visit: CurrentVisit,
    period: Period,
    key: Annotated[str, Form(max_length=300)],
    text: Annotated[str, Form(max_length=LONGEST_SENTENCE)] = "",
    back: Annotated[str, Form(max_length=1)] = "",
) -> Response:
    """Put a text in the place of a sentence; `back` takes it back."""
    try:
        visit.desk.reporting().edit(_known(period), key, None if back else text, visit.user_id)
    except UsageError:
        return to(f"/reports/{period}/draft?failed=gone")
    return to(f"/reports/{period}/draft?done={'back' if back else 'edited'}")


@router.post("/reports/{period}/release", dependencies=[allow(Right.RELEASE), RequireFormToken])
def release(visit: CurrentVisit, period: Period, number: Number = None) -> Response:
    """Issue the report and send it; whoever edited it last does not release it."""
    try:
        changed = _("bản đã sửa lời và được duyệt lại")
        visit.desk.reporting().release(_known(period), visit.user_id, changed, number)
    except UsageError:
        return to(f"/reports/{period}/draft?failed=second")
    except ReportFailed:
        return to(f"/reports/{period}/draft?failed=files")
    return to(f"/reports/{period}/draft?done=released")


def _known(period: str) -> CalendarPeriod:
    try:
        return parse_any_period(period)
    except UsageError as error:
        raise HTTPException(404) from error


@router.get("/reports/{name:path}", dependencies=[allow(Right.DOWNLOAD)])
def download(visit: CurrentVisit, name: str) -> Response:
    """Send one file of the reports folder."""
    # The name is compared with the files that exist, so that no path can lead out of the folder.
    folder = visit.desk.settings.reports_dir
    found = next((path for path in folder.rglob("*") if path.relative_to(folder).as_posix() == name), None)
    if found is None or not found.is_file() or not _is_own(found, folder):
        raise HTTPException(404)
    with visit.changes() as session:
        visit.record(session, "report_download", f"report:{name}")
    return FileResponse(found, filename=found.name, content_disposition_type="attachment")


def _is_own(path: FilePath, folder: FilePath) -> bool:
    """Tell whether a file is visible and lies in the folder; a link may point outside."""
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    inside = [part for part in (path, *path.parents) if part.is_relative_to(folder) and part != folder]
    return not hidden and not any(part.is_symlink() for part in inside)
