"""A tolerant parser for feeds of every dialect, also malformed ones, on feedparser."""

import re
from collections.abc import Mapping
from io import BytesIO
from itertools import islice
from typing import Any

import feedparser

from monitor.collectors.feed.entries import PAGE_TYPES, FeedEntry, Passage, XmlFeed, min_interval_seconds
from monitor.errors import PayloadInvalid

_ENDINGS = ("</rss>", "</feed>", "</rdf:rdf>")
_ENTITIES = re.compile(r"<!ENTITY[^<>]*>", re.IGNORECASE)
_REFERENCE = re.compile(r"&#(?:x([0-9a-f]+)|([0-9]+));", re.IGNORECASE)
_NAMESPACE = re.compile(r"""(\sxmlns(?::[^\s=<>"']+)?\s?=\s?)("[^"<>]*"|'[^'<>]*')""")
_CATEGORY = re.compile(r"<category\b[^<>]*>[^<>]*</category\s*>")
_MOST_CATEGORIES = 2000
_MOST_DIGITS = 7
_LARGEST_CHARACTER = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)
_MOST_TAGS = 60_000  # some thousand entries; the library takes seconds for more
_LONGEST_REASON = 200
_MOST_CHARACTERS = 2_000_000


def read_any_feed(text: str) -> XmlFeed | None:
    """Parse as much of a document as possible; None when it is not a feed.

    Args:
        text: The document, decoded. Of a very long one only the beginning is read, where the newest entries are.

    Raises:
        PayloadInvalid: When the library cannot read it at all.

    """
    whole = text
    text = _beginning(text)
    try:
        parsed = _parsed(_mended(text))
    except Exception as error:  # feedparser reads damaged text by regular expressions: anything may come of it
        said = f"{type(error).__name__}: {' '.join(str(error).split())}"[:_LONGEST_REASON]
        raise PayloadInvalid(f"the feed is too damaged to be read ({said}): look at it in a browser") from error
    if not parsed.entries and not parsed.version:
        return None
    return XmlFeed(
        entries=[_entry(entry) for entry in parsed.entries],
        language=_string(parsed.feed.get("language")),
        min_interval_seconds=min_interval_seconds(
            _string(parsed.feed.get("ttl")),
            _string(parsed.feed.get("sy_updateperiod")),
            _string(parsed.feed.get("sy_updatefrequency")),
        ),
        is_broken_off=len(text) < len(whole) or (bool(parsed.bozo) and not _is_ended(text)),
    )


def _is_ended(text: str) -> bool:
    return text.rstrip().lower().endswith(_ENDINGS)


def _beginning(text: str) -> str:
    """Return as much of a document as can be read in time."""
    text = text[:_MOST_CHARACTERS]
    if text.count("<") <= _MOST_TAGS:
        return text
    return text[: next(islice(re.finditer("<", text), _MOST_TAGS, None)).start()]


def _mended(text: str) -> str:
    """Take out what the library does not survive: references to what is no character, and spaces in namespaces.

    Entities go too: by those of its own a small document grows to megabytes.
    """
    if text.count("<category") > _MOST_CATEGORIES:
        text = _CATEGORY.sub("", text)  # the library compares each with all others, and none is kept
    text = _NAMESPACE.sub(lambda match: match[1] + "".join(match[2].split()), _ENTITIES.sub("", text))
    return _REFERENCE.sub(_sound_reference, text)


def _sound_reference(match: re.Match[str]) -> str:
    hexadecimal, decimal = match.groups()
    digits = (hexadecimal or decimal).lstrip("0")
    code = int(digits, 16 if hexadecimal else 10) if digits and len(digits) <= _MOST_DIGITS else 0
    if not 0 < code <= _LARGEST_CHARACTER or code in _SURROGATES:
        return "\N{REPLACEMENT CHARACTER}"
    return match[0]


def _parsed(text: str) -> Any:
    return feedparser.parse(
        # From memory, because a bare text would be taken for an address or a file's name. No address is given either:
        # it would be put before identifiers, which must stay what the site wrote.
        BytesIO(text.encode("utf-8", errors="replace")),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        # Markup becomes plain text later, where scripts go and links are completed, so it need not be cleaned twice.
        sanitize_html=False,
        resolve_relative_uris=False,
    )


def _entry(entry: Any) -> FeedEntry:
    details = [*entry.get("content", []), entry.get("summary_detail")]
    link = _string(entry.get("link"))
    return FeedEntry(
        id=_string(entry.get("id")),
        link=link,
        # Without a link the library takes the identifier for one, whether or not it is an address.
        is_link_guessed=bool(link and entry.get("guidislink")) and not _has_link(entry),
        title=_passage(entry.get("title_detail")),
        bodies=[passage for passage in map(_passage, details) if passage is not None],
        author=_string(entry.get("author")),
        published=_string(entry.get("published")),
        updated=_string(dict.get(entry, "updated")),  # its own get() would pass off the other date as this one
        replies=_string(entry.get("slash_comments")),
    )


def _has_link(entry: Any) -> bool:
    pages = (each for each in entry.get("links") or () if each.get("rel") == "alternate")
    return any(
        _string(link.get("href")) == _string(entry.get("link")) and _string(link.get("type")).lower() in PAGE_TYPES
        for link in pages
    )


def _passage(detail: Any) -> Passage | None:
    if not isinstance(detail, Mapping):
        return None
    value, is_called_html = _string(detail.get("value")), "html" in _string(detail.get("type"))
    return Passage.from_value(value, is_called_html=is_called_html, base=_string(detail.get("base")))


def _string(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
