"""One crawl: the new and changed posts of every readable source become rows, batch by batch.

A batch and the bookmark that follows it are stored in one unit of work, so a crawl that is stopped at any point loses
nothing that was stored and goes on from there.
"""

import asyncio
import os
import socket
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.clock import Clock
from monitor.collectors.base import Batch, Collector, PublicPost, SourceView
from monitor.collectors.http import PoliteClient
from monitor.errors import CollectError, RateLimited, SourceRefused, UsageError
from monitor.pipeline.drafts import draft_of
from monitor.pipeline.pseudonym import Pseudonymiser
from storage import people, posts, sources
from storage.database import Database
from storage.errors import DataRejected
from storage.models import Source
from storage.sources import CaptureDraft

LEASE = timedelta(minutes=10)  # renewed with every batch
LONGEST_BACKOFF = timedelta(days=1)
WATCHED_FOR = timedelta(days=7)
WATCHED_MOST = 40
UNSTORABLE = "holds characters that no database keeps (NUL or half a pair)"


@dataclass(slots=True)
class SourceResult:
    """What one reading of one source found; `outcome` is ok, unchanged, failed or interrupted."""

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


class Crawler:
    """Reads sources side by side, one at a time on each host, and stores what they give.

    Args:
        database: Where sources stand and posts go.
        client: The polite client, open; one for the whole program, so that every host's pace is kept.
        collector_for: Finds the collector of a kind.
        pseudonymiser: Replaces authors.
        clock: Tells the time.
        parallel: How many sources are read side by side.
        secret_for: Gives the operator's key for a source, by its name and kind.

    """

    def __init__(
        self,
        database: Database,
        client: PoliteClient,
        collector_for: Callable[[str], Collector],
        pseudonymiser: Pseudonymiser,
        clock: Clock,
        *,
        parallel: int,
        secret_for: Callable[[str, str], str | None] = lambda _name, _kind: None,
    ) -> None:
        self._database = database
        self._client = client
        self._collector_for = collector_for
        self._pseudonymiser = pseudonymiser
        self._clock = clock
        self._secret_for = secret_for
        self._places = asyncio.Semaphore(parallel)
        self._owner = f"{socket.gethostname()}:{os.getpid()}"

    async def crawl(
        self,
        *,
        only_due: bool,
        names: Sequence[str] = (),
        on_lease: Callable[[Sequence[str]], None] = lambda _: None,
        on_result: Callable[[SourceResult], None] = lambda _: None,
    ) -> list[SourceResult]:
        """Read all enabled sources, the named ones, or those that are due.

        Args:
            only_due: Leave out what was read less than its interval ago.
            names: Read only these.
            on_lease: Told the names of the sources that will be read.
            on_result: Told each result as it comes.

        Raises:
            StorageError: When the database fails; what was stored before stays.

        """
        leased = self._lease(only_due=only_due, names=names)
        on_lease([source.name for source in leased])
        results: list[SourceResult] = []

        async def read(source: Source) -> None:
            async with self._places:
                result = await self._read(source)
            if result is not None:
                results.append(result)
                on_result(result)

        try:
            async with asyncio.TaskGroup() as group:
                for source in leased:
                    group.create_task(read(source))
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from failures
        finally:
            self._release(leased)
        return results

    def _lease(self, *, only_due: bool, names: Sequence[str]) -> Sequence[Source]:
        now = self._clock.now()
        with self._database.work() as session:
            sources.release_abandoned(session, owner_is_gone)
            for name in names:
                sources.by_name(session, name)
            leased = sources.lease(
                session, owner=self._owner, now=now, until=now + LEASE, only_due=only_due, names=names
            )
            session.commit()
            return leased

    def _release(self, leased: Sequence[Source]) -> None:
        with self._database.work() as session:
            for source in leased:
                sources.release(session, source.id, self._owner)
            session.commit()

    async def _read(self, source: Source) -> SourceResult | None:
        """Read one source to its end, or to its first failure, and close the account of the reading.

        Returns:
            What was found; None when the lease ran out while the source waited for its turn and another program has it.

        """
        result = SourceResult(source.name)
        opened = self._open(source)
        if opened is None:
            return None
        run_id, view = opened
        retry_at: datetime | None = None
        try:
            collector = self._collector_for(source.kind)
            async for batch in collector.collect(view, self._client):
                self._store(source, run_id, batch, result)
            if result.outcome == "unchanged" and result.seen:
                result.outcome = "ok"
        except (CollectError, UsageError, DataRejected) as error:  # one source's trouble is no other source's
            result.outcome, result.error = "failed", str(error)
            result.disabled = isinstance(error, SourceRefused)
            retry_at = error.retry_at if isinstance(error, RateLimited) else None
        except asyncio.CancelledError:
            result.outcome, result.error = "interrupted", "stopped before the end"
            self._close(source.id, run_id, result, None)
            raise
        self._close(source.id, run_id, result, retry_at)
        return result

    def _open(self, source: Source) -> tuple[int, SourceView] | None:
        now = self._clock.now()
        with self._database.work() as session:
            if not sources.renew(session, source.id, self._owner, now + LEASE):
                return None
            current = sources.by_name(session, source.name)
            run = sources.start_run(session, current.id, now)
            view = SourceView(
                name=current.name,
                address=current.address,
                settings=current.settings,
                cursor=current.state.cursor,
                validators=current.state.validators,
                secret=self._secret_for(current.name, current.kind),
                watched=posts.watched_ids(session, current.id, now - WATCHED_FOR, WATCHED_MOST),
            )
            session.commit()
            return run.id, view

    def _store(self, source: Source, run_id: int, batch: Batch, result: SourceResult) -> None:
        """Store one batch and its bookmark together, and count them into the result."""
        now = self._clock.now()
        storable = [post for post in batch.posts if _storable(post)]
        skipped = Counter(batch.skipped)
        if len(storable) < len(batch.posts):
            skipped[UNSTORABLE] += len(batch.posts) - len(storable)
        with self._database.work() as session:
            capture_id = sources.add_capture(session, run_id, _capture_of(batch))
            drafts = [
                draft_of(
                    post,
                    kind=source.kind,
                    pseudonymiser=self._pseudonymiser,
                    collected_at=now,
                    capture_id=capture_id,
                )
                for post in storable
            ]
            stored = posts.record(session, source.id, drafts)
            gone = posts.tombstone(session, source.id, batch.gone, now)
            sources.remember(
                session, source.id, self._owner, now + LEASE, cursor=batch.cursor, validators=batch.validators
            )
            session.commit()
        result.seen += len(batch.posts)
        result.new += stored.new
        result.changed += stored.changed
        result.duplicate += stored.duplicate
        result.gone += gone
        result.skipped.update(skipped)
        result.gap = batch.gap or result.gap
        result.outcome = "unchanged" if batch.unchanged else "ok"

    def _close(self, source_id: int, run_id: int, result: SourceResult, retry_at: datetime | None) -> None:
        now = self._clock.now()
        with self._database.work() as session:
            source = sources.by_name(session, result.source)
            sources.close_run(
                session,
                run_id,
                now=now,
                outcome=result.outcome,
                counts={
                    "seen": result.seen,
                    "new": result.new,
                    "changed": result.changed,
                    "gone": result.gone,
                },
                skipped=dict(result.skipped),
                gap=result.gap,
                error=result.error,
            )
            if result.outcome in ("ok", "unchanged"):
                sources.finish_well(session, source, now)
            elif result.outcome == "failed":
                wait = min(
                    timedelta(seconds=source.interval_seconds) * 2 ** min(source.state.failures, 10), LONGEST_BACKOFF
                )
                sources.finish_badly(session, source, result.error or "", retry_at or now + wait)
            if result.disabled:
                sources.set_enabled(session, source, enabled=False, why=result.error)
                people.note(
                    session, at=now, action="source.disabled", subject=source.name, detail={"why": result.error}
                )
            sources.release(session, source_id, self._owner)
            session.commit()


def owner_is_gone(owner: str) -> bool:
    """Tell whether a lease's owner was a program on this machine that no longer runs."""
    host, _, number = owner.rpartition(":")
    if host != socket.gethostname() or not number.isdigit():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _storable(post: PublicPost) -> bool:
    kept = (post.external_id, post.url, post.title, post.text, post.context, post.published_raw, post.language)
    whole = "".join(value for value in kept if value)
    try:
        whole.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in whole


def _capture_of(batch: Batch) -> CaptureDraft:
    fetched = batch.fetched
    return CaptureDraft(
        url=fetched.final_url,
        fetched_at=fetched.fetched_at,
        status=fetched.status,
        content_type=fetched.content_type,
        size_bytes=len(fetched.body),
        sha256=fetched.sha256,
    )
