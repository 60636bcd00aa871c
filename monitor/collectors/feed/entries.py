"""The parsed form of RSS, Atom and JSON Feed documents, common to all parsers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from monitor.collectors.base import PostPicture
from monitor.collectors.parsing.html_text import ImageTag, is_markup

PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml", "html", "xhtml"})
"""The media types of a link to a page; other links of an entry lead to its sound, its comments, and the like."""
_MOST_DIGITS = 15
_PERIODS = {"hourly": 3600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}


@dataclass(frozen=True, slots=True)
class Passage:
    """A text of an entry, whether it is to be read as HTML, and its `xml:base`; empty for the feed's own address."""

    value: str
    is_html: bool
    base: str = ""

    @classmethod
    def from_value(cls, value: str, *, is_called_html: bool, base: str = "") -> Self:
        """Treat a text as HTML if the feed declares it or it has markup: many feeds declare everything as plain."""
        return cls(value, is_called_html or is_markup(value), base)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """One item of a feed, its values as they were written, without space around them; empty where there was none.

    Args:
        id: What the feed calls it.
        link: Where it is.
        is_link_guessed: Whether `link` is only its identifier, which may be no address.
        title: Its heading.
        bodies: Its texts, the fullest first.
        author: Who wrote it.
        published: When it came out.
        updated: When it was last changed.
        replies: How many comments it has.
        language: Its own; empty for that of the feed.
        pictures: Those beside its words, such as enclosures.

    """

    id: str = ""
    link: str = ""
    is_link_guessed: bool = False
    title: Passage | None = None
    bodies: Sequence[Passage] = ()
    author: str = ""
    published: str = ""
    updated: str = ""
    replies: str = ""
    language: str = ""
    pictures: Sequence[PostPicture] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A document that is a feed.

    Args:
        entries: In the order of the document.
        language: Of the whole feed; empty when it names none.
        min_interval_seconds: How long it asks its readers to wait between two readings; 0 when it says nothing.
        is_broken_off: Whether it ended before its end, perhaps within its last entry.

    """

    entries: Sequence[FeedEntry]
    language: str = ""
    min_interval_seconds: int = 0
    is_broken_off: bool = False


def whole_number(written: str) -> int | None:
    """Read a number of a feed; None for what is none, or has more digits than any count."""
    return int(written) if written.isdecimal() and len(written) <= _MOST_DIGITS else None


def attached_picture(attributes: ImageTag, description: str = "") -> PostPicture | None:
    """Return the picture that an enclosure or a medium beside an entry is; None when it is anything else."""
    address, kind = attributes.get("url") or attributes.get("href") or "", attributes.get("type") or ""
    is_picture = attributes.get("medium") == "image" or str(kind).startswith("image/")
    return PostPicture(address, description) if is_picture and address.startswith(("https://", "http://")) else None


def min_interval_seconds(minutes: str, period: str, often: str) -> int:
    """Return the least seconds between two requests that a feed asks for.

    Args:
        minutes: Its `ttl`.
        period: Its `sy:updatePeriod`, such as `hourly`.
        often: Its `sy:updateFrequency`: how many times in that period.

    """
    times = whole_number(often) or 1
    asked = (whole_number(minutes) or 0) * 60
    return max(asked, _PERIODS.get(period.lower(), 0) // times)
