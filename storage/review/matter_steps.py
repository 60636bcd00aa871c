"""What people do to matters: open, join, split, merge, pass on, settle, take back."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from storage.database import added, count_changed
from storage.errors import DataRejected
from storage.models import Flag, Matter, MatterEvent, MatterPost, Post, Review
from storage.review import matter_copies, matter_log
from storage.review.matters import (
    ANSWERED,
    GONE,
    OPEN,
    OTHER_TOPIC,
    RUMOUR,
    SETTLED,
    VERDICTS,
    by_id,
    final,
    of_post,
    undoable,
)

STEPS: Final = ("passed", "answered", "followed_up", "settled", "reopened", "judged", "noted", "described")
"""What a person can do to a matter beside moving posts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterDraft:
    """The matter that a decision opens, or the one that it joins.

    Args:
        kind: RUMOUR or GRIEVANCE.
        topic: What a grievance is about.
        place: Where, in the person's words.
        sentence: One sentence about it; empty: nobody wrote one.
        verdict: Of a rumour, one of VERDICTS.
        counts_at: The time by which a new one belongs to a period, UTC.
        join_id: The matter that the person chose; None: a new one.

    """

    kind: str
    topic: str = OTHER_TOPIC
    place: str = ""
    sentence: str = ""
    verdict: str | None = None
    counts_at: datetime | None = None
    join_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What somebody does to a matter.

    Args:
        kind: One of STEPS.
        note: Why, or what was said.
        passed_to: Which office took it over; needed for `passed`.
        sentence: The sentence about it from now on, as the next four; None: unchanged.
        topic: The topic.
        place: The place.
        follower_id: Who follows it.
        back_at: When somebody comes back to it, UTC.
        verdict: What was found out, one of VERDICTS; needed for `judged`.

    """

    kind: str
    note: str = ""
    passed_to: str = ""
    sentence: str | None = None
    topic: str | None = None
    place: str | None = None
    follower_id: int | None = None
    back_at: datetime | None = None
    verdict: str | None = None


def lock(session: Session, matter_id: int, seen: int | None = None) -> Matter:
    """Take a matter for this unit of work, so that of two who act at once the second sees what the first did.

    Args:
        session: The unit of work.
        matter_id: The matter.
        seen: The version that the person saw; None: whichever there is.

    Raises:
        NotFound: When there is no such matter.
        DataRejected: When it was changed since it was seen.

    """
    same = (Matter.id == matter_id, *(() if seen is None else (Matter.version == seen,)))
    changed = count_changed(session, update(Matter).where(*same).values(version=Matter.version))
    matter = by_id(session, matter_id)
    session.refresh(matter)
    if changed != 1:
        raise DataRejected(f"matter {matter_id} was changed meanwhile: read it again")
    return matter


def told(session: Session, flag: Flag, review: Review, draft: MatterDraft) -> Matter:
    """Open the matter that a decision confirmed, or join its post to the one that it belongs to or that was chosen.

    The copies of the post follow it.
    """
    known = of_post(session, flag.post_id, flag.label)
    chosen = final(session, lock(session, draft.join_id)) if draft.join_id is not None else None
    matter = chosen or known
    if matter is None:
        matter = _new(session, flag.post, draft, label=flag.label, user_id=review.reviewer_id, now=review.decided_at)
        words = {"topic": draft.topic, "place": draft.place, "sentence": draft.sentence or None}
        event = matter_log.add(session, matter, _by(review, "opened", verdict=draft.verdict, **words))
        matter_log.include(session, matter, [flag.post], event, role="first")
        matter_log.include(session, matter, matter_copies.followers(session, matter, flag.post), event, role="copy")
        return matter
    if matter.kind != draft.kind:
        raise DataRejected(f"matter {matter.id} is a {matter.kind}: a decision on {flag.label} cannot join it")
    event = matter_log.add(session, matter, _by(review, "joined"))
    if known is not None and known.id != matter.id:
        left = matter_log.add(session, known, _by(review, "split", other_id=matter.id))
        matter_log.remove(session, known, [flag.post_id], left)
    matter_log.include(session, matter, [flag.post], event, role="joined", again=True)
    matter_log.include(session, matter, matter_copies.followers(session, matter, flag.post), event, role="copy")
    if draft.verdict is not None and draft.verdict != matter.verdict:
        matter_log.add(session, matter, _by(review, "judged", verdict=draft.verdict))
    return matter


def told_by_copy(session: Session, matter: Matter, copy: Flag, review: Review) -> None:
    """Have a copy that was decided together with another post belong to its matter alone, by the same event."""
    known = of_post(session, copy.post_id, copy.label)
    if known is not None and known.id != matter.id:
        denied(session, copy, review)
    newest = select(MatterEvent).where(MatterEvent.matter_id == matter.id, MatterEvent.kind.in_(("opened", "joined")))
    event = session.scalars(newest.order_by(MatterEvent.id.desc()).limit(1)).one()
    matter_log.include(session, matter, [copy.post], event, role="copy")


def denied(session: Session, flag: Flag, review: Review) -> None:
    """Have a post leave the matter of its flag's label: a decision says that it does not tell it."""
    matter = of_post(session, flag.post_id, flag.label)
    if matter is not None:
        matter_log.remove(session, matter, [flag.post_id], matter_log.add(session, matter, _by(review, "split")))


