"""One account, or one curated list of accounts, on Bluesky, through the public AppView and without an account."""

from collections.abc import AsyncIterator, Collection, Mapping
from datetime import datetime
from typing import Any

from monitor.collectors.base import Batch, PublicPost, SourceView
from monitor.collectors.bluesky.api import (
    MOST_URIS,
    NOT_FOUND,
    AccountAway,
    Feed,
    Page,
    problem_of,
    read_page,
    read_posts,
)
from monitor.collectors.bluesky.record import parse_at_uri
from monitor.collectors.http.client import PoliteClient

_OK = 200
_MOST_PAGES = 50
_PROBLEMS = frozenset({400, 404})


class BlueskyCollector:
    """Reads a feed from its newest post back to those that are known, and asks after watched posts it did not meet.

    The cursor holds `feed`, which feed it is of, and `newest`, when the newest row of it came in. It moves only when
    the known posts were reached: a reading that stops on the way is done again from the top.
    """

    kind = "bluesky"

    async def collect(self, source: SourceView, client: PoliteClient) -> AsyncIterator[Batch]:
        """Read what is new, page by page, then look whether watched posts are still there.

        Raises:
            UsageError: When the source's settings are wrong.
            SourceRefused: When the account is blocked, deactivated or taken down.
            CollectError: Another of its subclasses, when the AppView could not be read.

        """
        feed = Feed.from_source(source)
        met: set[str] = set()
        try:
            async for batch in _new_posts(feed, _newest(source.cursor, feed), client, met):
                yield batch
        except AccountAway as away:
            yield Batch(fetched=away.fetched, gone_authors=_authors(feed, source))
            raise
        async for batch in _look_again(feed, source, client, met):
            yield batch


async def _new_posts(feed: Feed, known: datetime | None, client: PoliteClient, met: set[str]) -> AsyncIterator[Batch]:
    """Read back to what is known, or as far as a reading may go; `met` collects the identifiers on the way."""
    most = feed.backfill_pages if known is None else _MOST_PAGES
    newest, older = known, None
    for number in range(1, most + 1):
        page = await _page(feed, older, client)
        met |= page.uris
        newest = max([*page.places, *([newest] if newest else [])], default=None)
        reached = known is not None and page.reaches(known)
        ended = page.cursor is None or page.cursor == older
        finished = reached or ended or number == most
        missed = known is not None and finished and not reached and not ended
        yield Batch(
            fetched=page.fetched,
            posts=page.posts,
            skipped=page.skipped,
            cursor=_cursor(feed, newest) if finished else None,
            gap=_gap(known, page) if missed and known else None,
        )
        if finished:
            return
        older = page.cursor


async def _page(feed: Feed, cursor: str | None, client: PoliteClient) -> Page:
    fetched = await client.get(feed.url, api=True, params=feed.params(cursor), accept_status=_PROBLEMS)
    if fetched.status != _OK:
        raise await client.parse(problem_of, fetched, feed)
    return await client.parse(read_page, fetched, feed)


async def _look_again(
    feed: Feed, source: SourceView, client: PoliteClient, met: Collection[str]
) -> AsyncIterator[Batch]:
    """Ask after the watched posts that the feed did not show; what is not given any more is gone."""
    asked = [uri for uri in source.watched if uri not in met and parse_at_uri(uri)]
    for start in range(0, len(asked), MOST_URIS):
        some = asked[start : start + MOST_URIS]
        fetched = await client.get(feed.posts_url(some), api=True)
        views = await client.parse(read_posts, fetched, feed)
        results = {uri: views.get(uri, NOT_FOUND) for uri in some}
        yield Batch(
            fetched=fetched,
            posts=tuple(post for post in results.values() if isinstance(post, PublicPost)),
            gone=tuple(uri for uri in some if results[uri] == NOT_FOUND),
        )


def _authors(feed: Feed, source: SourceView) -> tuple[str, ...]:
    """List the accounts that an author's feed is of: the one it is read by, and those its stored posts name."""
    places = [parse_at_uri(uri) for uri in source.watched]
    known = [feed.actor] if feed.actor.startswith("did:") else []
    return tuple(dict.fromkeys([*known, *(place[0] for place in places if place)]))


def _newest(cursor: Mapping[str, Any], feed: Feed) -> datetime | None:
    """Take the time from the cursor, unless it was made for another feed."""
    value = cursor.get("newest") if cursor.get("feed") == feed.key else None
    return datetime.fromisoformat(value) if isinstance(value, str) else None


def _cursor(feed: Feed, newest: datetime | None) -> dict[str, Any]:
    return {"feed": feed.key, "newest": newest.isoformat() if newest else None}


def _gap(known: datetime, page: Page) -> str:
    oldest = min(page.places, default=None)
    until = f" and {oldest:%Y-%m-%d %H:%M} UTC" if oldest else " and the oldest page read"
    return f"the posts between {known:%Y-%m-%d %H:%M} UTC{until} were missed: read this source more often"
