"""The data of the queue and of a flag's page. It includes no author, so no page can show one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from classifiers.claims import Claim, find_claim
from classifiers.evaluation.bootstrap import wilson
from classifiers.findings import find_reasons
from classifiers.labels import label_named
from classifiers.model.prediction import BASE, REST
from classifiers.model.prediction import Reason as WordReason
from classifiers.text.normalise import MAX_CHARACTERS
from monitor.collectors.http.urls import link_address
from monitor.desk.views.highlight import Piece, Reason, fold, gather_reasons, mark, tone
from monitor.desk.views.masking import Mask, first_line, word_mask
from monitor.desk.views.post_view import Context, fold_context, is_veiled
from monitor.desk.views.veil import veil_pieces
from monitor.desk.views.why import why
from monitor.desk.web import wording
from monitor.desk.web.language import gettext as _
from monitor.desk.web.wording import LabelHelp
from monitor.review.decide import seen_state
from monitor.scoring.flag_value import reactions
from monitor.scoring.summary import summary_of
from storage.accounts import users
from storage.figures.concluded import concluded
from storage.models import Flag, Post, PostRevision, join_title
from storage.posts import posts
from storage.review import flags, reviews
from storage.scoring import matching


@dataclass(frozen=True, slots=True)
class Holder:
    """Another reviewer who holds the lease, and until when."""

    name: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """One row of the queue."""

    flag_id: int
    label: LabelHelp
    state: str
    chance: str
    percent: int
    source: str
    when: datetime
    when_is_published: bool
    precision: str | None
    summary: str
    alike: int
    reactions: int
    removed: bool
    news: str
    holder: Holder | None


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """One row of the table of reasons; `share` is its weight in per cent of the strongest."""

    words: str
    explanation: str
    weight: float
    share: int
    tone: str


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a post; `seen_at` is when it was first seen."""

    number: int
    title: str | None
    text: str
    seen_at: datetime
    edited_at: datetime | None
    flagged: bool


@dataclass(frozen=True, slots=True)
class OtherPost:
    """A copy of the post."""

    source: str
    when: datetime
    first_line: str
    url: str | None


@dataclass(frozen=True, slots=True)
class OtherFlag:
    """Another flag of the same post."""

    flag_id: int
    label: LabelHelp
    chance: str
    state: str


@dataclass(frozen=True, slots=True)
class Decided:
    """One earlier decision."""

    decision: str
    reviewer: str
    when: datetime
    note: str
    evidence: tuple[str, ...]
    on_flagged_version: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagView:
    """The data of a flag's page.

    `why` says in a sentence what was found. `seen_state` identifies the version and the newest decision that the
    reviewer saw, by which concurrent decisions are noticed. `hides`: personal data are masked, or a part is left out.
    `claim` holds the two parts of a claim; None for other labels. `looked_among`: how many reference posts evidence was
    looked for among; None: nobody looked yet.
    """

    flag_id: int
    post_id: int
    label: LabelHelp
    summary: str
    chance: str
    measured: str
    percent: int
    state: str
    seen_state: str
    source: str
    source_role: str
    url: str | None
    host: str | None
    title: tuple[Piece, ...]
    text: tuple[Piece, ...]
    rest: str
    hides: bool
    context: Context | None
    veils: bool
    published_at: datetime | None
    published_raw: str | None
    published_precision: str | None
    collected_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    engagement: tuple[tuple[str, str], ...]
    why: str
    reasons: tuple[ReasonRow, ...]
    claim: Claim | None
    looked_among: int | None
    versions: tuple[Version, ...]
    newer_version: bool
    copies: tuple[OtherPost, ...]
    alike: int
    other_flags: tuple[OtherFlag, ...]
    history: tuple[Decided, ...]
    lease_until: datetime | None
    holder: Holder | None


def percent_of(probability: float) -> int:
    """Round a probability to whole per cent, between 1 and 99."""
    # 0 % and 100 % would claim a certainty that no model has.
    return min(99, max(1, round(100 * probability)))


def reviewer_names(session: Session) -> dict[str, str]:
    """Return the names of users by the owner of their leases."""
    return {f"user:{user.id}": user.name for user in users.all_users(session)}


