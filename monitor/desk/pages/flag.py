"""One flag: the post, the reasons, the decision, what takes it back, and marks on its evidence."""

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Form, Query, Request
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import Response

from classifiers.concern_topics import OTHER
from monitor.desk.pages.queue import claim_path, flag_path
from monitor.desk.views.decision_form import (
    MAX_CHOICE,
    MAX_LINKS,
    MAX_NOTE,
    MAX_PLACE,
    DecisionForm,
    Draft,
    clean,
    refusal_line,
    refusal_status,
)
from monitor.desk.views.evidence_view import evidence_rows, proposed_link, same_picture_rows
from monitor.desk.views.flag_view import flag_view
from monitor.desk.views.masking import Mask
from monitor.desk.views.matter_search import MatterChoice, choices_of, find_choices
from monitor.desk.views.post_view import shows_personal
from monitor.desk.views.queue_view import CarriedView, CurrentView, QueueView
from monitor.desk.views.spread_view import spread_of
from monitor.desk.views.standing_view import standing
from monitor.desk.views.together_view import together_view
from monitor.desk.web import wording
from monitor.desk.web.auth import MAX_ID, CurrentVisit, RequireFormToken, RowId, Visit, allow
from monitor.desk.web.desk import LEASE, to
from monitor.desk.web.request_origin import MAX_ADDRESS, own_address
from monitor.review.decide import Judgement
from monitor.review.decide import decide as store_decision
from monitor.review.decide import undo as undo_decision
from monitor.review.errors import DecisionRefused, Differs, NeedsLink, NotAllowed
from monitor.review.roles import Right
from monitor.scoring.summary import LONGEST, summary_of
from storage.errors import NotFound
from storage.figures import listings
from storage.models import Flag
from storage.posts import pictures
from storage.review import flags, quote_choices, reviews
from storage.scoring import matching

MOST_SHOWN: Final = 20  # flags to which one can go back
LIMITS: Final = {"note": MAX_NOTE, "links": MAX_LINKS, "place": MAX_PLACE, "sentence": LONGEST, "matter": MAX_CHOICE}
_REVEALED: Final = "revealed"

router = APIRouter(dependencies=[allow(Right.READ)])
DECIDES: Final = [allow(Right.DECIDE), RequireFormToken]


@router.get("/flags/{flag_id}")
def show(
    visit: CurrentVisit,
    flag_id: RowId,
    view: CurrentView,
    find: Annotated[str | None, Query(max_length=MAX_CHOICE)] = None,
) -> Response:
    """Show a flag; `find` looks for matters that its post can join. Nothing is leased: another site may lead here."""
    return _page(visit, flag_id, view, find=find)


@router.post("/flags/{flag_id}/claim", dependencies=DECIDES)
def claim(visit: CurrentVisit, flag_id: RowId, view: CarriedView) -> Response:
    """Lease an open flag, if nobody else holds it, and redirect to its page."""
    with visit.changes() as session:
        if flags.by_id(session, flag_id).state == "open":
            _lease(session, visit, flag_id)
    return to(flag_path(flag_id, view))


@router.post("/flags/{flag_id}/decisions", dependencies=DECIDES)
def decide(
    visit: CurrentVisit,
    flag_id: RowId,
    *,
    decision: Annotated[str, Form(max_length=20)],
    seen_state: Annotated[str, Form()],
    draft: DecisionForm,
    view: CarriedView,
) -> Response:
    """Store a decision and redirect to the next flag, or to the same one when it was reopened."""
    if draft.fault is not None:
        return _page(visit, flag_id, view, draft=draft, line=draft.fault, status=422)
    try:
        with visit.changes() as session:
            flag = flags.by_id(session, flag_id)
            said = _judgement(visit, flag, decision, seen_state, draft)
            review = store_decision(session, flag, said, by=visit.reviewer.person, now=visit.now)
            copies = reviews.count_copies(session, review) if draft.copies else 0
            # In one unit of work: when the next one cannot be taken, nothing was decided, as the page will say.
            path = _path_after(session, visit, flag_id, decision=decision, view=view)
    except NotAllowed as refused:
        raise HTTPException(422) from refused
    except DecisionRefused as refused:
        return _page(
            visit,
            flag_id,
            view,
            draft=draft,
            line=refusal_line(refused, decision),
            status=refusal_status(refused),
            refused=refused,
        )
    if decision != wording.REOPENED:
        done = {"flag_id": flag_id, "decision": decision, "copies": copies, "review": review.id}
        visit.request.session["done"] = done
    return to(path)


