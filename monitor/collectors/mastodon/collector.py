"""A Mastodon server's public timeline, or one hashtag of it, without an account."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from itertools import islice

from monitor.collectors.base import Batch, KnownPost, SourceView
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.http.fetched import GONE_STATUSES
from monitor.collectors.mastodon.api import Timeline, as_cursor_id, read_page, read_single, sort_key, timeline_access
from monitor.collectors.timeline import Page, read_back
from monitor.errors import SourceRefused

_OK = 200
_MEMBERS_ONLY = frozenset({401, 422})
_UNCERTAIN = frozenset({401, 403, 422})
_MOST_PAGES = 50
_REMEMBERED = 120
_MOST_CONFIRMATIONS = 40
_SHORT_PAGE = 20


class MastodonCollector:
    """Reads a timeline from its newest page back to what is known, and asks after watched statuses missing there.

    The cursor holds `newest`, the identifier of the newest status read, and `recent`, identifiers and URIs of the
    newest statuses, by which those of other servers can be asked for here.
    """

    kind = "mastodon"

    async def collect(self, source: SourceView, client: PoliteClient) -> AsyncIterator[Batch]:
        """Read what is new, then what is missing among the watched statuses.

        Raises:
            UsageError: When the source's settings are wrong.
            SourceRefused: When the timeline is for members only or switched off.
            CollectError: Another of its subclasses, when the server could not be read.

        """
        timeline = Timeline.from_source(source)
        reader = _Reader(timeline, client, local=timeline.name == "local")
        newest = as_cursor_id(source.cursor.get("newest"))
        recent = _recent(source)
        pages: list[Page] = []
        async for step in read_back(
            reader.page,
            sort_key(newest) if newest else None,
            most=_MOST_PAGES if newest else timeline.backfill_pages,
            may_skip=source.may_skip,
        ):
            pages.append(step.page)
            recent |= {entry.id: entry.post.external_id for entry in step.page.entries if entry.post}
            latest = sorted(recent.items(), key=lambda pair: sort_key(pair[0]), reverse=True)[:_REMEMBERED]
            yield step.batch({"newest": step.newest and step.newest[1], "recent": latest}, gap=reader.restriction)
        async for batch in reader.look_again(_missing(pages, recent, source.watched)):
            yield batch

    async def recheck(
        self, source: SourceView, client: PoliteClient, posts: Sequence[KnownPost]
    ) -> AsyncIterator[Batch]:
        """Read single statuses again; those of other servers only while their identifier here is remembered.

        Raises:
            UsageError: When the source's settings are wrong.
            CollectError: When the server could not be read.

        """
        timeline = Timeline.from_source(source)
        ids = {external_id: status_id for status_id, external_id in _recent(source).items()}
        known = {
            status_id: post.external_id
            for post in posts
            if (status_id := ids.get(post.external_id) or timeline.own_id(post.external_id))
        }
        async for batch in _Reader(timeline, client, local=True).look_again(known):
            yield batch


class _Reader:
    """Asks one timeline for pages; falls back to the server's own posts where the federated ones are for members."""

    def __init__(self, timeline: Timeline, client: PoliteClient, *, local: bool) -> None:
        self._timeline = timeline
        self._client = client
        self._local = local
        self.restriction: str | None = None

    async def page(self, older_than: str | None) -> Page:
        """Read one page.

        Raises:
            SourceRefused: When it is for members only.

        """
        paging = {"max_id": older_than} if older_than else {}
        while True:
            params = self._timeline.params(local=self._local, **paging)
            fetched = await self._client.get(self._timeline.url, api=True, params=params, accept_status=_MEMBERS_ONLY)
            if fetched.status not in _MEMBERS_ONLY:
                break
            if self._local:
                raise SourceRefused(f"{self._timeline.host} shows this timeline to its members only: remove the source")
            self._local = True
            self.restriction = "posts of other servers are for members only here: only the server's own were read"
        page = await self._client.parse(read_page, fetched, self._timeline.host)
        if not page.entries and not older_than:
            await self._insist_on_access()
        return page

    async def _insist_on_access(self) -> None:
        """Check that an empty timeline is not a closed one: some servers answer both in the same way.

        Raises:
            SourceRefused: When it is closed.

        """
        url = f"{self._timeline.base}/api/v2/instance"
        fetched = await self._client.get(url, api=True, accept_status=GONE_STATUSES | _MEMBERS_ONLY)
        is_told = fetched.status == _OK
        access = await self._client.parse(timeline_access, fetched, self._timeline) if is_told else None
        if access in {"disabled", "authenticated"}:
            raise SourceRefused(f"{self._timeline.host} has this timeline set to {access}: remove the source")

    async def look_again(self, known: dict[str, str]) -> AsyncIterator[Batch]:
        """Ask after statuses, one by one, by their identifiers on this server; the values are those of the posts."""
        for status_id, external_id in known.items():
            url = self._timeline.status_url(status_id)
            fetched = await self._client.get(url, api=True, accept_status=GONE_STATUSES | _UNCERTAIN)
            if fetched.status in GONE_STATUSES:
                yield Batch(fetched=fetched, gone=(external_id,))
            elif fetched.status in _UNCERTAIN:
                yield Batch(fetched=fetched, skipped=Counter({"not shown": 1}))
            else:
                entry = await self._client.parse(read_single, fetched, self._timeline.host)
                posts = (entry.post,) if entry.post and entry.post.external_id == external_id else ()
                yield Batch(fetched=fetched, posts=posts, skipped=Counter({entry.reason: 1} if entry.reason else {}))


def _recent(source: SourceView) -> dict[str, str]:
    return {str(status_id): str(uri) for status_id, uri in source.cursor.get("recent") or ()}


def _missing(pages: Sequence[Page], recent: dict[str, str], watched: Sequence[str]) -> dict[str, str]:
    """List the watched statuses that these pages should show and do not."""
    shown = {entry.id for page in pages for entry in page.entries}
    ended = len(pages[-1].entries) < _SHORT_PAGE  # then it is the whole timeline, and whatever is not there is missing
    oldest = min((place for page in pages for place in page.places), default=(0, ""))
    missing = (
        (status_id, external_id)
        for status_id, external_id in recent.items()
        if external_id in watched and status_id not in shown and (ended or sort_key(status_id) >= oldest)
    )
    return dict(islice(missing, _MOST_CONFIRMATIONS))
