"""Crawl: read sources and store their new and changed posts, batch by batch.

A batch and its cursor are stored in one unit of work, so a crawl that is stopped at any point continues after the last
stored batch.
"""

import asyncio
import os
import socket
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from monitor.collectors.base import Batch, Collector, SourceView
from monitor.crawl.failures import failure_message, printable
from monitor.crawl.reader import LEASE, SourceReader
from monitor.crawl.stored_state import without_posts
from monitor.errors import FetchFailed, RateLimited, SourceRefused
from storage import audit
from storage.errors import DataRejected, NotFound, StorageError
from storage.models import Source
from storage.posts import posts, sources

TICK = timedelta(minutes=1)
"""How often a program that runs on and on looks for what is due."""
LONGEST_RUN = timedelta(minutes=30)
_ENDED_EARLY = "it took more than 30 minutes and was ended: what it did not come to is left to the next reading"
LONGEST_BACKOFF = timedelta(days=1)
WATCHED_FOR = timedelta(days=7)
# Each watched post may cost one request, so their number is limited.
WATCHED_MOST = 40
MOST_FAILURES = 10  # in a row; then the source is disabled until a person has looked at it
# A server that asks for a longer pause is more likely wrong than meant.
LONGEST_LEAST_INTERVAL = timedelta(days=1)


@dataclass(slots=True)
class SourceResult:
    """The result of one crawl of one source; `outcome` is `ok`, `unchanged`, `failed` or `interrupted`.

    `moved_to` is the source's new address after a permanent redirect.
    """

    source: str
    outcome: str = "ok"
    seen: int = 0
    new: int = 0
    changed: int = 0
    duplicate: int = 0
    gone: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    gap: str | None = None
    error: str | None = None
    disabled: bool = False
    moved_to: str | None = None


