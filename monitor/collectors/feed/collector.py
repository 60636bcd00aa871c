"""The collector for feeds: RSS, Atom, JSON Feed."""

import hashlib
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from monitor.collectors.base import Batch, KnownPost, PublicPost, SourceView
from monitor.collectors.feed.formats import Document, PageWithFeed, read_document
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.http.fetched import Fetched, conditional_headers
from monitor.collectors.parsing.dates import stored_date
from monitor.collectors.parsing.day_order import DAY_FIRST, MONTH_FIRST, OPEN, DateOrder
from monitor.errors import PayloadInvalid, UsageError

_REMEMBERED = 500  # identifiers; bounds the cursor
_NOT_MODIFIED = 304
# Some servers write the current time into every answer; without it, unchanged bodies have equal hashes.
_CLOCKS = re.compile(rb"<(pubDate|lastBuildDate|updated)\b[^>]*>[^<]*</\1>", re.IGNORECASE)
_MAX_AGE = re.compile(r"(?<![\w-])max-age\s*=\s*\"?(\d{1,9})")
_FIRST_ENTRY = re.compile(rb"<(?:item|entry)\b")
_LASTING = frozenset({"found", "date_order"})
_ORDERS: tuple[DateOrder, ...] = (DAY_FIRST, MONTH_FIRST)
_LONGEST_HEAD = 20_000  # bytes; the search for clocks takes time with the square of it


class FeedCollector:
    """Reads the newest entries of a feed; for a web page, of the feed that it announces.

    The cursor holds the hash of the last body, the identifiers in that window and the newest date seen; `found` is the
    feed that the page at the source's address announced; `least_interval_seconds` is how long the feed asks its readers
    to wait; `date_order` is which stands first in its dates, day or month (the setting of that name comes before it).
    A feed does not report deletions: an entry that is no longer listed is not gone.
    """

    kind = "feed"

    async def collect(self, source: SourceView, client: PoliteClient) -> AsyncIterator[Batch]:
        """Read the feed once; the answer is one batch, oldest entry first.

        Raises:
            UsageError: When the source's setting is wrong.
            PayloadInvalid: When the address holds no feed, and no page that announces one.
            CollectError: Another of its subclasses, when the client could not read it.

        """
        fetched, document, announced = await _find(source, client)
        if document is not None:
            yield _batch(source, fetched, document, announced)
        elif fetched.status == _NOT_MODIFIED:
            yield Batch(fetched=fetched, unchanged=True)
        else:
            yield Batch(fetched=fetched, unchanged=True, validators=fetched.validators_for(announced or source.address))

    async def recheck(
        self, source: SourceView, client: PoliteClient, posts: Sequence[KnownPost]
    ) -> AsyncIterator[Batch]:
        """Read the feed once more, for those posts that still stand in it; the others are left out.

        Raises:
            CollectError: When the feed could not be read.

        """
        wanted = {post.external_id for post in posts}
        anew = replace(
            source, validators={}, cursor={name: source.cursor[name] for name in source.cursor if name in _LASTING}
        )
        fetched, document, _ = await _find(anew, client)
        standing = document.posts if document else ()
        yield Batch(fetched=fetched, posts=[post for post in reversed(standing) if post.external_id in wanted])


async def _find(source: SourceView, client: PoliteClient) -> tuple[Fetched, Document | None, str | None]:
    """Read the feed at a source's address, or the one that the page there announces, whose address is returned too."""
    stored = source.cursor.get("found")
    # It counts only as long as the source has that page's address.
    if isinstance(stored, Mapping) and stored.get("page") == source.address:
        announced = str(stored.get("feed"))
        try:
            return *await _read(source, announced, client), announced
        except PayloadInvalid:  # the feed may have moved: read the page again
            pass
    try:
        return *await _read(source, source.address, client), None
    except PageWithFeed as page:
        announced = page.feed
    return *await _read(source, announced, client), announced


async def _read(source: SourceView, url: str, client: PoliteClient) -> tuple[Fetched, Document | None]:
    """Read a feed; without a document when nothing in it changed."""
    order = _known_order(source)
    fetched = await client.get(url, headers=conditional_headers(source.validators.get(url, {})))
    if fetched.status == _NOT_MODIFIED or source.cursor.get("body_sha256") == _stable_hash(fetched.body):
        return fetched, None
    return fetched, await client.parse(read_document, fetched, order)


def _known_order(source: SourceView) -> DateOrder:
    """Return in which order the feed's dates have day and month: by its setting, or as an earlier reading decided."""
    wish = source.settings.get("date_order")
    if wish is not None and wish not in _ORDERS:
        raise UsageError(f"source {source.name}: `date_order` must be {DAY_FIRST} or {MONTH_FIRST}")
    return next((order for order in _ORDERS if order == (wish or source.cursor.get("date_order"))), "")


def _batch(source: SourceView, fetched: Fetched, document: Document, announced: str | None) -> Batch:
    newest = _newest(document.posts, source.cursor)
    wait = max(document.min_interval_seconds, _fresh_seconds(fetched))
    # A truncated answer must be read again even if nothing changes, and so must one whose dates wait for a setting.
    is_final = not (document.broken_off or document.dates.is_open)
    cursor = {
        "body_sha256": _stable_hash(fetched.body) if is_final else None,
        "known": [post.external_id for post in document.posts][:_REMEMBERED],
        "newest": newest.isoformat() if newest else None,
        **({"found": {"page": source.address, "feed": announced}} if announced else {}),
        **({"least_interval_seconds": wait} if wait else {}),
        **({"date_order": document.dates.order} if document.dates.is_proved else {}),
        **({"date_order": OPEN} if document.dates.is_open else {}),
    }
    return Batch(
        fetched=fetched,
        posts=tuple(reversed(document.posts)),
        skipped=document.skipped,
        cursor=cursor,
        validators=fetched.validators_for(announced or source.address) if is_final else {},
        gap="the feed broke off before its end" if document.broken_off else _overrun(document.posts, source.cursor),
    )


def _fresh_seconds(fetched: Fetched) -> int:
    """Return the max-age of Cache-Control in seconds; 0 without one."""
    directives = fetched.headers.get("cache-control", "").lower()
    if "no-cache" in directives or "no-store" in directives:
        return 0
    match = _MAX_AGE.search(directives)
    return int(match[1]) if match else 0


def _stable_hash(body: bytes) -> str:
    first = _FIRST_ENTRY.search(body)
    head = body[: min(first.start(), _LONGEST_HEAD)] if first else b""
    return hashlib.sha256(_CLOCKS.sub(b"", head) + body[len(head) :]).hexdigest()


def _newest(posts: Sequence[PublicPost], cursor: Mapping[str, object]) -> datetime | None:
    dates = [post.published_at for post in posts if post.published_at]
    known = stored_date(cursor.get("newest"))
    return max([*dates, known] if known else dates, default=None)


def _overrun(posts: Sequence[PublicPost], cursor: Mapping[str, object]) -> str | None:
    """Describe the gap when none of the entries is known: those in between were never listed."""
    known = cursor.get("known")
    if not isinstance(known, list) or not known or not posts or any(post.external_id in known for post in posts):
        return None
    oldest = min((post.published_at for post in posts if post.published_at), default=None)
    newest = stored_date(cursor.get("newest"))
    if oldest and newest and oldest <= newest:
        return None
    since = f" of {newest:%Y-%m-%d %H:%M} UTC" if newest else ""
    return f"none of the feed's {len(posts)} entries was known: those since the newest one{since} were missed"
