"""Quoted posts of a weekly report: masked, shortened, and without their address."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from monitor.reports.mask import PLACEHOLDERS, mask_personal
from storage import matching, posts, reports
from storage.models import Flag, join_title
from storage.reports import Period

LONGEST_QUOTE: Final = 400  # characters
LINK: Final = "[liên kết]"
_MASKS: Final = (LINK, *PLACEHOLDERS.values())
_ENDINGS: Final = "vn|com|net|org|info|biz|top|xyz|site|online|club|shop|vip|icu|me|ly|io|cc"
_LINK: Final = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]{0,15}://|www\.)[^\s<>\"'()\[\]]+"
    rf"|(?<![\w@.-])(?:[a-z0-9-]+\.)+(?:(?:{_ENDINGS})(?![\w.-])|(?-i:[a-z]{{2,24}})/)[^\s<>\"'()\[\],;]*",
    re.IGNORECASE,
)
_CLOSED: Final = (*".!?:;,…", "")  # after these a heading needs no colon
_FLAGS_PER_QUOTE: Final = 20  # flags read for one quote, because copies of a post are quoted once


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """One flagged post as a report shows it.

    Args:
        flag_id: The flag.
        label: Its label.
        source: The name of the source, masked.
        at: When it was published, or first seen where the platform does not say; aware UTC.
        at_is_published: Whether `at` is the time of publication.
        precision: `hour` or `day` where the time of publication is known only so exactly.
        probability: The flag's probability.
        state: The flag's state.
        copies: How many other posts are copies of it.
        edited: Whether the post was edited after it was flagged.
        text: The flagged version; None when the platform has deleted the post, which is then counted but not quoted.

    """

    flag_id: int
    label: str
    source: str
    at: datetime
    at_is_published: bool
    precision: str | None
    probability: float
    state: str
    copies: int
    edited: bool
    text: str | None

    @property
    def desk_path(self) -> str:
        """The path of its page at the desk."""
        return f"/flags/{self.flag_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelQuotes:
    """The quoted posts of a label, and how many flags there were to choose from (`available`)."""

    label: str
    quotes: tuple[Quote, ...]
    available: int


def gather_quotes(session: Session, period: Period, label: str, *, available: int, top: int) -> LabelQuotes:
    """Choose and prepare the quotes of a label: confirmed flags first, then by probability; copies once.

    Args:
        session: The unit of work.
        period: The week.
        label: A label's stored name.
        available: How many flags of this label nobody rejected.
        top: The most posts to quote.

    """
    flags = reports.top_flags(session, period, label, top * _FLAGS_PER_QUOTE) if top > 0 else ()
    chosen: dict[tuple[str, int], Flag] = {}
    for flag in flags:
        post = flag.post
        chosen.setdefault(("cluster", post.cluster_id) if post.cluster_id else ("post", post.id), flag)
    shown = list(chosen.values())[:top]
    sizes = matching.cluster_sizes(session, {flag.post.cluster_id for flag in shown if flag.post.cluster_id})
    quotes = tuple(_quote(session, flag, sizes.get(flag.post.cluster_id or 0, 1)) for flag in shown)
    return LabelQuotes(label=label, quotes=quotes, available=available)


def _quote(session: Session, flag: Flag, cluster_size: int) -> Quote:
    post = flag.post
    return Quote(
        flag_id=flag.id,
        label=flag.label,
        source=mask_personal(post.source.name),
        at=post.published_at or post.collected_at,
        at_is_published=post.published_at is not None,
        precision=post.published_precision if post.published_at else None,
        probability=flag.probability,
        state=flag.state,
        copies=cluster_size - 1,
        edited=post.revision_number > flag.revision_number,
        text=None if post.deleted_at else shorten(conceal(_flagged_text(session, flag))),
    )


def _flagged_text(session: Session, flag: Flag) -> str:
    """Return the version that was flagged; a later edit may say something else."""
    post = flag.post
    if flag.revision_number == post.revision_number:
        return _on_one_line(post.current_title, post.current_text)
    later = {revision.number: revision for revision in posts.revisions(session, post.id)}
    judged = later.get(flag.revision_number, post)
    return _on_one_line(judged.title, judged.text)


def _on_one_line(title: str | None, text: str) -> str:
    """Join title and text on one line, with a colon where the title has no closing mark."""
    whole = join_title(title, text)
    if not title or not text or whole == text or title.rstrip()[-1:] in _CLOSED:
        return whole
    return f"{title.rstrip()}: {text}"


def conceal(text: str) -> str:
    """Mask persons and all web addresses."""
    # A report that warns of a post must not lead readers to it.
    return _LINK.sub(LINK, mask_personal(text))


def shorten(text: str, limit: int = LONGEST_QUOTE) -> str:
    """Write a text on one line, cut at a word boundary and with an ellipsis when it is longer than `limit`."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    kept = line[: limit - 1]  # one place is kept for the ellipsis
    if not line[limit - 1].isspace():
        head, space, _ = kept.rpartition(" ")
        kept = head if space else kept
    # The cut may fall inside a mask.
    opened = kept.rfind("[")
    if any(line.startswith(mask, opened) and opened + len(mask) > len(kept) for mask in _MASKS):
        kept = kept[:opened]  # half a mask would look like a part of the post
    return kept.rstrip(" ,;:.-–") + "…"
