"""Deciding: the one way in which a person's decision on a flag is stored, and in which it is taken back.

The desk and the API come here. A decision is refused with one of the errors of `monitor.review.errors`; then nothing
may be committed.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from classifiers.concern_topics import OTHER
from classifiers.labels import label_named
from monitor.collectors.http.urls import MAX_LINK, link_address
from monitor.reports.periods import Unit, current_period
from monitor.review.errors import BadLink, Differs, Held, NeedsLink, NotAllowed, NotOpen, Stale
from storage import audit
from storage.models import Flag, Review
from storage.outbox import reports
from storage.review import flags, matter_steps, matters, reviews
from storage.review.decisions import REOPENED
from storage.review.matter_steps import MatterDraft
from storage.review.reviews import Said
from storage.scoring import matching


@dataclass(frozen=True, slots=True)
class Person:
    """Who decides.

    Args:
        id: The number of the account.
        key: The name of the API key by which a program carries the decision; empty: the person did it at the desk.

    """

    id: int
    key: str = ""

    @property
    def lease_owner(self) -> str:
        """The owner of this person's leases."""
        return f"user:{self.id}"


CHANGE_VERDICT, SPLIT = "verdict", "split"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a person says of a flag, and what follows from it.

    Args:
        decision: One of the decisions that flags of its label take, or `reopened`.
        seen: `seen_state` of the flag as the person saw it.
        note: Why, in the person's words.
        evidence: Addresses that support it.
        topic: What a grievance is about; used, as place and sentence are, where the decision opens a matter.
        place: Where it is.
        sentence: One sentence about it.
        copies: The flags of copies that were listed; those that are still open and that nobody else holds follow.
        matter_id: The matter that it joins; None: the one of its post, or a new one.
        otherwise: Where the matter was judged otherwise: CHANGE_VERDICT or SPLIT; empty: the person is asked first.

    """

    decision: str
    seen: str
    note: str = ""
    evidence: Sequence[str] = ()
    topic: str = OTHER
    place: str = ""
    sentence: str = ""
    copies: Collection[int] = ()
    matter_id: int | None = None
    otherwise: str = ""


@dataclass(frozen=True, slots=True)
class Undone:
    """A flag whose decision was taken back, and on how many flags, its copies included, that was done."""

    flag_id: int
    decisions: int


def seen_state(session: Session, flag: Flag) -> str:
    """Return what a person must have seen to decide: the version of the post and the number of earlier decisions."""
    return f"{flag.revision_number}.{reviews.count(session, flag.id)}"


def decide(session: Session, flag: Flag, said: Judgement, *, by: Person, now: datetime) -> Review:
    """Store a decision on a flag and on those of its copies that the person saw listed; the lease ends.

    One that confirms a rumour or a grievance opens a matter, or joins the one that was chosen or that the post belongs
    to.

    Args:
        session: The unit of work, to be committed.
        flag: The flag that was judged.
        said: What the person says.
        by: Who judged it.
        now: The present time, UTC.

    Raises:
        DecisionRefused: One of its kinds, when the decision cannot be stored.

    """
    _check(flag, said)
    # Leasing first excludes that two people pass the checks of what was seen at the same moment.
    if not flags.lease(session, flag.id, owner=by.lease_owner, now=now, until=now):
        raise Held("another person is looking at this flag: try again later")
    session.refresh(flag, ("state", "revision_number"))
    if said.seen != seen_state(session, flag):
        raise Stale("the flag has changed since it was seen: read it again, then decide")
    if (said.decision == REOPENED) == (flag.state == "open"):
        raise NotOpen(f"the flag is {flag.state}: reopen it before it is decided anew")
    draft = _matter_draft(session, flag, said, now)
    if said.decision != REOPENED and label_named(flag.label).matter_kind:
        _agree(session, flag, said, draft, by=by, now=now)
    stored = Said(decision=said.decision, note=said.note, evidence=said.evidence, matter=draft)
    review = reviews.decide(session, flag, stored, reviewer_id=by.id, now=now)
    copied = 0 if said.decision == REOPENED else _decide_copies(session, review, by, said.copies)
    detail: dict[str, object] = {"decision": said.decision, "review": review.id, "copies": copied}
    if by.key:
        detail["key"] = by.key
    audit.record(session, at=now, action="decision", subject=f"flags:{flag.id}", user_id=by.id, detail=detail)
    return review


def _check(flag: Flag, said: Judgement) -> None:
    """Refuse what no state of the flag would allow."""
    wrong = next((link for link in said.evidence if len(link) > MAX_LINK or not link_address(link)), None)
    if wrong is not None:
        raise BadLink(f"{wrong[:80]!r} in `evidence` is no web address: name a host", wrong)
    label = label_named(flag.label)
    if said.decision not in (*label.decisions, REOPENED):
        raise NotAllowed(f"a flag of {flag.label} takes {', '.join(label.decisions)} or {REOPENED}")
    if said.decision in label.need_link and not said.evidence:
        raise NeedsLink(f"{said.decision} needs a link in `evidence` that shows it")


def _matter_draft(session: Session, flag: Flag, said: Judgement, now: datetime) -> MatterDraft | None:
    """Return the matter that a decision opens or joins; None where it opens none."""
    label = label_named(flag.label)
    if said.decision not in label.open_matter:
        return None
    dated = flag.post.dated
    # What is decided after the report of its week was issued counts when it is decided, or no report would tell of it.
    counts_at = now if reports.was_issued(session, str(current_period(Unit.WEEK, dated))) else dated
    return MatterDraft(
        kind=label.matter_kind,
        topic=said.topic,
        place=said.place,
        sentence=said.sentence,
        verdict=said.decision if label.is_claim else None,
        counts_at=counts_at,
        join_id=said.matter_id,
    )


def _agree(
    session: Session, flag: Flag, said: Judgement, draft: MatterDraft | None, *, by: Person, now: datetime
) -> None:
    """Refuse a decision that contradicts what was said of the matter of other posts, unless the person settles it."""
    joined = matters.by_id(session, draft.join_id) if draft and draft.join_id else None
    matter = joined or matters.of_post(session, flag.post_id, flag.label)
    if matter is None or (joined is None and not matters.has_others(session, matter, flag.post_id)):
        return
    agrees = draft is not None and (draft.verdict is None or draft.verdict == matter.verdict)
    if agrees or (said.otherwise == CHANGE_VERDICT and draft is not None):
        return
    if said.otherwise == SPLIT and joined is None:
        matching.set_apart(session, flag.post, now)
        matter_steps.split(session, matter, [flag.post], user_id=by.id, now=now, anew=False)
        return
    review, name = matters.newest_decision(session, matter.id) or (None, "")
    raise Differs(
        f"matter {matter.id} was judged otherwise: change its verdict, or split this post off",
        matter_id=matter.id,
        decision=review.decision if review else matter.verdict or "yes",
        name=name,
        at=review.decided_at if review else matter.changed_at,
    )


def _decide_copies(session: Session, review: Review, by: Person, listed: Collection[int]) -> int:
    """Decide the listed copies that are still open and that nobody else holds; returns how many."""
    copied, now = 0, review.decided_at
    matter = matters.of_post(session, review.flag.post_id, review.flag.label) if listed else None
    for copy in reviews.open_copies(session, review.flag) if listed else ():
        if copy.id in listed and flags.lease(session, copy.id, owner=by.lease_owner, now=now, until=now):
            reviews.decide_copy(session, copy, review, matter, now=now)
            copied += 1
    return copied


def undo(session: Session, by: Person, review_id: int, *, now: datetime, until: datetime) -> Undone | None:
    """Take back a person's last decision, with those on copies, and lease its flag again.

    Args:
        session: The unit of work, to be committed.
        by: Whose decision it is.
        review_id: The decision that is meant: asked for twice, the one before it stays.
        now: The present time, UTC.
        until: When the new lease ends.

    Returns:
        What was taken back; None where it is not the last decision any more, or somebody decided since.

    """
    last = reviews.last_of(session, by.id)
    if last is not None and last.id != review_id:
        return None
    taken = reviews.undo(session, last, reviewer_id=by.id, now=now) if last is not None else []
    if last is None or not taken:
        return None
    flags.lease(session, last.flag_id, owner=by.lease_owner, now=now, until=until)
    detail = {"decision": last.decision, "review": last.id, "decisions_taken_back": len(taken)}
    audit.record(session, at=now, action="undo", subject=f"flags:{last.flag_id}", user_id=by.id, detail=detail)
    return Undone(last.flag_id, len(taken))
