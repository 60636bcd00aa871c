"""Corrections: written by one person from a refuted claim, released by another, corrected again, withdrawn."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, Path, Request
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from monitor.collectors.http.urls import MAX_LINK, link_address
from monitor.desk.pages.queue import MAX_ID
from monitor.desk.views.decision_form import MAX_NOTE, clean
from monitor.desk.views.masking import Mask, first_line
from monitor.desk.web.auth import CurrentReviewer, RequireFormToken, Reviewer, allow
from monitor.desk.web.desk import CurrentDesk, Desk, render
from monitor.desk.web.language import gettext as _
from monitor.errors import PublishFailed, UsageError
from monitor.publish.site import is_online, publish
from monitor.review.roles import Right
from storage import audit
from storage.errors import DataRejected
from storage.models import Correction, Flag
from storage.review import corrections, flags, reviews
from storage.review.corrections import DRAFT, FALSE, RELEASED, UNRELEASED, VERDICTS, Content

MAX_CLAIM: Final = 300
MAX_TEXT: Final = 3_000
MAX_SOURCE: Final = 200
TEMPLATE: Final = (
    "Thông tin nêu trên không đúng sự thật. Theo [nguồn], [điều đúng, kèm thời gian và phạm vi áp dụng].\n\n"
    "Đề nghị đoàn viên, người lao động không chia sẻ lại thông tin này và theo dõi thông báo chính thức của cơ quan, "
    "đơn vị có thẩm quyền."
)
"""Corrections are published in Vietnamese, whatever the language of the desk."""


def fault(content: Content) -> str | None:
    """Return why a correction cannot be stored, in one line; None when it can."""
    if not all(asdict(content).values()) or content.verdict not in VERDICTS:
        return _("Xin ghi đủ điều bị bác bỏ, điều đúng, tên nguồn và liên kết tới nguồn.")
    if len(content.source_url) > MAX_LINK or not link_address(content.source_url):
        return _("Liên kết tới nguồn phải là địa chỉ web bắt đầu bằng http:// hoặc https://.")
    if "[" in content.text or "]" in content.text:
        return _("Xin thay những chỗ trong ngoặc vuông của mẫu bằng nội dung thật.")
    return None


def masked(texts: Sequence[str], mask: Mask) -> list[str]:
    """Return those texts in which masking finds personal data, as they would be masked."""
    return [found for text in texts if (found := mask(text)) != text]


def parts(content: Content) -> tuple[str, ...]:
    """Return the texts of a correction that are published."""
    return content.claim, content.text, content.source_name, content.source_url


def read_form(
    claim: Annotated[str, Form(max_length=MAX_CLAIM)] = "",
    verdict: Annotated[str, Form(max_length=20)] = FALSE,
    text: Annotated[str, Form(max_length=MAX_TEXT)] = "",
    source_name: Annotated[str, Form(max_length=MAX_SOURCE)] = "",
    source_url: Annotated[str, Form(max_length=MAX_LINK)] = "",
) -> Content:
    """Read the fields of a request."""
    return Content(
        claim=" ".join(clean(claim).split()),
        verdict=verdict if verdict in VERDICTS else FALSE,
        text=clean(text),
        source_name=" ".join(clean(source_name).split()),
        source_url=clean(source_url),
    )


CorrectionForm = Annotated[Content, Depends(read_form)]


router = APIRouter(dependencies=[allow(Right.READ)])

Number = Annotated[int, Path(ge=1, le=MAX_ID)]
Why = Annotated[str, Form(max_length=MAX_NOTE)]
LIMITS: Final = {"claim": MAX_CLAIM, "text": MAX_TEXT, "source": MAX_SOURCE, "link": MAX_LINK, "note": MAX_NOTE}


@router.get("/corrections")
def show_all(request: Request, desk: CurrentDesk, state: str = "") -> Response:
    """List corrections, the last changed first."""
    chosen = state if state in corrections.STATES else ""
    return _list(request, desk, chosen)


@router.post("/corrections/publish", dependencies=[allow(Right.RELEASE), RequireFormToken])
def publish_all(request: Request, desk: CurrentDesk, reviewer: CurrentReviewer) -> Response:
    """Write the folder that is served: from then on what was released is published."""
    now = desk.clock.now()
    try:
        count, _changed = publish(desk.database, desk.settings, now)
    except (UsageError, PublishFailed) as error:
        return _list(request, desk, "", failed=str(error), status=HTTPStatus.CONFLICT)
    with desk.database.work() as session:
        detail = {"corrections": count}
        audit.record(
            session, at=now, action="corrections.published", subject="corrections", user_id=reviewer.id, detail=detail
        )
        session.commit()
    return RedirectResponse("/corrections", status_code=HTTPStatus.SEE_OTHER)


@router.get("/corrections/{number}")
def show(request: Request, desk: CurrentDesk, reviewer: CurrentReviewer, number: Number) -> Response:
    """Show a correction and all that was done about it."""
    return _page(request, desk, reviewer, number)


@router.get("/flags/{number}/correction", dependencies=[allow(Right.DECIDE)])
def begin(request: Request, desk: CurrentDesk, number: Number) -> Response:
    """Show the form for a correction of a refuted claim, filled with the template and the link of the decision."""
    with desk.database.work() as session:
        flag = flags.by_id(session, number)
        newest = reviews.newest_standing(session, flag.id, flag.revision_number)
        link = newest.evidence[0] if newest and newest.evidence else ""
    host = (urlsplit(link).hostname or "").removeprefix("www.")
    draft = Content(claim="", verdict=FALSE, text=TEMPLATE, source_name=host, source_url=link)
    return _form(request, desk, number, draft)


@router.post("/flags/{number}/correction", dependencies=[allow(Right.DECIDE), RequireFormToken])
def write(
    request: Request, desk: CurrentDesk, reviewer: CurrentReviewer, number: Number, content: CorrectionForm
) -> Response:
    """Store a new correction as a draft."""
    mask = _mask(desk)
    if (line := fault(content)) or (found := masked(parts(content), mask)):
        return _form(request, desk, number, content, line=line or "", found=[] if line else found, status=422)
    now = desk.clock.now()
    with desk.database.work() as session:
        flag = flags.by_id(session, number)
        try:
            written = corrections.write(session, flag, content, user_id=reviewer.id, now=now).id
        except DataRejected:
            written = 0
        else:
            session.commit()
    if not written:
        line = _("Điều này chưa được quyết định là “Đã bị bác bỏ”: xin quyết định kèm liên kết trước.")
        return _form(request, desk, number, content, line=line, status=409)
    return _to(written)


@router.post("/corrections/{number}/text", dependencies=[allow(Right.DECIDE), RequireFormToken])
def rewrite(
    request: Request, desk: CurrentDesk, reviewer: CurrentReviewer, number: Number, content: CorrectionForm
) -> Response:
    """Change a draft, or write what shall take the place of a released correction."""
    mask = _mask(desk)
    if (line := fault(content)) or (found := masked(parts(content), mask)):
        shown = [] if line else found
        return _page(request, desk, reviewer, number, draft=content, line=line or "", found=shown, status=422)
    leads_to = number

    def act(session: Session, row: Correction) -> None:
        nonlocal leads_to
        now = desk.clock.now()
        if row.state in UNRELEASED:
            corrections.rewrite(session, row, content, user_id=reviewer.id, now=now)
        else:
            leads_to = corrections.correct_again(session, row, content, user_id=reviewer.id, now=now).id

    return _act(request, desk, reviewer, number, act) or _to(leads_to)


@router.post("/corrections/{number}/release", dependencies=[allow(Right.RELEASE), RequireFormToken])
def release(
    request: Request,
    desk: CurrentDesk,
    reviewer: CurrentReviewer,
    number: Number,
    seen: Annotated[int, Form(ge=1, le=MAX_ID)],
) -> Response:
    """Release a correction that somebody else wrote."""
    mask = _mask(desk)
    with desk.database.work() as session:
        content = corrections.content_of(corrections.newest_text(session, corrections.by_id(session, number).id))
    if found := masked(parts(content), mask):
        return _page(request, desk, reviewer, number, found=found, status=422)

    def act(session: Session, row: Correction) -> None:
        corrections.release(session, row, seen=seen, user_id=reviewer.id, now=desk.clock.now())

    return _act(request, desk, reviewer, number, act) or _to(number)


@router.post("/corrections/{number}/return", dependencies=[allow(Right.RELEASE), RequireFormToken])
def send_back(
    request: Request, desk: CurrentDesk, reviewer: CurrentReviewer, number: Number, why: Why = ""
) -> Response:
    """Send a draft back to who wrote it."""

    def act(session: Session, row: Correction) -> None:
        corrections.send_back(session, row, why=clean(why), user_id=reviewer.id, now=desk.clock.now())

    return _act(request, desk, reviewer, number, act) or _to(number)


@router.post("/corrections/{number}/withdraw", dependencies=[allow(Right.RELEASE), RequireFormToken])
def withdraw(request: Request, desk: CurrentDesk, reviewer: CurrentReviewer, number: Number, why: Why = "") -> Response:
    """Withdraw a correction; the reason is published where it was released."""
    reason = clean(why)
    if found := masked([reason], _mask(desk)):
        return _page(request, desk, reviewer, number, found=found, status=422)
    if not reason:
        line = _("Xin ghi lý do thu hồi: lý do được công bố ở chỗ của lời đính chính.")
        return _page(request, desk, reviewer, number, line=line, status=422)

    def act(session: Session, row: Correction) -> None:
        corrections.withdraw(session, row, why=reason, user_id=reviewer.id, now=desk.clock.now())

    return _act(request, desk, reviewer, number, act) or _to(number)


def _act(
    request: Request, desk: Desk, reviewer: Reviewer, number: int, act: Callable[[Session, Correction], None]
) -> Response | None:
    """Do something; gives the page with the reason when it is refused, None when it was done."""
    with desk.database.work() as session:
        row = corrections.by_id(session, number)
        own = any(user == reviewer.name for event, user in corrections.events_of(session, number) if event.claim)
        try:
            act(session, row)
        except DataRejected:
            pass
        else:
            session.commit()
            return None
    line = (
        _("Người viết không được tự duyệt: cần một người khác duyệt.")
        if own and reviewer.may(Right.RELEASE)
        else _("Bước này không hợp với tình trạng hiện nay của lời đính chính. Xin xem lại bên dưới.")
    )
    return _page(request, desk, reviewer, number, line=line, status=409)


def _mask(desk: Desk) -> Mask:
    if desk.mask is None:  # without masking nothing is published
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return desk.mask


def _publishing(session: Session, desk: Desk) -> dict[str, object]:
    """Return how many corrections the served folder does not show as they are, and whether there is such a folder."""
    settings = desk.settings
    return {
        "unpublished": corrections.count_unpublished(session),
        "can_publish": bool(settings.publish.url and settings.publish.folder and settings.report.organisation),
    }


def _list(request: Request, desk: Desk, chosen: str, *, failed: str = "", status: int = 200) -> Response:
    with desk.database.work() as session:
        rows = corrections.listed(session, (chosen,) if chosen else corrections.STATES)
        context = _publishing(session, desk) | {
            "rows": [(row, content, is_online(desk.settings, row)) for row, content in rows],
            "state": chosen,
            "failed": failed,
        }
    return render(request, "corrections.html", context, status=status)


def _to(number: int) -> Response:
    return RedirectResponse(f"/corrections/{number}", status_code=HTTPStatus.SEE_OTHER)


def _form(
    request: Request,
    desk: Desk,
    number: int,
    draft: Content,
    *,
    line: str = "",
    found: Sequence[str] = (),
    status: int = 200,
) -> Response:
    with desk.database.work() as session:
        flag: Flag = flags.by_id(session, number)
        context = {
            "flag_id": number,
            "post": first_line(flag.post, desk.mask),
            "refuted": corrections.is_refuted(session, flag),
            "draft": draft,
            "line": line,
            "found": found,
            "limits": LIMITS,
        }
    return render(request, "correction_new.html", context, status=status)


def _page(
    request: Request,
    desk: Desk,
    reviewer: Reviewer,
    number: int,
    *,
    draft: Content | None = None,
    line: str = "",
    found: Sequence[str] = (),
    status: int = 200,
) -> Response:
    with desk.database.work() as session:
        row = corrections.by_id(session, number)
        events = corrections.events_of(session, number)
        newest = corrections.newest_text(session, number)
        content = corrections.content_of(newest)
        writers = {name for event, name in events if event.kind == corrections.WRITTEN}
        context = _publishing(session, desk) | {
            "row": row,
            "online": is_online(desk.settings, row),
            "content": content,
            "draft": draft or content,
            "seen": newest.id,
            "events": events,
            "successors": [other.id for other in corrections.successors(session, number)],
            "may_release": row.state == DRAFT and reviewer.may(Right.RELEASE) and reviewer.name not in writers,
            "may_write": row.state in (*UNRELEASED, RELEASED) and reviewer.may(Right.DECIDE),
            "may_withdraw": row.state in (*UNRELEASED, RELEASED) and reviewer.may(Right.RELEASE),
            "released": row.state == RELEASED,
            "line": line,
            "found": found,
            "limits": LIMITS,
        }
    return render(request, "correction.html", context, status=status)
