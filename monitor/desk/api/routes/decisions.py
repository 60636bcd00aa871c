"""Decisions on flags, sent by a program in the name of its account. A person decided; the program only carries it."""

from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from monitor.desk.api import views
from monitor.desk.api.access import Context, CurrentCaller, needs
from monitor.desk.api.problems import ApiProblem
from monitor.desk.api.routes.flags import FlagId
from monitor.desk.api.schemas import DecisionOut
from monitor.desk.api.scopes import Scope
from monitor.review.decide import Person
from monitor.review.decide import decide as store_decision
from monitor.review.errors import DecisionRefused
from storage.review import flags
from storage.review.cases import OTHER_TOPIC

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
    values = given.model_dump() | {"note": _clean(given.note), "place": _clean(given.place)}
    with context.database.work() as session:
        flag, by = flags.by_id(session, flag_id), Person(caller.account, key=caller.name)
        try:
            review = store_decision(session, flag, by=by, now=context.clock.now(), **values)
        except DecisionRefused as refused:
            # What the published schema cannot say is a conflict with the flag.
            raise ApiProblem(HTTPStatus.CONFLICT, str(refused)) from refused
        sent = views.decision_out(review, context.mask)
        session.commit()
    return sent


def _clean(text: str) -> str:
    """Return a text without NUL, which no database keeps, and without outer spaces."""
    return text.replace("\x00", "").strip()
