"""A Discourse forum's public posts, all of them or those of one category, without an account."""

import re
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from dataclasses import replace

from monitor.collectors.base import Batch, KnownPost, SourceView
from monitor.collectors.discourse.api import Forum, as_post_id, read_page, read_single, refusal
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.http.fetched import GONE_STATUSES, Fetched
from monitor.collectors.timeline import Entry, Page, look_again, read_back
from monitor.errors import PayloadInvalid

_REFUSED = 403
_WINDOW = 50
_POST_ID = re.compile(r"[0-9]{1,15}")


class DiscourseCollector:
    """Reads all newest posts back to those that are known, page by page, then looks at older watched ones again.

    The cursor holds `newest`, the identifier of the newest post, and `category`.
    """

    kind = "discourse"

    async def collect(self, source: SourceView, client: PoliteClient) -> AsyncIterator[Batch]:
        """Read what is new, then what changed among the watched posts.

        Raises:
            UsageError: When the source's settings are wrong.
            SourceRefused: When the forum is for members only.
            CollectError: Another of its subclasses, when the forum could not be read.

        """
        forum = Forum.from_source(source)
        known = as_post_id(source.cursor.get("newest")) if source.cursor.get("category") == forum.category else None
        reader = _Reader(forum, client)
        waiting, last = _post_ids(source.watched), None
        most = forum.max_pages if known else forum.backfill_pages
        async for step in read_back(reader.page, known, most=most, may_skip=source.may_skip):
            waiting.difference_update(step.page.places)
            last = step.page.fetched
            yield step.batch({"newest": step.newest, "category": forum.category})
        async for batch in look_again(waiting, reader.page, reader.single, last):
            yield batch

    async def recheck(
        self, source: SourceView, client: PoliteClient, posts: Sequence[KnownPost]
    ) -> AsyncIterator[Batch]:
        """Read posts again, by the pages on which they stand; those missing there are asked for one by one.

        Raises:
            UsageError: When the source's settings are wrong.
            CollectError: When the forum could not be read.

        """
        reader = _Reader(Forum.from_source(source), client)
        async for batch in look_again(_post_ids(post.external_id for post in posts), reader.page, reader.single):
            yield batch


class _Reader:
    """Asks one forum for posts."""

    def __init__(self, forum: Forum, client: PoliteClient) -> None:
        self._forum = forum
        self._client = client

    async def page(self, before: int | None) -> Page:
        """Read the newest posts, or those up to an identifier.

        Raises:
            PayloadInvalid: When the forum gives the newest again instead.

        """
        params = {} if before is None else {"before": str(before)}
        fetched = await self._get(self._forum.posts_url, params, frozenset({_REFUSED}))
        if fetched.status == _REFUSED:
            raise PayloadInvalid(f"{fetched.url} is not open to guests: check the settings")
        page = await self._client.parse(read_page, fetched, self._forum)
        if before is not None and page.entries and page.places[-1] > before:
            raise PayloadInvalid(f"{self._forum.host} does not page back (`before`): it cannot be followed")
        # Some versions give the 50 identifiers up to the cursor, of which all may be gone.
        following = page.next if page.entries or before is None else before - _WINDOW
        return replace(page, next=following if following and following > 0 else None)

    async def single(self, post_id: int) -> Entry:
        """Read one post; it is gone when the forum says so, or that it is no longer for guests."""
        fetched = await self._get(self._forum.post_url(post_id), {}, GONE_STATUSES | {_REFUSED})
        if fetched.status in GONE_STATUSES | {_REFUSED}:
            return Entry(id=str(post_id), place=post_id, gone=True)
        return await self._client.parse(read_single, fetched, self._forum, post_id)

    async def _get(self, url: str, params: dict[str, str], accepted: Collection[int]) -> Fetched:
        """Read an address that guests may read.

        Raises:
            SourceRefused: When the whole forum is closed to them.

        """
        fetched = await self._client.get(url, api=True, params=params, accept_status=accepted)
        closed = await self._client.parse(refusal, fetched, self._forum) if fetched.status == _REFUSED else None
        if closed:
            raise closed
        return fetched


def _post_ids(external_ids: Iterable[str]) -> set[int]:
    return {int(each) for each in external_ids if _POST_ID.fullmatch(each)}
