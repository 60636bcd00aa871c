"""One flag: the post, the reasons, and the decision."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Form, Path, Request
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from monitor.review import wording
from monitor.review.auth import CurrentReviewer, RequireFormToken, Reviewer, allow
from monitor.review.desk import CurrentDesk, Desk, render
from monitor.review.flag_view import flag_view, history_of, seen_state_of, web_address
from monitor.review.language import counted
from monitor.review.language import gettext as _
from monitor.review.pages.queue import MAX_ID, claim_path, flag_path, known_label
from monitor.review.roles import DECIDING, Right
from storage import audit, flags, reviews, second_readings, teamwork
from storage.decisions import NEED_LINK, choices
from storage.models import Flag

router = APIRouter(dependencies=[allow(Right.READ)])

MAX_NOTE: Final = 2_000
MAX_LINKS: Final = 10
MAX_LINK: Final = 2_000

FlagId = Annotated[int, Path(ge=1, le=MAX_ID)]


@dataclass(frozen=True, slots=True)
class Draft:
    """The text fields of the decision form; kept when the form has to be shown again."""

    note: str = ""
    evidence: str = ""

    @property
    def links(self) -> list[str]:
        """The lines of the evidence field that hold anything."""
        return [line.strip() for line in self.evidence.splitlines() if line.strip()]

    def fault(self) -> str | None:
        """Return what is wrong with it, in one line; None when it can be stored."""
        if len(self.note) > MAX_NOTE:
            return counted("Ghi chú dài quá %(count)s ký tự: xin viết ngắn lại.", MAX_NOTE)
        if len(self.links) > MAX_LINKS:
            return counted("Có nhiều hơn %(count)s liên kết: xin giữ lại những liên kết cần nhất.", MAX_LINKS)
        wrong = next((link for link in self.links if len(link) > MAX_LINK or not web_address(link)), None)
        if wrong is not None:
            text = _("“%(link)s” không phải là địa chỉ web: mỗi dòng một liên kết bắt đầu bằng http:// hoặc https://.")
            return text % {"link": wrong[:80]}
        return None


@router.get("/flags/{flag_id}")
def show(request: Request, desk: CurrentDesk, reviewer: CurrentReviewer, flag_id: FlagId, label: str = "") -> Response:
    """Show a flag. Nothing is leased: another site may lead here by a link.

    Who may still judge it a second time is led there first, where earlier decisions are not shown.
    """
    if reviewer.may(Right.DECIDE) and _waits_for_second(desk, reviewer, flag_id):
        return RedirectResponse(f"/second/flags/{flag_id}", status_code=HTTPStatus.SEE_OTHER)
    return _page(request, desk, reviewer, flag_id, label)


@router.post("/flags/{flag_id}/claim", dependencies=[allow(Right.DECIDE), RequireFormToken])
def claim(
    desk: CurrentDesk, reviewer: CurrentReviewer, flag_id: FlagId, label: Annotated[str, Form()] = ""
) -> Response:
    """Lease an open flag, if nobody else holds it, and redirect to its page."""
    now = desk.clock.now()
    with desk.database.work() as session:
        if flags.by_id(session, flag_id).state == "open":
            flags.lease(session, flag_id, owner=reviewer.lease_owner, now=now, until=desk.lease_end(now))
            session.commit()
    return RedirectResponse(flag_path(flag_id, known_label(label)), status_code=HTTPStatus.SEE_OTHER)


@router.post("/flags/{flag_id}/decisions", dependencies=[allow(Right.DECIDE), RequireFormToken])
def decide(
    *,
    request: Request,
    desk: CurrentDesk,
    reviewer: CurrentReviewer,
    flag_id: FlagId,
    decision: Annotated[str, Form(max_length=20)],
    seen_state: Annotated[str, Form()],
    note: Annotated[str, Form()] = "",
    evidence: Annotated[str, Form()] = "",
    label: Annotated[str, Form()] = "",
) -> Response:
    """Store a decision and redirect to the next flag, or to the same one when it was reopened."""
    draft = Draft(_clean(note), _clean(evidence))
    fault = draft.fault() or _missing_link(decision, draft)
    if fault is not None:
        return _page(request, desk, reviewer, flag_id, label, draft=draft, line=fault, status=422)
    with desk.database.work() as session:
        flag = flags.by_id(session, flag_id)
        if decision not in (*choices(flag.label), wording.REOPENED):
            raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)
        refusal = _refusal(session, desk, reviewer, flag, decision=decision, seen_state=seen_state)
        if refusal is None:
            _record(session, desk, reviewer, flag, decision=decision, draft=draft)
            # In one unit of work: when the next one cannot be taken, nothing was decided, as the page will say.
            path = _path_after(session, desk, reviewer, flag_id, decision=decision, label=known_label(label))
            session.commit()
    if refusal is not None:
        return _page(request, desk, reviewer, flag_id, label, draft=draft, line=refusal, status=409)
    if decision != wording.REOPENED:
        request.session["done"] = {"flag_id": flag_id, "decision": decision}
    return RedirectResponse(path, status_code=HTTPStatus.SEE_OTHER)


def _waits_for_second(desk: Desk, reviewer: Reviewer, flag_id: int) -> bool:
    with desk.database.work() as session:
        flag = flags.by_id(session, flag_id)
        return second_readings.is_waiting_for(session, desk.draw(), flag, reviewer.id)


def _missing_link(decision: str, draft: Draft) -> str | None:
    """Return what is missing where a decision says something of a source; None when nothing is."""
    if decision in NEED_LINK and not draft.links:
        text = _("“%(decision)s” cần ít nhất một liên kết làm bằng chứng: xin dán liên kết bên dưới.")
        return text % {"decision": wording.DECISION_NAMES[decision]}
    return None


def _refusal(
    session: Session, desk: Desk, reviewer: Reviewer, flag: Flag, *, decision: str, seen_state: str
) -> str | None:
    """Return why a decision cannot be stored now; None when it can."""
    # Leasing first excludes that two reviewers pass this check at the same moment.
    now = desk.clock.now()
    if not flags.lease(session, flag.id, owner=reviewer.lease_owner, now=now, until=desk.lease_end(now)):
        return _("Người khác đang xem mục này, nên quyết định của bạn chưa được ghi.")
    session.refresh(flag)
    if seen_state != seen_state_of(flag, history_of(session, flag)):
        return _("Mục này vừa có thay đổi, nên quyết định của bạn chưa được ghi. Xin xem lại bên dưới rồi quyết định.")
    if (decision == wording.REOPENED) == (flag.state == "open"):
        return _("Mục này đã có quyết định. Muốn đổi, xin bấm “Mở lại” trước.")
    return None


def _path_after(
    session: Session, desk: Desk, reviewer: Reviewer, flag_id: int, *, decision: str, label: str | None
) -> str:
    """Lease what comes after a decision: the next flag, or the same one when it was reopened."""
    if decision != wording.REOPENED:
        return claim_path(session, desk, reviewer, label)
    now = desk.clock.now()
    flags.lease(session, flag_id, owner=reviewer.lease_owner, now=now, until=desk.lease_end(now))
    return flag_path(flag_id, label)


def _record(session: Session, desk: Desk, reviewer: Reviewer, flag: Flag, *, decision: str, draft: Draft) -> None:
    now = desk.clock.now()
    review = reviews.decide(
        session,
        flag,
        reviewer_id=reviewer.id,
        decision=decision,
        note=draft.note,
        now=now,
        evidence=draft.links,
    )
    detail = {"decision": decision, "review": review.id}
    audit.record(session, at=now, action="decision", subject=f"flags:{flag.id}", user_id=reviewer.id, detail=detail)


def _page(
    request: Request,
    desk: Desk,
    reviewer: Reviewer,
    flag_id: int,
    label: str,
    *,
    draft: Draft | None = None,
    line: str = "",
    status: int = 200,
) -> Response:
    now, owner = desk.clock.now(), reviewer.lease_owner
    with desk.database.work() as session:
        flag = flags.by_id(session, flag_id)
        view = flag_view(session, flag, owner, now)
        assigning = {"to": teamwork.assignee(session, flag_id), "people": teamwork.people_to_assign(session, DECIDING)}
    chosen = known_label(label)
    context = {
        "flag": view,
        "label": chosen or "",
        "draft": draft or Draft(),
        "line": line,
        "assigning": assigning,
        "done": request.session.pop("done", None),
        "limits": {"note": MAX_NOTE, "links": MAX_LINKS},
    }
    return render(request, "flag.html", context, status=status)


def _clean(text: str) -> str:
    """Browsers send CRLF; a NUL is something that no database keeps."""
    return text.replace("\r\n", "\n").replace("\x00", "").strip()
