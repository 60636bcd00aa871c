"""Conversion of RSS, Atom and JSON Feed documents to public posts."""

import hashlib
import html
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bs4 import BeautifulSoup

from monitor.collectors.base import PublicPost
from monitor.collectors.feed.entries import FeedEntry, Passage
from monitor.collectors.feed.plain import read_plain_feed
from monitor.collectors.feed.tolerant import read_any_feed
from monitor.collectors.http.fetched import Fetched
from monitor.collectors.http.urls import web_address, without_tracking
from monitor.collectors.parsing.dates import parse_date
from monitor.collectors.parsing.html_text import to_text
from monitor.collectors.parsing.human_dates import exactness
from monitor.errors import PayloadInvalid

_JSON_FEED = "https://jsonfeed.org/version/"
_FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json", "application/json"})
_OF_COMMENTS = re.compile(r"comment|bình luận|phản hồi", re.IGNORECASE)
_SHOWN = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A feed's posts, newest first, and the number of skipped entries by reason.

    `broken_off`: the document is truncated; its last entry is then left out. `min_interval_seconds`: the interval that
    the feed asks its readers to keep; 0 when it asks for none.
    """

    posts: tuple[PublicPost, ...]
    skipped: Counter[str] = field(default_factory=Counter)
    broken_off: bool = False
    min_interval_seconds: int = 0


class PageWithFeed(PayloadInvalid):
    """The answer is a web page that announces a feed.

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
    # By content, not by media type: many servers send feeds as text/html or text/plain.
    if text.lstrip().startswith("{"):
        return _read_json_feed(text, fetched.final_url)
    return _read_xml(text, fetched)


def _read_xml(text: str, fetched: Fetched) -> Document:
    feed = read_plain_feed(text) or read_any_feed(text)
    if feed is None:
        raise _not_a_feed(text, fetched)
    entries, skipped = list(feed.entries), Counter[str]()
    # The last entry of a truncated document may have lost half of its text.
    if feed.is_broken_off and entries:
        entries.pop()
        skipped["broken off"] += 1
    posts = _unique((_entry_post(entry, feed.language or None, fetched.final_url) for entry in entries), skipped)
    return Document(
        posts=tuple(posts),
        skipped=skipped,
        broken_off=feed.is_broken_off,
        min_interval_seconds=feed.min_interval_seconds,
    )


def _entry_post(entry: FeedEntry, language: str | None, base_url: str) -> PublicPost:
    raw = entry.published or entry.updated
    published_at, updated_at = parse_date(raw), parse_date(entry.updated)
    link = web_address(entry.link, "" if entry.is_link_guessed else base_url)
    title = _passage_text(entry.title, base_url)
    texts = (_passage_text(body, base_url) for body in entry.bodies)
    return PublicPost(
        external_id=entry.id or _derived_id(link, title, raw),
        text=next((text for text in texts if text), ""),
        url=link,
        author=entry.author or None,
        title=title or None,
        published_at=published_at,
        published_raw=raw or None,
        published_precision=exactness(raw) if published_at else None,
        edited_at=updated_at if published_at and updated_at and updated_at > published_at else None,
        language=language,
        engagement={"replies": int(entry.replies)} if entry.replies.isdecimal() else {},
    )


def _passage_text(passage: Passage | None, base_url: str) -> str:
    if passage is None:
        return ""
    return to_text(passage.value, base_url) if passage.is_html else html.unescape(passage.value)


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
        published_precision=exactness(raw or modified) if published_at else None,
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
    """Return a text field; numbers become digits, anything else becomes empty."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value.strip() if isinstance(value, str) else ""


def _derived_id(link: str | None, title: str, raw_date: str) -> str:
    """Derive an identifier for an entry without one: from its address, or else from title and date."""
    if link is None:
        return hashlib.sha256(f"{title}\n{raw_date}".encode()).hexdigest()
    return without_tracking(link)


def _not_a_feed(text: str, fetched: Fetched) -> PayloadInvalid:
    start = text.lstrip()[:_SHOWN].lower()
    if "html" not in fetched.content_type and not start.startswith(("<!doctype html", "<html")):
        return PayloadInvalid(
            f"{fetched.final_url} is neither RSS, Atom nor JSON Feed: check the address of the source"
        )
    feed_url = _announced(text, fetched.final_url)
    if feed_url is None:
        return PayloadInvalid(
            f"{fetched.final_url} is a web page, not a feed, and names none: look for the site's RSS page"
        )
    return PageWithFeed(fetched.final_url, feed_url)


def _announced(text: str, page_url: str) -> str | None:
    """Return the feed that a page announces; plain JSON and comment feeds come last."""
    candidates: list[tuple[bool, bool, str]] = []
    for link in BeautifulSoup(text, "lxml").find_all("link", rel="alternate"):
        media_type = str(link.get("type") or "").strip().lower()
        address = web_address(str(link.get("href") or "").strip(), page_url) if media_type in _FEED_TYPES else None
        if address:
            named = f"{link.get('title') or ''} {address}"
            candidates.append((media_type == "application/json", _OF_COMMENTS.search(named) is not None, address))
    return min(candidates, key=lambda each: each[:2])[2] if candidates else None
