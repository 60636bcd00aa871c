"""Cases: confirmed concerns, and what became of them."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query

from monitor.desk.api import paging, views
from monitor.desk.api.access import Context, needs
from monitor.desk.api.schemas import CaseDetail, CaseOut, CaseState, Page
from monitor.desk.api.scopes import Scope
from storage.figures import listings
from storage.review import cases

router = APIRouter(prefix="/cases", tags=["cases"], dependencies=[needs(Scope.CASES)])

CaseId = Annotated[int, Path(ge=1, le=paging.MAX_ID, description="The number of the case.")]
State = Annotated[CaseState | None, Query(description="What was done about it last.")]
Topic = Annotated[str | None, Query(max_length=40, description="A name of concern_topics.toml, such as wages.")]


@router.get("", summary="List cases, newest first")
def list_cases(
    *,
    context: Context,
    state: State = None,
    topic: Topic = None,
    limit: paging.Limit = 50,
    cursor: paging.Cursor = None,
) -> Page[CaseOut]:
    """List cases; all filters that are given must hold."""
    listing = ("cases", state, topic)
    read = partial(listings.cases_before, state=state, topic=paging.storable(topic))
    out = partial(views.case_out, mask=context.mask)
    return paging.listed(context, listing, limit, cursor, read=read, out=out)


@router.get("/{case_id}", summary="Read one case")
def read_case(context: Context, case_id: CaseId) -> CaseDetail:
    """Read one case with all that was done about it."""
    with context.database.work() as session:
        return views.case_detail(session, cases.by_id(session, case_id), context.mask)
