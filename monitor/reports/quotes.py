"""Quoted posts of a report: confirmed and chosen by a person, masked, tidied, two sentences long, without address."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from classifiers.labels import LABEL_NAMES
from classifiers.places.finder import places_in
from monitor.privacy.masks.mask import PLACEHOLDERS, mask_personal, shorten_obscenities
from monitor.scoring.summary import sentence_of
from storage.figures.report_counts import Period
from storage.figures.report_matters import MatterRow
from storage.models import Flag, join_title
from storage.posts import posts
from storage.review import matters, quote_choices
from storage.scoring import matching

LONGEST_QUOTE: Final = 300  # characters
MOST_SENTENCES: Final = 2
FEWEST_SHOUTED: Final = 3  # words in capitals side by side
CUT: Final = "(…)"
LINK: Final = "[liên kết]"
IN_PICTURE: Final = "Chữ trong ảnh:"
_MASKS: Final = (LINK, *PLACEHOLDERS.values())
_ENDINGS: Final = "vn|com|net|org|info|biz|top|xyz|site|online|club|shop|vip|icu|me|ly|io|cc"
_LINK: Final = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]{0,15}://|www\.)[^\s<>\"'()\[\]]+"
    rf"|(?<![\w@.-])(?:[a-z0-9-]+\.)+(?:(?:{_ENDINGS})(?![\w.-])|(?-i:[a-z]{{2,24}})/)[^\s<>\"'()\[\],;]*",
    re.IGNORECASE,
)
_KINDS_OF_PLACE: Final = frozenset(("thành", "phố", "thị", "trấn", "tỉnh", "huyện", "quận", "xã", "phường"))
_CLOSED: Final = (*".!?:;,…", "")  # after these a heading needs no colon
_MASK: Final = re.compile("|".join(map(re.escape, sorted(set(_MASKS)))))
_REPEATED: Final = re.compile(r"[!?]{2,}|([,;:])\1+|\.{2,}|…+\.*")
_SPACE_BEFORE: Final = re.compile(r"\s+(?=[,.!?;:…](?:\s|$))")
_SENTENCE_END: Final = re.compile(r"(?:(?<=[!?…])|(?<=[^\W\dA-ZĐ_]\.))\s+")
_SMALL: Final = "".join(filter(str.islower, map(chr, range(0x1F00))))
_SHOUTED: Final = re.compile(rf"(?<![{_SMALL}])[^{_SMALL}]{{12,}}(?![{_SMALL}])")
_WORD: Final = re.compile(r"[^\W\d_]+")
_VOWEL: Final = re.compile(r"[aeiouyđ]|[^\x00-\x7f]")
# What may be a name or a number of a person: words with capitals side by side, and four digits or more.
_NAMED: Final = re.compile(r"[^\W\d_a-zà-ỹđ]\w*(?:[ \t]+[^\W\d_a-zà-ỹđ]\w*)*|\d[\d.\- ]{2,}\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """One quoted post: a person confirmed its flag and chose it for the report.

    Args:
        flag_id: The flag; it names the post in the list of masks and stands in no document.
        label: Its label.
        source: The name of the source, masked.
        at: When it was published, or first seen where the platform does not say; aware UTC.
        at_is_published: Whether `at` is the time of publication.
        precision: `hour` or `day` where the time of publication is known only so exactly.
        copies: How many other posts are copies of it.
        edited: Whether the post was edited after it was confirmed.
        text: At most two sentences of the confirmed version, masked and tidied; None when its platform deleted it.
        masks: The masks that stand in the text, and how often.
        left: Names and numbers that stand in the text and were left: a person reads them before the report goes out.

    """

    flag_id: int
    label: str
    source: str
    at: datetime
    at_is_published: bool
    precision: str | None
    copies: int
    edited: bool
    text: str | None
    masks: tuple[tuple[str, int], ...]
    left: tuple[str, ...]


def gather_quotes(session: Session, span: Period) -> tuple[Quote, ...]:
    """Prepare the posts of a period that people confirmed and chose, in the order of the labels; copies once."""
    chosen: dict[tuple[str, int | None, int], Flag] = {}
    for label in LABEL_NAMES:
        for flag in quote_choices.chosen(session, span, label):
            cluster = flag.post.cluster_id
            chosen.setdefault((label, cluster, 0 if cluster else flag.id), flag)
    flags = list(chosen.values())
    sizes = matching.cluster_sizes(session, {flag.post.cluster_id for flag in flags if flag.post.cluster_id})
    return tuple(_quote(session, flag, sizes.get(flag.post.cluster_id or 0, 1)) for flag in flags)


def _quote(session: Session, flag: Flag, cluster_size: int) -> Quote:
    post = flag.post
    text = "" if post.deleted_at else _flagged_text(session, flag)
    shown = excerpt(tidied(_concealed(text)))
    return Quote(
        flag_id=flag.id,
        label=flag.label,
        source=mask_personal(post.source.name),
        at=post.dated,
        at_is_published=post.published_at is not None,
        precision=post.published_precision if post.published_at else None,
        copies=cluster_size - 1,
        edited=post.revision_number > flag.revision_number,
        text=None if post.deleted_at else shown,
        masks=tuple(sorted(Counter(_MASK.findall(shown)).items())),
        left=left_standing(shown),
    )


def _flagged_text(session: Session, flag: Flag) -> str:
    """Return the version that was flagged; a later edit may say something else."""
    post = flag.post
    if flag.revision_number == post.revision_number:
        return joined(post.current_title, post.current_text, post.picture_text)
    return joined(*posts.version(session, post, flag.revision_number))


def joined(title: str | None, text: str, picture_text: str = "") -> str:
    """Join title and text, with a colon where the title has no closing mark, and what stands in pictures."""
    whole = join_title(title, text)
    if title and text and whole != text and title.rstrip()[-1:] not in _CLOSED:
        whole = f"{title.rstrip()}: {text}"
    return "\n".join(filter(None, [whole, picture_text and f"{IN_PICTURE} {picture_text}"]))


def conceal(text: str) -> str:
    """Mask persons and all web addresses."""
    # A report that warns of a post must not lead readers to it.
    return _LINK.sub(LINK, mask_personal(text))


def sentences_of(session: Session, rows: Sequence[MatterRow]) -> dict[int, str]:
    """Return the sentence about each matter, masked, by number; of posts that their platform deleted, a person's."""
    first = matters.first_posts(session, [row.number for row in rows if not row.sentence])
    shown = {number: None if post.deleted_at else post for number, post in first.items()}
    return {
        row.number: _concealed(row.sentence)
        if row.sentence
        else sentence_of(row.label, "", shown.get(row.number), _concealed)
        for row in rows
    }