@router.post("/undo", dependencies=DECIDES)
def undo(visit: CurrentVisit, view: CarriedView, review: Annotated[int, Form(ge=0, le=MAX_ID)] = 0) -> Response:
    """Take back the decision that is named, if it is the reviewer's last one, and return to its post."""
    now = visit.now
    with visit.changes() as session:
        undone = undo_decision(session, visit.reviewer.person, review, now=now, until=now + LEASE)
    visit.request.session["undone"] = undone.decisions if undone else 0
    return to(flag_path(undone.flag_id, view) if undone else "/")


@router.post("/flags/{flag_id}/quote", dependencies=DECIDES)
def choose_quote(
    visit: CurrentVisit, flag_id: RowId, *, chosen: Annotated[bool, Form()], view: CarriedView
) -> Response:
    """Let the report quote the post, or take that back."""
    with visit.changes() as session:
        flag = flags.by_id(session, flag_id)
        if chosen:
            quote_choices.choose(session, flag, user_id=visit.user_id, now=visit.now)
        else:
            quote_choices.take_back(session, flag)
        visit.record(session, "quote.chosen" if chosen else "quote.taken_back", f"flags:{flag_id}")
    return to(flag_path(flag_id, view))


@router.post("/flags/{flag_id}/evidence/{evidence_id}", dependencies=DECIDES)
def mark_evidence(
    visit: CurrentVisit,
    flag_id: RowId,
    evidence_id: RowId,
    state: Annotated[Literal["supports", "refutes", "unrelated"], Form()],
    view: CarriedView,
) -> Response:
    """Note how a suggested reference bears on a claim, which changes no label, and return to the flag.

    Raises:
        NotFound: When the evidence is not of this flag's post.

    """
    with visit.changes() as session:
        flag = flags.by_id(session, flag_id)
        found = matching.mark_evidence(session, evidence_id, state, user_id=visit.user_id, now=visit.now)
        if found.post_id != flag.post_id:
            raise NotFound(f"flag {flag_id} has no evidence {evidence_id}")
    return to(f"{flag_path(flag_id, view)}#references")


@router.post("/posts/{post_id}/reveal", dependencies=DECIDES)
def reveal(visit: CurrentVisit, post_id: RowId, back: Annotated[str, Form(max_length=MAX_ADDRESS)] = "/") -> Response:
    """Show the personal data of a post until another one is asked for; who asked stands in the audit trail."""
    with visit.changes() as session:
        listings.post_by_id(session, post_id)
        visit.record(session, "personal_data.shown", f"posts:{post_id}")
    visit.request.session[_REVEALED] = post_id
    return to(own_address(back))


@router.get("/pictures/{picture_id}")
def picture(visit: CurrentVisit, picture_id: RowId) -> Response:
    """Give the small copy of a picture; one with personal data to those alone who asked for these."""
    with visit.work() as session:
        found = pictures.by_id(session, picture_id)
    if found.small is None or shows_personal(found, mask_of(visit, found.post_id)):
        raise HTTPException(404)
    return Response(found.small, media_type="image/jpeg")


def mask_of(visit: Visit, post_id: int) -> Mask | None:
    """Return what masks a post; None where the session asked for this one last."""
    return None if visit.request.session.get(_REVEALED) == post_id else visit.desk.mask


