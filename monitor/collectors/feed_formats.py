"""RSS, Atom and JSON Feed documents, read into public posts at the edge."""

import hashlib
import html
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import feedparser
from bs4 import BeautifulSoup

from monitor.collectors.addresses import web_address, without_tracking
from monitor.collectors.base import PublicPost
from monitor.collectors.dates import parse_date
from monitor.collectors.http import Fetched
from monitor.collectors.markup import is_markup, to_text
from monitor.errors import PayloadInvalid

_JSON_FEED = "https://jsonfeed.org/version/"
_FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json", "application/json"})
_ENDINGS = ("</rss>", "</feed>", "</rdf:rdf>")
_OF_COMMENTS = re.compile(r"comment|bình luận|phản hồi", re.IGNORECASE)
_PERIODS = {"hourly": 3600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
_ENTITIES = re.compile(r"<!ENTITY[^>]*>", re.IGNORECASE)
_SHOWN = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A feed's posts, newest first as feeds have them, with what was left out, by reason.

    `broken_off` says that the document ended before its end; its last entry is then left out. `wanted_seconds` is how
    long the feed asks its readers to wait between two readings; 0 when it says nothing.
    """

    posts: tuple[PublicPost, ...]
    skipped: Counter[str] = field(default_factory=Counter)
    broken_off: bool = False
    wanted_seconds: int = 0


class PageWithFeed(PayloadInvalid):
    """A web page came in the place of a feed, and names one.

    Args:
        page: Where the page was read.
        feed: The address that it names.

    """

    def __init__(self, page: str, feed: str) -> None:
        super().__init__(f"{page} is a web page, not a feed: its feed is {feed}, give that as the address")
        self.feed = feed


def read_document(fetched: Fetched) -> Document:
    """Read whichever kind of feed an answer holds.

    Raises:
        PageWithFeed: When it is a web page that announces a feed.
        PayloadInvalid: When it is anything else that is no feed.

    """
    text = fetched.text()
    if not text.strip():
        raise PayloadInvalid(f"{fetched.final_url} is empty, not a feed: check the address of the source")
    if text.lstrip().startswith("{"):
        return _read_json_feed(text, fetched.final_url)
    return _read_xml(text, fetched)


def _read_xml(text: str, fetched: Fetched) -> Document:
    parsed = feedparser.parse(
        # From memory, because a bare text would be taken for an address or a file's name. No address is given either:
        # it would be put before identifiers, which must stay what the site wrote.
        # No entities of its own either: by them a small document grows to megabytes.
        BytesIO(_ENTITIES.sub("", text).encode("utf-8", errors="replace")),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        # Markup becomes plain text here, where scripts go and links are completed, so it need not be cleaned twice.
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    entries = list(parsed.entries)
    if not entries and not parsed.version:
        raise _not_a_feed(text, fetched)
    broken_off = bool(parsed.bozo) and not text.rstrip().lower().endswith(_ENDINGS)
    skipped: Counter[str] = Counter()
    if broken_off and entries:
        entries.pop()
        skipped["broken off"] += 1
    language = _string(parsed.feed.get("language")) or None
    posts = tuple(_unique((_entry_post(entry, language, fetched.final_url) for entry in entries), skipped))
    return Document(posts=posts, skipped=skipped, broken_off=broken_off, wanted_seconds=_wanted_seconds(parsed.feed))


def _entry_post(entry: Any, language: str | None, base_url: str) -> PublicPost:
    published = _string(entry.get("published"))
    updated = _string(dict.get(entry, "updated"))  # the library's own get() would pass off the other date as this one
    raw = published or updated
    published_at, updated_at = parse_date(raw), parse_date(updated)
    # Without a link the library takes the identifier for one, whether or not it is an address.
    link = web_address(_string(entry.get("link")), "" if entry.get("guidislink") else base_url)
    title = _detail_text(entry.get("title_detail"), base_url)
    replies = _string(entry.get("slash_comments"))
    return PublicPost(
        external_id=_string(entry.get("id")) or _derived_id(link, title, raw),
        text=_entry_text(entry, base_url),
        url=link,
        author=_string(entry.get("author")) or None,
        title=title or None,
        published_at=published_at,
        published_raw=raw or None,
        edited_at=updated_at if published_at and updated_at and updated_at > published_at else None,
        language=language,
        engagement={"replies": int(replies)} if replies.isdecimal() else {},
    )


def _entry_text(entry: Any, base_url: str) -> str:
    """Prefer the whole content to the summary of it."""
    for detail in [*entry.get("content", []), entry.get("summary_detail")]:
        text = _detail_text(detail, base_url)
        if text:
            return text
    return ""


def _detail_text(detail: Any, base_url: str) -> str:
    if not isinstance(detail, Mapping):
        return ""
    value = _string(detail.get("value"))
    if "html" in _string(detail.get("type")) or is_markup(value):
        return to_text(value, base_url)
    return html.unescape(value)


def _read_json_feed(text: str, url: str) -> Document:
    try:
        payload = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PayloadInvalid(f"{url} is neither a feed nor sound JSON: check the address of the source") from error
    items = payload.get("items")
    if not _string(payload.get("version")).startswith(_JSON_FEED) or not isinstance(items, list):
        raise PayloadInvalid(f"{url} is JSON, but not a JSON Feed: check the address and the kind of the source")
    skipped: Counter[str] = Counter()
    sound = [item for item in items if isinstance(item, dict)]
    if len(sound) < len(items):
        skipped["malformed"] += len(items) - len(sound)
    language = _string(payload.get("language")) or None
    posts = tuple(_unique((_item_post(item, language, url) for item in sound), skipped))
    return Document(posts=posts, skipped=skipped)


def _item_post(item: Mapping[str, Any], language: str | None, base_url: str) -> PublicPost:
    raw, modified = _string(item.get("date_published")), _string(item.get("date_modified"))
    published_at, modified_at = parse_date(raw or modified), parse_date(modified)
    link = web_address(_string(item.get("url")), base_url)
    title = html.unescape(_string(item.get("title")))
    authors = item.get("authors")
    author = authors[0] if isinstance(authors, list) and authors else item.get("author")
    markup = _string(item.get("content_html"))
    return PublicPost(
        external_id=_string(item.get("id")) or _derived_id(link, title, raw),
        text=_string(item.get("content_text")) or to_text(markup, base_url) or _string(item.get("summary")),
        url=link,
        author=(_string(author.get("url")) or _string(author.get("name")) or None)
        if isinstance(author, dict)
        else None,
        title=title or None,
        published_at=published_at,
        published_raw=raw or modified or None,
        edited_at=modified_at if published_at and modified_at and modified_at > published_at else None,
        language=_string(item.get("language")) or language,
    )


def _unique(posts: Iterator[PublicPost], skipped: Counter[str]) -> Iterator[PublicPost]:
    seen: set[str] = set()
    for post in posts:
        if not post.text and not post.title:
            skipped["empty"] += 1
        elif post.external_id in seen:
            skipped["duplicate"] += 1
        else:
            seen.add(post.external_id)
            yield post


def _string(value: Any) -> str:
    """Give what a platform put where a text belongs; numbers are written out, anything else is nothing."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value.strip() if isinstance(value, str) else ""


def _derived_id(link: str | None, title: str, raw_date: str) -> str:
    """Name an entry that has no identifier: by its address without what only tracks readers, or heading and date."""
    if link is None:
        return hashlib.sha256(f"{title}\n{raw_date}".encode()).hexdigest()
    return without_tracking(link)


def _not_a_feed(text: str, fetched: Fetched) -> PayloadInvalid:
    start = text.lstrip()[:_SHOWN].lower()
    if "html" not in fetched.content_type and not start.startswith(("<!doctype html", "<html")):
        return PayloadInvalid(
            f"{fetched.final_url} is neither RSS, Atom nor JSON Feed: check the address of the source"
        )
    found = _announced(text, fetched.final_url)
    if found is None:
        return PayloadInvalid(
            f"{fetched.final_url} is a web page, not a feed, and names none: look for the site's RSS page"
        )
    return PageWithFeed(fetched.final_url, found)


def _announced(text: str, page_url: str) -> str | None:
    """Find the feed that a page announces; what may be no feed, and feeds of readers' comments, come last."""
    found: list[tuple[bool, bool, str]] = []
    for link in BeautifulSoup(text, "lxml").find_all("link", rel="alternate"):
        media_type = str(link.get("type") or "").strip().lower()
        address = web_address(str(link.get("href") or "").strip(), page_url) if media_type in _FEED_TYPES else None
        if address:
            named = f"{link.get('title') or ''} {address}"
            found.append((media_type == "application/json", _OF_COMMENTS.search(named) is not None, address))
    return min(found, key=lambda each: each[:2])[2] if found else None


def _wanted_seconds(feed: Any) -> int:
    """Give the least seconds between two readings that a feed asks for, by `ttl` or `sy:updatePeriod`."""
    minutes = _string(feed.get("ttl"))
    period = _PERIODS.get(_string(feed.get("sy_updateperiod")).lower(), 0)
    often = _string(feed.get("sy_updatefrequency"))
    times = int(often) if often.isdecimal() and int(often) else 1
    return max(int(minutes) * 60 if minutes.isdecimal() else 0, period // times)
