"""The collector for XenForo 2 boards: the feed tells which threads have new posts, and their pages are read."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence

from monitor.collectors.base import NOT_LOOKED_AT, UNREADABLE, Batch, KnownPost, SourceView
from monitor.collectors.feed.formats import Document
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.http.fetched import Fetched, conditional_headers
from monitor.collectors.xenforo.api import ACCEPTED, Board, ThreadPage, read_thread, read_thread_feed, thread_number
from monitor.collectors.xenforo.cursor import Cursor, Thread
from monitor.errors import PayloadInvalid

_NOT_MODIFIED = 304
_RECHECK_PAGES = 5  # a run; rechecks must not delay new posts
_READ_WHOLE = 3
_NAME = "post-"


class XenForoCollector:
    """Reads the thread feed, then pages with new posts, then some pages with watched posts.

    A new thread is read in full up to three pages; of a longer one, the first and the last page are read.
    The cursor holds the threads of the feed, how far each was read, and on which pages the newest posts stand. A
    run asks for a bounded number of pages; threads that it did not come to wait for the next one.
    """

    kind = "xenforo"

    async def collect(self, source: SourceView, client: PoliteClient) -> AsyncIterator[Batch]:
        """Read what is new, then what changed among the watched posts.

        Raises:
            UsageError: When the source's settings are wrong.
            SourceRefused: When the board is for members only, or shows a challenge.
            CollectError: Another of its subclasses, when the board could not be read.

        """
        board = Board.from_source(source)
        cursor = Cursor(board.feed_url, source.cursor)
        known = source.validators.get(board.feed_url, {}) if source.cursor.get("feed") == board.feed_url else {}
        fetched = await client.get(board.feed_url, headers=conditional_headers(known))
        yield await _feed_batch(board, cursor, fetched, client)
        run = _Run(board, client, cursor, source.watched, fetched, may_skip=source.may_skip)
        # Feed first, in a batch of its own: if the run ends early, the waiting threads are already stored.
        for thread in cursor.waiting():
            async for batch in run.follow(thread):
                yield batch
        async for batch in run.recheck_watched():
            yield batch

    async def recheck(
        self, source: SourceView, client: PoliteClient, posts: Sequence[KnownPost]
    ) -> AsyncIterator[Batch]:
        """Read posts again, by the pages on which they stood; those whose page is not remembered are left out.

        Raises:
            UsageError: When the source's settings are wrong.
            CollectError: When the board could not be read.

        """
        board = Board.from_source(source)
        cursor = Cursor(board.feed_url, source.cursor)
        async for batch in _Run(board, client, cursor, [post.external_id for post in posts]).recheck_watched():
            yield batch


async def _feed_batch(board: Board, cursor: Cursor, fetched: Fetched, client: PoliteClient) -> Batch:
    if fetched.status == _NOT_MODIFIED:
        return Batch(fetched=fetched, unchanged=True)
    document = await client.parse(read_thread_feed, fetched, board)
    listed, skipped = _threads_of(document, board)
    # An empty feed is normal; entries without any thread mean that the board uses other prefixes.
    if not listed and document.posts:
        raise PayloadInvalid(f"{board.feed_url} names no thread under {board.threads}/: check `prefixes`")
    gap = cursor.update_from_feed(listed)
    return Batch(
        fetched=fetched,
        skipped=skipped,
        cursor=cursor.as_dict(),
        # An answer that broke off is to be read again, even when nothing changes.
        validators={} if document.broken_off else fetched.validators_for(board.feed_url),
        gap="the feed broke off before its end" if document.broken_off else gap,
        unchanged=not cursor.waiting(),
    )


def _threads_of(document: Document, board: Board) -> tuple[list[tuple[str, str]], Counter[str]]:
    """Return the threads of a feed, each with a mark that changes with every reply."""
    skipped = Counter(document.skipped)
    listed: dict[int, tuple[str, str]] = {}
    for item in document.posts:
        path = board.thread_path(item.url or item.external_id)
        if path is None:
            skipped["not a thread"] += 1
        else:
            mark = f"{item.engagement.get('replies', '')} {item.published_raw or ''}".strip()
            listed.setdefault(thread_number(path), (path, mark))
    return list(listed.values()), skipped


class _Run:
    """One run of a board's thread pages, as many as the source allows."""

    def __init__(
        self,
        board: Board,
        client: PoliteClient,
        cursor: Cursor,
        watched: Sequence[str],
        last: Fetched | None = None,
        *,
        may_skip: bool = False,
    ) -> None:
        self._board = board
        self._may_skip = may_skip
        self._client = client
        self._cursor = cursor
        self._last = last  # a page that is refused leaves no answer of its own
        self._pages_left = board.max_pages
        numbers = (name.removeprefix(_NAME) for name in watched if name.startswith(_NAME))
        self._unseen = {int(number) for number in numbers if number.isdecimal()}

    async def follow(self, thread: Thread) -> AsyncIterator[Batch]:
        """Read a thread from where the last run ended to its end, within the page limit of this run."""
        while thread.waiting and self._pages_left:
            asked, is_first = thread.page, thread.page == 1 and not thread.post
            try:
                fetched, page = await self._page(thread, asked)
            except PayloadInvalid:
                if not self._may_skip or self._last is None:
                    raise
                thread.waiting = False
                skipped, gap = Counter({UNREADABLE: 1}), f"thread {thread.path} was left out from page {asked}"
                yield Batch(fetched=self._last, skipped=skipped, cursor=self._cursor.as_dict(), gap=gap)
                return
            if page is None or self._left(thread, page):
                yield self._without(thread, page, fetched)
                return
            if not thread.ahead and page.number > 1 and page.first > thread.post:
                # Posts before these were taken away: unread ones moved to the page before.
                thread.page = page.number - 1
                continue
            fresh_from = thread.post
            thread.post = max([thread.post, *page.shown])
            thread.waiting = page.more and page.number >= asked
            thread.ahead = thread.waiting
            # A board may have threads of a thousand pages: of a new one only the beginning and the end are current.
            skips = is_first and page.last > _READ_WHOLE
            following = page.last if skips else page.number + 1
            thread.page = following if thread.waiting else page.number
            yield self._batch(thread, page, fresh_from, older_pages=page.last - 2 if skips else 0)

    async def recheck_watched(self) -> AsyncIterator[Batch]:
        """Read some pages with watched posts that were not met, those first that were not looked at for longest."""
        for thread, number, sought in self._cursor.places_of(self._unseen)[:_RECHECK_PAGES]:
            for place in (number, number - 1):
                # The page before is of use only when a post may have moved to it.
                if not place or not self._pages_left or not sought & self._unseen:
                    break
                try:
                    fetched, page = await self._page(thread, place)
                except PayloadInvalid:
                    if self._last is None:
                        raise
                    self._cursor.forget_posts(thread, sought)
                    yield Batch(fetched=self._last, skipped=Counter({NOT_LOOKED_AT: 1}), cursor=self._cursor.as_dict())
                    break
                if page is None or self._left(thread, page):
                    yield self._without(thread, page, fetched)
                    break
                yield self._batch(thread, page, thread.post)
                if min(sought & self._unseen, default=page.first) >= page.first:
                    break

    async def _page(self, thread: Thread, number: int) -> tuple[Fetched, ThreadPage | None]:
        self._pages_left -= 1
        url = self._board.thread_url(thread.path, number)
        self._last = fetched = await self._client.get(url, accept_status=ACCEPTED)
        return fetched, await self._client.parse(read_thread, fetched, self._board)

    def _left(self, thread: Thread, page: ThreadPage) -> bool:
        """Return whether another thread answered, because this one was merged into it, or none."""
        return page.path is None or thread_number(page.path) != thread_number(thread.path) or not page.messages

    def _without(self, thread: Thread, page: ThreadPage | None, fetched: Fetched) -> Batch:
        """Drop a thread. If it is gone, so are its posts; if it was merged, they are in the other thread."""
        gone = self._cursor.posts_of(thread) if page is None else []
        self._cursor.forget_thread(thread)
        self._unseen -= set(gone)
        return Batch(
            fetched=fetched,
            posts=[message.post for message in page.messages if message.post] if page else (),
            gone=[f"{_NAME}{number}" for number in gone],
            skipped=Counter({"thread without posts": 1} if page and not page.messages else {}),
            cursor=self._cursor.as_dict(),
        )

    def _batch(self, thread: Thread, page: ThreadPage, fresh_from: int, older_pages: int = 0) -> Batch:
        """Build the batch of a page, with the known posts that are missing from it; only new items count as skipped."""
        gone = {message.number for message in page.messages if message.gone} | self._missing(thread, page)
        skipped = Counter(
            "no text" for each in page.messages if each.post is None and not each.gone and each.number > fresh_from
        )
        if older_pages > 0:
            skipped["older page"] += older_pages
        self._unseen -= {*page.shown, *gone}
        self._cursor.forget_posts(thread, gone)
        self._cursor.update_page(thread, page)
        return Batch(
            fetched=page.fetched,
            posts=[message.post for message in page.messages if message.post],
            gone=[f"{_NAME}{number}" for number in sorted(gone)],
            skipped=skipped,
            cursor=self._cursor.as_dict(),
        )

    def _missing(self, thread: Thread, page: ThreadPage) -> set[int]:
        """Return the known posts that this page would show if they still existed."""
        lowest = 0 if page.number == 1 else page.first
        highest = max(page.shown, default=0) if page.more else float("inf")
        known = self._cursor.posts_of(thread)
        return {number for number in known if lowest < number < highest and number not in page.shown}
