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
    problem_of,
    read_page,
    read_posts,
)
from monitor.collectors.bluesky.record import parse_at_uri
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.parsing.dates import stored_date
from monitor.collectors.timeline import Page, read_back

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
        known = _newest(source.cursor, feed)
        met: set[str] = set()

        async def page(cursor: str | None) -> Page:
            fetched = await client.get(feed.url, api=True, params=feed.params(cursor), accept_status=_PROBLEMS)
            if fetched.status != _OK:
                raise await client.parse(problem_of, fetched, feed)
            return await client.parse(read_page, fetched, feed)

        try:
            most = feed.backfill_pages if known is None else _MOST_PAGES
            async for step in read_back(page, known, most=most, may_skip=source.may_skip):
                met |= {entry.id for entry in step.page.entries if entry.reason != NOT_FOUND}
                newest = step.newest.isoformat() if step.newest else None
                yield step.batch({"feed": feed.key, "newest": newest})
        except AccountAway as away:
            yield Batch(fetched=away.fetched, gone_authors=_authors(feed, source))
            raise
        async for batch in _look_again(feed, source, client, met):
            yield batch


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
    return stored_date(cursor.get("newest")) if cursor.get("feed") == feed.key else None
