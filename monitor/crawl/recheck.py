"""Recheck: flagged posts are read again after an hour, a day and a week, to find edits and removals.

A collector that can ask its platform for single posts finds both. For other posts the permalink only tells whether they
are still there. A failed recheck never disables a source: only crawls do.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.collectors.base import Batch, KnownPost, Rechecker, SourceView
from monitor.collectors.http.fetched import GONE_STATUSES
from monitor.crawl.failures import failure_message
from monitor.crawl.reader import LEASE, SourceReader
from monitor.errors import RateLimited, SourceRefused
from storage.errors import DataRejected, StorageError
from storage.models import Post, Source
from storage.posts import rechecks, sources

RECHECK_AFTER = (timedelta(hours=1), timedelta(hours=24), timedelta(days=7))  # since the flag was opened
RETRY_AFTER = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=8)
MAX_POSTS = 100  # a run; the rest follow in the next one


@dataclass(slots=True)
class RecheckResult:
    """Counts of a run: posts checked, changed and gone.

    `unclear` counts the posts that could not be checked, by reason; most are tried again an hour later.
    """

    checked: int = 0
    changed: int = 0
    gone: int = 0
    unclear: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class _Reading:
    """The due posts of one source by external id, and the counts so far."""

    source: Source
    run_id: int
    view: SourceView
    waiting: dict[str, Post]
    kept: Counter[str] = field(default_factory=Counter)
    error: str | None = None


class FlagRecheck(SourceReader):
    """Rechecks flagged posts."""

    async def run(self, names: Sequence[str] = ()) -> RecheckResult:
        """Recheck the posts that are due, of all sources or of the named ones.

        Raises:
            StorageError: When the database fails; what was stored before stays.

        """
        result = RecheckResult()
        by_source: dict[str, dict[str, Post]] = {}
        now = self._clock.now()
        with self._database.work() as session:
            rechecks.plan(session, RECHECK_AFTER[0], now - GIVE_UP_AFTER)
            session.commit()
            for each in rechecks.due(session, now, MAX_POSTS, names):
                by_source.setdefault(each.source.name, {})[each.external_id] = each

        await self._each(by_source.values(), lambda waiting: self._source(waiting, result))
        return result

    async def _source(self, waiting: dict[str, Post], result: RecheckResult) -> None:
        reading = self._open(waiting)
        if reading is None:  # another program holds the source; the posts stay due
            return
        outcome = "interrupted"
        try:
            # The collector comes first: it finds edits too, and checks many posts with one request.
            await self._ask_collector(reading, result)
            for external_id in list(reading.waiting):
                await self._ask_permalink(reading, external_id, result)
            outcome = "failed" if reading.error else "ok"
        finally:
            self._close(reading, outcome)

    async def _ask_collector(self, reading: _Reading, result: RecheckResult) -> None:
        try:
            collector = self._collector_for(reading.source.kind)
            if not isinstance(collector, Rechecker):
                return
            known = [KnownPost(external_id=each.external_id, url=each.url) for each in reading.waiting.values()]
            async for batch in collector.recheck(reading.view, self._client, known):
                found = {post.external_id for post in batch.posts} | set(batch.gone)
                self._store(reading, batch, found & set(reading.waiting), result)
        except Exception as error:
            # As in a crawl: whatever a collector raises concerns its own source alone.
            if isinstance(error, StorageError) and not isinstance(error, DataRejected):
                raise
            reading.error = failure_message(error)
            for external_id in list(reading.waiting):
                self._postpone(reading, external_id, error, result)

    async def _ask_permalink(self, reading: _Reading, external_id: str, result: RecheckResult) -> None:
        url = reading.waiting[external_id].url
        if url is None:
            self._postpone(reading, external_id, None, result)
            return
        try:
            fetched = await self._client.get(url, accept_status=GONE_STATUSES)
        except Exception as error:  # noqa: BLE001  no post may stop the recheck of the others
            self._postpone(reading, external_id, error, result)
            return
        if fetched.is_gone:
            self._store(reading, Batch(fetched=fetched, gone=(external_id,)), {external_id}, result)
        else:
            self._store(reading, None, {external_id}, result)

    def _open(self, waiting: dict[str, Post]) -> _Reading | None:
        name, now = next(iter(waiting.values())).source.name, self._clock.now()
        with self._database.changes() as session:
            leased = sources.lease(session, owner=self._owner, now=now, until=now + LEASE, only_due=False, names=[name])
            if not leased:
                return None
            source = leased[0]
            view = self._view(source)
            run = sources.start_run(session, source.id, now)
        return _Reading(source, run.id, view, waiting)

    def _store(self, reading: _Reading, batch: Batch | None, found: set[str], result: RecheckResult) -> None:
        """Store the result of a recheck and when the next one is due, in one unit of work."""
        now = self._clock.now()
        with self._database.changes() as session:
            sources.renew(session, reading.source.id, self._owner, now + LEASE)
            kept = self._batches.write(session, reading.source, reading.run_id, batch) if batch else None
            for external_id in found:
                due = reading.waiting[external_id]
                gone = batch is not None and external_id in batch.gone
                rechecks.record_check(session, due.id, now, None if gone else next_due(due.flagged_at or now, now))
        for external_id in found:
            del reading.waiting[external_id]
        result.checked += len(found)
        if kept:
            reading.kept.update(seen=kept.seen, new=kept.new, changed=kept.changed, gone=kept.gone)
            result.changed += kept.changed
            result.gone += kept.gone

    def _postpone(self, reading: _Reading, external_id: str, error: Exception | None, result: RecheckResult) -> None:
        due = reading.waiting.pop(external_id)
        later = self._clock.now() + RETRY_AFTER
        # A server that names a time must not be asked before it.
        if isinstance(error, RateLimited) and error.retry_at is not None:
            later = max(later, error.retry_at)
        # Without a URL, or when the retry would come after the last recheck, there is nothing left to try.
        hopeless = error is None or later > (due.flagged_at or later) + GIVE_UP_AFTER
        with self._database.changes() as session:
            rechecks.postpone(session, due.id, None if hopeless else later)
        result.unclear[_reason(error)] += 1

    def _close(self, reading: _Reading, outcome: str) -> None:
        with self._database.changes() as session:
            sources.close_run(
                session,
                reading.run_id,
                now=self._clock.now(),
                outcome=outcome,
                counts={name: reading.kept[name] for name in ("seen", "new", "changed", "gone")},
                skipped={},
                error=reading.error,
            )
            sources.release(session, reading.source.id, self._owner)


def next_due(flagged_at: datetime, now: datetime) -> datetime | None:
    """Return when a post is due next after a recheck at `now`; None after the last one."""
    return next((flagged_at + after for after in RECHECK_AFTER if flagged_at + after > now), None)


def _reason(error: Exception | None) -> str:
    if error is None:
        return "no address to check"
    if isinstance(error, RateLimited):
        return "the host asked to wait"
    return "the host does not want it" if isinstance(error, SourceRefused) else "could not be read"