class Crawler(SourceReader):
    """Crawls several sources at a time and stores their posts."""

    async def crawl(
        self,
        *,
        only_due: bool,
        names: Sequence[str] = (),
        on_lease: Callable[[Sequence[str]], None] = lambda _: None,
        on_result: Callable[[SourceResult], None] = lambda _: None,
    ) -> list[SourceResult]:
        """Crawl all enabled sources, the named ones, or those that are due.

        It may be called again while it runs: a source that is still being read is left out then.

        Args:
            only_due: Leave out sources that were read less than their interval ago.
            names: Read only these.
            on_lease: Called with the names of the sources that will be read.
            on_result: Called with each result.

        Raises:
            StorageError: When the database fails; what was stored before stays.

        """
        began = self._clock.monotonic()
        leased = [source for source in self._lease(only_due=only_due, names=names) if source.id not in self._active]
        self._active |= {source.id for source in leased}
        on_lease([source.name for source in leased])
        results: list[SourceResult] = []

        async def read(source: Source) -> None:
            try:
                result = await self._read(source, began)
            except NotFound:  # it was removed meanwhile, with all that belongs to it
                return
            finally:
                self._active.discard(source.id)
            if result is not None:
                results.append(result)
                on_result(result)

        try:
            await self._each(leased, read)
        finally:
            self._active -= {source.id for source in leased}
            self._release(leased)
        return results

    def _lease(self, *, only_due: bool, names: Sequence[str]) -> Sequence[Source]:
        now = self._clock.now()
        with self._database.changes() as session:
            sources.release_abandoned(session, owner_is_gone)
            for name in names:
                sources.by_name(session, name)  # a wrong name is an error, not an empty crawl
            return sources.lease(session, owner=self._owner, now=now, until=now + LEASE, only_due=only_due, names=names)

    def _release(self, leased: Sequence[Source]) -> None:
        with self._database.changes() as session:
            for source in leased:
                sources.release(session, source.id, self._owner)

    async def _read(self, source: Source, began: float) -> SourceResult | None:
        """Read one source to its end or to its first failure, and store the outcome of the run.

        Args:
            source: The source.
            began: When it was leased, in seconds of the clock that never decrease.

        Returns:
            The result; None when the lease ran out before the crawl started and another program holds the source.

        """
        result = SourceResult(source.name)
        opened = self._open(source)
        if opened is None:
            return None
        run_id, view = opened
        retry_at: datetime | None = None
        erased: set[str] = set()
        try:
            collector = self._collector_for(source.kind)
            ends_at = self._clock.monotonic() + LONGEST_RUN.total_seconds()
            async for batch in self._batches_of(collector, view):
                self._store(source, run_id, batch, result, erased)
                # A slow source gives its place to others; the next run goes on from the cursor.
                if self._clock.monotonic() >= ends_at:
                    result.gap = result.gap or _ENDED_EARLY
                    break
            # An unchanged last page does not undo the posts of the pages before it.
            if result.outcome == "unchanged" and result.seen:
                result.outcome = "ok"
        except asyncio.CancelledError as error:
            # Ctrl-C or a stop of the service: store the outcome, then let the cancellation go on.
            if _is_cancelled():
                result.outcome, result.error = "interrupted", "stopped before the end"
                self._close(source.id, run_id, result, None, began)
                raise
            result.outcome, result.error = "failed", failure_message(error)
        except Exception as error:
            # Whatever the collector raises is the failure of this source; the other sources go on. A database that
            # fails is nobody's: then no source can be read.
            if isinstance(error, StorageError) and not isinstance(error, DataRejected):
                raise
            result.outcome, result.error = "failed", failure_message(error)
            result.disabled = isinstance(error, SourceRefused)
            retry_at = error.retry_at if isinstance(error, RateLimited) else None
        self._close(source.id, run_id, result, retry_at, began)
        return result

    async def _batches_of(self, collector: Collector, view: SourceView) -> AsyncIterator[Batch]:
        """Read a source by a collector that may be another package's.

        Raises:
            FetchFailed: The collector tried to end the program, or nothing came for as long as a whole reading may
                last.

        """
        batches = collector.collect(view, self._client)
        while True:
            try:
                async with self._clock.timeout(LONGEST_RUN.total_seconds()):
                    batch = await anext(batches, None)
            except TimeoutError as error:
                minutes = LONGEST_RUN // timedelta(minutes=1)
                raise FetchFailed(f"nothing came of it for {minutes} minutes: it was given up until later") from error
            except SystemExit as error:
                raise FetchFailed("its collector tried to end the program: look at where it is from") from error
            if batch is None:
                return
            yield batch

    def _open(self, source: Source) -> tuple[int, SourceView] | None:
        now = self._clock.now()
        with self._database.changes() as session:
            # The source may have waited for its turn for longer than the lease.
            if not sources.renew(session, source.id, self._owner, now + LEASE):
                return None
            # Read again: another program may have moved its cursor meanwhile.
            current = sources.by_name(session, source.name)
            run = sources.start_run(session, current.id, now)
            watched = posts.watched_ids(session, current.id, now - WATCHED_FOR, WATCHED_MOST)
            view = self._view(current, validators=current.validators, failures=current.failures, watched=watched)
            return run.id, view

    def _store(self, source: Source, run_id: int, batch: Batch, result: SourceResult, erased: set[str]) -> None:
        """Store one batch and its cursor in one unit of work, and add its counts to the result.

        Args:
            source: Where it comes from.
            run_id: The run.
            batch: What was read.
            result: Gets the counts.
            erased: Gets the external ids of posts of erased authors; the cursors of later batches may repeat them.

        """
        with self._database.changes() as session:
            kept = self._batches.write(session, source, run_id, batch)
            erased |= kept.erased_ids
            sources.save_progress(
                session,
                source.id,
                self._owner,
                self._clock.now() + LEASE,
                cursor=without_posts(batch.cursor, erased),
                validators=batch.validators,
            )
        for name in ("seen", "new", "changed", "duplicate", "gone"):
            setattr(result, name, getattr(result, name) + getattr(kept, name))
        result.skipped.update(kept.skipped)
        result.moved_to = moved_address(source.address, batch) or result.moved_to
        result.gap = printable(batch.gap) if batch.gap else result.gap
        result.outcome = "unchanged" if batch.unchanged else "ok"

    def _close(
        self, source_id: int, run_id: int, result: SourceResult, retry_at: datetime | None, began: float
    ) -> None:
        now = self._clock.now()
        # Half a tick more than it took, because no tick comes to the second: else the next one would be awaited.
        passed = timedelta(seconds=self._clock.monotonic() - began) + TICK / 2
        with self._database.changes() as session:
            source = sources.by_name(session, result.source)
            sources.close_run(
                session,
                run_id,
                now=now,
                outcome=result.outcome,
                counts={name: getattr(result, name) for name in ("seen", "new", "changed", "gone")},
                skipped=dict(result.skipped),
                gap=result.gap,
                error=result.error,
            )
            if result.outcome in ("ok", "unchanged"):
                least = _least_interval(source.cursor)
                sources.record_success(session, source, now, passed=passed, least_interval=least)
                self._move(session, source, result)
            elif result.outcome == "failed":
                # Exponential back-off; the exponent is bounded because a timedelta overflows.
                wait = timedelta(seconds=source.interval_seconds) * 2 ** min(source.failures, 10)
                sources.record_failure(
                    session, source, result.error or "", retry_at or now + min(wait, LONGEST_BACKOFF)
                )
                self._switch_off(session, source, result, asked_to_wait=retry_at is not None)
            sources.release(session, source_id, self._owner)

    def _move(self, session: Session, source: Source, result: SourceResult) -> None:
        if result.moved_to is None or result.moved_to == source.address:
            return
        detail = {"from": source.address, "to": result.moved_to}
        audit.record(session, at=self._clock.now(), action="source.moved", subject=source.name, detail=detail)
        sources.change_address(session, source, result.moved_to)

    def _switch_off(self, session: Session, source: Source, result: SourceResult, *, asked_to_wait: bool) -> None:
        """Disable a source that refused to be read, or that failed too often in a row."""
        # A rate limit is not such a failure: waiting resolves it.
        why = result.error if result.disabled else None
        if source.failures >= MOST_FAILURES and not asked_to_wait and not result.disabled:
            why = f"{source.failures} readings in a row failed, the last one with: {result.error}"
        if why is None:
            return
        result.disabled = True
        sources.set_enabled(session, source, enabled=False, why=why)
        audit.record(session, at=self._clock.now(), action="source.disabled", subject=source.name, detail={"why": why})


