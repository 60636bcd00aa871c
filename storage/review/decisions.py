"""What people decide: the values, what each one means, and decisions as labels for training and measuring.

Decisions come from reviews of flags and from answers to questions. For each post and label the newest decision on the
newest judged version counts. `unsure`, `supported` and `reopened` give no label.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import CompoundSelect, func, select, union
from sqlalchemy.orm import Session

from storage.models import Answer, Flag, Post, PostRevision, Question, Review, User, join_title

NO_SOURCE, REFUTED, SUPPORTED, NOT_A_CLAIM = "no_source", "refuted", "supported", "not_a_claim"
YES, NO, UNSURE = "yes", "no", "unsure"
REOPENED: Final = "reopened"
"""The flag is open again, for a new look."""
WITHDRAWN: Final = "withdrawn"
"""Takes back the review that the row names in `withdraws`."""
_CLAIM: Final = "unverified"
OF_CASE: Final = ("concern", YES)
"""The label and the decision that open a case."""
NEED_LINK: Final = frozenset((REFUTED, SUPPORTED))
"""Decisions that say something of a source, and so must name it."""
STATE_OF: Final[Mapping[str, str]] = {
    NO_SOURCE: "confirmed",
    REFUTED: "confirmed",
    SUPPORTED: "rejected",
    NOT_A_CLAIM: "rejected",
    YES: "confirmed",
    NO: "rejected",
    UNSURE: "unsure",
    REOPENED: "open",
}
"""The state of a flag whose newest standing decision is this one."""
STATES: Final = ("open", "confirmed", "rejected", "unsure")
"""All states of a flag."""
HOLDS: Final[Mapping[str, bool]] = {NO_SOURCE: True, REFUTED: True, NOT_A_CLAIM: False, YES: True, NO: False}
"""Whether the post carries the label. `supported` does not say: a claim that proved true may still name no source."""
ALL_DECISIONS: Final = tuple(STATE_OF)
_SAID: Final[Mapping[str, bool]] = {**HOLDS, "confirmed": True, "rejected": False}  # the last two are answers


def choices(label: str) -> tuple[str, ...]:
    """Return the decisions that a flag of a label can get, in the order of their keys."""
    return (NO_SOURCE, REFUTED, SUPPORTED, NOT_A_CLAIM, UNSURE) if label == _CLAIM else (YES, NO, UNSURE)


def from_answer(label: str, answer: str) -> str:
    """Return the decision on a flag that says what an answer to a question says.

    Args:
        label: The label.
        answer: `confirmed`, `rejected` or `unsure`.

    """
    if answer == UNSURE:
        return UNSURE
    holding, not_holding = (NO_SOURCE, NOT_A_CLAIM) if label == _CLAIM else (YES, NO)
    return holding if answer == "confirmed" else not_holding


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
        sampling: How the post was drawn for a question about the label; None: it was flagged.
        context: The title of the article or thread that the post answers; None: it answers none.

    """

    post_id: int
    label: str
    holds: bool
    text: str
    same_as: str
    decided_at: datetime
    sampling: str | None = None
    context: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """A post and a label about which people decided differently; `said` names each person's newest decision."""

    post_id: int
    label: str
    said: tuple[tuple[str, str], ...]


def label_decisions(session: Session) -> list[LabelDecision]:
    """List all labels that people decided, oldest decision first, without posts that their platform has deleted."""
    newest: dict[tuple[int, str], tuple[datetime, str, int]] = {}
    for post_id, label, revision, _, decision, at in _all_decisions(session):
        key = (post_id, label)
        # A decision about an older version counts less than one about a newer version, whenever it was taken.
        if key not in newest or (revision, at) >= (newest[key][2], newest[key][0]):
            newest[key] = (at, decision, revision)
    sure = {key: found for key, found in newest.items() if found[1] in _SAID}
    posts = _posts(session, {post_id for post_id, _ in sure})
    drawn = {
        (post_id, label): sampling
        for post_id, label, sampling in session.execute(select(Question.post_id, Question.label, Question.sampling))
    }
    versions = _versions(session, {(post_id, revision) for (post_id, _), (_, _, revision) in sure.items()})
    found = [
        LabelDecision(
            post_id=post_id,
            label=label,
            holds=_SAID[decision],
            text=_text(posts[post_id], versions.get((post_id, revision))),
            same_as=_same_as(posts[post_id]),
            decided_at=at,
            sampling=drawn.get((post_id, label)),
            context=posts[post_id].context,
        )
        for (post_id, label), (at, decision, revision) in sure.items()
        if post_id in posts
    ]
    return sorted(found, key=lambda one: (one.decided_at, one.post_id, one.label))


