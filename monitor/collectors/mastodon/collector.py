"""A Mastodon server's public timeline, or one hashtag of it, without an account."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from monitor.collectors.base import UNREADABLE, Batch, KnownPost, SourceView
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.http.fetched import GONE_STATUSES, Fetched
from monitor.collectors.mastodon.api import (
    Page,
    StatusPost,
    Timeline,
    as_cursor_id,
    read_page,
    read_single,
    sort_key,
    timeline_access,
)
from monitor.errors import PayloadInvalid, SourceRefused

_OK = 200
_MEMBERS_ONLY = frozenset({401, 422})
_UNCERTAIN = frozenset({401, 403, 422})
_REMEMBERED = 120
_MOST_CONFIRMATIONS = 40
_SHORT_PAGE = 20


class MastodonCollector:
    """Reads a timeline forward from where it stopped, page by page, and looks again at the newest page for changes.

    The cursor holds `newest`, the identifier of the newest status read; `older` and `pages_left` while the first
    reading still goes back; and `recent`, identifiers and URIs of the newest statuses, to find those that were deleted.
    """

    kind = "mastodon"

    async def collect(self, source: SourceView, client: PoliteClient) -> AsyncIterator[Batch]:
        """Read what is new, then what changed among the newest 40.

        Raises:
            UsageError: When the source's settings are wrong.
            SourceRefused: When the timeline is for members only or switched off.
            CollectError: Another of its subclasses, when the server could not be read.

        """
        timeline = Timeline.from_source(source)
        reader = _Reader(timeline, client, local=timeline.name == "local")
        cursor = Cursor.from_stored(source.cursor)
        if cursor.newest is None:
            page = await reader.page()
            if not page.ids:
                await reader.insist_on_access()
            cursor = cursor.begin(page, timeline.backfill_pages)
            yield _batch(page, cursor, gap=reader.restriction)
            fresh = True
        else:
            fresh = False
        while cursor.pages_left and cursor.older:
            try:
                page = await reader.page(max_id=cursor.older)
            except PayloadInvalid:
                if not source.may_skip:
                    raise
                page, gap = await reader.page(), f"posts older than number {cursor.older} were left out"
                cursor = replace(cursor, older=None, pages_left=0)
                yield _skipping(page, cursor, gap)
                break
            cursor = cursor.back(page)
            yield _batch(page, cursor)
        if fresh or cursor.newest is None:
            return
        try:
            async for page in reader.newer_than(cursor.newest):
                cursor = cursor.forward(page)
                yield _batch(page, cursor, gap=reader.restriction)
        except PayloadInvalid:
            if not source.may_skip:
                raise
            page, gap = await reader.page(), f"posts from number {cursor.newest} to the newest page were left out"
            cursor = cursor.forward(page)
            yield _skipping(page, cursor, gap)
        yield await _look_again(source, reader, cursor)

    async def recheck(
        self, source: SourceView, client: PoliteClient, posts: Sequence[KnownPost]
    ) -> AsyncIterator[Batch]:
        """Read single statuses again; those of other servers only while their identifier here is remembered.

        Raises:
            UsageError: When the source's settings are wrong.
            CollectError: When the server could not be read.

        """
        timeline = Timeline.from_source(source)
        reader = _Reader(timeline, client, local=True)
        ids = {external_id: status_id for status_id, external_id in Cursor.from_stored(source.cursor).recent}
        for post in posts:
            status_id = ids.get(post.external_id) or timeline.own_id(post.external_id)
            if status_id is None:
                continue
            fetched = await reader.fetch_status(status_id)
            result = await reader.read_status(fetched)
            if result is None:
                yield Batch(fetched=fetched, gone=(post.external_id,))
            elif isinstance(result, StatusPost) and result.post.external_id == post.external_id:
                yield Batch(fetched=fetched, posts=(result.post,))


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a reading stands; the fields are the keys of the stored cursor."""

    newest: str | None
    older: str | None
    pages_left: int
    recent: tuple[tuple[str, str], ...]

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any]) -> "Cursor":
        """Read a stored cursor. An identifier that cannot be asked for is dropped: the reading begins anew."""
        return cls(
            newest=as_cursor_id(stored.get("newest")),
            older=as_cursor_id(stored.get("older")),
            pages_left=int(stored.get("pages_left") or 0),
            recent=tuple((str(status_id), str(uri)) for status_id, uri in stored.get("recent") or ()),
        )

    def begin(self, page: Page, pages: int) -> "Cursor":
        """Start at the newest page, with so many pages to go back."""
        return Cursor(page.newer, page.older, pages - 1 if page.ids else 0, self._with(page.statuses))

    def back(self, page: Page) -> "Cursor":
        """Move past a page of the first reading."""
        stuck = not page.ids or page.older == self.older
        return Cursor(self.newest, page.older, 0 if stuck else self.pages_left - 1, self._with(page.statuses))

    def forward(self, page: Page) -> "Cursor":
        """Move past a page of newer statuses."""
        return Cursor(page.newer or self.newest, self.older, self.pages_left, self._with(page.statuses))

    def again(self, page: Page, statuses: Sequence[StatusPost], gone: Sequence[str]) -> "Cursor":
        """Take in the newest page once more, and forget the statuses that are gone."""
        newest = self.newest
        # An identifier that no row reaches would hide all that follows; stepping back reads at most a few rows twice.
        if newest and page.ids:
            newest = min(newest, page.ids[0], key=sort_key)
        kept = tuple(pair for pair in self._with(statuses) if pair[1] not in gone)
        return Cursor(newest, self.older, self.pages_left, kept)

    def to_stored(self) -> dict[str, Any]:
        """Give the cursor as it is stored."""
        going_back = {"older": self.older, "pages_left": self.pages_left} if self.pages_left else {}
        return {"newest": self.newest, **going_back, "recent": [list(pair) for pair in self.recent]}

    def _with(self, statuses: Sequence[StatusPost]) -> tuple[tuple[str, str], ...]:
        merged = dict(self.recent) | {status.status_id: status.post.external_id for status in statuses}
        newest_first = sorted(merged.items(), key=lambda pair: sort_key(pair[0]), reverse=True)
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
        return await self._client.parse(read_page, fetched, self._timeline.host)

    async def newer_than(self, newest: str) -> AsyncIterator[Page]:
        """Read forward until nothing is newer.

        Raises:
            PayloadInvalid: When the server gives the same page again and again.

        """
        while True:
            page = await self.page(min_id=newest)
            if not page.ids:
                return
            if page.newer is None or sort_key(page.newer) <= sort_key(newest):
                raise PayloadInvalid(f"{self._timeline.host} does not page forward (`min_id`): it cannot be followed")
            newest = page.newer
            yield page

    async def insist_on_access(self) -> None:
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

    async def fetch_status(self, status_id: str) -> Fetched:
        """Ask for one status again."""
        url = self._timeline.status_url(status_id)
        return await self._client.get(url, api=True, accept_status=GONE_STATUSES | _UNCERTAIN)

    async def read_status(self, fetched: Fetched) -> StatusPost | str | None:
        """Read the answer: the status, the reason why it is not kept, or None when it no longer exists."""
        if fetched.status in GONE_STATUSES:
            return None
        if fetched.status in _UNCERTAIN:
            return "not shown"
        return await self._client.parse(read_single, fetched, self._timeline.host)

    async def _get(self, paging: Mapping[str, str]) -> Fetched:
        params = self._timeline.params(local=self._local, **paging)
        return await self._client.get(self._timeline.url, api=True, params=params, accept_status=_MEMBERS_ONLY)