def take_back(session: Session, review: Review, *, user_id: int, now: datetime) -> None:
    """Take back what a decision did to matters, with the copies that came to belong to one by it alone."""
    query = select(MatterEvent).where(MatterEvent.review_id == review.id).order_by(MatterEvent.id.desc())
    events = session.scalars(query).all()
    for event in events:
        matter_log.take_back(session, event, user_id=user_id, now=now)
    for matter_id in sorted({event.matter_id for event in events}):
        _leave_to_nobody(session, by_id(session, matter_id), user_id=user_id, now=now)
    if review.batch is not None:
        _take_out_copy(session, review, user_id=user_id, now=now)


def _leave_to_nobody(session: Session, matter: Matter, *, user_id: int, now: datetime) -> None:
    """Take back that copies belong to a matter of which no person says so of any post."""
    rows = session.scalars(matter_log.belonging(matter.id)).all()
    came = session.scalars(select(MatterEvent).where(MatterEvent.id.in_({row.joined_by for row in rows}))).all()
    if all(event.kind == "copied" for event in came):
        for event in came:
            matter_log.take_back(session, event, user_id=user_id, now=now)


def _take_out_copy(session: Session, review: Review, *, user_id: int, now: datetime) -> None:
    """Have a copy leave the matter that it joined with the first of its batch, of which the decision stays."""
    post_id = session.get_one(Flag, review.flag_id).post_id
    query = select(MatterPost).join(MatterEvent, MatterEvent.id == MatterPost.joined_by)
    joined = (MatterPost.post_id == post_id, MatterPost.removed_by.is_(None), MatterEvent.review_id == review.batch)
    for row in session.scalars(query.where(*joined)).all():
        matter = by_id(session, row.matter_id)
        event = MatterEvent(user_id=user_id, at=now, kind="split", review_id=review.id)
        matter_log.remove(session, matter, [post_id], matter_log.add(session, matter, event))


def take_step(session: Session, matter: Matter, step: Step, *, user_id: int, now: datetime) -> MatterEvent:
    """Add what somebody did about a matter.

    Raises:
        DataRejected: When the step is unknown, does not fit the matter, or says not to whom it was passed.

    """
    is_judged = step.kind == "judged" and matter.kind == RUMOUR and step.verdict in VERDICTS
    if step.kind not in STEPS or (not is_judged and (step.kind == "judged" or step.verdict is not None)):
        raise DataRejected(f"{step.kind!r} is no step of this matter: take one of {', '.join(STEPS)}")
    if matter.state in GONE:
        raise DataRejected(f"matter {matter.id} is {matter.state}: nothing can be done with it")
    free = ("noted", "described", "judged")
    if (step.kind == "reopened") != (matter.state == SETTLED) and step.kind not in free:
        raise DataRejected(f"matter {matter.id} is {matter.state}: it cannot be {step.kind}")
    if step.kind == "passed" and not step.passed_to.strip():
        raise DataRejected("a matter that is passed on needs to say to whom")
    return matter_log.add(session, matter, MatterEvent(user_id=user_id, at=now, **asdict(step)))


def answered_by(session: Session, matter: Matter, *, user_id: int, now: datetime) -> None:
    """Note that a correction answers a rumour."""
    if matter.state not in (*GONE, SETTLED):
        matter_log.add(session, matter, MatterEvent(user_id=user_id, at=now, kind="answered"))


def unanswered(session: Session, matter: Matter, *, user_id: int, now: datetime) -> None:
    """Note that no correction answers a rumour any more."""
    if matter.state == ANSWERED:
        matter_log.add(session, matter, MatterEvent(user_id=user_id, at=now, kind="reopened"))


def join(session: Session, matter: Matter, posts: Sequence[Post], *, user_id: int, now: datetime) -> MatterEvent:
    """Have posts belong to a matter, with the copies of these.

    Raises:
        DataRejected: When the matter stands no more, or all belong to it already.

    """
    _require_standing(matter)
    event = matter_log.add(session, matter, MatterEvent(user_id=user_id, at=now, kind="joined"))
    if not matter_log.include(
        session, matter, [*posts, *matter_copies.copies_of(session, posts)], event, role="joined"
    ):
        raise DataRejected(f"the posts belong to matter {matter.id} already")
    return event


