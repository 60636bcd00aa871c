"""Decisions on flags, sent by a program in the name of its account. A person decided; the program only carries it."""

from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from monitor.crawl.web_links import web_address
from monitor.desk.api import views
from monitor.desk.api.access import ApiContext, Caller, Context, CurrentCaller, needs
from monitor.desk.api.problems import ApiProblem
from monitor.desk.api.routes.flags import FlagId
from monitor.desk.api.schemas import DecisionOut
from monitor.desk.api.scopes import Scope
from monitor.desk.views.flag_view import history_of, seen_state_of
from monitor.desk.web import wording
from storage import audit
from storage.models import Flag, Review
from storage.review import flags, reviews
from storage.review.cases import OTHER_TOPIC
from storage.review.decisions import NEED_LINK, choices

router = APIRouter(prefix="/flags", tags=["flags"], dependencies=[needs(Scope.DECIDE)])

WebAddress = Annotated[str, Field(max_length=2_000, pattern=r"^https?://[^\s\\]+$")]


class DecisionIn(BaseModel):
    """What a person decided."""

    model_config = ConfigDict(extra="forbid")

    decision: Literal["no_source", "refuted", "supported", "not_a_claim", "yes", "no", "unsure", "reopened"] = Field(
        description="`no_source`, `refuted`, `supported`, `not_a_claim` or `unsure` of `unverified`; `yes`, `no` or "
        "`unsure` of other labels; `reopened` of any."
    )
    seen: str = Field(max_length=40, description="`seen` of the flag as the person saw it.")
    note: str = Field("", max_length=2_000, description="Why, in the person's words.")
    topic: str = Field(
        OTHER_TOPIC,
        pattern=r"^[a-z][a-z_]{0,39}$",
        description="Of a concern with `yes`: a name of concern_topics.toml.",
    )
    place: str = Field("", max_length=200, description="Of a concern with `yes`: where it is, in the person's words.")
    evidence: list[WebAddress] = Field(default_factory=list, max_length=10, description="Addresses that support it.")


@router.post("/{flag_id}/decisions", summary="Decide a flag", status_code=HTTPStatus.CREATED)
def decide(context: Context, caller: CurrentCaller, flag_id: FlagId, given: DecisionIn) -> DecisionOut:
    """Add a decision in the name of the key's account. It is refused when the flag has changed since it was seen."""
    with context.database.work() as session:
        flag = flags.by_id(session, flag_id)
        _check(session, context, caller, flag, given)
        review = _record(session, context, caller, flag, given)
        sent = views.decision_out(review, context.mask)
        session.commit()
    return sent


def _check(session: Session, context: ApiContext, caller: Caller, flag: Flag, given: DecisionIn) -> None:
    if given.decision not in (*choices(flag.label), wording.REOPENED):
        known = ", ".join(choices(flag.label))
        raise ApiProblem(HTTPStatus.CONFLICT, f"a flag of {flag.label} takes {known} or reopened")
    if wrong := next((link for link in given.evidence if not web_address(link)), None):
        raise ApiProblem(HTTPStatus.CONFLICT, f"{wrong[:80]!r} in `evidence` is no web address: name a host")
    if given.decision in NEED_LINK and not given.evidence:
        raise ApiProblem(HTTPStatus.CONFLICT, f"{given.decision} needs a link in `evidence` that shows it")
    now = context.clock.now()
    # Leasing first excludes that two reviewers pass this check at the same moment.
    if not flags.lease(session, flag.id, owner=f"user:{caller.account}", now=now, until=now):
        raise ApiProblem(HTTPStatus.CONFLICT, "another person is looking at this flag: try again later")
    session.refresh(flag)
    if given.seen != seen_state_of(flag, history_of(session, flag)):
        raise ApiProblem(HTTPStatus.CONFLICT, "the flag has changed since it was seen: read it again, then decide")
    if (given.decision == wording.REOPENED) == (flag.state == "open"):
        raise ApiProblem(HTTPStatus.CONFLICT, f"the flag is {flag.state}: reopen it before it is decided anew")


def _record(session: Session, context: ApiContext, caller: Caller, flag: Flag, given: DecisionIn) -> Review:
    now = context.clock.now()
    user_id = caller.account
    review = reviews.decide(
        session,
        flag,
        reviewer_id=user_id,
        decision=given.decision,
        note=given.note.replace("\x00", "").strip(),
        now=now,
        evidence=given.evidence,
        topic=given.topic,
        place=given.place.replace("\x00", "").strip(),
    )
    detail = {"decision": given.decision, "review": review.id, "key": caller.name}
    audit.record(session, at=now, action="decision", subject=f"flags:{flag.id}", user_id=user_id, detail=detail)
    return review