async def _look_again(source: SourceView, reader: _Reader, cursor: Cursor) -> Batch:
    """Read the newest page for edits, and ask after what is missing from it, which may have been deleted."""
    page = await reader.page()
    if not page.ids:
        await reader.insist_on_access()
    statuses, gone = list(page.statuses), []
    skipped: Counter[str] = Counter()  # without the page's: they were counted when they were new
    for status_id, external_id in _missing(page, cursor, set(source.watched))[:_MOST_CONFIRMATIONS]:
        result = await reader.read_status(await reader.fetch_status(status_id))
        if result is None:
            gone.append(external_id)
        elif isinstance(result, StatusPost):
            statuses.append(result)
        else:
            skipped[result] += 1
    return Batch(
        fetched=page.fetched,
        posts=tuple(status.post for status in reversed(statuses)),
        gone=tuple(gone),
        skipped=skipped,
        cursor=cursor.again(page, statuses, gone).to_stored(),
        gap=reader.restriction,
    )


def _missing(page: Page, cursor: Cursor, watched: set[str]) -> list[tuple[str, str]]:
    """List the watched statuses that this page should show and does not."""
    shown = set(page.ids)
    # A short page is the whole timeline: whatever is not on it is missing.
    oldest = sort_key(page.ids[-1]) if len(page.ids) >= _SHORT_PAGE else (0, "")
    return [
        (status_id, external_id)
        for status_id, external_id in cursor.recent
        if external_id in watched and status_id not in shown and sort_key(status_id) >= oldest
    ]


def _skipping(page: Page, cursor: Cursor, gap: str) -> Batch:
    """Go on with the newest page, past one that can never be read."""
    batch = _batch(page, cursor, gap)
    return replace(batch, skipped=batch.skipped + Counter({UNREADABLE: 1}))


def _batch(page: Page, cursor: Cursor, gap: str | None = None) -> Batch:
    return Batch(
        fetched=page.fetched,
        posts=tuple(status.post for status in reversed(page.statuses)),
        skipped=page.skipped,
        cursor=cursor.to_stored(),
        gap=gap,
    )
