"""A Discourse forum's public posts, all of them or those of one category or tag, without an account."""

import re
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from monitor.collectors.base import UNREADABLE, Batch, KnownPost, SourceView
from monitor.collectors.discourse.api import (
    Entry,
    Forum,
    Page,
    TopicPage,
    as_post_id,
    read_page,
    read_single,
    read_topics,
    refusal,
)
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.http.fetched import GONE_STATUSES, Fetched
from monitor.errors import PayloadInvalid

_REFUSED = 403
_WINDOW = 50
_MOST_TOPIC_PAGES = 40
_MOST_LOOKS = 10
_REMEMBERED = 150
_POST_ID = re.compile(r"[0-9]{1,15}")


class DiscourseCollector:
    """Reads all newest posts back to those that are known, page by page, then looks at older watched ones again.

    The cursor holds `newest`, the identifier of the newest post, and, while a way back is not finished, `before`, where
    it goes on, `until`, the post it leads to, and `pages_left`. It moves with every page, so that a reading that is
    stopped goes on from there. Where only some topics are read, `chosen` are their newest posts.
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
        cursor = Cursor.from_stored(source.cursor, forum)
        reader = _Reader(forum, client, _post_ids(source.watched), cursor.chosen)
        while cursor.before is not None:
            try:
                page = await reader.page(cursor.before)
            except PayloadInvalid:
                if not source.may_skip:
                    raise
                gap = f"posts from number {cursor.before} down to {cursor.before - _WINDOW + 1} were left out"
                page, cursor = await reader.page(None), cursor.after(cursor.before - _WINDOW)
                batch = await reader.batch(page, cursor)
                yield replace(batch, skipped=batch.skipped + Counter({UNREADABLE: 1}), gap=gap)
                continue
            cursor = cursor.back(page)
            yield await reader.batch(page, cursor)
        page = await reader.page(None)
        cursor = cursor.begin(page)
        yield await reader.batch(page, cursor)
        while cursor.before is not None:
            page = await reader.page(cursor.before)
            cursor = cursor.back(page)
            yield await reader.batch(page, cursor)
        async for batch in reader.look_again():
            yield batch

    async def recheck(
        self, source: SourceView, client: PoliteClient, posts: Sequence[KnownPost]
    ) -> AsyncIterator[Batch]:
        """Read posts again, by the pages on which they stand; those missing there are asked for one by one.

        Raises:
            UsageError: When the source's settings are wrong.
            CollectError: When the forum could not be read.

        """
        reader = _Reader(Forum.from_source(source), client, _post_ids([post.external_id for post in posts]))
        async for batch in reader.look_again():
            yield batch


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Where a reading stands. `missed` says that the way back just ended before it met what is known."""

    forum: Forum
    newest: int | None
    before: int | None
    until: int
    pages_left: int
    chosen: frozenset[int]
    missed: bool = False

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any], forum: Forum) -> "Cursor":
        """Read a stored cursor. One of other topics, or one that cannot be asked for, is not gone on with."""
        if stored.get("topics") != forum.topics:
            stored = {}
        return cls(
            forum=forum,
            newest=as_post_id(stored.get("newest")),
            before=as_post_id(stored.get("before")),
            until=as_post_id(stored.get("until")) or 0,
            pages_left=int(stored.get("pages_left") or 0),
            chosen=frozenset(stored.get("chosen") or ()),
        )

    def begin(self, page: Page) -> "Cursor":
        """Start at the newest page, on the way back to the newest post known."""
        pages = self.forum.max_pages if self.newest else self.forum.backfill_pages
        start = replace(self, until=self.newest or 0, pages_left=pages, missed=False)
        if not page.ids:
            return start
        # Also when it lies below the newest known: that one was deleted, or its number was none that posts reach.
        return replace(start, newest=page.ids[0]).after(page.ids[-1] - 1)

    def back(self, page: Page) -> "Cursor":
        """Move past a page on the way back."""
        # Some versions give the 50 identifiers up to the cursor, of which all may be gone.
        return self.after(page.ids[-1] - 1 if page.ids else (self.before or 0) - _WINDOW)

    def after(self, before: int) -> "Cursor":
        """Go on below an identifier, unless known posts were met or the pages of this reading are used up."""
        reached = before <= self.until
        left = self.pages_left - 1
        going_on = not reached and left > 0
        return replace(
            self,
            before=before if going_on else None,
            pages_left=left if going_on else 0,
            missed=not reached and not going_on and self.until > 0,
        )

    @property
    def gap(self) -> str | None:
        """What this reading missed, for the operator."""
        if not self.missed:
            return None
        return f"posts just above number {self.until} were missed: read this source more often or raise `max_pages`"

    def to_stored(self) -> dict[str, Any]:
        """Give the cursor as it is stored."""
        way = {"before": self.before, "until": self.until, "pages_left": self.pages_left} if self.before else {}
        return {"newest": self.newest, "topics": self.forum.topics, **way}