def _concealed(text: str) -> str:
    return shorten_obscenities(conceal(text))


def excerpt(text: str) -> str:
    """Return the first two sentences of a text on one line; "(…)" says that more follows."""
    sentences = _SENTENCE_END.split(text)
    kept = " ".join(sentences[:MOST_SENTENCES])
    short = shorten(kept, LONGEST_QUOTE)
    if short != kept:
        return f"{short.removesuffix('…')} {CUT}"
    return f"{kept} {CUT}" if len(sentences) > MOST_SENTENCES else kept


def tidied(text: str) -> str:
    """Set spaces, repeated signs and shouted capitals right; words stay as they were written."""
    line = _SPACE_BEFORE.sub("", _REPEATED.sub(_once, " ".join(text.split())))
    named = {
        place.start + word.start()
        for place in places_in(line)
        for word in _WORD.finditer(line[place.start : place.end])
        if word[0].lower() not in _KINDS_OF_PLACE
    }

    def quiet(run: re.Match[str]) -> str:
        if run[0].isascii() or len(_WORD.findall(run[0])) < FEWEST_SHOUTED:
            return run[0]  # names of bodies are written so
        return _WORD.sub(lambda word: _lowered(word[0], capital=run.start() + word.start() in named), run[0])

    quieted = _SHOUTED.sub(quiet, line)
    return " ".join(sentence[:1].upper() + sentence[1:] for sentence in _SENTENCE_END.split(quieted))


def _lowered(word: str, *, capital: bool) -> str:
    """Write a word in small letters; one without a vowel is an abbreviation and stays."""
    small = word.lower()
    if not _VOWEL.search(small):
        return word
    return small.capitalize() if capital else small


def _once(match: re.Match[str]) -> str:
    signs = match[0]
    if signs[0] in ".…":
        return "…"
    return "?" if "?" in signs else signs[0]


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


def left_standing(text: str) -> tuple[str, ...]:
    """List what stands in a masked text and looks like a name or a number, each once, in the order of the text."""
    unmasked = _MASK.sub("[]", text)
    return tuple(dict.fromkeys(match[0].strip() for match in _NAMED.finditer(unmasked)))
