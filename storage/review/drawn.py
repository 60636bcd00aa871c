"""Posts drawn for teaching: the posts to draw from, their flags, and how the round goes.

Each post has a flag for every label. One that the machine did not open has the origin `drawn`: it suggests nothing, so
no report, alert or queue counts it. The others keep theirs, and only note how the post was drawn.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, exists, func, select, update
from sqlalchemy.orm import Session

from storage.database import insert_ignoring
from storage.models import Flag, Post, Score, Source
from storage.review import flags
from storage.review.flags import FlagDraft

RANDOM, PROBABLE = "random", "uncertain"
"""How a post was drawn; the second was first drawn for doubt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """The posts that were drawn together last: when, how many, and how many of them are wholly decided."""

    drawn_at: datetime
    posts: int
    done: int


def askable(session: Session, model_id: int) -> Sequence[int]:
    """List all monitored posts whose current version a model has scored, that still exist, and that nobody decided."""
    scored = exists().where(
        Score.post_id == Post.id, Score.revision_number == Post.revision_number, Score.model_id == model_id
    )
    decided = exists().where(Flag.post_id == Post.id, Flag.state != "open", Flag.sampling.is_(None))
    query = select(Post.id).where(
        scored, ~decided, Post.deleted_at.is_(None), Post.source.has(Source.role == "monitored")
    )
    return session.scalars(query.order_by(Post.id)).all()


def highest(session: Session, model_id: int, label: str, limit: int) -> Sequence[int]:
    """List the posts that a model gives the highest probability of a label."""
    query = select(Score.post_id).where(Score.model_id == model_id, Score.label == label)
    return session.scalars(query.order_by(Score.probability.desc(), Score.post_id).limit(limit)).all()


def probabilities(session: Session, model_id: int, numbers: Sequence[int]) -> dict[tuple[int, str], float]:
    """Return a model's probabilities for the current versions of some posts, by post id and label."""
    query = (
        select(Score.post_id, Score.label, Score.probability)
        .join(Post, and_(Post.id == Score.post_id, Post.revision_number == Score.revision_number))
        .where(Score.model_id == model_id, Score.post_id.in_(numbers))
    )
    return {(post_id, label): probability for post_id, label, probability in session.execute(query)}


def posts_of(session: Session, numbers: Sequence[int]) -> Sequence[Post]:
    """Read some posts, in the order of their numbers."""
    return session.scalars(select(Post).where(Post.id.in_(numbers)).order_by(Post.id)).all()


def post_ids(session: Session) -> set[int]:
    """Return the posts that were ever drawn."""
    return set(session.scalars(select(Flag.post_id).where(Flag.sampling.is_not(None)).distinct()))


def add(
    session: Session, model_id: int, drafts: Sequence[FlagDraft], sampled: Collection[tuple[int, str]], now: datetime
) -> None:
    """Note how posts were drawn on their flags, and add those flags that the machine did not open.

    Args:
        session: The unit of work.
        model_id: The model that scored the posts.
        drafts: The flags of every drawn post and label, in the order in which people see them.
        sampled: The posts and how each was drawn, RANDOM or PROBABLE.
        now: The present time, UTC.

    """
    rows = [flags.columns(model_id, draft, now) | {"origin": "drawn"} for draft in drafts]
    # Two programs may draw at the same moment.
    insert_ignoring(session, Flag, rows, ("post_id", "label"))
    for sampling in (RANDOM, PROBABLE):
        chosen = [post_id for post_id, how in sampled if how == sampling]
        undrawn = (Flag.post_id.in_(chosen), Flag.sampling.is_(None))
        session.execute(update(Flag).where(*undrawn).values(sampling=sampling, drawn_at=now))


def open_count(session: Session) -> int:
    """Count the flags on drawn posts that wait for a decision."""
    query = select(func.count()).select_from(Flag)
    return session.scalar(query.where(Flag.sampling.is_not(None), Flag.state == "open")) or 0


def last_round(session: Session) -> Round | None:
    """Describe the round that was drawn last; None when none ever was."""
    drawn_at = session.scalar(select(func.max(Flag.drawn_at)))
    if drawn_at is None:
        return None
    of_round = Flag.drawn_at == drawn_at
    posts = session.scalar(select(func.count(Flag.post_id.distinct())).where(of_round)) or 0
    waiting = session.scalar(select(func.count(Flag.post_id.distinct())).where(of_round, Flag.state == "open")) or 0
    return Round(drawn_at=drawn_at, posts=posts, done=posts - waiting)


def decided_posts(session: Session) -> int:
    """Count the drawn posts of which every flag is decided."""
    waiting = select(Flag.post_id).where(Flag.sampling.is_not(None), Flag.state == "open")
    query = select(func.count(Flag.post_id.distinct())).where(Flag.sampling.is_not(None), Flag.post_id.not_in(waiting))
    return session.scalar(query) or 0


def of_post(session: Session, post_id: int) -> Sequence[Flag]:
    """List the flags of a drawn post, in the version that people are shown: the newest that one of them is about."""
    query = flags.WHOLE.where(Flag.post_id == post_id, Flag.sampling.is_not(None))
    found = session.scalars(query.order_by(Flag.id)).all()
    newest = max((flag.revision_number for flag in found), default=0)
    for flag in found:
        # An edited post is scored anew, which moves only the flags that the machine opens.
        if flag.state == "open":
            flag.revision_number = newest
    return found


def lease_next(session: Session, *, owner: str, now: datetime, until: datetime) -> int | None:
    """Lease all flags of the next drawn post with one that waits and that nobody else holds; returns the post."""
    query = select(Flag.id).where(Flag.sampling.is_not(None), Flag.state == "open").order_by(Flag.id)
    flag_id = flags.lease_first(session, query, owner=owner, now=now, until=until)
    if flag_id is None:
        return None
    post_id = session.get_one(Flag, flag_id).post_id
    for flag in of_post(session, post_id):
        flags.lease(session, flag.id, owner=owner, now=now, until=until)
    return post_id
