"""The data of the queue and of a flag's page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from classifiers.claims import Claim, find_claim
from classifiers.evaluation.bootstrap import wilson
from classifiers.findings import find_reasons
from classifiers.labels import label_named
from classifiers.model.prediction import BASE, REST
from classifiers.model.prediction import Reason as WordReason
from classifiers.text.normalise import MAX_CHARACTERS
from monitor.desk.views.highlight import Reason, fold, gather_reasons, tone
from monitor.desk.views.masking import Mask, first_line, word_mask
from monitor.desk.views.overview_figures import LEAST_DECIDED
from monitor.desk.views.post_view import post_view
from monitor.desk.views.why import why
from monitor.desk.web import wording
from monitor.desk.web.language import gettext as _
from monitor.review.decide import seen_state
from monitor.scoring.flag_value import reactions
from monitor.scoring.summary import summary_of
from storage.accounts import users
from storage.figures.concluded import Concluded, concluded
from storage.models import Flag, Post, PostRevision, join_title
from storage.posts import posts
from storage.review import flags, reviews
from storage.scoring import matching


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a post; `seen_at` is when it was first seen, `is_reading`: only its pictures were read."""

    number: int
    title: str | None
    text: str
    picture_text: str
    seen_at: datetime
    edited_at: datetime | None
    flagged: bool
    is_reading: bool = False


def other_holders(
    session: Session, found: Sequence[Flag], owner: str, now: datetime
) -> dict[int, dict[str, str | datetime]]:
    """Return, by number of each flag that another reviewer holds now, the `name` of this one, and `until` when."""
    held = [
        (flag, flag.lease_until)
        for flag in found
        if flag.lease_until is not None and flag.lease_until >= now and flag.lease_owner not in (None, owner)
    ]
    names = {f"user:{user.id}": user.name for user in users.all_users(session)} if held else {}
    return {
        flag.id: {"name": names.get(str(flag.lease_owner), _("người khác")), "until": until} for flag, until in held
    }


def queue_rows(session: Session, found: Sequence[Flag], owner: str, now: datetime, mask: Mask) -> list[dict[str, Any]]:
    """Collect the rows of the queue: each flag, and what is said of it beside its columns."""
    sizes = matching.cluster_sizes(session, {flag.post.cluster_id for flag in found if flag.post.cluster_id})
    holders = other_holders(session, found, owner, now)
    return [
        {
            "flag": flag,
            "post": flag.post,
            "summary": summary_of(flag, mask) or _("(không có chữ)"),
            "alike": sizes.get(flag.post.cluster_id or 0, 1),
            "reactions": round(reactions(flag.post.engagement)),
            "holder": holders.get(flag.id),
        }
        for flag in found
    ]


def flag_view(
    session: Session, flag: Flag, owner: str, now: datetime, *, own_mask: Mask | None, mask: Mask
) -> dict[str, Any]:
    """Collect what a flag's page shows of the post, of the machine's reasons and of decisions.

    Args:
        session: The unit of work.
        flag: The flag, with its post.
        owner: Whose page it is, as the owner of leases.
        now: The present time, UTC.
        own_mask: Replaces personal data in the texts of this post; None: it is shown as it was published.
        mask: The same for other posts, whose personal data nobody asked for.

    Returns:
        By name: `seen_state` identifies the version and the newest decision that the reviewer saw, by which concurrent
        decisions are noticed; `at_source` counts what people concluded on this label at its source; `hides` tells
        whether personal data are masked, or a part is left out; `claim` holds the two parts of a claim, None for other
        labels.

    """
    row = flag.post
    original = _versions(row, posts.revisions(session, row.id), flag.revision_number)
    versions = tuple(_masked(version, own_mask) for version in original) if own_mask else original
    open_text, judged = (next(_judged(one) for one in some if one.flagged) for some in (original, versions))
    reasons = fold(gather_reasons(flag.reasons))
    word = word_mask(open_text, judged, own_mask) if own_mask else str
    post = post_view(session, flag, own_mask, reasons)
    sizes = matching.cluster_sizes(session, [row.cluster_id] if row.cluster_id else [])
    at_source = concluded(session, where=(Flag.source_id == flag.source_id, Flag.label == flag.label))[()]
    return {
        "flag": flag,
        "post": post,
        "label": wording.label_help(flag.label),
        "summary": summary_of(flag, mask),
        "characters": len(judged),
        "at_source": at_source,
        "measured": _measured(at_source),
        "seen_state": seen_state(session, flag),
        "hides": post.hides or versions != original,
        "why": _why(flag, judged, reasons, word),
        "reasons": _reason_rows(reasons, word),
        "claim": _claim(flag, judged, reasons),
        "versions": versions,
        "copies": [(other, first_line(other, mask)) for other in matching.copies(session, row)],
        "alike": sizes.get(row.cluster_id or 0, 1),
        "other_flags": [other for other in flags.of_post(session, row.id) if other.id != flag.id],
        "history": reviews.history(session, flag.id),
        "lease_until": flag.lease_until if flag.lease_owner == owner else None,
        "holder": other_holders(session, [flag], owner, now).get(flag.id),
    }


