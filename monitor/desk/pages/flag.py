"""One flag: the post, the reasons, the decision, what takes it back, and marks on its evidence."""

from http import HTTPStatus
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Form, Path, Request
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from classifiers.concern_topics import OTHER
from monitor.desk.pages.queue import MAX_ID, claim_path, flag_path
from monitor.desk.pages.reveal import mask_of
from monitor.desk.views.decision_form import (
    MAX_LINKS,
    MAX_NOTE,
    MAX_PLACE,
    DecisionForm,
    Draft,
    clean,
    refusal_line,
    refusal_status,
)
from monitor.desk.views.evidence_view import evidence_rows, proposed_link
from monitor.desk.views.flag_view import flag_view
from monitor.desk.views.masking import Mask
from monitor.desk.views.queue_view import CarriedView, CurrentView, QueueView
from monitor.desk.views.reading_view import BlindPost, blind_post
from monitor.desk.views.spread_view import spread_of
from monitor.desk.views.standing_view import standing
from monitor.desk.views.together_view import together_view
from monitor.desk.web import wording
from monitor.desk.web.auth import CurrentReviewer, RequireFormToken, Reviewer, allow
from monitor.desk.web.desk import CurrentDesk, Desk, render
from monitor.review.decide import decide as store_decision
from monitor.review.decide import seen_state as seen_of
from monitor.review.decide import undo as undo_decision
from monitor.review.errors import DecisionRefused, NeedsLink, NotAllowed
from monitor.review.roles import DECIDING, Right
from monitor.scoring.summary import LONGEST, summary_of
from storage import audit
from storage.errors import NotFound
from storage.models import Flag
from storage.review import flags, quote_choices, reviews, second_readings, teamwork
from storage.scoring import matching

MOST_SHOWN: Final = 20  # flags to which one can go back
LIMITS: Final = {"note": MAX_NOTE, "links": MAX_LINKS, "place": MAX_PLACE, "summary": LONGEST}

router = APIRouter(dependencies=[allow(Right.READ)])

FlagId = Annotated[int, Path(ge=1, le=MAX_ID)]


@router.get("/flags/{flag_id}")
def show(
    request: Request, desk: CurrentDesk, reviewer: CurrentReviewer, flag_id: FlagId, view: CurrentView
) -> Response:
    """Show a flag. Nothing is leased: another site may lead here by a link.

    Who may still judge it a second time, or settles a difference as a third person, is not shown what others said.
    """
    return _page(request, desk, reviewer, flag_id, view)


@router.post("/flags/{flag_id}/claim", dependencies=[allow(Right.DECIDE), RequireFormToken])
def claim(desk: CurrentDesk, reviewer: CurrentReviewer, flag_id: FlagId, view: CarriedView) -> Response:
    """Lease an open flag, if nobody else holds it, and redirect to its page."""
    now = desk.clock.now()
    with desk.database.work() as session:
        if flags.by_id(session, flag_id).state == "open":
            flags.lease(session, flag_id, owner=reviewer.lease_owner, now=now, until=desk.lease_end(now))
            session.commit()
    return RedirectResponse(flag_path(flag_id, view), status_code=HTTPStatus.SEE_OTHER)


@router.post("/flags/{flag_id}/decisions", dependencies=[allow(Right.DECIDE), RequireFormToken])
def decide(
    *,
    request: Request,
    desk: CurrentDesk,
    reviewer: CurrentReviewer,
    flag_id: FlagId,
    decision: Annotated[str, Form(max_length=20)],
    seen_state: Annotated[str, Form()],
    draft: DecisionForm,
    view: CarriedView,
    blind: Annotated[bool, Form()] = False,
) -> Response:
    """Store a decision and redirect to the next flag, or to the same one when it was reopened."""
    if draft.fault is not None:
        return _page(request, desk, reviewer, flag_id, view, draft=draft, line=draft.fault, status=422)
    with desk.database.work() as session:
        try:
            review = store_decision(
                session,
                flags.by_id(session, flag_id),
                by=reviewer.person,
                decision=decision,
                seen=seen_state,
                now=desk.clock.now(),
                note=draft.note,
                evidence=draft.links,
                topic=draft.topic or OTHER,
                place=draft.place,
                copies=draft.copies,
                draw=desk.draw() if blind else None,
            )
        except NotAllowed as refused:
            raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY) from refused
        except DecisionRefused as refused:
            line, status = refusal_line(refused, decision), refusal_status(refused)
            lacks_link = isinstance(refused, NeedsLink)
        else:
            line, copies = "", reviews.count_copies(session, review)
            # In one unit of work: when the next one cannot be taken, nothing was decided, as the page will say.
            path = _path_after(session, desk, reviewer, flag_id, decision=decision, view=view)
            session.commit()
    if line:
        return _page(
            request, desk, reviewer, flag_id, view, draft=draft, line=line, status=status, lacks_link=lacks_link
        )
    if decision != wording.REOPENED and not view.is_apart:
        done = {"flag_id": flag_id, "decision": decision, "copies": copies, "review": review.id}
        request.session["done"] = done
    return RedirectResponse(path, status_code=HTTPStatus.SEE_OTHER)