def split(
    session: Session, matter: Matter, posts: Sequence[Post], *, user_id: int, now: datetime, anew: bool = True
) -> Matter | None:
    """Have posts leave a matter.

    Args:
        session: The unit of work.
        matter: The matter.
        posts: The posts.
        user_id: Who says so.
        now: The present time, UTC.
        anew: Whether they become a matter of their own, which is returned.

    Raises:
        DataRejected: When the matter stands no more, or none of the posts belongs to it.

    """
    _require_standing(matter)
    other = None
    if anew:
        first = min(posts, key=lambda post: (post.dated, post.id))
        draft = MatterDraft(kind=matter.kind, topic=matter.topic, place=matter.place, counts_at=first.dated)
        other = _new(session, first, draft, label=matter.label, user_id=user_id, now=now)
    event = MatterEvent(user_id=user_id, at=now, kind="split", other_id=other.id if other else None)
    if not matter_log.remove(session, matter, [post.id for post in posts], matter_log.add(session, matter, event)):
        raise DataRejected(f"the posts do not belong to matter {matter.id}")
    if other is not None:
        opened = MatterEvent(user_id=user_id, at=now, kind="opened", other_id=matter.id)
        opened.topic, opened.place, opened.verdict = matter.topic, matter.place, matter.verdict
        matter_log.include(session, other, posts, matter_log.add(session, other, opened), role="first")
    return other


def merge(session: Session, matter: Matter, into: Matter, *, user_id: int, now: datetime) -> MatterEvent:
    """Merge a matter into another one of its kind: its posts belong to that one, and it points there.

    Raises:
        DataRejected: When one of them stands no more, or they are of two kinds.

    """
    if matter.id == into.id or matter.label != into.label:
        raise DataRejected(f"matters {matter.id} and {into.id} cannot be merged: they are one, or of two kinds")
    for each in sorted((matter.id, into.id)):  # of two who merge the same matters none waits for the other
        lock(session, each)
    _require_standing(matter)
    _require_standing(into)
    left = matter_log.add(session, matter, MatterEvent(user_id=user_id, at=now, kind="merged", other_id=into.id))
    event = matter_log.add(session, into, MatterEvent(user_id=user_id, at=now, kind="joined", other_id=matter.id))
    rows = list(session.scalars(matter_log.belonging(matter.id)))
    known = {row.post_id for row in session.scalars(matter_log.belonging(into.id)) if row.post_id is not None}
    for row in rows:
        row.removed_by = left.id
        if row.post_id not in known:
            session.add(_moved(row, into.id, event.id))
    matter.merged_into = into.id
    matter_log.settle(session, matter)
    matter_log.settle(session, into)
    return event


def _moved(row: MatterPost, matter_id: int, event_id: int) -> MatterPost:
    same = {name: getattr(row, name) for name in ("post_id", "publisher", "dated", "counted")}
    return MatterPost(matter_id=matter_id, role="joined", joined_by=event_id, **same)


def undo(session: Session, matter: Matter, event_id: int, *, user_id: int, now: datetime) -> None:
    """Take back what moved posts into a matter or out of it, also what the same step did to another matter.

    Raises:
        DataRejected: When there is nothing to take back.

    """
    if event_id not in undoable(session, matter.id):
        raise DataRejected(f"step {event_id} of matter {matter.id} cannot be taken back: read it again")
    event = session.get_one(MatterEvent, event_id)
    partners = select(MatterEvent).where(MatterEvent.matter_id == event.other_id, MatterEvent.other_id == matter.id)
    matter_log.take_back(session, event, user_id=user_id, now=now)
    for partner in session.scalars(partners.where(MatterEvent.at == event.at)).all():
        matter_log.take_back(session, partner, user_id=user_id, now=now)


def _new(session: Session, post: Post, draft: MatterDraft, *, label: str, user_id: int, now: datetime) -> Matter:
    words = {"sentence": draft.sentence, "topic": draft.topic, "place": draft.place, "verdict": draft.verdict}
    times = {"first_at": post.dated, "last_at": post.dated, "opened_at": now, "changed_at": now}
    times["counts_at"] = draft.counts_at or post.dated
    matter = Matter(kind=draft.kind, label=label, state=OPEN, opened_by=user_id, version=0, **words, **times)
    return added(session, matter)


def _by(review: Review, kind: str, **more: object) -> MatterEvent:
    return MatterEvent(user_id=review.reviewer_id, at=review.decided_at, kind=kind, review_id=review.id, **more)


def _require_standing(matter: Matter) -> None:
    if matter.state in GONE:
        raise DataRejected(f"matter {matter.id} is {matter.state}: nothing can be done with it")
