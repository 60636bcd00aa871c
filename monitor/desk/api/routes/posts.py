"""Posts by number and by words. Personal data in texts is masked; there are no authors."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query

from monitor.desk.api import paging, views
from monitor.desk.api.access import Context, needs
from monitor.desk.api.keys import Scope
from monitor.desk.api.problems import ApiProblem
from monitor.desk.api.routes.flags import Day, Label, SourceName, State
from monitor.desk.api.schemas import Page, PostDetail, PostOut
from monitor.errors import QueryRefused
from monitor.review.search_query import LONGEST, parse_query
from storage.figures import listings
from storage.posts import posts
from storage.search import search
from storage.search.search_filters import Filters

router = APIRouter(tags=["posts"], dependencies=[needs(Scope.POSTS)])

PostId = Annotated[int, Path(ge=1, le=paging.MAX_ID, description="The number of the post.")]


@router.get("/posts/{post_id}", summary="Read one post")
def read_post(context: Context, post_id: PostId) -> PostDetail:
    """Read one post with its flags."""
    with context.database.work() as session:
        return views.post_detail(session, listings.post_by_id(session, post_id), context.mask)


searching = APIRouter(prefix="/search", tags=["posts"], dependencies=[needs(Scope.POSTS)])

Words = Annotated[
    str,
    Query(
        min_length=1,
        max_length=LONGEST,
        description='Words, "phrases", AND, OR, NOT and brackets. A word without diacritics matches any spelling.',
        examples=["nợ lương"],
    ),
]
PostDay = Annotated[Day, Query(description="The day of the post, Việt Nam time.")]


@searching.get("", summary="Search posts by their words, newest first")
def search_posts(
    *,
    context: Context,
    q: Words,
    label: Label = None,
    state: State = None,
    source: SourceName = None,
    since: PostDay = None,
    until: PostDay = None,
    limit: paging.Limit = 50,
    cursor: paging.Cursor = None,
) -> Page[PostOut]:
    """Search posts; words that are names, addresses or numbers of people are refused with 422."""
    try:
        query = parse_query(q)
    except QueryRefused as refusal:
        raise ApiProblem(HTTPStatus.UNPROCESSABLE_ENTITY, str(refusal)) from refusal
    listing = ("search", q, label, state, source, since, until)
    before = paging.decode(cursor, listing)
    filters = Filters(
        label=paging.storable(label),
        state=state,
        source=paging.storable(source),
        since=views.day_begins(since) if since else None,
        until=views.day_ends(until) if until else None,
    )
    with context.database.work() as session:
        numbers = search.find(session, query, filters, limit=limit + 1, before=before)
        found = posts.in_order(session, numbers)
        return paging.page(found, limit, listing, lambda post: views.post_out(post, context.mask))