@router.post("/undo", dependencies=[allow(Right.DECIDE), RequireFormToken])
def undo(
    request: Request,
    desk: CurrentDesk,
    reviewer: CurrentReviewer,
    view: CarriedView,
    review: Annotated[int, Form(ge=0, le=MAX_ID)] = 0,
) -> Response:
    """Take back the decision that is named, if it is the reviewer's last one, and return to its post."""
    now = desk.clock.now()
    with desk.database.work() as session:
        undone = undo_decision(session, reviewer.person, review, now=now, until=desk.lease_end(now))
        session.commit()
    request.session["undone"] = undone.decisions if undone else 0
    path = flag_path(undone.flag_id, view) if undone else "/"
    return RedirectResponse(path, status_code=HTTPStatus.SEE_OTHER)


@router.post("/flags/{flag_id}/quote", dependencies=[allow(Right.DECIDE), RequireFormToken])
def choose_quote(
    *,
    desk: CurrentDesk,
    reviewer: CurrentReviewer,
    flag_id: FlagId,
    chosen: Annotated[bool, Form()],
    view: CarriedView,
) -> Response:
    """Let the weekly summary quote the post, or take that back."""
    now = desk.clock.now()
    with desk.database.work() as session:
        flag = flags.by_id(session, flag_id)
        if chosen:
            quote_choices.choose(session, flag, user_id=reviewer.id, now=now)
        else:
            quote_choices.take_back(session, flag)
        action, subject = ("quote.chosen" if chosen else "quote.taken_back"), f"flags:{flag_id}"
        audit.record(session, at=now, action=action, subject=subject, user_id=reviewer.id)
        session.commit()
    return RedirectResponse(flag_path(flag_id, view), status_code=HTTPStatus.SEE_OTHER)


@router.post("/flags/{flag_id}/summary", dependencies=[allow(Right.DECIDE), RequireFormToken])
def summarise(
    *,
    desk: CurrentDesk,
    reviewer: CurrentReviewer,
    flag_id: FlagId,
    summary: Annotated[str, Form(max_length=LONGEST)] = "",
    view: CarriedView,
) -> Response:
    """Store one sentence about a flag, masked; the one that is proposed is not stored."""
    now = desk.clock.now()
    with desk.database.work() as session:
        flag = flags.by_id(session, flag_id)
        said = " ".join(clean(summary).split())
        said = desk.mask(said) if desk.mask else said
        flags.summarise(session, flag, "" if said == summary_of(flag, desk.mask) and not flag.summary else said)
        audit.record(session, at=now, action="summary.set", subject=f"flags:{flag_id}", user_id=reviewer.id)
        session.commit()
    return RedirectResponse(flag_path(flag_id, view), status_code=HTTPStatus.SEE_OTHER)


