"""A tolerant parser for feeds of every dialect, also malformed ones, on feedparser."""

import re
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import feedparser

from monitor.collectors.feed.entries import FeedEntry, Passage, XmlFeed, min_interval_seconds

_ENDINGS = ("</rss>", "</feed>", "</rdf:rdf>")
_ENTITIES = re.compile(r"<!ENTITY[^>]*>", re.IGNORECASE)


def read_any_feed(text: str) -> XmlFeed | None:
    """Parse as much of a document as possible; None when it is not a feed.

    Args:
        text: The document, decoded.

    """
    parsed = feedparser.parse(
        # From memory, because a bare text would be taken for an address or a file's name. No address is given either:
        # it would be put before identifiers, which must stay what the site wrote.
        # No entities of its own either: by them a small document grows to megabytes.
        BytesIO(_ENTITIES.sub("", text).encode("utf-8", errors="replace")),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        # Markup becomes plain text later, where scripts go and links are completed, so it need not be cleaned twice.
        sanitize_html=False,
        resolve_relative_uris=False,
    )
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
        is_broken_off=bool(parsed.bozo) and not text.rstrip().lower().endswith(_ENDINGS),
    )


def _entry(entry: Any) -> FeedEntry:
    details = [*entry.get("content", []), entry.get("summary_detail")]
    return FeedEntry(
        id=_string(entry.get("id")),
        link=_string(entry.get("link")),
        # Without a link the library takes the identifier for one, whether or not it is an address.
        is_link_guessed=bool(entry.get("guidislink")) and not _has_link(entry),
        title=_passage(entry.get("title_detail")),
        bodies=[passage for passage in map(_passage, details) if passage is not None],
        author=_string(entry.get("author")),
        published=_string(entry.get("published")),
        updated=_string(dict.get(entry, "updated")),  # its own get() would pass off the other date as this one
        replies=_string(entry.get("slash_comments")),
    )


def _has_link(entry: Any) -> bool:
    return any(_string(link.get("href")) == _string(entry.get("link")) for link in entry.get("links") or ())


def _passage(detail: Any) -> Passage | None:
    if not isinstance(detail, Mapping):
        return None
    value, is_called_html = _string(detail.get("value")), "html" in _string(detail.get("type"))
    return Passage.from_value(value, is_called_html=is_called_html, base=_string(detail.get("base")))


def _string(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
