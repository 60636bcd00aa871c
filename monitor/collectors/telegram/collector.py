"""The collector for the public preview of Telegram channels, with the owner's recorded permission only."""

from collections.abc import AsyncIterator, Iterable, Sequence

from monitor.collectors.base import Batch, KnownPost, SourceView
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.http.fetched import GONE_STATUSES
from monitor.collectors.telegram.page import Channel, read_page, read_single
from monitor.collectors.timeline import Entry, Page, look_again, read_back


class TelegramCollector:
    """Reads the messages of a preview from the newest back to the last known one, then watched messages again.

    The preview has no times of edits: an edited message is another text under the same identifier. The cursor holds
    `channel` and `newest`, the highest number read.
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
        reader = _Reader(channel, client)
        known = int(source.cursor.get("newest") or 0) if source.cursor.get("channel") == channel.name else 0
        waiting, last = _numbers(channel, source.watched), None
        most = channel.max_pages if known else channel.backfill_pages
        async for step in read_back(reader.page, known or None, most=most, may_skip=source.may_skip, what="messages"):
            waiting.difference_update(step.page.places)
            last = step.page.fetched
            yield step.batch({"channel": channel.name, "newest": step.newest})
        async for batch in look_again(waiting, reader.page, reader.single, last):
            yield batch

    async def recheck(
        self, source: SourceView, client: PoliteClient, posts: Sequence[KnownPost]
    ) -> AsyncIterator[Batch]:
        """Read the pages that should have these messages, within the page limit; the rest is left out.

        Raises:
            SourceRefused: When no permission is recorded.
            CollectError: Another of its subclasses, when the preview could not be read.

        """
        channel = Channel.from_source(source)
        reader = _Reader(channel, client)
        waiting = _numbers(channel, (post.external_id for post in posts))
        async for batch in look_again(waiting, reader.page, reader.single):
            yield batch


class _Reader:
    """Asks for pages of one preview, and for single messages."""

    def __init__(self, channel: Channel, client: PoliteClient) -> None:
        self._channel = channel
        self._client = client

    async def page(self, newest: int | None) -> Page:
        """Read the newest page, or the one whose newest message has at most this number."""
        params = {} if newest is None else {"before": str(newest + 1)}
        return await self._client.parse(
            read_page, await self._client.get(self._channel.url, params=params), self._channel
        )

    async def single(self, number: int) -> Entry:
        """Read the page of one message."""
        fetched = await self._client.get(self._channel.message_url(number), accept_status=GONE_STATUSES)
        if fetched.status in GONE_STATUSES:
            return self._channel.gone(number)
        return await self._client.parse(read_single, fetched, self._channel, number)


def _numbers(channel: Channel, external_ids: Iterable[str]) -> set[int]:
    prefix = channel.name_of(0).removesuffix("0")
    names = (each.removeprefix(prefix) for each in external_ids if each.startswith(prefix))
    return {int(name) for name in names if name.isascii() and name.isdecimal()}