@router.post("/flags/{flag_id}/evidence/{evidence_id}", dependencies=[allow(Right.DECIDE), RequireFormToken])
def mark_evidence(
    *,
    desk: CurrentDesk,
    reviewer: CurrentReviewer,
    flag_id: FlagId,
    evidence_id: Annotated[int, Path(ge=1, le=MAX_ID)],
    state: Annotated[Literal["supports", "refutes", "unrelated"], Form()],
    view: CarriedView,
) -> Response:
    """Note how a suggested reference bears on a claim, which changes no label, and return to the flag.

    Raises:
        NotFound: When the evidence is not of this flag's post.

    """
    with desk.database.work() as session:
        flag = flags.by_id(session, flag_id)
        found = matching.mark_evidence(session, evidence_id, state, user_id=reviewer.id, now=desk.clock.now())
        if found.post_id != flag.post_id:
            message = f"flag {flag_id} has no evidence {evidence_id}"
            raise NotFound(message)
        session.commit()
    return RedirectResponse(f"{flag_path(flag_id, view)}#references", status_code=HTTPStatus.SEE_OTHER)


def _previous(request: Request, flag_id: int) -> int | None:
    """Remember which flags were shown, and return the one before this one; None where there is none."""
    shown: list[int] = request.session.get("shown", [])
    if flag_id in shown:
        shown = shown[: shown.index(flag_id)]
    request.session["shown"] = [*shown, flag_id][-MOST_SHOWN:]
    return shown[-1] if shown else None


def _path_after(
    session: Session, desk: Desk, reviewer: Reviewer, flag_id: int, *, decision: str, view: QueueView
) -> str:
    """Lease what comes after a decision: the next flag, or the same one when it was reopened."""
    if decision != wording.REOPENED:
        # Who works through an order goes on in it; otherwise the first of the queue comes, which may be a new one.
        goes_on = view.order or view.is_today
        return claim_path(session, desk, reviewer, view, flag_id if goes_on else None)
    now = desk.clock.now()
    flags.lease(session, flag_id, owner=reviewer.lease_owner, now=now, until=desk.lease_end(now))
    return flag_path(flag_id, view)


def _page(
    request: Request,
    desk: Desk,
    reviewer: Reviewer,
    flag_id: int,
    view: QueueView,
    *,
    draft: Draft | None = None,
    line: str = "",
    status: int = 200,
    lacks_link: bool = False,
) -> Response:
    now, owner = desk.clock.now(), reviewer.lease_owner
    with desk.database.work() as session:
        flag = flags.by_id(session, flag_id)
        own_mask = mask_of(request, desk, flag.post_id)
        if reviewer.may(Right.DECIDE):
            if flag.origin == "drawn" and flag.state == "open":
                return RedirectResponse(f"/teach/posts/{flag.post_id}", status_code=HTTPStatus.SEE_OTHER)
            blind = _blind_post(session, desk, reviewer, flag, own_mask)
            if blind is not None:
                values = {"post": blind, "seen_state": seen_of(session, flag), "draft": draft or Draft(), "line": line}
                return render(request, "blind.html", values | {"limits": LIMITS}, status=status)
        shown = flag_view(session, flag, owner, now, own_mask=own_mask, mask=desk.mask)
        assigning = {"to": teamwork.assignee(session, flag_id), "people": teamwork.people_to_assign(session, DECIDING)}
        together = together_view(session, flag, desk.mask)
        spread = spread_of(session, flag.post, desk.mask)
        evidence = evidence_rows(session, flag, own_mask, desk.mask)
        last = reviews.last_of(session, reviewer.id)
        place = standing(session, flag, now) if flag.state == "open" else ""
    context = {
        "standing": place,
        "flag": shown,
        "evidence": evidence,
        "markable": reviewer.may(Right.DECIDE),
        "view": view,
        "draft": draft or Draft(evidence=proposed_link(evidence), topic=together.topic, place=together.place),
        "together": together,
        "spread": spread,
        "previous": _previous(request, flag_id),
        "undone": request.session.pop("undone", None),
        "line": line,
        "lacks_link": lacks_link,
        "assigning": assigning,
        "done": request.session.pop("done", None),
        "last_review": last.id if last else 0,
        "limits": LIMITS,
    }
    return render(request, "flag.html", context, status=status)


def _blind_post(session: Session, desk: Desk, reviewer: Reviewer, flag: Flag, mask: Mask | None) -> BlindPost | None:
    """Return what is shown to somebody who reads a flag a second time, or settles a difference; None to others."""
    if second_readings.is_waiting_for(session, desk.draw(), flag, reviewer.id):
        return blind_post(session, flag, mask)
    difference = second_readings.difference_for(session, flag, reviewer.id)
    return blind_post(session, flag, mask, difference=difference) if difference is not None else None
