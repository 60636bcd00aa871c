"""Matters: rumours and grievances, listed with filters, and one with its posts and what was done about it."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query

from monitor.desk.api import paging, views
from monitor.desk.api.access import Context, needs
from monitor.desk.api.keys import Scope
from monitor.desk.api.schemas import MatterDetail, MatterKind, MatterOut, MatterState, Page, PostOut
from storage.figures import listings
from storage.review import matters

router = APIRouter(prefix="/matters", tags=["matters"], dependencies=[needs(Scope.MATTERS)])

MatterId = Annotated[int, Path(ge=1, le=paging.MAX_ID, description="The number of the matter.")]
Kind = Annotated[MatterKind | None, Query(description="Rumours or grievances.")]
State = Annotated[MatterState | None, Query(description="What was done about it last.")]
Topic = Annotated[str | None, Query(max_length=40, description="A name of concern_topics.toml, such as wages.")]


@router.get("", summary="List matters, newest first")
def list_matters(
    *,
    context: Context,
    kind: Kind = None,
    state: State = None,
    topic: Topic = None,
    limit: paging.Limit = 50,
    cursor: paging.Cursor = None,
) -> Page[MatterOut]:
    """List matters; all filters that are given must hold."""
    listing = ("matters", kind, state, topic)
    read = partial(listings.matters_before, kind=kind, state=state, topic=paging.storable(topic))
    out = partial(MatterOut.of, mask=context.mask)
    return paging.listed(context, listing, limit, cursor, read=read, out=out)


@router.get("/{matter_id}", summary="Read one matter")
def read_matter(context: Context, matter_id: MatterId) -> MatterDetail:
    """Read one matter with all that was done about it."""
    with context.database.work() as session:
        return views.matter_detail(session, matters.by_id(session, matter_id), context.mask)


@router.get("/{matter_id}/posts", summary="List the posts of a matter, newest first", dependencies=[needs(Scope.POSTS)])
def list_posts(
    context: Context, matter_id: MatterId, limit: paging.Limit = 50, cursor: paging.Cursor = None
) -> Page[PostOut]:
    """List the posts that tell a matter and are still there."""
    with context.database.work() as session:
        matters.by_id(session, matter_id)  # none of that number is not the same as one without posts
    read = partial(listings.posts_of_matter_before, matter_id=matter_id)
    out = partial(views.post_out, mask=context.mask)
    return paging.listed(context, ("matter", matter_id), limit, cursor, read=read, out=out)