class _Reader:
    """Asks one forum for posts and, when only some topics are wanted, for their list."""

    def __init__(
        self, forum: Forum, client: PoliteClient, watched: frozenset[int], chosen: frozenset[int] = frozenset()
    ) -> None:
        self._forum = forum
        self._client = client
        self._watched = watched
        self._chosen = set(watched | chosen)
        self._met: set[int] = set()
        self._topics = _Topics(self)

    @property
    def forum(self) -> Forum:
        return self._forum

    async def page(self, before: int | None) -> Page:
        """Read the newest posts, or those up to an identifier.

        Raises:
            PayloadInvalid: When the forum gives the newest again instead.

        """
        fetched = await self.get(self._forum.posts_url, {} if before is None else {"before": str(before)})
        page = await self._client.parse(read_page, fetched, self._forum)
        if before is not None and page.ids and page.ids[-1] > before:
            raise PayloadInvalid(f"{self._forum.host} does not page back (`before`): it cannot be followed")
        return page

    async def get(self, url: str, params: Mapping[str, str]) -> Fetched:
        """Read an address that guests may read.

        Raises:
            SourceRefused: When they may not.

        """
        fetched = await self._client.get(url, api=True, params=params, accept_status={_REFUSED})
        if fetched.status == _REFUSED:
            closed = await self._client.parse(refusal, fetched, self._forum)
            raise closed or PayloadInvalid(f"{url} is not open to guests: check the settings")
        return fetched

    async def topics(self, params: Mapping[str, str]) -> TopicPage:
        """Read one page of the list of topics."""
        return await self._client.parse(read_topics, await self.get(self._forum.topics_url, params))

    async def batch(self, page: Page, cursor: Cursor) -> Batch:
        """Keep a page's posts; what is left out is counted only when it is new."""
        self._met |= set(page.ids)
        fresh = [entry for entry in page.entries if entry.id > cursor.until]
        wanted = await self._topics.of(fresh) if self._forum.topics else None
        kept, reasons = [], []
        for entry in page.entries:
            is_fresh = entry.id > cursor.until
            chosen = wanted is None or (entry.topic in wanted if is_fresh else entry.id in self._chosen)
            if entry.post is not None and chosen:
                kept.append(entry.post)
                self._chosen.add(entry.id)
            elif is_fresh and not entry.gone:
                reasons.append(entry.reason or "other topic")
        return Batch(
            fetched=page.fetched,
            posts=tuple(reversed(kept)),
            gone=[str(entry.id) for entry in page.entries if entry.gone],
            skipped=page.skipped(reasons),
            cursor=cursor.to_stored() | self._remembered(),
            gap=cursor.gap or self._topics.gap,
        )

    def _remembered(self) -> dict[str, Any]:
        return {"chosen": sorted(self._chosen, reverse=True)[:_REMEMBERED]} if self._forum.topics else {}

    async def look_again(self) -> AsyncIterator[Batch]:
        """Read the watched posts that no page showed, for edits; ask after those that are missing."""
        waiting = sorted(self._watched - self._met, reverse=True)
        for _ in range(_MOST_LOOKS):
            if not waiting:
                return
            page = await self.page(waiting[0])
            shown = {entry.id: entry for entry in page.entries}
            lowest = min(page.ids, default=waiting[0] - _WINDOW + 1)
            covered = [post_id for post_id in waiting if post_id >= min(lowest, waiting[0])]
            missing = {post_id: await self._single(post_id) for post_id in covered if post_id not in shown}
            entries = {post_id: shown.get(post_id) or missing.get(post_id) for post_id in covered}
            posts = [entry.post for post_id, entry in entries.items() if entry and entry.post and post_id in shown]
            yield Batch(
                fetched=page.fetched,
                posts=tuple(reversed(posts)),
                gone=[str(post_id) for post_id, entry in entries.items() if entry is None or entry.gone],
                skipped=page.skipped(["not listed" for entry in missing.values() if entry and not entry.gone]),
            )
            waiting = [post_id for post_id in waiting if post_id not in entries]

    async def _single(self, post_id: int) -> Entry | None:
        """Read one post; None when the forum says that it is gone or no longer for guests."""
        url = self._forum.post_url(post_id)
        fetched = await self._client.get(url, api=True, accept_status=GONE_STATUSES | {_REFUSED})
        if fetched.status == _REFUSED:
            closed = await self._client.parse(refusal, fetched, self._forum)
            if closed is not None:
                raise closed
        if fetched.status in GONE_STATUSES | {_REFUSED}:
            return None
        return await self._client.parse(read_single, fetched, self._forum, post_id)


class _Topics:
    """The topics of one category or tag, read from the most recently active one on, as far as is needed."""

    def __init__(self, reader: _Reader) -> None:
        self._reader = reader
        self._ids: set[int] = set()
        self._oldest: datetime | None = None
        self._pages = 0
        self._complete = False

    @property
    def gap(self) -> str | None:
        if self._complete or self._pages < _MOST_TOPIC_PAGES:
            return None
        return f"only the {len(self._ids)} topics last active were looked through: posts of older ones were missed"

    async def of(self, entries: Sequence[Entry]) -> set[int]:
        """Give the topics, among them every one in which these posts may stand."""
        needed = min((entry.created_at for entry in entries if entry.created_at), default=None)
        while entries and not self._complete and self._pages < _MOST_TOPIC_PAGES and not self._reaches(needed):
            # The order is named because a forum may have made another one its own.
            params = {"order": "activity", "page": str(self._pages)}
            page = await self._reader.topics(params)
            self._pages += 1
            self._complete = not page.more or page.ids <= self._ids
            self._ids |= page.ids
            self._oldest = page.oldest or self._oldest
        return self._ids

    def _reaches(self, needed: datetime | None) -> bool:
        return needed is not None and self._oldest is not None and self._oldest < needed


def _post_ids(external_ids: Sequence[str]) -> frozenset[int]:
    return frozenset(int(each) for each in external_ids if _POST_ID.fullmatch(each))
