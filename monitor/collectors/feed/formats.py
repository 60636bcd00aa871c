"""Conversion of RSS, Atom and JSON Feed documents to public posts."""

import hashlib
import html
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from charset_normalizer import from_bytes

from monitor.collectors.base import PostPicture, PublicPost
from monitor.collectors.feed.entries import Feed, FeedEntry, Passage, whole_number
from monitor.collectors.feed.plain import read_plain_feed
from monitor.collectors.feed.tolerant import read_any_feed
from monitor.collectors.http.fetched import Fetched
from monitor.collectors.http.urls import web_address, without_tracking
from monitor.collectors.parsing.dates import parse_date
from monitor.collectors.parsing.day_order import (
    DateOrder,
    DateOrderContradicted,
    Decided,
    order_of,
    with_day_first,
)
from monitor.collectors.parsing.html_text import pictures_of, to_text, without_controls
from monitor.collectors.parsing.human_dates import exactness, read_date
from monitor.collectors.parsing.json_models import parse_json
from monitor.collectors.parsing.lxml_tree import whole_text
from monitor.collectors.parsing.soup import parse_soup
from monitor.collectors.parsing.structured_data import claim_reviews, read_nodes
from monitor.errors import PayloadInvalid

_JSON_FEED = re.compile(r"(?:https?://(?:www\.)?jsonfeed\.org/version/)?1(?:\.\d)?", re.IGNORECASE)
_DECLARES_ENCODING = re.compile(rb"encoding\s*=|charset\s*=", re.IGNORECASE)
_HEAD_BYTES = 1000
# Detection cannot tell these apart; of a feed without a declaration, the Western one is by far the likeliest.
_LIKE_WESTERN = re.compile(r"cp(?:125[02457]|437|85\d)|latin_1|iso8859_\d+|mac_(?:latin2|roman|iceland)|hp_roman8")
_FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json", "application/json"})
_OF_COMMENTS = re.compile(r"comment|bình luận|phản hồi", re.IGNORECASE)
_CLAIM_REVIEW = "ClaimReview"
_SHOWN = 80
CONTRADICTS = "date with day and month in another order than the other dates of the feed"
UNDECIDED = "date whose day and month cannot be told apart: set `date_order` to day-first or month-first"
_MOST_ITEMS = 10_000
_SHORT_HASH = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A feed's posts, newest first, and the number of skipped entries by reason.

    `broken_off`: the document is truncated; its last entry is then left out. `min_interval_seconds`: the interval that
    the feed asks its readers to keep; 0 when it asks for none. `dates`: in which order its dates have day and month.
    """

    posts: tuple[PublicPost, ...]
    skipped: Counter[str] = field(default_factory=Counter)
    broken_off: bool = False
    min_interval_seconds: int = 0
    dates: Decided = field(default_factory=Decided)


class PageWithFeed(PayloadInvalid):
    """The answer is a web page that announces a feed.

    Args:
        page: Where the page was read.
        feed: The address that it names.

    """

    def __init__(self, page: str, feed: str) -> None:
        super().__init__(f"{page} is a web page, not a feed: its feed is {feed}, give that as the address")
        self.feed = feed


def read_document(fetched: Fetched, known_order: DateOrder = "") -> Document:
    """Read whichever kind of feed an answer holds.

    Args:
        fetched: The answer.
        known_order: In which order the dates of this feed have day and month, as far as that was decided before.

    Raises:
        PageWithFeed: When it is a web page that announces a feed.
        PayloadInvalid: When it is anything else that is no feed.

    """
    text = whole_text(_decoded(fetched))
    if not text.strip():
        raise PayloadInvalid(f"{fetched.final_url} is empty, not a feed: check the address of the source")
    # By content, not by media type: many servers send feeds as text/html or text/plain.
    skipped = Counter[str]()
    is_json = text.lstrip().startswith("{")
    feed = _json_feed(text, fetched.final_url, skipped) if is_json else _xml_feed(text, fetched, skipped)
    written = (raw for entry in feed.entries for raw in (entry.published, entry.updated))
    dates = order_of(written, known=known_order, now=fetched.fetched_at)
    posts = tuple(_unique(_posts(feed, fetched, dates.order, skipped), skipped))
    if dates.is_open:
        skipped[UNDECIDED] += sum(bool(each.published_raw and not each.published_at) for each in posts)
    return Document(
        posts=posts,
        skipped=skipped,
        broken_off=feed.is_broken_off,
        min_interval_seconds=feed.min_interval_seconds,
        dates=dates,
    )


def _decoded(fetched: Fetched) -> str:
    """Decode a body; one in a Western encoding that nobody declared is taken for windows-1252, as browsers do."""
    declared = _DECLARES_ENCODING.search(fetched.body[:_HEAD_BYTES] + fetched.headers.get("content-type", "").encode())
    try:
        fetched.body.decode()
    except UnicodeDecodeError:
        detected = None if declared else from_bytes(fetched.body).best()
        if detected is not None and _LIKE_WESTERN.fullmatch(detected.encoding):
            return fetched.body.decode("cp1252", errors="replace")
    return fetched.text()


def _xml_feed(text: str, fetched: Fetched, skipped: Counter[str]) -> Feed:
    feed = read_plain_feed(text) or read_any_feed(text, fetched.final_url)
    if feed is None:
        raise _not_a_feed(text, fetched)
    # The last entry of a truncated document may have lost half of its text.
    if feed.is_broken_off and feed.entries:
        skipped["broken off"] += 1
        return replace(feed, entries=feed.entries[:-1])
    return feed


def _json_feed(text: str, url: str, skipped: Counter[str]) -> Feed:
    try:
        payload = parse_json(text)
    except ValueError as error:
        if not text.rstrip().endswith("}"):
            raise PayloadInvalid(f"{url} broke off before its end: it is read again at the next reading") from error
        raise PayloadInvalid(f"{url} is neither a feed nor sound JSON: check the address of the source") from error
    items = payload.get("items")
    if not _JSON_FEED.fullmatch(_string(payload.get("version"))) or not isinstance(items, list):
        raise PayloadInvalid(f"{url} is JSON, but not a JSON Feed: check the address and the kind of the source")
    if len(items) > _MOST_ITEMS:
        skipped[f"beyond the first {_MOST_ITEMS:,}"] = len(items) - _MOST_ITEMS
        items = items[:_MOST_ITEMS]
    sound = [item for item in items if isinstance(item, dict)]
    if len(sound) < len(items):
        skipped["malformed"] += len(items) - len(sound)
    return Feed(entries=[_json_entry(item) for item in sound], language=_string(payload.get("language")))


def _json_entry(item: Mapping[str, Any]) -> FeedEntry:
    authors = item.get("authors")
    author = authors[0] if isinstance(authors, list) and authors else item.get("author")
    texts = [(_string(item.get(name)), name == "content_html") for name in ("content_text", "content_html", "summary")]
    return FeedEntry(
        id=_string(item.get("id")),
        link=_string(item.get("url")),
        title=Passage(_string(item.get("title")), is_html=False),
        bodies=[Passage(text, is_html) for text, is_html in texts if text],
        author=(_string(author.get("url")) or _string(author.get("name"))) if isinstance(author, dict) else "",
        published=_string(item.get("date_published")),
        updated=_string(item.get("date_modified")),
        language=_string(item.get("language")),
        pictures=list(_json_pictures(item)),
    )


def _json_pictures(item: Mapping[str, Any]) -> Iterator[PostPicture]:
    attached = item.get("attachments")
    for each in attached if isinstance(attached, list) else ():
        if isinstance(each, dict) and _string(each.get("mime_type")).startswith("image/"):
            yield PostPicture(_string(each.get("url")), _string(each.get("title")))
    if image := _string(item.get("image")):
        yield PostPicture(image)


def _posts(feed: Feed, fetched: Fetched, order: DateOrder, skipped: Counter[str]) -> Iterator[PublicPost]:
    """Read entries, and the fact checks that their texts mark up as posts of their own, as those of a page are.

    An entry whose date contradicts the others is left out and counted.
    """
    for entry in feed.entries:
        try:
            post = _post(entry, entry.language or feed.language or None, fetched.final_url, order)
        except DateOrderContradicted:
            skipped[CONTRADICTS] += 1
            continue
        yield post
        yield from _check_posts(post, entry, fetched.final_url, fetched.fetched_at)


def _post(entry: FeedEntry, language: str | None, base_url: str, order: DateOrder) -> PublicPost:
    raw = entry.published or entry.updated
    published_at, updated_at = _moment(raw, order), _moment(entry.updated, order)
    link = web_address(entry.link, "" if entry.is_link_guessed else base_url)
    title = _passage_text(entry.title, base_url)
    text = next(filter(None, (_passage_text(body, base_url) for body in entry.bodies)), "")
    bodies = (pictures_of(body.value, _base_of(body, base_url)) for body in entry.bodies if body.is_html)
    pictures = [*next(filter(None, bodies), ()), *entry.pictures]
    said = text or "\n".join(each.description or each.address for each in pictures)
    return PublicPost(
        external_id=entry.id or _derived_id(link, title, raw) or _id_of_all(title, raw, said, entry.author),
        text=text,
        url=link,
        author=entry.author or None,
        title=title or None,
        published_at=published_at,
        published_raw=raw or None,
        published_precision=exactness(raw) if published_at else None,
        edited_at=updated_at if published_at and updated_at and updated_at > published_at else None,
        language=language,
        engagement={} if (replies := whole_number(entry.replies)) is None else {"replies": replies},
        pictures=pictures,
    )


def _moment(raw: str, order: DateOrder) -> datetime | None:
    """Read a date; None for what is none, and where nothing tells the day from the month."""
    return parse_date(with_day_first(raw, order)) if raw else None


def _passage_text(passage: Passage | None, base_url: str) -> str:
    if passage is None:
        return ""
    text = to_text(passage.value, _base_of(passage, base_url)) if passage.is_html else html.unescape(passage.value)
    return without_controls(text)


def _base_of(passage: Passage, base_url: str) -> str:
    return (web_address(passage.base, base_url) if passage.base else None) or base_url


def _unique(posts: Iterator[PublicPost], skipped: Counter[str]) -> Iterator[PublicPost]:
    seen: dict[str, PublicPost] = {}
    for post in posts:
        if not post.text and not post.title and not post.pictures:
            skipped["empty"] += 1
            continue
        named = _told_apart(post, seen)
        if named is None:
            skipped["duplicate"] += 1
        else:
            seen[named.external_id] = named
            yield named


def _told_apart(post: PublicPost, seen: Mapping[str, PublicPost]) -> PublicPost | None:
    """Return a post, with an identifier of all that it says if another has its title and place; None for a repeat."""
    other = seen.get(post.external_id)
    if other is None:
        return post
    is_named = post.external_id != _derived_id(post.url, post.title or "", post.published_raw or "")
    if is_named or _said(post) == _said(other):
        return None
    named = replace(post, external_id=_id_of_all(*_said(post)))
    return None if named.external_id in seen else named


def _string(value: Any) -> str:
    """Return a text field; numbers become digits, anything else becomes empty."""
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return str(value)
    return without_controls(whole_text(value)).strip() if isinstance(value, str) else ""


def _derived_id(link: str | None, title: str, raw_date: str) -> str:
    """Derive an identifier for an entry without one; "" where it has neither an address nor a title or date.

    Its address alone is not enough: lists of notices give all of them the address of the list.
    """
    if link is not None:
        return without_tracking(link) + (f"#{_hash(title)[:_SHORT_HASH]}" if title else "")
    return _hash(f"{title}\n{raw_date}") if title or raw_date else ""


def _check_posts(post: PublicPost, entry: FeedEntry, base_url: str, now: datetime) -> Iterator[PublicPost]:
    """Read the fact checks of an entry; those of its first text that has any."""
    marked = next((body.value for body in entry.bodies if body.is_html and _CLAIM_REVIEW in body.value), None)
    if marked is None:
        return
    nodes, _ = read_nodes(parse_soup(marked))
    for review in claim_reviews(nodes, post.url or base_url):
        yield review.beside(post, read_date(review.published, now=now))


def _id_of_all(*said: str) -> str:
    """Derive an identifier for an entry without a name of its own: from all that it says."""
    return _hash("\n".join(said))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _said(post: PublicPost) -> tuple[str, str, str, str]:
    return post.title or "", post.published_raw or "", post.text_with_descriptions, post.author or ""


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
    for link in parse_soup(text).find_all("link", rel="alternate"):
        media_type = str(link.get("type") or "").strip().lower()
        address = web_address(str(link.get("href") or "").strip(), page_url) if media_type in _FEED_TYPES else None
        if address:
            named = f"{link.get('title') or ''} {address}"
            candidates.append((media_type == "application/json", _OF_COMMENTS.search(named) is not None, address))
    return min(candidates, key=lambda each: each[:2])[2] if candidates else None