def _is_cancelled() -> bool:
    """Return whether this task was told to stop; else the collector raised the error by itself."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def moved_address(address: str, batch: Batch) -> str | None:
    """Return a source's new address if a response came by permanent redirects alone; None when it has not moved.

    An API request goes to a path below the source's address; that path must also end the new URL.
    """
    fetched = batch.fetched
    base = address.rstrip("/")
    if fetched.permanent_url is None or not fetched.url.startswith(base) or fetched.redirected_to_front_page:
        return None  # a redirect to the front page means removed, not moved
    appended = fetched.url.removeprefix(base)
    if not fetched.permanent_url.endswith(appended):
        return None
    return fetched.permanent_url.removesuffix(appended) + ("/" if appended == "/" else "")


def _least_interval(cursor: Mapping[str, Any]) -> timedelta:
    seconds = cursor.get("least_interval_seconds")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not seconds > 0:
        return timedelta(0)
    return timedelta(seconds=min(seconds, LONGEST_LEAST_INTERVAL.total_seconds()))


def owner_is_gone(owner: str) -> bool:
    """Tell whether the owner of a lease (`host:pid`) was a process on this machine that no longer runs."""
    host, _, number = owner.rpartition(":")
    if host != socket.gethostname() or not number.isdigit():
        return False
    try:
        os.kill(int(number), 0)  # signal 0 only checks that the process exists
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
