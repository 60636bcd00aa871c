"""Corrections: written by one person from a refuted rumour, released by another, corrected again, withdrawn."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form
from sqlalchemy.orm import Session
from starlette.responses import Response

from monitor.collectors.http.urls import MAX_LINK, link_address
from monitor.desk.views.decision_form import MAX_NOTE, clean
from monitor.desk.views.masking import Mask
from monitor.desk.web.auth import MAX_ID, CurrentVisit, RequireFormToken, RowId, Visit, allow
from monitor.desk.web.desk import Desk, to
from monitor.desk.web.language import gettext as _
from monitor.errors import PublishFailed, UsageError
from monitor.publish.site import count_offline, is_online, publish
from monitor.review.roles import Right
from monitor.scoring.summary import sentence_of
from storage.errors import DataRejected
from storage.figures.report_matters import answers_of
from storage.models import Correction
from storage.review import corrections, matter_steps, matters
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

Step = Callable[..., Correction | None]
Why = Annotated[str, Form(max_length=MAX_NOTE)]
LIMITS: Final = {"claim": MAX_CLAIM, "text": MAX_TEXT, "source": MAX_SOURCE, "link": MAX_LINK, "note": MAX_NOTE}


@router.get("/corrections")
def show_all(visit: CurrentVisit, state: str = "") -> Response:
    """List corrections, the last changed first."""
    return _list(visit, state if state in corrections.STATES else "")


@router.post("/corrections/publish", dependencies=[allow(Right.RELEASE), RequireFormToken])
def publish_all(visit: CurrentVisit) -> Response:
    """Write the folder that is served: from then on what was released is published."""
    try:
        count, _changed = publish(visit.desk.database, visit.desk.settings, visit.now)
    except (UsageError, PublishFailed) as error:
        return _list(visit, "", failed=str(error), status=409)
    with visit.changes() as session:
        visit.record(session, "corrections.published", "corrections", corrections=count)
    return to("/corrections")


@router.get("/corrections/{number}")
def show(visit: CurrentVisit, number: RowId) -> Response:
    """Show a correction and all that was done about it."""
    return _page(visit, number)


@router.get("/matters/{number}/correction", dependencies=[allow(Right.DECIDE)])
def begin(visit: CurrentVisit, number: RowId) -> Response:
    """Show the form for a correction of a refuted rumour, filled with the template and the link of the decision."""
    with visit.work() as session:
        found = answers_of(session, [number])[number].addresses
    link = found[0] if found else ""
    host = (urlsplit(link).hostname or "").removeprefix("www.")
    return _form(visit, number, Content(claim="", verdict=FALSE, text=TEMPLATE, source_name=host, source_url=link))


@router.post("/matters/{number}/correction", dependencies=[allow(Right.DECIDE), RequireFormToken])
def write(visit: CurrentVisit, number: RowId, content: CorrectionForm) -> Response:
    """Store a new correction as a draft."""
    if troubles := _troubles(visit.desk, content):
        return _form(visit, number, content, **troubles, status=422)
    try:
        with visit.changes() as session:
            matter = matter_steps.lock(session, number)
            written = corrections.write(session, matter, content, user_id=visit.user_id, now=visit.now)
    except DataRejected:
        line = _("Điều này chưa được quyết định là “Đã bị bác bỏ”: xin quyết định kèm liên kết trước.")
        return _form(visit, number, content, line=line, status=409)
    return to(f"/corrections/{written.id}")


@router.post("/corrections/{number}/text", dependencies=[allow(Right.DECIDE), RequireFormToken])
def rewrite(visit: CurrentVisit, number: RowId, content: CorrectionForm) -> Response:
    """Change a draft, or write what shall take the place of a released correction."""
    if troubles := _troubles(visit.desk, content):
        return _page(visit, number, draft=content, **troubles, status=422)

    def act(session: Session, row: Correction, **by: Any) -> Correction | None:
        write_anew: Step = corrections.rewrite if row.state in UNRELEASED else corrections.correct_again
        return write_anew(session, row, content, **by)

    return _act(visit, number, act)


@router.post("/corrections/{number}/release", dependencies=[allow(Right.RELEASE), RequireFormToken])
def release(visit: CurrentVisit, number: RowId, seen: Annotated[int, Form(ge=1, le=MAX_ID)]) -> Response:
    """Release a correction that somebody else wrote."""
    with visit.work() as session:
        content = corrections.content_of(corrections.newest_text(session, corrections.by_id(session, number).id))
    if found := masked(parts(content), visit.desk.mask):
        return _page(visit, number, found=found, status=422)
    return _act(visit, number, partial(corrections.release, seen=seen))


@router.post("/corrections/{number}/return", dependencies=[allow(Right.RELEASE), RequireFormToken])
def send_back(visit: CurrentVisit, number: RowId, why: Why = "") -> Response:
    """Send a draft back to who wrote it."""
    return _act(visit, number, partial(corrections.send_back, why=clean(why)))


@router.post("/corrections/{number}/withdraw", dependencies=[allow(Right.RELEASE), RequireFormToken])
def withdraw(visit: CurrentVisit, number: RowId, why: Why = "") -> Response:
    """Withdraw a correction; the reason is published where it was released."""
    reason = clean(why)
    if found := masked([reason], visit.desk.mask):
        return _page(visit, number, found=found, status=422)
    if not reason:
        line = _("Xin ghi lý do thu hồi: lý do được công bố ở chỗ của lời đính chính.")
        return _page(visit, number, line=line, status=422)
    return _act(visit, number, partial(corrections.withdraw, why=reason))


def _troubles(desk: Desk, content: Content) -> dict[str, Any]:
    """Return why a text is not stored: a `line`, or the parts `found` that name people; empty when it can be."""
    if line := fault(content):
        return {"line": line}
    found = masked(parts(content), desk.mask)
    return {"found": found} if found else {}


def _act(visit: Visit, number: int, act: Step) -> Response:
    """Do something and show the correction, or the new one that it gives; or else why it is refused."""
    try:
        with visit.changes() as session:
            new = act(session, corrections.by_id(session, number), user_id=visit.user_id, now=visit.now)
    except DataRejected:
        with visit.work() as session:
            own = any(
                name == visit.reviewer.name for event, name in corrections.events_of(session, number) if event.claim
            )
        line = (
            _("Người viết không được tự duyệt: cần một người khác duyệt.")
            if own and visit.reviewer.may(Right.RELEASE)
            else _("Bước này không hợp với tình trạng hiện nay của lời đính chính. Xin xem lại bên dưới.")
        )
        return _page(visit, number, line=line, status=409)
    return to(f"/corrections/{new.id if new else number}")


def _publishing(session: Session, desk: Desk) -> dict[str, object]:
    """Return how many corrections the served folder does not show as they are, and whether there is such a folder."""
    settings = desk.settings
    return {
        "unpublished": count_offline(session, settings),
        "can_publish": bool(settings.publish.url and settings.publish.folder and settings.report.organisation),
    }


def _list(visit: Visit, chosen: str, *, failed: str = "", status: int = 200) -> Response:
    with visit.work() as session:
        rows = corrections.listed(session, (chosen,) if chosen else corrections.STATES)
        context = _publishing(session, visit.desk) | {
            "rows": [(row, content, is_online(visit.desk.settings, row)) for row, content in rows],
            "state": chosen,
            "failed": failed,
        }
    return visit.render("corrections.html", context, status=status)


def _form(
    visit: Visit, number: int, draft: Content, *, line: str = "", found: Sequence[str] = (), status: int = 200
) -> Response:
    with visit.work() as session:
        matter = matters.by_id(session, number)
        first = matters.first_posts(session, [number]).get(number)
        context = {
            "matter_id": number,
            "sentence": sentence_of(matter.label, matter.sentence, first, visit.desk.mask),
            "refuted": corrections.is_refuted(matter),
            "draft": draft,
            "line": line,
            "found": found,
            "limits": LIMITS,
        }
    return visit.render("correction_new.html", context, status=status)


def _page(
    visit: Visit,
    number: int,
    *,
    draft: Content | None = None,
    line: str = "",
    found: Sequence[str] = (),
    status: int = 200,
) -> Response:
    reviewer = visit.reviewer
    with visit.work() as session:
        row = corrections.by_id(session, number)
        events = corrections.events_of(session, number)
        newest = corrections.newest_text(session, number)
        content = corrections.content_of(newest)
        writers = {name for event, name in events if event.kind == corrections.WRITTEN}
        stands = row.state in (*UNRELEASED, RELEASED)
        context = _publishing(session, visit.desk) | {
            "row": row,
            "online": is_online(visit.desk.settings, row),
            "content": content,
            "draft": draft or content,
            "seen": newest.id,
            "events": events,
            "successors": [other.id for other in corrections.successors(session, number)],
            "may_release": row.state == DRAFT and reviewer.may(Right.RELEASE) and reviewer.name not in writers,
            "may_write": stands and reviewer.may(Right.DECIDE),
            "may_withdraw": stands and reviewer.may(Right.RELEASE),
            "released": row.state == RELEASED,
            "line": line,
            "found": found,
            "limits": LIMITS,
        }
    return visit.render("correction.html", context, status=status)
