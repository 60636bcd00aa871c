"""Posts by number and by words, and clusters of copies. Personal data in texts is masked; there are no authors."""

from collections.abc import Sequence
from functools import partial
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query
from sqlalchemy.orm import Session

from monitor.desk.api import paging, views
from monitor.desk.api.access import Context, needs
from monitor.desk.api.keys import Scope
from monitor.desk.api.problems import ApiProblem
from monitor.desk.api.routes.flags import Day, Label, SourceName, State
from monitor.desk.api.schemas import ClusterOut, Page, PostDetail, PostOut
from monitor.errors import QueryRefused
from monitor.review.search_query import LONGEST, parse_query
from storage.figures import listings
from storage.models import Post
from storage.posts import posts
from storage.search import search
from storage.search.search_filters import Filters

router = APIRouter(tags=["posts"], dependencies=[needs(Scope.POSTS)])

PostId = Annotated[int, Path(ge=1, le=paging.MAX_ID, description="The number of the post.")]
# A cluster's number is looked up by the one above it.
ClusterId = Annotated[int, Path(ge=1, le=paging.MAX_ID - 1, description="The number of the cluster.")]


@router.get("/posts/{post_id}", summary="Read one post")
def read_post(context: Context, post_id: PostId) -> PostDetail:
    """Read one post with its flags."""
    with context.database.work() as session:
        return views.post_detail(session, listings.post_by_id(session, post_id), context.mask)


@router.get("/clusters", summary="List clusters of copies, newest first")
def list_clusters(context: Context, limit: paging.Limit = 50, cursor: paging.Cursor = None) -> Page[ClusterOut]:
    """List clusters: each is a post and its copies."""
    read = listings.clusters_before
    return paging.listed(
        context, ("clusters",), limit, cursor, read=read, out=partial(ClusterOut.of, mask=context.mask)
    )


@router.get("/clusters/{cluster_id}", summary="Read one cluster")
def read_cluster(context: Context, cluster_id: ClusterId) -> ClusterOut:
    """Read how large a cluster is."""
    with context.database.work() as session:
        return ClusterOut.of(listings.cluster_of(session, cluster_id), context.mask)


@router.get("/clusters/{cluster_id}/posts", summary="List the posts of a cluster, newest first")
def list_cluster_posts(
    context: Context, cluster_id: ClusterId, limit: paging.Limit = 50, cursor: paging.Cursor = None
) -> Page[PostOut]:
    """List a post and its copies."""

    def read(session: Session, before: int | None, most: int) -> Sequence[Post]:
        listings.cluster_of(session, cluster_id)  # none of that number is not the same as one without posts
        return listings.posts_of_cluster(session, cluster_id, before, most)

    out = partial(views.post_out, mask=context.mask)
    return paging.listed(context, ("cluster", cluster_id), limit, cursor, read=read, out=out)


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
