"""Copies and evidence: keys of signatures, clusters, and reference posts that may support or refute a claim."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, false, func, or_, select, text, update
from sqlalchemy.orm import Session, joinedload

from storage.base import UtcDateTime
from storage.database import added, insert_ignoring, require
from storage.models import Cluster, Evidence, FactCheck, Flag, Post, PostBand, Source

PRIORITY_WORTH = 10_000  # half-lives that a refuted claim is ahead of others: centuries
OLDEST_OF_KEY = 40  # posts of one key that are candidates: of a cluster of thousands the oldest suffice


# Written out: it runs for all new posts, and building it of expressions took most of the time of matching.
_OLDEST_OF_KEYS = """
SELECT wanted.key, post_bands.post_id FROM ({}) AS wanted JOIN post_bands ON post_bands.key = wanted.key
WHERE post_bands.post_id <= coalesce((
    SELECT post_id FROM post_bands AS band WHERE band.key = wanted.key ORDER BY post_id LIMIT 1 OFFSET :others
), 9223372036854775807)
"""
_KEYS = {
    "sqlite": "SELECT value AS key FROM json_each(:keys)",
    "postgresql": "SELECT CAST(value AS bigint) AS key FROM json_array_elements_text(CAST(:keys AS json))",
}
_BANDS_AT_ONCE = text(
    "INSERT INTO post_bands (key, post_id) SELECT * FROM unnest(CAST(:keys AS bigint[]), CAST(:posts AS bigint[])) "
    "ON CONFLICT DO NOTHING"
)


def set_bands(session: Session, bands: Mapping[int, Sequence[int]]) -> None:
    """Store the keys of posts (at most some hundred), by id, in place of those of earlier versions."""
    session.execute(delete(PostBand).where(PostBand.post_id.in_(list(bands))))
    # In the order of the index, where many rows go to neighbouring places.
    rows = sorted((key, post_id) for post_id, keys in bands.items() for key in keys)
    if session.get_bind().dialect.name == "postgresql":
        values = {"keys": [key for key, _ in rows], "posts": [post_id for _, post_id in rows]}
        session.execute(_BANDS_AT_ONCE, values)  # twenty rows a post, one by one, cost as much as all else
        return
    insert_ignoring(session, PostBand, [{"key": key, "post_id": post_id} for key, post_id in rows], ("key", "post_id"))


def sharing_keys(session: Session, keys: Mapping[int, Sequence[int]]) -> dict[int, list[int]]:
    """List for some hundred posts the others that share their keys, those that share most first.

    They are candidates for being copies.

    Args:
        session: The unit of work.
        keys: The keys of each post.

    """
    wanted = sorted({key for of_post in keys.values() for key in of_post})
    holding: dict[int, list[int]] = {}
    statement = text(_OLDEST_OF_KEYS.format(_KEYS[session.get_bind().dialect.name]))
    for key, post_id in session.execute(statement, {"keys": json.dumps(wanted), "others": OLDEST_OF_KEY - 1}):
        holding.setdefault(key, []).append(post_id)
    found = {
        post_id: Counter(each for key in of_post for each in holding.get(key, ())) for post_id, of_post in keys.items()
    }
    return {
        post_id: sorted(sharing.keys() - {post_id}, key=lambda each: (-sharing[each], each))
        for post_id, sharing in found.items()
    }


def join_cluster(session: Session, post: Post, copy: Post, now: datetime) -> None:
    """Put a post into the cluster of its copy, or both into a new one; who is in a cluster stays there."""
    cluster_id = copy.cluster_id or post.cluster_id or added(session, Cluster(created_at=now)).id
    for member in (post, copy):
        member.cluster_id = member.cluster_id or cluster_id
    session.flush()


def set_apart(session: Session, post: Post, now: datetime) -> None:
    """Store that a post is no copy of the others of its cluster; it is alone in one of its own from then on."""
    post.cluster_id = added(session, Cluster(created_at=now)).id
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


@dataclass(frozen=True, slots=True)
class Copy:
    """One post of a cluster: the name of its source, when it was published or else collected, and its counts."""

    source: str
    dated: datetime
    engagement: Mapping[str, Any]


def copies_by_date(session: Session, cluster_id: int) -> list[Copy]:
    """List all posts of a cluster, oldest first."""
    dated = func.coalesce(Post.published_at, Post.collected_at, type_=UtcDateTime())
    query = select(Source.name, dated, Post.engagement).join(Source, Source.id == Post.source_id)
    rows = session.execute(query.where(Post.cluster_id == cluster_id).order_by(dated, Post.id))
    return [Copy(source, moment, engagement) for source, moment, engagement in rows]


def claims_to_search(
    session: Session, labels: Collection[str], limit: int, *, opened_since: datetime | None
) -> Sequence[Post]:
    """List posts with an open flag of a claim for which evidence should be looked for.

    Args:
        session: The unit of work.
        labels: The labels that are claims.
        limit: How many at most.
        opened_since: Not only those for which nobody looked yet, but also those whose flag was opened since when a
            reference post came in after the last look, and all when a fact-check did; None: only the former.

    """
    wanted: ColumnElement[bool] = Flag.searched_at.is_(None)
    if opened_since:
        reference, check = _newest_reference(session), _newest_check(session)
        wanted = or_(
            wanted,
            Flag.searched_at < check if check else false(),
            and_(Flag.searched_at < reference, Flag.opened_at >= opened_since) if reference else false(),
        )
    claims = select(Flag.post_id).where(Flag.label.in_(labels), Flag.state == "open", Flag.passed(), wanted)
    return session.scalars(select(Post).where(Post.id.in_(claims)).order_by(Post.id).limit(limit)).all()


def _newest_reference(session: Session) -> datetime | None:
    """Return when the newest reference post was collected, by a look-up for each reference source."""
    newest = select(func.max(Post.collected_at)).where(Post.source_id == Source.id).scalar_subquery()
    return max(filter(None, session.scalars(select(newest).where(Source.role == "reference"))), default=None)


def _newest_check(session: Session) -> datetime | None:
    newest = select(func.max(FactCheck.post_id)).scalar_subquery()
    return session.scalar(select(Post.collected_at).where(Post.id == newest))


def suggest_evidence(
    session: Session,
    post_id: int,
    labels: Collection[str],
    found: Mapping[int, tuple[float, str]],
    now: datetime,
    *,
    among: int,
) -> None:
    """Store reference posts as suggested evidence for a post's claims in place of earlier ones, and that one looked.

    What a person marked stays.

    Args:
        session: The unit of work.
        post_id: The post.
        labels: The labels that are claims.
        found: By reference post how surely it speaks of the claimed event, 0 to 1, and what the program reads of it.
        now: The present time, UTC.
        among: How many reference posts there were to look among.

    """
    looked = update(Flag).where(Flag.post_id == post_id, Flag.label.in_(labels))
    session.execute(looked.values(searched_at=now, searched_among=among))
    earlier = delete(Evidence).where(Evidence.post_id == post_id, Evidence.state == "suggested")
    session.execute(earlier.where(Evidence.reference_id.not_in(list(found))))
    for reference_id, (similarity, bearing) in found.items():
        values = {"similarity": similarity, "bearing": bearing}
        row = {"post_id": post_id, "reference_id": reference_id, "state": "suggested", "created_at": now, **values}
        insert_ignoring(session, Evidence, [row], ("post_id", "reference_id"))
        same = update(Evidence).where(Evidence.post_id == post_id, Evidence.reference_id == reference_id)
        session.execute(same.values(values))
    set_priority(session, post_id)


def mark_evidence(session: Session, evidence_id: int, state: str, *, user_id: int, now: datetime) -> Evidence:
    """Store how a person says that a reference bears on a claim; the order of the queue follows, no label does.

    Raises:
        NotFound: When there is none of that id.

    """
    missing = f"there is no evidence {evidence_id}: its post may have been deleted"
    found = require(session, select(Evidence).where(Evidence.id == evidence_id), missing)
    found.state, found.marked_by, found.marked_at = state, user_id, now
    session.flush()
    set_priority(session, found.post_id)
    return found


def set_priority(session: Session, post_id: int) -> None:
    """Place a claim in the queue: refuted ones first, reported and sourced ones last.

    A person's mark counts more than a fact-check, and a fact-check more than what the program reads of the reference
    that agrees best with the claim.
    """
    rows = session.execute(
        select(Evidence.state, Evidence.bearing, FactCheck.bears)
        .outerjoin(FactCheck, FactCheck.post_id == Evidence.reference_id)
        .where(Evidence.post_id == post_id)
        .order_by(Evidence.similarity.desc(), Evidence.id)
    ).all()
    judged = {bears if state == "suggested" and bears else state for state, _, bears in rows}
    read = next((bearing for state, bearing, bears in rows if state == "suggested" and not bears), None)
    if "refutes" in judged or (read == "contradicts" and "supports" not in judged):
        priority = 1
    else:
        priority = -1 if "supports" in judged or read == "reports" else 0
    moved = (priority - Flag.priority) * PRIORITY_WORTH
    is_claim = Flag.searched_at.is_not(None)  # evidence is looked for of claims alone
    query = update(Flag).where(Flag.post_id == post_id, is_claim, Flag.priority != priority)
    session.execute(query.values(priority=priority, worth=Flag.worth + moved))


def record_fact_checks(session: Session, source_id: int, checks: Mapping[str, FactCheck]) -> None:
    """Store what fact-checks of one source say, by the identifiers of their posts.

    Where one was changed, its claims are placed in the queue anew.
    """
    query = select(Post.id, Post.external_id).where(Post.source_id == source_id, Post.external_id.in_(checks))
    for post_id, external_id in session.execute(query).all() if checks else ():
        checks[external_id].post_id = post_id
        session.merge(checks[external_id])
        session.flush()
        for claim in session.scalars(select(Evidence.post_id).where(Evidence.reference_id == post_id)).all():
            set_priority(session, claim)


def fact_checks_of(session: Session, post_ids: Collection[int]) -> dict[int, FactCheck]:
    """Return the verdicts of those of some posts that are fact-checks, by post."""
    return {each.post_id: each for each in session.scalars(select(FactCheck).where(FactCheck.post_id.in_(post_ids)))}


def evidence_of(session: Session, post_id: int) -> Sequence[Evidence]:
    """List the evidence of a claim, most similar first."""
    query = (
        select(Evidence)
        .options(joinedload(Evidence.reference).joinedload(Post.source))
        .where(Evidence.post_id == post_id)
        .order_by(Evidence.similarity.desc())
    )
    return session.scalars(query).all()