def _judgement(visit: Visit, flag: Flag, decision: str, seen: str, draft: Draft) -> Judgement:
    """Return what a person says; the sentence is masked, and the one that was proposed is not the person's."""
    mask = visit.desk.mask
    sentence = mask(draft.sentence)
    return Judgement(
        decision=decision,
        seen=seen,
        note=draft.note,
        evidence=draft.links,
        topic=draft.topic or OTHER,
        place=draft.place,
        sentence="" if sentence == summary_of(flag, mask) else sentence,
        copies=draft.copies,
        matter_id=draft.matter_id,
        otherwise=draft.otherwise,
    )


def _choices(
    session: Session, visit: Visit, flag: Flag, find: str | None, draft: Draft | None
) -> Sequence[MatterChoice] | None:
    """Return the matters that were looked for, or the one that was chosen before; None where neither was done."""
    mask, segmenter = visit.desk.mask, visit.desk.segmenter
    if find is not None:
        said = flag.post.judged_text
        return find_choices(session, flag.label, clean(find), said, segmenter=segmenter, mask=mask)
    chosen = draft.matter_id if draft else None
    try:
        return choices_of(session, flag.label, [chosen], mask) if chosen else None
    except NotFound:
        return ()


def _previous(request: Request, flag_id: int) -> int | None:
    """Remember which flags were shown, and return the one before this one; None where there is none."""
    shown: list[int] = request.session.get("shown", [])
    if flag_id in shown:
        shown = shown[: shown.index(flag_id)]
    request.session["shown"] = [*shown, flag_id][-MOST_SHOWN:]
    return shown[-1] if shown else None


def _path_after(session: Session, visit: Visit, flag_id: int, *, decision: str, view: QueueView) -> str:
    """Lease what comes after a decision: the next flag, or the same one when it was reopened."""
    if decision != wording.REOPENED:
        # Who works through an order goes on in it; otherwise the first of the queue comes, which may be a new one.
        goes_on = view.order or view.is_today
        return claim_path(session, visit, view, flag_id if goes_on else None)
    _lease(session, visit, flag_id)
    return flag_path(flag_id, view)


def _lease(session: Session, visit: Visit, flag_id: int) -> None:
    now = visit.now
    flags.lease(session, flag_id, owner=visit.reviewer.lease_owner, now=now, until=now + LEASE)


def _page(
    visit: Visit,
    flag_id: int,
    view: QueueView,
    *,
    draft: Draft | None = None,
    line: str = "",
    status: int = 200,
    refused: DecisionRefused | None = None,
    find: str | None = None,
) -> Response:
    request, mask, reviewer = visit.request, visit.desk.mask, visit.reviewer
    context: dict[str, Any] = {"line": line, "limits": LIMITS, "draft": draft or Draft()}
    with visit.work() as session:
        flag = flags.by_id(session, flag_id)
        own_mask = mask_of(visit, flag.post_id)
        if reviewer.may(Right.DECIDE) and flag.origin == "drawn" and flag.state == "open":
            return to(f"/teach/posts/{flag.post_id}")
        context |= flag_view(session, flag, reviewer.lease_owner, visit.now, own_mask=own_mask, mask=mask)
        together = together_view(session, flag, mask)
        evidence = evidence_rows(session, flag, own_mask, mask)
        last = reviews.last_of(session, reviewer.id)
        context |= {
            "together": together,
            "evidence": evidence,
            "same_picture": same_picture_rows(session, flag) if context["post"].pictures else [],
            "spread": spread_of(matching.copies_by_date(session, flag.post.cluster_id or 0)),
            "find": find,
            "choices": _choices(session, visit, flag, find, draft) if together["asks"] else None,
            "standing": standing(session, flag, context["at_source"], visit.now) if flag.state == "open" else "",
            "last_review": last.id if last else 0,
        }
    if draft is None:
        context["draft"] = Draft(
            evidence=proposed_link(evidence),
            topic=next(iter(together["topics"]), ""),
            place=together["place"],
            sentence=context["summary"] if together["asks"] else "",
        )
    context |= {
        "view": view,
        "previous": _previous(request, flag_id),
        "undone": request.session.pop("undone", None),
        "lacks_link": isinstance(refused, NeedsLink),
        "differs": isinstance(refused, Differs),
        "done": request.session.pop("done", None),
    }
    return visit.render("flag.html", context, status=status)
