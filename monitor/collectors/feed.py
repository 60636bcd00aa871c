"""Newspapers and blogs by their feeds: RSS, Atom, JSON Feed."""

import hashlib
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime

from monitor.collectors.base import Batch, PublicPost, SourceView
from monitor.collectors.feed_formats import Document, read_document
from monitor.collectors.http import Fetched, PoliteClient
from monitor.collectors.validators import conditional_headers, validators_of

_REMEMBERED = 500
_NOT_MODIFIED = 304
# Some servers write the present time into every answer, so that no two are equal.
_CLOCKS = re.compile(rb"<(pubDate|lastBuildDate|updated)\b[^>]*>[^<]*</\1>", re.IGNORECASE)
_FIRST_ENTRY = re.compile(rb"<(?:item|entry)\b")


class FeedCollector:
    """Reads the window of newest entries that a feed is.

    The cursor holds the hash of the last body, the identifiers in that window and the newest date seen. A feed tells of
    no deletions: an entry that leaves the window is not gone.
    """

    kind = "feed"

    async def collect(self, source: SourceView, client: PoliteClient) -> AsyncIterator[Batch]:
        """Read the feed once; the answer is one batch, oldest entry first.

        Raises:
            PayloadInvalid: When the address holds no feed.
            CollectError: Another of its subclasses, when the client could not read it.

        """
        fetched = await client.get(
            source.address, headers=conditional_headers(source.validators.get(source.address, {}))
        )
        body_hash = _stable_hash(fetched.body)
        if fetched.status == _NOT_MODIFIED:
            yield Batch(fetched=fetched, unchanged=True)
        elif source.cursor.get("body_sha256") == body_hash:
            yield Batch(fetched=fetched, unchanged=True, validators=validators_of(source.address, fetched))
        else:
            yield _batch(source, fetched, read_document(fetched), body_hash)


def _batch(source: SourceView, fetched: Fetched, document: Document, body_hash: str) -> Batch:
    newest = _newest(document.posts, source.cursor)
    cursor = {
        # An answer that broke off is to be read again, even when nothing changes.
        "body_sha256": None if document.broken_off else body_hash,
        "known": [post.external_id for post in document.posts][:_REMEMBERED],
        "newest": newest.isoformat() if newest else None,
    }
    return Batch(
        fetched=fetched,
        posts=tuple(reversed(document.posts)),
        skipped=document.skipped,
        cursor=cursor,
        validators={} if document.broken_off else validators_of(source.address, fetched),
        gap="the feed broke off before its end" if document.broken_off else _overrun(document.posts, source.cursor),
    )


def _stable_hash(body: bytes) -> str:
    first = _FIRST_ENTRY.search(body)
    head = body[: first.start()] if first else b""
    return hashlib.sha256(_CLOCKS.sub(b"", head) + body[len(head) :]).hexdigest()


def _newest(posts: Sequence[PublicPost], cursor: Mapping[str, object]) -> datetime | None:
    dates = [post.published_at for post in posts if post.published_at]
    known = _known_newest(cursor)
    return max([*dates, known] if known else dates, default=None)


def _known_newest(cursor: Mapping[str, object]) -> datetime | None:
    value = cursor.get("newest")
    return datetime.fromisoformat(value) if isinstance(value, str) else None


def _overrun(posts: Sequence[PublicPost], cursor: Mapping[str, object]) -> str | None:
    """Say so when the window moved past everything known: what stood between was never seen."""
    known = cursor.get("known")
    if not isinstance(known, list) or not known or not posts or any(post.external_id in known for post in posts):
        return None
    oldest = min((post.published_at for post in posts if post.published_at), default=None)
    newest = _known_newest(cursor)
    if oldest and newest and oldest <= newest:
        return None
    since = f" of {newest:%Y-%m-%d %H:%M} UTC" if newest else ""
    return f"none of the feed's {len(posts)} entries was known: those since the newest one{since} were missed"
