"""Rows as what the API sends."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from monitor.clock import VIETNAM
from monitor.collectors.http.urls import link_address
from monitor.desk.api.schemas import (
    DecisionOut,
    FlagDetail,
    FlagOut,
    MatterDetail,
    MatterEventOut,
    MatterOut,
    PostDetail,
    PostFlag,
    PostOut,
    ReasonOut,
)
from monitor.desk.views.masking import Mask, word_mask
from monitor.review.decide import seen_state
from storage.models import Flag, Matter, Post, Review, join_title
from storage.posts import posts
from storage.review import flags, matters, reviews

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EARLIEST: Final = datetime(1, 1, 2, tzinfo=UTC)
_LATEST: Final = datetime(9999, 12, 30, tzinfo=UTC)


def iso_day(value: object) -> object:
    """Refuse what is no day of the form 2026-11-16, such as a number of seconds, which pydantic would take.

    Raises:
        ValueError: When it is none.

    """
    if isinstance(value, str) and not _DAY.fullmatch(value):
        raise ValueError("write a day as 2026-11-16")
    return value


def day_begins(day: date) -> datetime:
    """Return when a day begins in Việt Nam, UTC; a day at the end of the calendar is moved into it."""
    inside = min(max(day, _EARLIEST.date()), _LATEST.date())
    return datetime.combine(inside, time(), VIETNAM).astimezone(UTC)


def day_ends(day: date) -> datetime:
    """Return when the day after begins in Việt Nam, UTC."""
    return day_begins(min(day, _LATEST.date()) + timedelta(days=1))


def flag_detail(session: Session, flag: Flag, mask: Mask) -> FlagDetail:
    """Return a flag with reasons and decisions."""
    reasons = _reasons(session, flag, mask)
    decisions = [decision_out(review, mask) for review, _ in reviews.history(session, flag.id)]
    values: dict[str, Any] = dict(FlagOut.of(flag, mask))
    values |= {"reasons": reasons, "decisions": decisions, "seen": seen_state(session, flag)}
    return FlagDetail.model_construct(**values)


def _reasons(session: Session, flag: Flag, mask: Mask) -> list[ReasonOut]:
    """Return the reasons; words that are masked in the post are hidden here too, where nothing around them tells it."""
    later = posts.revisions(session, flag.post_id)
    text = "\n".join([join_title(flag.post.title, flag.post.text), *(each.judged_text for each in later)])
    shown = word_mask(text, mask(text), mask)
    return [ReasonOut(words=shown(str(words)), weight=float(weight)) for words, weight in flag.reasons]


def decision_out(review: Review, mask: Mask) -> DecisionOut:
    """Return a decision, without who took it."""
    return DecisionOut(
        id=review.id,
        decision=review.decision,
        note=mask(review.note),
        evidence=[link for link in review.evidence if link_address(link)],
        revision=review.revision_number,
        decided_at=review.decided_at,
    )


def post_out(post: Post, mask: Mask) -> PostOut:
    """Return a post whose source is loaded."""
    return PostOut.model_validate(_post_values(post, mask))


def post_detail(session: Session, post: Post, mask: Mask) -> PostDetail:
    """Return a post with its flags and matters."""
    found = [PostFlag.of(flag, mask) for flag in flags.of_post(session, post.id)]
    told = [matter.id for matter in matters.of_posts(session, [post.id]).get(post.id, ())]
    return PostDetail.model_validate(_post_values(post, mask) | {"flags": found, "matters": told})


def _post_values(post: Post, mask: Mask) -> dict[str, object]:
    title, context = post.current_title, post.context
    return {
        "id": post.id,
        "source": mask(post.source.name),
        "url": _impersonal(post.url, mask),
        "title": mask(title) if title else title,
        "text": mask(post.current_text),
        "picture_text": mask(post.picture_text),
        "context": mask(context) if context else context,
        "language": post.language,
        "published_at": post.published_at,
        "collected_at": post.collected_at,
        "edited_at": post.edited_at,
        "deleted_at": post.deleted_at,
        "revision": post.revision_number,
        "engagement": {name: count for name, count in post.engagement.items() if isinstance(count, int)},
        "cluster_id": post.cluster_id,
    }


def _impersonal(url: str | None, mask: Mask) -> str | None:
    """Return a post's address, unless it names the person whose page it is on."""
    address = link_address(url)
    return address if address and mask(address) == address else None


def matter_detail(session: Session, matter: Matter, mask: Mask) -> MatterDetail:
    """Return a matter with its events, without who added them."""
    reach = matters.reach_of(session, [matter.id]).get(matter.id)
    values: dict[str, Any] = dict(MatterOut.of(matter, mask)) | {
        "events": [MatterEventOut.of(event, mask) for event, _ in matters.events_of(session, matter.id)],
        "posts": reach.posts if reach else 0,
        "publishers": reach.publishers if reach else 0,
    }
    return MatterDetail.model_construct(**values)
