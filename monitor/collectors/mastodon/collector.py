"""A Mastodon server's public timeline, or one hashtag of it, without an account."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitor.collectors.base import Batch, KnownPost, SourceView
from monitor.collectors.http.client import NO_LONGER_THERE, Fetched, PoliteClient
from monitor.collectors.mastodon.api import Page, Status, Timeline, order, read_page, status_payload, timeline_access
from monitor.errors import PayloadInvalid, SourceRefused

_OK = 200
_MEMBERS_ONLY = frozenset({401, 422})
_UNCERTAIN = frozenset({401, 403, 422})
_REMEMBERED = 120
_MOST_CONFIRMATIONS = 40
_SHORT_PAGE = 20


class MastodonCollector:
    """Reads a timeline forward from where it stopped, page by page, and looks again at the newest page for changes.

    The cursor holds `newest`, the number of the newest status read; `older` and `pages_left` while the first reading
    still goes back; and `recent`, the numbers and addresses of the newest statuses, for finding those taken away.
    """

    kind = "mastodon"

    async def collect(self, source: SourceView, client: PoliteClient) -> AsyncIterator[Batch]:
        """Read what is new, then what changed among the newest 40.

        Raises:
            UsageError: When the source's settings are wrong.
            SourceRefused: When the timeline is for members only or switched off.
            CollectError: Another of its subclasses, when the server could not be read.

        """
        timeline = Timeline.of(source)
        reader = _Reader(timeline, client, local=timeline.kind == "local")
        bookmark = _Bookmark.read(source.cursor)
        if bookmark.newest is None:
            page = await reader.page()
            if not page.ids:
                await reader.insist_on_access()
            bookmark = bookmark.begin(page, timeline.backfill_pages)
            yield _batch(page, bookmark, gap=reader.restriction)
            fresh = True
        else:
            fresh = False
        while bookmark.pages_left and bookmark.older:
            page = await reader.page(max_id=bookmark.older)
            bookmark = bookmark.back(page)
            yield _batch(page, bookmark)
        if fresh or bookmark.newest is None:
            return
        async for page in reader.newer_than(bookmark.newest):
            bookmark = bookmark.forward(page)
            yield _batch(page, bookmark, gap=reader.restriction)
        yield await _look_again(source, reader, bookmark)

    async def recheck(
        self, source: SourceView, client: PoliteClient, posts: Sequence[KnownPost]
    ) -> AsyncIterator[Batch]:
        """Read single statuses again; those of other servers only while their number here is remembered.

        Raises:
            UsageError: When the source's settings are wrong.
            CollectError: When the server could not be read.

        """
        timeline = Timeline.of(source)
        reader = _Reader(timeline, client, local=True)
        numbers = {external_id: status_id for status_id, external_id in _Bookmark.read(source.cursor).recent}
        for post in posts:
            status_id = numbers.get(post.external_id) or timeline.own_number(post.external_id)
            if status_id is None:
                continue
            fetched = await reader.fetch_status(status_id)
            found = reader.read_status(fetched)
            if found is None:
                yield Batch(fetched=fetched, gone=(post.external_id,))
            elif isinstance(found, Status) and found.post.external_id == post.external_id:
                yield Batch(fetched=fetched, posts=(found.post,))


@dataclass(frozen=True, slots=True)
class _Bookmark:
    newest: str | None
    older: str | None
    pages_left: int
    recent: tuple[tuple[str, str], ...]

    @classmethod
    def read(cls, cursor: Mapping[str, Any]) -> "_Bookmark":
        recent = tuple((str(pair[0]), str(pair[1])) for pair in cursor.get("recent") or ())
        return cls(cursor.get("newest"), cursor.get("older"), int(cursor.get("pages_left") or 0), recent)

    def begin(self, page: Page, pages: int) -> "_Bookmark":
        return _Bookmark(page.newer, page.older, pages - 1 if page.ids else 0, self._with(page.statuses))

    def back(self, page: Page) -> "_Bookmark":
        stuck = not page.ids or page.older == self.older
        return _Bookmark(self.newest, page.older, 0 if stuck else self.pages_left - 1, self._with(page.statuses))

    def forward(self, page: Page) -> "_Bookmark":
        return _Bookmark(page.newer or self.newest, self.older, self.pages_left, self._with(page.statuses))

    def again(self, statuses: Sequence[Status], gone: Sequence[str]) -> "_Bookmark":
        kept = tuple(pair for pair in self._with(statuses) if pair[1] not in gone)
        return _Bookmark(self.newest, self.older, self.pages_left, kept)

    def as_cursor(self) -> dict[str, Any]:
        going_back = {"older": self.older, "pages_left": self.pages_left} if self.pages_left else {}
        return {"newest": self.newest, **going_back, "recent": [list(pair) for pair in self.recent]}

    def _with(self, statuses: Sequence[Status]) -> tuple[tuple[str, str], ...]:
        merged = dict(self.recent) | {status.status_id: status.post.external_id for status in statuses}
        newest_first = sorted(merged.items(), key=lambda pair: order(pair[0]), reverse=True)
        return tuple(newest_first[:_REMEMBERED])


class _Reader:
    """Asks one timeline for pages; falls back to the server's own posts where the federated ones are for members."""

    def __init__(self, timeline: Timeline, client: PoliteClient, *, local: bool) -> None:
        self._timeline = timeline
        self._client = client
        self._local = local
        self.restriction: str | None = None

    async def page(self, **paging: str) -> Page:
        """Read one page.

        Raises:
            SourceRefused: When it is for members only.

        """
        fetched = await self._get(paging)
        if fetched.status in _MEMBERS_ONLY and not self._local:
            self._local = True
            fetched = await self._get(paging)
            self.restriction = "posts of other servers are for members only here: only the server's own were read"
        if fetched.status in _MEMBERS_ONLY:
            raise SourceRefused(f"{self._timeline.host} shows this timeline to its members only: remove the source")
        return read_page(fetched, self._timeline.host)

    async def newer_than(self, newest: str) -> AsyncIterator[Page]:
        """Read forward until nothing is newer.

        Raises:
            PayloadInvalid: When the server gives the same page again and again.

        """
        while True:
            page = await self.page(min_id=newest)
            if not page.ids:
                return
            if page.newer is None or order(page.newer) <= order(newest):
                raise PayloadInvalid(f"{self._timeline.host} does not page forward (`min_id`): it cannot be followed")
            newest = page.newer
            yield page

    async def insist_on_access(self) -> None:
        """Find out whether an empty timeline is a closed one, which some servers do not say otherwise.

        Raises:
            SourceRefused: When the instance says so.

        """
        url = f"{self._timeline.base}/api/v2/instance"
        fetched = await self._client.get(url, api=True, accept_status=NO_LONGER_THERE | _MEMBERS_ONLY)
        access = timeline_access(fetched, self._timeline) if fetched.status == _OK else None
        if access in {"disabled", "authenticated"}:
            raise SourceRefused(f"{self._timeline.host} has this timeline set to {access}: remove the source")

    async def fetch_status(self, status_id: str) -> Fetched:
        """Ask for one status again."""
        url = self._timeline.status_url(status_id)
        return await self._client.get(url, api=True, accept_status=NO_LONGER_THERE | _UNCERTAIN)

    def read_status(self, fetched: Fetched) -> Status | str | None:
        """Read the answer; None when the status no longer exists, else why it is not kept when it is not."""
        if fetched.status in NO_LONGER_THERE:
            return None
        return "not shown" if fetched.status in _UNCERTAIN else status_payload(fetched, self._timeline.host)

    async def _get(self, paging: Mapping[str, str]) -> Fetched:
        params = self._timeline.params(local=self._local, **paging)
        return await self._client.get(self._timeline.url, api=True, params=params, accept_status=_MEMBERS_ONLY)