def other_holder(flag: Flag, owner: str, now: datetime, names: Mapping[str, str]) -> Holder | None:
    """Return the other reviewer who holds a flag now; None when nobody does."""
    if flag.lease_until is None or flag.lease_until < now or flag.lease_owner in (None, owner):
        return None
    return Holder(names.get(str(flag.lease_owner), _("người khác")), flag.lease_until)


def queue_rows(
    session: Session, found: Sequence[Flag], owner: str, now: datetime, mask: Mask | None
) -> tuple[QueueRow, ...]:
    """Collect the rows of the queue."""
    sizes = matching.cluster_sizes(session, {flag.post.cluster_id for flag in found if flag.post.cluster_id})
    names = reviewer_names(session)
    return tuple(_queue_row(flag, sizes, other_holder(flag, owner, now, names), mask) for flag in found)


def _queue_row(flag: Flag, sizes: Mapping[int, int], holder: Holder | None, mask: Mask | None) -> QueueRow:
    post, percent = flag.post, percent_of(flag.probability)
    return QueueRow(
        flag_id=flag.id,
        label=wording.label_help(flag.label),
        state=flag.state,
        chance=wording.certainty(flag.probability, len(post.current_text)),
        percent=percent,
        source=post.source.name,
        when=post.published_at or post.collected_at,
        when_is_published=post.published_at is not None,
        precision=post.published_precision if post.published_at else None,
        summary=summary_of(flag, mask) or _("(không có chữ)"),
        alike=sizes.get(post.cluster_id or 0, 1),
        reactions=round(reactions(post.engagement)),
        removed=post.deleted_at is not None,
        news=wording.PRIORITIES[str(flag.priority)] if flag.priority else "",
        holder=holder,
    )


def history_of(session: Session, flag: Flag) -> tuple[Decided, ...]:
    """List the decisions on a flag, oldest first."""
    return tuple(
        Decided(
            decision=wording.DECISION_NAMES[review.decision],
            reviewer=name,
            when=review.decided_at,
            note=review.note,
            evidence=tuple(filter(None, map(link_address, review.evidence))),
            on_flagged_version=review.revision_number == flag.revision_number,
        )
        for review, name in reviews.history(session, flag.id)
    )


def flag_view(
    session: Session, flag: Flag, owner: str, now: datetime, *, own_mask: Mask | None, mask: Mask | None
) -> FlagView:
    """Collect the data of a flag's page.

    Args:
        session: The unit of work.
        flag: The flag, with its post.
        owner: Whose page it is, as the owner of leases.
        now: The present time, UTC.
        own_mask: Replaces personal data in the texts of this post; None: it is shown as it was published.
        mask: The same for other posts, whose personal data nobody asked for.

    """
    post, percent = flag.post, percent_of(flag.probability)
    original = _versions(post, posts.revisions(session, post.id), flag.revision_number)
    rest = next(version.text[MAX_CHARACTERS:] for version in original if version.flagged)
    hide = own_mask
    versions = tuple(_masked(version, hide) for version in original) if hide else original
    judged = next(version for version in versions if version.flagged)
    context = hide(post.context) if hide and post.context else post.context
    reasons = fold(gather_reasons(flag.reasons))
    word = _word_mask(original, judged, hide) if hide else None
    url = link_address(post.url)
    heading = judged.title if judged.title and not judged.text.startswith(judged.title) else ""
    title, text = veil_pieces(mark(heading, reasons)), veil_pieces(mark(judged.text[:MAX_CHARACTERS], reasons))
    answered = fold_context(context)
    others = tuple(other for other in flags.of_post(session, post.id) if other.id != flag.id)
    sizes = matching.cluster_sizes(session, [post.cluster_id] if post.cluster_id else [])
    return FlagView(
        flag_id=flag.id,
        post_id=post.id,
        label=wording.label_help(flag.label),
        summary=summary_of(flag, mask),
        chance=wording.certainty(flag.probability, len(judged.text)),
        measured=_measured(session, flag),
        percent=percent,
        state=flag.state,
        seen_state=seen_state(session, flag),
        source=post.source.name,
        source_role=post.source.role,
        url=url,
        host=urlsplit(url).hostname if url else None,
        title=title,
        text=text,
        rest="" if hide else rest,
        hides=versions != original or context != post.context,
        context=answered,
        veils=is_veiled(title, text, answered.beginning if answered else ()),
        published_at=post.published_at,
        published_raw=post.published_raw,
        published_precision=post.published_precision,
        collected_at=post.collected_at,
        edited_at=post.edited_at,
        deleted_at=post.deleted_at,
        engagement=tuple((wording.engagement_name(key), str(count)) for key, count in post.engagement.items()),
        why=_why(flag, judged, reasons, word),
        reasons=_reason_rows(reasons, word),
        claim=_claim(flag, judged, reasons),
        looked_among=flag.searched_among,
        versions=versions,
        newer_version=post.revision_number > flag.revision_number,
        copies=tuple(_copy(other, mask) for other in matching.copies(session, post)),
        alike=sizes.get(post.cluster_id or 0, 1),
        other_flags=tuple(_other_flag(other, len(judged.text)) for other in others),
        history=history_of(session, flag),
        lease_until=flag.lease_until if flag.lease_owner == owner else None,
        holder=other_holder(flag, owner, now, reviewer_names(session)),
    )


