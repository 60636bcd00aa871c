"""Posts by their number, and clusters of copies. Personal data in texts is masked; there are no authors."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path
from sqlalchemy.orm import Session

from monitor.desk.api import paging, views
from monitor.desk.api.access import Context, needs
from monitor.desk.api.schemas import ClusterOut, Page, PostDetail, PostOut
from monitor.desk.api.scopes import Scope
from storage.figures import listings
from storage.models import Post

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
    return paging.listed(context, ("clusters",), limit, cursor, read=read, out=views.cluster_out)


@router.get("/clusters/{cluster_id}", summary="Read one cluster")
def read_cluster(context: Context, cluster_id: ClusterId) -> ClusterOut:
    """Read how large a cluster is."""
    with context.database.work() as session:
        return views.cluster_out(listings.cluster_of(session, cluster_id))


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
