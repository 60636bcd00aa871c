"""The collector for the public preview of Telegram channels, with the owner's recorded permission only."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from monitor.collectors.base import NOT_LOOKED_AT, UNREADABLE, Batch, KnownPost, SourceView
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.http.fetched import GONE_STATUSES, Fetched
from monitor.collectors.telegram.page import Channel, Message, Page, read_page, read_single
from monitor.errors import PayloadInvalid

# Limits a run; what is left is rechecked by later runs.
_RECHECK_PAGES = 5
_RECHECK_SINGLES = 10


class TelegramCollector:
    """Reads the newest page of a preview, the messages back to the last known one, then watched messages again.

    The preview has no times of edits: an edited message is another text under the same identifier. The cursor holds
    `channel`, `newest` (the highest number read) and, while the first backfill lasts, `before` and `pages_left`.
    """

    kind = "telegram"

    async def collect(self, source: SourceView, client: PoliteClient) -> AsyncIterator[Batch]:
        """Read what is new, then what changed among the watched messages.

        Raises:
            SourceRefused: When no permission is recorded, or the channel has no preview.
            UsageError: When the source's settings are wrong.
            CollectError: Another of its subclasses, when the preview could not be read.

        """
        channel = Channel.from_source(source)
        run = _Run(channel, client, source)
        async for batch in run.new():
            yield batch
        async for batch in run.older():
            yield batch
        async for batch in run.recheck_watched():
            yield batch

    async def recheck(
        self, source: SourceView, client: PoliteClient, posts: Sequence[KnownPost]
    ) -> AsyncIterator[Batch]:
        """Read the pages that should have these messages, within the page limit; the rest is left out.

        Raises:
            SourceRefused: When no permission is recorded.
            CollectError: Another of its subclasses, when the preview could not be read.

        """
        watched = replace(source, watched=[post.external_id for post in posts])
        async for batch in _Run(Channel.from_source(source), client, watched).recheck_watched():
            yield batch


@dataclass(frozen=True, slots=True)
class _Cursor:
    channel: str
    newest: int = 0
    before: int = 0
    pages_left: int = 0

    @classmethod
    def from_stored(cls, channel: Channel, stored: Mapping[str, Any]) -> "_Cursor":
        if stored.get("channel") != channel.name:
            return cls(channel.name)
        numbers = (int(stored.get(name) or 0) for name in ("newest", "before", "pages_left"))
        return cls(channel.name, *numbers)

    def as_dict(self) -> dict[str, Any]:
        going_back = {"before": self.before, "pages_left": self.pages_left} if self.pages_left else {}
        return {"channel": self.channel, "newest": self.newest, **going_back}


class _Run:
    """One run over a source."""

    def __init__(self, channel: Channel, client: PoliteClient, source: SourceView) -> None:
        self._channel = channel
        self._client = client
        self._cursor = _Cursor.from_stored(channel, source.cursor)
        prefix = f"{channel.name.lower()}/"
        places = (place.removeprefix(prefix) for place in source.watched if place.startswith(prefix))
        self._watched = {int(place) for place in places if place.isascii() and place.isdecimal()}
        self._seen: set[int] = set()
        self._last: Fetched | None = None
        self._may_skip = source.may_skip

    async def new(self) -> AsyncIterator[Batch]:
        """Read the newest page, after the messages between it and the last known one."""
        page = await self._page()
        known = self._cursor.newest
        # Messages are missing between the two only if the page does not reach back to the known number.
        if known and page.older and page.lowest > known + 1:
            try:
                async for between in self._between(known, page.lowest):
                    self._cursor = replace(self._cursor, newest=between.highest)
                    yield self._batch(between, known)
            except PayloadInvalid:
                if not self._may_skip or self._last is None:
                    raise
                gap = f"messages from {self._cursor.newest + 1} to {page.lowest - 1} were left out"
                self._cursor = replace(self._cursor, newest=page.lowest - 1)
                yield self._skipping(self._last, gap)
            if self._cursor.newest < page.lowest - 1:  # the rest waits for the next reading
                yield replace(self._batch(page, page.highest), cursor=None)
                return
        elif not known:
            left = self._channel.backfill_pages - 1 if page.older else 0
            self._cursor = replace(self._cursor, before=page.lowest, pages_left=left)
        self._cursor = replace(self._cursor, newest=max(page.highest, known))
        yield self._batch(page, known)

    async def _between(self, known: int, lowest: int) -> AsyncIterator[Page]:
        """Read forward up to the newest page, within the page limit.

        Raises:
            PayloadInvalid: The preview does not support paging forward.

        """
        after = known
        for _ in range(self._channel.max_pages):
            page = await self._page(after=after)
            if not any(message.number < lowest for message in page.messages):
                # Either all messages there were deleted, or the preview does not page forward: read back to see which.
                if (await self._page(before=lowest)).highest > after:
                    raise self._stuck()
                self._cursor = replace(self._cursor, newest=lowest - 1)
                return
            if page.highest <= after:
                raise self._stuck()
            yield page
            if page.highest >= lowest - 1:
                return
            after = page.highest

    def _stuck(self) -> PayloadInvalid:
        return PayloadInvalid(f"{self._channel.url} does not page forward (`after`): it cannot be followed")

    async def older(self) -> AsyncIterator[Batch]:
        """Continue the first backfill, page by page."""
        while self._cursor.pages_left and self._cursor.before:
            before = self._cursor.before
            try:
                page = await self._page(before=before)
            except PayloadInvalid:
                if not self._may_skip or self._last is None:
                    raise
                self._cursor = replace(self._cursor, before=0, pages_left=0)
                yield self._skipping(self._last, f"messages before {before} were left out")
                return
            goes_on = page.older and 0 < page.lowest < before
            left = self._cursor.pages_left - 1 if goes_on else 0
            self._cursor = replace(self._cursor, before=page.lowest, pages_left=left)
            yield self._batch(page, 0)

    async def recheck_watched(self) -> AsyncIterator[Batch]:
        """Read the pages that should have the other watched messages; confirm missing ones by their own page."""
        waiting = sorted(self._watched - self._seen, reverse=True)
        confirmations = _RECHECK_SINGLES
        for _ in range(_RECHECK_PAGES):
            if not waiting:
                return
            try:
                page = await self._page(before=waiting[0] + 1)
            except PayloadInvalid:
                if self._last is None:  # nothing was answered yet that a batch could be of
                    raise
                yield Batch(fetched=self._last, skipped=Counter({NOT_LOOKED_AT: 1}))
                waiting = waiting[1:]
                continue
            shown = {message.number: message for message in page.messages}
            covered = [number for number in waiting if number >= min(page.lowest, waiting[0]) or not page.older]
            missing = [number for number in covered if number not in shown][:confirmations]
            # Absence from a page does not prove a deletion; the message's own page does.
            confirmations -= len(missing)
            confirmed = {number: await self._single(number) for number in missing}
            again = [message for message in (*shown.values(), *confirmed.values()) if message and message.post]
            yield Batch(
                fetched=page.fetched,
                posts=[message.post for message in again if message.post and message.number in waiting],
                gone=[f"{self._channel.name.lower()}/{number}" for number in missing if confirmed[number] is None],
            )
            waiting = [number for number in waiting if number not in covered]

    def _batch(self, page: Page, known: int) -> Batch:
        self._seen |= {message.number for message in page.messages}
        return Batch(
            fetched=page.fetched,
            posts=[message.post for message in page.messages if message.post],
            skipped=page.skipped_after(known),
            cursor=self._cursor.as_dict() if self._cursor.newest else None,
        )

    def _skipping(self, last: Fetched, gap: str) -> Batch:
        """Go past the page that was asked for last, which can never be read."""
        return Batch(fetched=last, skipped=Counter({UNREADABLE: 1}), cursor=self._cursor.as_dict(), gap=gap)

    async def _page(self, **paging: int) -> Page:
        params = {name: str(number) for name, number in paging.items()}
        self._last = fetched = await self._client.get(self._channel.url, params=params)
        return await self._client.parse(read_page, fetched, self._channel)

    async def _single(self, number: int) -> Message | None:
        url = self._channel.message_url(number)
        fetched = await self._client.get(url, accept_status=GONE_STATUSES)
        if fetched.status in GONE_STATUSES:
            return None
        return await self._client.parse(read_single, fetched, self._channel)