async def _look_again(source: SourceView, reader: _Reader, bookmark: _Bookmark) -> Batch:
    """Read the newest page for edits, and ask after what is missing from it, which may have been deleted."""
    page = await reader.page()
    if not page.ids:
        await reader.insist_on_access()
    statuses, gone = list(page.statuses), []
    skipped: Counter[str] = Counter()  # without the page's: they were counted when they were new
    for status_id, external_id in _missing(page, bookmark, set(source.watched))[:_MOST_CONFIRMATIONS]:
        found = reader.read_status(await reader.fetch_status(status_id))
        if found is None:
            gone.append(external_id)
        elif isinstance(found, Status):
            statuses.append(found)
        else:
            skipped[found] += 1
    return Batch(
        fetched=page.fetched,
        posts=tuple(status.post for status in reversed(statuses)),
        gone=tuple(gone),
        skipped=skipped,
        cursor=bookmark.again(statuses, gone).as_cursor(),
        gap=reader.restriction,
    )


def _missing(page: Page, bookmark: _Bookmark, watched: set[str]) -> list[tuple[str, str]]:
    """List the watched statuses that this page should show and does not."""
    shown = set(page.ids)
    # A short page is the whole timeline: whatever is not on it is missing.
    oldest = order(page.ids[-1]) if len(page.ids) >= _SHORT_PAGE else (0, "")
    return [
        (status_id, external_id)
        for status_id, external_id in bookmark.recent
        if external_id in watched and status_id not in shown and order(status_id) >= oldest
    ]


def _batch(page: Page, bookmark: _Bookmark, gap: str | None = None) -> Batch:
    return Batch(
        fetched=page.fetched,
        posts=tuple(status.post for status in reversed(page.statuses)),
        skipped=page.skipped,
        cursor=bookmark.as_cursor(),
        gap=gap,
    )