def _measured(at_source: Concluded) -> str:
    """Say how often the machine was right at a source, by people's decisions, with the 95 % interval."""
    right, total, _mean = at_source
    if total < LEAST_DECIDED:
        return _("ở nguồn này chưa đủ quyết định về nhãn này để đo")
    low, high = wilson(right, total)
    text = _("ở nguồn này %(right)s trong %(total)s là đúng (khoảng %(low)s đến %(high)s trong 100)")
    return text % {"right": right, "total": total, "low": round(100 * low), "high": round(100 * high)}


def _versions(post: Post, later: Sequence[PostRevision], flagged: int) -> tuple[Version, ...]:
    """List the original and its edits; the flagged one is among them, because versions are never deleted alone."""
    versions = [Version(0, post.title, post.text, "", post.collected_at, None, flagged == 0)]
    for each in later:
        words = (each.title, each.text, each.picture_text)
        is_reading = words[:2] == (versions[-1].title, versions[-1].text)
        versions.append(Version(each.number, *words, each.seen_at, each.edited_at, each.number == flagged, is_reading))
    return tuple(versions)


def _masked(version: Version, mask: Mask) -> Version:
    """Mask a version; what the machine does not read is left out, for it may be of any length."""
    title = mask(version.title) if version.title else version.title
    text, in_pictures = mask(version.text[:MAX_CHARACTERS]), mask(version.picture_text[:MAX_CHARACTERS])
    return replace(version, title=title, text=text, picture_text=in_pictures)


def _judged(version: Version) -> str:
    return join_title(version.title, version.text[:MAX_CHARACTERS], version.picture_text)


def _claim(flag: Flag, judged: str, reasons: Sequence[Reason]) -> Claim | None:
    if not label_named(flag.label).is_claim:
        return None
    return find_claim(judged, [WordReason(reason.words, reason.weight) for reason in reasons])


def _why(flag: Flag, judged: str, reasons: Sequence[Reason], mask: Mask) -> str:
    weighed = [WordReason(mask(one.words), one.weight) for one in reasons]
    return why(flag.label, find_reasons(flag.label, judged, weighed))


def _reason_rows(reasons: Sequence[Reason], mask: Mask) -> list[dict[str, Any]]:
    """Return the rows of the table of reasons; `share` is a weight in per cent of the strongest."""
    strongest = max((abs(reason.weight) for reason in reasons), default=0.0)
    words = max((abs(reason.weight) for reason in reasons if reason.words not in (BASE, REST)), default=0.0)
    return [
        {
            "words": reason.words if reason.words in (BASE, REST) else mask(reason.words),
            "explanation": wording.SPECIAL_REASONS.get(reason.words, ""),
            "weight": reason.weight,
            "share": round(100 * abs(reason.weight) / strongest) if strongest else 0,
            "tone": "none" if reason.words in (BASE, REST) else tone(reason.weight, words),
        }
        for reason in reasons
    ]
