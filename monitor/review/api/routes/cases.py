"""Cases: confirmed concerns, and what became of them."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from monitor.review.api import paging, views
from monitor.review.api.access import Context, needs
from monitor.review.api.schemas import CaseDetail, CaseOut, CaseState, Page
from monitor.review.api.scopes import Scope
from storage import cases, listings

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
    before = paging.decode(cursor, listing)
    with context.database.work() as session:
        found = listings.cases_before(session, state, paging.storable(topic), before, limit + 1)
        return paging.page(found, limit, listing, lambda case: views.case_out(case, context.mask))


@router.get("/{case_id}", summary="Read one case")
def read_case(context: Context, case_id: CaseId) -> CaseDetail:
    """Read one case with all that was done about it."""
    with context.database.work() as session:
        return views.case_detail(session, cases.by_id(session, case_id), context.mask)
