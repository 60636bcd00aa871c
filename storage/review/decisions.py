"""What people decide: the values, what each one means, and decisions as labels for training and measuring.

For each post and label the newest decision on the newest judged version counts. `unsure`, `supported` and `reopened`
give no label.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.models import Flag, Post, PostRevision, Review, join_title

NO_SOURCE, REFUTED, SUPPORTED, NOT_A_CLAIM = "no_source", "refuted", "supported", "not_a_claim"
SOURCED: Final = "sourced"
"""News or a notice that names a source which a reader can check: nothing is to be looked for."""
YES, NO, UNSURE = "yes", "no", "unsure"
REOPENED: Final = "reopened"
"""The flag is open again, for a new look."""
WITHDRAWN: Final = "withdrawn"
"""Takes back the review that the row names in `withdraws`."""
STATE_OF: Final[Mapping[str, str]] = {
    NO_SOURCE: "confirmed",
    REFUTED: "confirmed",
    SUPPORTED: "rejected",
    NOT_A_CLAIM: "rejected",
    SOURCED: "rejected",
    YES: "confirmed",
    NO: "rejected",
    UNSURE: "unsure",
    REOPENED: "open",
}
"""The state of a flag whose newest standing decision is this one."""
STATES: Final = ("open", "confirmed", "rejected", "unsure")
"""All states of a flag."""
HOLDS: Final[Mapping[str, bool]] = {
    NO_SOURCE: True,
    REFUTED: True,
    NOT_A_CLAIM: False,
    SOURCED: False,
    YES: True,
    NO: False,
}
"""Whether the post carries the label. `supported` does not say: a claim that proved true may still name no source."""


def plain_decision(taken: Sequence[str], *, holds: bool) -> str:
    """Return, of the decisions that a label takes, the first that says whether a post carries it."""
    return next(each for each in taken if HOLDS.get(each) is holds)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelDecision:
    """What people decided about one post and label.

    Args:
        post_id: The post.
        label: The label.
        holds: Whether the post carries it.
        text: Heading and text of the version that was judged.
        same_as: A key that copies of the post share: their cluster, or the hash of the content.
        decided_at: When, UTC.
        context: The title of the article or thread that the post answers; None: it answers none.

    """

    post_id: int
    label: str
    holds: bool
    text: str
    same_as: str
    decided_at: datetime
    context: str | None = None


def label_decisions(session: Session) -> list[LabelDecision]:
    """List all labels that people decided, oldest decision first, without posts that their platform has deleted."""
    newest: dict[tuple[int, str], tuple[datetime, str, int]] = {}
    query = select(Flag.post_id, Flag.label, Review.revision_number, Review.decision, Review.decided_at)
    decided = query.join(Flag, Flag.id == Review.flag_id).where(Review.stands()).order_by(Review.id)
    for post_id, label, revision, decision, at in session.execute(decided):
        key = (post_id, label)
        # A decision about an older version counts less than one about a newer version, whenever it was taken.
        if key not in newest or (revision, at) >= (newest[key][2], newest[key][0]):
            newest[key] = (at, decision, revision)
    sure = {key: found for key, found in newest.items() if found[1] in HOLDS}
    # A sub-query instead of a list of numbers: SQLite limits how many values a statement has.
    reviewed = select(Flag.post_id).join(Review, Review.flag_id == Flag.id)
    still = select(Post).where(Post.deleted_at.is_(None), Post.id.in_(reviewed))
    posts = {post.id: post for post in session.scalars(still)}
    later = session.scalars(select(PostRevision).where(PostRevision.post_id.in_(reviewed)))
    versions = {(each.post_id, each.number): each.judged_text for each in later}
    found = []
    for (post_id, label), (at, decision, revision) in sure.items():
        if post := posts.get(post_id):
            found.append(
                LabelDecision(
                    post_id=post_id,
                    label=label,
                    holds=HOLDS[decision],
                    text=versions.get((post_id, revision)) or join_title(post.title, post.text),
                    same_as=_same_as(post),
                    decided_at=at,
                    context=post.context,
                )
            )
    return sorted(found, key=lambda one: (one.decided_at, one.post_id, one.label))


def _same_as(post: Post) -> str:
    return f"cluster:{post.cluster_id}" if post.cluster_id is not None else f"hash:{post.content_hash}"
