"""Flags: listed with filters, one with its reasons and decisions, and decided in the name of the key's account.

A person decided; the program only carries the decision.
"""

from datetime import date
from functools import partial
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from classifiers.labels import LABEL_NAMES
from monitor.desk.api import paging, views
from monitor.desk.api.access import Context, CurrentCaller, needs
from monitor.desk.api.keys import Scope
from monitor.desk.api.problems import ApiProblem
from monitor.desk.api.schemas import DecisionOut, FlagDetail, FlagOut, FlagState, Page
from monitor.review.decide import Judgement, Person
from monitor.review.decide import decide as store_decision
from monitor.review.errors import DecisionRefused
from monitor.scoring.summary import LONGEST
from storage.figures import listings
from storage.review import flags
from storage.review.matters import OTHER_TOPIC

router = APIRouter(prefix="/flags", tags=["flags"], dependencies=[needs(Scope.FLAGS)])

FlagId = Annotated[int, Path(ge=1, le=paging.MAX_ID, description="The number of the flag.")]
Label = Annotated[str | None, Query(max_length=40, description=f"One of {', '.join(LABEL_NAMES)}.")]
State = Annotated[FlagState | None, Query(description="What follows from the decisions on the flag.")]
Day = Annotated[date | None, BeforeValidator(views.iso_day)]
SourceName = Annotated[str | None, Query(max_length=200, description="The name of a source.")]


@router.get("", summary="List flags, newest first")
def list_flags(
    *,
    context: Context,
    label: Label = None,
    state: State = None,
    source: SourceName = None,
    since: Annotated[Day, Query(description="Opened on this day or later, Việt Nam time.")] = None,
    until: Annotated[Day, Query(description="Opened on this day or earlier, Việt Nam time.")] = None,
    limit: paging.Limit = 50,
    cursor: paging.Cursor = None,
) -> Page[FlagOut]:
    """List flags; all filters that are given must hold."""
    listing = ("flags", label, state, source, since, until)
    wanted = listings.FlagFilter(
        label=paging.storable(label),
        state=state,
        source=paging.storable(source),
        since=views.day_begins(since) if since else None,
        until=views.day_ends(until) if until else None,
    )
    read = partial(listings.flags_before, wanted=wanted)
    return paging.listed(context, listing, limit, cursor, read=read, out=partial(FlagOut.of, mask=context.mask))


@router.get("/{flag_id}", summary="Read one flag")
def read_flag(context: Context, flag_id: FlagId) -> FlagDetail:
    """Read one flag with its reasons and decisions."""
    with context.database.work() as session:
        return views.flag_detail(session, flags.by_id(session, flag_id), context.mask)


deciding = APIRouter(prefix="/flags", tags=["flags"], dependencies=[needs(Scope.DECIDE)])

WebAddress = Annotated[str, Field(max_length=2_000, pattern=r"^https?://[^\s\\]+$")]


class DecisionIn(BaseModel):
    """What a person decided."""

    model_config = ConfigDict(extra="forbid")

    decision: Literal[
        "no_source", "refuted", "supported", "not_a_claim", "sourced", "yes", "no", "unsure", "reopened"
    ] = Field(
        description="`no_source`, `refuted`, `supported`, `not_a_claim`, `unsure` or `sourced` of `unverified`; `yes`, "
        "`no` or `unsure` of other labels; `reopened` of any."
    )
    seen: str = Field(max_length=40, description="`seen` of the flag as the person saw it.")
    note: str = Field("", max_length=2_000, description="Why, in the person's words.")
    topic: str = Field(
        OTHER_TOPIC,
        pattern=r"^[a-z][a-z_]{0,39}$",
        description="Of a concern with `yes`: a name of concern_topics.toml.",
    )
    place: str = Field("", max_length=200, description="Of a concern with `yes`: where it is, in the person's words.")
    sentence: str = Field("", max_length=LONGEST, description="Of what opens a matter: one sentence about it.")
    matter: Annotated[int, Field(ge=1, le=paging.MAX_ID)] | None = Field(
        None, description="The matter that the post joins; null: its own, or a new one."
    )
    otherwise: Literal["", "verdict", "split"] = Field(
        "",
        description="Where the matter of the post was judged otherwise, which is refused at first: `verdict` changes "
        "what holds for all its posts, `split` takes this post out of it.",
    )
    evidence: list[WebAddress] = Field(default_factory=list, max_length=10, description="Addresses that support it.")


@deciding.post("/{flag_id}/decisions", summary="Decide a flag", status_code=HTTPStatus.CREATED)
def decide(context: Context, caller: CurrentCaller, flag_id: FlagId, given: DecisionIn) -> DecisionOut:
    """Add a decision in the name of the key's account. It is refused when the flag has changed since it was seen."""
    said = Judgement(
        decision=given.decision,
        seen=given.seen,
        note=_clean(given.note),
        evidence=given.evidence,
        topic=given.topic,
        place=_clean(given.place),
        sentence=_clean(given.sentence),
        matter_id=given.matter,
        otherwise=given.otherwise,
    )
    with context.database.changes() as session:
        flag, by = flags.by_id(session, flag_id), Person(caller.account, key=caller.name)
        try:
            review = store_decision(session, flag, said, by=by, now=context.clock.now())
        except DecisionRefused as refused:
            # What the published schema cannot say is a conflict with the flag.
            raise ApiProblem(HTTPStatus.CONFLICT, str(refused)) from refused
        return views.decision_out(review, context.mask)


def _clean(text: str) -> str:
    """Return a text without NUL, which no database keeps, and without outer spaces."""
    return text.replace("\x00", "").strip()
