"""Copies and evidence: MinHash bands, clusters, and reference posts that may support or refute a claim."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, exists, func, select, tuple_, update
from sqlalchemy.orm import Session, joinedload

from storage.database import insert_ignoring
from storage.models import Cluster, Evidence, Flag, Post, PostBand, Source

LOOKUP_CHUNK = 200


def add_bands(session: Session, post_id: int, bands: Mapping[int, str]) -> None:
    """Store the band keys of a post, by the number of the band."""
    rows = [{"post_id": post_id, "band": band, "key": key} for band, key in bands.items()]
    insert_ignoring(session, PostBand, rows, ("post_id", "band"))


def sharing_a_band(session: Session, post_id: int, bands: Mapping[int, str], limit: int = 50) -> Sequence[Post]:
    """List other posts that share at least one band, oldest first: candidates for being copies."""
    keys = list(bands.items())
    matches = select(PostBand.post_id).where(tuple_(PostBand.band, PostBand.key).in_(keys), PostBand.post_id != post_id)
    return session.scalars(select(Post).where(Post.id.in_(matches)).order_by(Post.id).limit(limit)).all()


def join_clusters(session: Session, post: Post, copy: Post, now: datetime) -> None:
    """Put two posts into one cluster, merging the clusters that they were in."""
    if post.cluster_id is not None and post.cluster_id == copy.cluster_id:
        return
    # An existing cluster is kept, so that its id stays stable for pages that show it.
    cluster_id = copy.cluster_id or post.cluster_id
    if cluster_id is None:
        cluster = Cluster(created_at=now, state="suggested")
        session.add(cluster)
        session.flush()
        cluster_id = cluster.id
    for member in (post, copy):
        if member.cluster_id not in (None, cluster_id):
            left = member.cluster_id
            session.execute(update(Post).where(Post.cluster_id == left).values(cluster_id=cluster_id))
            session.execute(delete(Cluster).where(Cluster.id == left))
        member.cluster_id = cluster_id
    session.flush()


def cluster_sizes(session: Session, cluster_ids: Iterable[int]) -> dict[int, int]:
    """Count the posts of clusters."""
    ids = list(cluster_ids)
    rows = session.execute(
        select(Post.cluster_id, func.count()).where(Post.cluster_id.in_(ids)).group_by(Post.cluster_id)
    )
    return {cluster_id: count for cluster_id, count in rows if cluster_id is not None}


def copies(session: Session, post: Post, limit: int = 20) -> Sequence[Post]:
    """List the other posts of a post's cluster."""
    if post.cluster_id is None:
        return []
    query = select(Post).options(joinedload(Post.source)).where(Post.cluster_id == post.cluster_id, Post.id != post.id)
    return session.scalars(query.order_by(Post.id).limit(limit)).all()


def reference_posts(session: Session, since: datetime) -> Sequence[Post]:
    """List the posts of reference sources that were collected since a time."""
    query = select(Post).join(Source).where(Source.role == "reference", Post.collected_at >= since).order_by(Post.id)
    return session.scalars(query).all()


def claims_without_evidence(session: Session, label: str, limit: int) -> Sequence[Post]:
    """List posts with an open flag of a label and without evidence."""
    has_evidence = exists().where(Evidence.post_id == Post.id)
    flagged = exists().where(Flag.post_id == Post.id, Flag.label == label, Flag.state == "open")
    return session.scalars(select(Post).where(flagged, ~has_evidence).order_by(Post.id).limit(limit)).all()


def suggest_evidence(session: Session, post_id: int, found: Mapping[int, float], now: datetime) -> None:
    """Store reference posts as suggested evidence for a claim, with their cosine similarity (0 to 1)."""
    rows = [
        {
            "post_id": post_id,
            "reference_id": reference_id,
            "similarity": similarity,
            "state": "suggested",
            "created_at": now,
        }
        for reference_id, similarity in found.items()
    ]
    insert_ignoring(session, Evidence, rows, ("post_id", "reference_id"))


def evidence_of(session: Session, post_id: int) -> Sequence[Evidence]:
    """List the evidence of a claim, most similar first."""
    query = (
        select(Evidence)
        .options(joinedload(Evidence.reference).joinedload(Post.source))
        .where(Evidence.post_id == post_id)
        .order_by(Evidence.similarity.desc())
    )
    return session.scalars(query).all()
