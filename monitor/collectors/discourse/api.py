"""What a Discourse forum answers, read at the edge: a source's settings, pages of posts, lists of topics."""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from monitor.collectors.base import PublicPost, SourceView
from monitor.collectors.http.client import Fetched
from monitor.collectors.parsing.dates import parse_date
from monitor.collectors.parsing.json_values import number_at, text_at
from monitor.collectors.parsing.soup import fragment_text, outermost, parse_fragment, put_link, remove, words_of
from monitor.collectors.source_settings import number_setting
from monitor.errors import PayloadInvalid, SourceRefused, UsageError

_BACKFILL_PAGES = 5
_MOST_PAGES = 20
_PAGES_LIMIT = 100
_CATEGORY = re.compile(r"(?:[\w%.~-]+/)+\d+")
_TAG = re.compile(r"[^\s/?#]+(?:/\d+)?")
_KEPT_TYPES = frozenset({1, 2})  # posts of members, and of moderators; not notices of what was done, nor whispers
_OPENING = 1
_LIKE = 2
_NOISE = "svg, .lightbox-wrapper .meta, .onebox .source, a.anchor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Forum:
    """Which posts of which forum a source reads.

    Settings of a source: `category` as in the forum's addresses (`viec-lam/4`) or `tag`, for the posts of these topics
    only; `backfill_pages` is how many pages of 50 the first reading goes back, `max_pages` how many each later one.
    """

    base: str
    topics: str
    backfill_pages: int
    max_pages: int

    @classmethod
    def of(cls, source: SourceView) -> "Forum":
        """Read a source's settings.

        Raises:
            UsageError: When they are not as described.

        """
        category = str(source.settings.get("category", "")).strip().strip("/")
        tag = str(source.settings.get("tag", "")).strip().removeprefix("#")
        if category and tag:
            raise UsageError(f"source {source.name}: `category` and `tag` exclude each other: set one of them")
        if category and not _CATEGORY.fullmatch(category):
            raise UsageError(
                f"source {source.name}: `category` must be as in the address of its page, name/number: not {category!r}"
            )
        if tag and not _TAG.fullmatch(tag):
            raise UsageError(f"source {source.name}: `tag` must be one word as in its address: not {tag!r}")
        return cls(
            base=source.address.rstrip("/"),
            topics=f"c/{category}" if category else f"tag/{quote(tag, safe='/')}" if tag else "",
            backfill_pages=number_setting(source, "backfill_pages", _BACKFILL_PAGES, _PAGES_LIMIT),
            max_pages=number_setting(source, "max_pages", _MOST_PAGES, _PAGES_LIMIT),
        )

    @property
    def host(self) -> str:
        """The server's name."""
        return urlsplit(self.base).hostname or ""

    @property
    def posts_url(self) -> str:
        """The address of the newest posts, without parameters."""
        return f"{self.base}/posts.json"

    @property
    def topics_url(self) -> str:
        """The address of the chosen category's or tag's topics."""
        return f"{self.base}/{self.topics}.json"

    def post_url(self, number: int) -> str:
        """Give the address of one post."""
        return f"{self.base}/posts/{number}.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of a page. `post` is None when it is gone (`gone`) or left out (`reason`)."""

    number: int
    topic: int
    created_at: datetime | None
    post: PublicPost | None = None
    reason: str = ""
    gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of posts, newest first, with how many rows could not be read."""

    fetched: Fetched
    entries: Sequence[Entry]
    malformed: int

    @property
    def numbers(self) -> Sequence[int]:
        """The numbers of all its posts."""
        return [entry.number for entry in self.entries]


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicPage:
    """One page of a list of topics. `oldest` is when its last topic, not counting pinned ones, was last active."""

    ids: frozenset[int]
    oldest: datetime | None
    more: bool


def read_page(fetched: Fetched, forum: Forum) -> Page:
    """Read a page of posts.

    Raises:
        PayloadInvalid: When it is none.
        SourceRefused: When a page to sign in came instead.

    """
    payload = _json(fetched)
    rows = payload.get("latest_posts") if isinstance(payload, dict) else None
    if not isinstance(rows, list):
        raise PayloadInvalid(f"{fetched.final_url} does not answer with a list of posts: is it a Discourse forum?")
    found = [read_entry(row, forum) for row in rows]
    entries = sorted((entry for entry in found if entry is not None), key=lambda entry: entry.number, reverse=True)
    return Page(fetched=fetched, entries=entries, malformed=found.count(None))


def read_entry(row: Any, forum: Forum) -> Entry | None:
    """Read one post; None when it has no number or no topic."""
    if not isinstance(row, dict):
        return None
    number, topic = number_at(row, "id"), number_at(row, "topic_id")
    if number is None or topic is None:
        return None
    created_at = parse_date(text_at(row, "created_at"))
    if row.get("user_deleted") is True or row.get("hidden") is True or row.get("deleted_at"):
        return Entry(number=number, topic=topic, created_at=created_at, gone=True)
    # Accounts below 0 are the forum's own: its welcome texts, its teaching robot.
    if row.get("post_type", 1) not in _KEPT_TYPES or (number_at(row, "user_id") or 0) < 0:
        return Entry(number=number, topic=topic, created_at=created_at, reason="system message")
    is_reply = number_at(row, "post_number") != _OPENING
    text = cooked_text(text_at(row, "cooked"), forum.base, is_reply=is_reply)
    if not text:
        return Entry(number=number, topic=topic, created_at=created_at, reason="no text")
    post = _post(row, number, topic, forum, text, is_reply=is_reply)
    return Entry(number=number, topic=topic, created_at=created_at, post=post)


def cooked_text(cooked: str, base_url: str, *, is_reply: bool) -> str:
    """Give the plain text of a post's HTML; a reply without what it quotes of others."""
    soup = parse_fragment(cooked)
    if is_reply:
        remove(soup, "aside.quote")
    else:
        remove(soup, "aside.quote > .title")
    for card in outermost(soup, "aside.onebox"):
        title = card.select_one("h3, h4")
        link = title.select_one("a[href]") if title else None
        address = str(card.get("data-onebox-src") or (link.get("href") if link else "") or "")
        put_link(soup, card, address, words_of(title))
    remove(soup, _NOISE)
    for hashtag in soup.select("a.hashtag, a.hashtag-cooked"):
        hashtag.replace_with("#" + words_of(hashtag).removeprefix("#"))
    return fragment_text(soup, base_url + "/")