def disagreements(session: Session, limit: int) -> list[Disagreement]:
    """List where people disagree about the same version of a post, the newest first; a doubt is no disagreement."""
    names = {user.id: user.name for user in session.scalars(select(User))}
    said: dict[tuple[int, str, int], dict[str, tuple[datetime, str]]] = {}
    for post_id, label, revision, reviewer, decision, at in _all_decisions(session, of_several=True):
        of_post, name = said.setdefault((post_id, label, revision), {}), names[reviewer]
        if name not in of_post or at >= of_post[name][0]:
            of_post[name] = (at, decision)
    found = [
        (max(at for at, _ in of_post.values()), Disagreement(post_id=post_id, label=label, said=sure))
        for (post_id, label, _), of_post in said.items()
        if (sure := tuple((name, decision) for name, (_, decision) in sorted(of_post.items()) if decision in _SAID))
        and len({_SAID[decision] for _, decision in sure}) > 1
    ]
    return [one for _, one in sorted(found, key=lambda each: (each[0], each[1].post_id), reverse=True)[:limit]]


def _all_decisions(session: Session, *, of_several: bool = False) -> list[tuple[int, str, int, int, str, datetime]]:
    """List post, label, version, who decided, what and when: of reviews, then of answers, each in their order.

    Args:
        session: The unit of work.
        of_several: Leave out most reviews of posts and labels that one person alone decided.

    """
    reviews = (
        select(Flag.post_id, Flag.label, Review.revision_number, Review.reviewer_id, Review.decision, Review.decided_at)
        .join(Flag, Flag.id == Review.flag_id)
        .where(Review.stands())
        .order_by(Review.id)
    )
    answers = (
        select(
            Question.post_id,
            Question.label,
            Question.revision_number,
            Answer.reviewer_id,
            Answer.decision,
            Answer.decided_at,
        )
        .join(Question, Question.id == Answer.question_id)
        .order_by(Answer.id)
    )
    if of_several:
        reviews = reviews.where(Review.flag_id.in_(_decided_by_several()))
    return [(*row,) for query in (reviews, answers) for row in session.execute(query)]


def _decided_by_several() -> CompoundSelect[int]:
    """Select the flags that two people reviewed, and those about which a question was answered too."""
    people = Review.reviewer_id
    reviewed = select(Review.flag_id).group_by(Review.flag_id).having(func.min(people) < func.max(people))
    # Looked up each: both databases would join by reading all flags.
    flag = select(Flag.id).where(Flag.post_id == Question.post_id, Flag.label == Question.label).scalar_subquery()
    answered = select(flag).select_from(Answer).join(Question, Question.id == Answer.question_id)
    return union(reviewed, answered)


def _posts(session: Session, wanted: set[int]) -> dict[int, Post]:
    """Load the posts that their platform still has."""
    # A sub-query instead of a list of ids: SQLite limits the number of values in a statement.
    query = select(Post).where(Post.deleted_at.is_(None), Post.id.in_(_decided_ids()))
    return {post.id: post for post in session.scalars(query) if post.id in wanted}


def _versions(session: Session, wanted: set[tuple[int, int]]) -> dict[tuple[int, int], PostRevision]:
    query = select(PostRevision).where(PostRevision.post_id.in_(_decided_ids()))
    return {
        (version.post_id, version.number): version
        for version in session.scalars(query)
        if (version.post_id, version.number) in wanted
    }


def _decided_ids() -> CompoundSelect[int]:
    flagged = select(Flag.post_id).join(Review, Review.flag_id == Flag.id)
    return flagged.union(select(Question.post_id).join(Answer, Answer.question_id == Question.id))


def _text(post: Post, version: PostRevision | None) -> str:
    return join_title(version.title, version.text) if version else join_title(post.title, post.text)


def _same_as(post: Post) -> str:
    return f"cluster:{post.cluster_id}" if post.cluster_id is not None else f"hash:{post.content_hash}"