def _measured(session: Session, flag: Flag) -> str:
    """Say how often the machine was right at a source, by people's decisions, with the 95 % interval."""
    place = (Flag.source_id == flag.source_id, Flag.label == flag.label)
    right, total, _mean = concluded(session, where=place)[()]
    if not total:
        return _("ở nguồn này chưa ai quyết định về nhãn này")
    low, high = wilson(right, total)
    text = _("ở nguồn này %(right)s trong %(total)s là đúng (khoảng %(low)s đến %(high)s trong 100)")
    return text % {"right": right, "total": total, "low": round(100 * low), "high": round(100 * high)}


def _versions(post: Post, later: Sequence[PostRevision], flagged: int) -> tuple[Version, ...]:
    """List the original and its edits; the flagged one is among them, because versions are never deleted alone."""
    original = Version(0, post.title, post.text, post.collected_at, None, flagged == 0)
    edits = (Version(r.number, r.title, r.text, r.seen_at, r.edited_at, r.number == flagged) for r in later)
    return (original, *edits)


def _masked(version: Version, mask: Mask) -> Version:
    """Mask a version; what the machine does not read is left out, for it may be of any length."""
    title = mask(version.title) if version.title else version.title
    return replace(version, title=title, text=mask(version.text[:MAX_CHARACTERS]))


def _word_mask(original: Sequence[Version], judged: Version, mask: Mask) -> Mask:
    """Return what masks the words of reasons as the flagged version is masked."""
    open_texts = (join_title(version.title, version.text[:MAX_CHARACTERS]) for version in original if version.flagged)
    return word_mask(next(open_texts), join_title(judged.title, judged.text), mask)


def _claim(flag: Flag, judged: Version, reasons: Sequence[Reason]) -> Claim | None:
    if not label_named(flag.label).is_claim:
        return None
    weighed = [WordReason(reason.words, reason.weight) for reason in reasons]
    return find_claim(join_title(judged.title, judged.text), weighed)


def _why(flag: Flag, judged: Version, reasons: Sequence[Reason], mask: Mask | None) -> str:
    weighed = [WordReason(mask(one.words) if mask else one.words, one.weight) for one in reasons]
    return why(flag.label, find_reasons(flag.label, join_title(judged.title, judged.text), weighed))


def _reason_rows(reasons: Sequence[Reason], mask: Mask | None) -> tuple[ReasonRow, ...]:
    strongest = max((abs(reason.weight) for reason in reasons), default=0.0)
    words = max((abs(reason.weight) for reason in reasons if reason.words not in (BASE, REST)), default=0.0)
    return tuple(
        ReasonRow(
            words=mask(reason.words) if mask and reason.words not in (BASE, REST) else reason.words,
            explanation=wording.SPECIAL_REASONS.get(reason.words, ""),
            weight=reason.weight,
            share=round(100 * abs(reason.weight) / strongest) if strongest else 0,
            tone="none" if reason.words in (BASE, REST) else tone(reason.weight, words),
        )
        for reason in reasons
    )


def _copy(post: Post, mask: Mask | None) -> OtherPost:
    when = post.published_at or post.collected_at
    return OtherPost(post.source.name, when, first_line(post, mask), link_address(post.url))


def _other_flag(flag: Flag, characters: int) -> OtherFlag:
    label, chance = wording.label_help(flag.label), wording.certainty(flag.probability, characters)
    return OtherFlag(flag.id, label, chance, wording.STATES[flag.state])
