"""All of Bluesky as it is written, from a Jetstream server, filtered here by language; in readings that end."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

from kiemtin_jetstream.events import (
    CURSOR_TOO_OLD,
    Event,
    StreamEnd,
    Subscription,
    from_microseconds,
    read_message,
    refusal_name,
    to_microseconds,
)
from kiemtin_jetstream.language import looks_vietnamese
from kiemtin_jetstream.websocket import HandshakeRejected, Stream, StreamBroken, open_stream
from monitor.clock import Clock
from monitor.collectors.base import Batch, PublicPost, SourceView
from monitor.collectors.bluesky.record import (
    DEFAULT_LANGUAGE,
    at_uri,
    speaks,
    to_post,
)
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.http.fetched import Fetched

_SWITCHED_PROTOCOLS = 101
_MOST_POSTS = 200
_BATCH_SECONDS = 5.0
_MOST_BREAKS = 4
_FIRST_WAIT_SECONDS = 1.0
_REWIND_US = 5_000_000
_TOLERATED = timedelta(minutes=1)
_FAR_BEHIND = timedelta(hours=1)
_REMEDY = "read this source more often, or raise `max_events`"


class JetstreamCollector:
    """Reads the stream from its cursor until it has caught up with the beginning of the reading, or a limit is met.

    The cursor holds `time_us`, when the server saw the newest event read, in microseconds since 1970: a time means the
    same on every server. Each connection begins five seconds before it, and what comes twice has the same identifier.
    Deleted posts are given as gone; accounts that are deleted, deactivated or taken down as gone authors.

    Args:
        batch_seconds: How long events are collected into one batch.

    """

    kind = "jetstream"

    def __init__(self, *, batch_seconds: float = _BATCH_SECONDS) -> None:
        self._batch_seconds = batch_seconds

    async def collect(self, source: SourceView, client: PoliteClient) -> AsyncIterator[Batch]:
        """Read what is new.

        Raises:
            UsageError: When the source's settings are wrong.
            StreamBroken: When the stream broke off too often; what had come was given before.
            CollectError: Another of its subclasses, when the server could not be read.

        """
        subscription = Subscription.from_source(source)
        reading = _Reading(subscription, source, client.checks.clock, self._batch_seconds)
        while True:
            try:
                async with open_stream(
                    subscription.url(reading.resume_at()),
                    client,
                    subprotocol=subscription.subprotocol,
                    pings=subscription.accepts_pings,
                ) as stream:
                    async for batch in reading.follow(stream):
                        yield batch
            except HandshakeRejected as error:
                if not reading.restart_at_present(refusal_name(error.body)):
                    raise
            except StreamBroken:
                if reading.has_pending:
                    yield reading.flush()
                if not await reading.wait_to_reconnect():
                    raise
            else:
                return


@dataclass(slots=True)
class _Pending:
    """What came since the last batch and is not given yet."""

    events: int = 0
    posts: dict[str, PublicPost] = field(default_factory=dict)
    gone: dict[str, None] = field(default_factory=dict)
    gone_authors: dict[str, None] = field(default_factory=dict)
    skipped: Counter[str] = field(default_factory=Counter)
    lines: list[str] = field(default_factory=list)
    gap: str | None = None

    @property
    def size(self) -> int:
        """How much there is to store."""
        return len(self.posts) + len(self.gone) + len(self.gone_authors)

    def drop(self, uri: str, reason: str) -> None:
        """Remove a post that is still pending."""
        if self.posts.pop(uri, None) is not None:
            self.skipped[reason] += 1


class _Reading:
    """One bounded reading of the stream, over as many connections as it takes."""

    def __init__(self, subscription: Subscription, source: SourceView, clock: Clock, batch_seconds: float) -> None:
        known = source.cursor.get("time_us")
        self._subscription = subscription
        self._clock = clock
        self._batch_seconds = batch_seconds
        self._newest: int | None = known if isinstance(known, int) else None
        self._catches_up = self._newest is not None
        self._began_us = to_microseconds(clock.now())
        self._ends_at = asyncio.get_running_loop().time() + subscription.max_seconds
        self._events = 0
        self._breaks = 0
        self._caught_up = False
        self._just_connected = False
        self._new = _Pending()

    @property
    def has_pending(self) -> bool:
        """Whether there is something to give."""
        return self._new.events > 0 or self._new.gap is not None

    def resume_at(self) -> int | None:
        """Give the time from which the next connection is to begin; None for the present."""
        return None if self._newest is None else max(self._newest - _REWIND_US, 0)

    async def follow(self, stream: Stream) -> AsyncIterator[Batch]:
        """Read until the reading ends; give a batch every few seconds, or as soon as one is full."""
        self._just_connected = True
        time = asyncio.get_running_loop().time
        batch_ends_at = time() + self._batch_seconds
        while not self._is_over(time()):
            if time() >= batch_ends_at or self._new.size >= _MOST_POSTS:
                batch_ends_at = time() + self._batch_seconds
                if self.has_pending:
                    yield self.flush()
                continue
            message = await stream.receive(min(batch_ends_at, self._ends_at) - time())
            if message is not None:
                self._receive(message)
        if self._events >= self._subscription.max_events:
            self._new.gap = self._new.gap or self._far_behind()
        if self.has_pending:
            yield self.flush()

    def flush(self) -> Batch:
        """Give what is pending as a batch, and begin the next one."""
        new, self._new = self._new, _Pending()
        address = self._subscription.url()
        return Batch(
            fetched=Fetched(
                url=address,
                final_url=address,
                status=_SWITCHED_PROTOCOLS,
                headers={"content-type": "application/json"},
                body="\n".join(new.lines).encode("utf-8", "surrogatepass"),
                fetched_at=self._clock.now(),
            ),
            posts=tuple(new.posts.values()),
            gone=tuple(new.gone),
            gone_authors=tuple(new.gone_authors),
            skipped=new.skipped,
            cursor=None if self._newest is None else {"time_us": self._newest},
            gap=new.gap,
        )

    def restart_at_present(self, refusal: str) -> bool:
        """Begin at the present when the server says that the cursor is too old; False when it says something else."""
        if refusal != CURSOR_TOO_OLD or self._newest is None:
            return False
        since = from_microseconds(self._newest)
        self._new.gap = f"the stream no longer has what followed {since:%Y-%m-%d %H:%M} UTC: {_REMEDY}"
        self._newest, self._catches_up = None, False
        return True

    async def wait_to_reconnect(self) -> bool:
        """Wait before the next connection, longer each time; False when there were too many."""
        self._breaks += 1
        if self._breaks > _MOST_BREAKS:
            return False
        await self._clock.sleep(_FIRST_WAIT_SECONDS * 2 ** (self._breaks - 1))
        return True

    def _is_over(self, now: float) -> bool:
        return self._caught_up or self._events >= self._subscription.max_events or now >= self._ends_at

    def _receive(self, message: str) -> None:
        event = read_message(message)
        if isinstance(event, StreamEnd):
            self.restart_at_present(event.name)
            raise StreamBroken(f"the server ends the stream ({event.explanation}): try again later")
        self._events += 1
        self._new.events += 1
        if event is None:
            self._new.skipped["malformed"] += 1
            return
        if self._just_connected:
            self._just_connected = False
            self._new.gap = self._new.gap or self._missed_before(event)
        reason = self._sort(event, message)
        if reason is not None:
            self._new.skipped[reason] += 1
        # A time that has not come yet is a mistake; as a cursor it would hide everything until then.
        self._newest = max(self._newest or 0, min(event.time_us, to_microseconds(self._clock.now())))
        self._caught_up = self._catches_up and event.time_us >= self._began_us

    def _sort(self, event: Event, line: str) -> str | None:
        """Add an event to the next batch; give the reason when it is a post that is left out."""
        new, uri = self._new, at_uri(event.did, event.key)
        if event.operation in ("create", "update"):
            result = self._read(event)
            if isinstance(result, str):
                return result
            new.gone.pop(uri, None)
            new.posts[uri] = result
        elif event.operation == "delete":
            new.drop(uri, "deleted at once")
            new.gone[uri] = None
        elif event.operation == "deactivated":
            for each in [each for each in new.posts if each.startswith(f"at://{event.did}/")]:
                new.drop(each, "account gone")
            new.gone_authors[event.did] = None
        elif event.operation == "activated":
            new.gone_authors.pop(event.did, None)
        else:
            return None
        new.lines.append(line)
        return None

    def _read(self, event: Event) -> PublicPost | str:
        if event.record is None:
            return "malformed"
        wanted, langs = self._subscription.languages, event.record.languages
        looks_right = not langs and DEFAULT_LANGUAGE in wanted and looks_vietnamese(event.record.text)
        if not speaks(langs, wanted) and not looks_right:
            return "other language"
        return to_post(
            event.record,
            did=event.did,
            key=event.key,
            wanted=wanted,
            witnessed=event.time,
            edited_at=event.time if event.operation == "update" else None,
        )

    def _missed_before(self, first: Event) -> str | None:
        """Say so when the server begins later than it was asked to: it keeps the stream for a day or two only."""
        if self._newest is None or first.time - from_microseconds(self._newest) <= _TOLERATED:
            return None
        since, until = from_microseconds(self._newest), first.time
        return f"the stream has nothing between {since:%Y-%m-%d %H:%M} and {until:%Y-%m-%d %H:%M} UTC: {_REMEDY}"

    def _far_behind(self) -> str | None:
        behind = timedelta(microseconds=self._began_us - (self._newest or self._began_us))
        if behind < _FAR_BEHIND:
            return None
        return f"the reading is {behind // timedelta(hours=1)} h behind the stream: {_REMEDY}"
