"""Flags: listed with filters, and one with its reasons and decisions."""

from datetime import date
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BeforeValidator

from classifiers.labels import LABEL_NAMES
from monitor.desk.api import paging, views
from monitor.desk.api.access import Context, needs
from monitor.desk.api.schemas import FlagDetail, FlagOut, FlagState, Page
from monitor.desk.api.scopes import Scope
from storage.figures import listings
from storage.review import flags

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
    return paging.listed(context, listing, limit, cursor, read=read, out=partial(views.flag_out, mask=context.mask))


@router.get("/{flag_id}", summary="Read one flag")
def read_flag(context: Context, flag_id: FlagId) -> FlagDetail:
    """Read one flag with its reasons and decisions."""
    with context.database.work() as session:
        return views.flag_detail(session, flags.by_id(session, flag_id), context.mask)