def read_topics(fetched: Fetched) -> TopicPage:
    """Read a page of a list of topics.

    Raises:
        PayloadInvalid: When it is none.
        SourceRefused: When a page to sign in came instead.

    """
    payload = _json(fetched)
    listing = payload.get("topic_list") if isinstance(payload, dict) else None
    rows = listing.get("topics") if isinstance(listing, dict) else None
    if not isinstance(listing, dict) or not isinstance(rows, list):
        raise PayloadInvalid(f"{fetched.final_url} does not answer with a list of topics: check `category` or `tag`")
    topics = [row for row in rows if isinstance(row, dict)]
    # Pinned topics stand first whenever anybody last wrote in them.
    active = [text_at(row, "bumped_at") for row in topics if not (row.get("pinned") or row.get("pinned_globally"))]
    moments = [moment for moment in map(parse_date, active) if moment is not None]
    return TopicPage(
        ids=frozenset(number for number in (number_at(row, "id") for row in topics) if number is not None),
        oldest=min(moments, default=None),
        more=bool(listing.get("more_topics_url")),
    )


def read_single(fetched: Fetched, forum: Forum) -> Entry | None:
    """Read the answer for a single post."""
    return read_entry(_json(fetched), forum)


def refusal(fetched: Fetched, forum: Forum) -> SourceRefused | None:
    """Tell from a 403 whether the forum is closed to guests; None when only this one thing is."""
    try:
        payload = json.loads(fetched.body)
    except (ValueError, RecursionError):
        payload = None
    kind = payload.get("error_type") if isinstance(payload, dict) else None
    if kind == "invalid_access":
        return None
    if kind == "not_logged_in":
        return SourceRefused(f"{forum.host} shows its posts to members only: ask its operators, or remove the source")
    return SourceRefused(f"{fetched.final_url} answers 403: the forum does not want this to be read by programs")


def counted(page: Page, reasons: Sequence[str]) -> Counter[str]:
    """Count what was left out of a page, with the rows that could not be read."""
    skipped = Counter(reasons)
    if page.malformed:
        skipped["malformed"] += page.malformed
    return skipped


def _post(row: Mapping[str, Any], number: int, topic: int, forum: Forum, text: str, *, is_reply: bool) -> PublicPost:
    title = text_at(row, "topic_title").strip() or None
    account, name, created = number_at(row, "user_id"), text_at(row, "username"), text_at(row, "created_at")
    place = f"{text_at(row, 'topic_slug') or '-'}/{topic}/{number_at(row, 'post_number') or 1}"
    # A name can be changed, an account's number cannot; both are unique on one forum only.
    author = str(account) if account else name
    return PublicPost(
        external_id=str(number),
        text=text,
        url=f"{forum.base}/t/{place}",
        author=f"{author}@{forum.host}" if author else None,
        title=None if is_reply else title,
        context=title if is_reply else None,
        published_at=parse_date(created),
        published_raw=created or None,
        edited_at=parse_date(text_at(row, "updated_at")) if (number_at(row, "version") or 1) > 1 else None,
        engagement=_engagement(row),
    )


def _engagement(row: Mapping[str, Any]) -> dict[str, int]:
    actions = row.get("actions_summary")
    likes = [
        number_at(action, "count")
        for action in (actions if isinstance(actions, list) else [])
        if isinstance(action, dict) and action.get("id") == _LIKE
    ]
    counts = {"replies": number_at(row, "reply_count"), "likes": likes[0] if likes else None}
    return {name: count for name, count in counts.items() if count is not None}


def _json(fetched: Fetched) -> Any:
    try:
        return json.loads(fetched.body)
    except (ValueError, RecursionError) as error:
        if urlsplit(fetched.final_url).path.rstrip("/").endswith("/login"):
            message = f"{fetched.url} leads to a page to sign in: ask the forum's operators, or remove the source"
            raise SourceRefused(message) from error
        raise PayloadInvalid(f"{fetched.final_url} does not answer with JSON: is it a Discourse forum?") from error
