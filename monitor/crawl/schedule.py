"""Run jobs at intervals. A job overlaps with itself only where it may, and a failure is shown and stops no other.

When a source is due, its lease and its back-off are in the database; APScheduler only starts the jobs.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor.clock import VIETNAM, Clock
from monitor.crawl.failures import failure_message

_MOST_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Job:
    """A job; `run` returns one line to show, or an empty one when there was nothing to do.

    `may_overlap` lets it begin again while it still runs.
    """

    name: str
    every: timedelta
    run: Callable[[], Awaitable[str]]
    may_overlap: bool = False


class Schedule:
    """Runs jobs until it is stopped.

    Args:
        jobs: The jobs; all run once at the start.
        clock: Tells the time.
        say: Shows a line to the operator.

    """

    def __init__(self, jobs: Sequence[Job], clock: Clock, say: Callable[[str], None]) -> None:
        self._jobs = tuple(jobs)
        self._clock = clock
        self._say = say
        self._running: dict[str, set[asyncio.Future[str]]] = {}
        self._stopping = asyncio.Event()
        self._ticks = AsyncIOScheduler(timezone=VIETNAM)

    def start(self) -> None:
        """Start the scheduler; needs a running event loop."""
        for job in self._jobs:
            self._ticks.add_job(
                self.tick,
                "interval",
                args=[job],
                id=job.name,
                seconds=job.every.total_seconds(),
                next_run_time=self._clock.now(),
                coalesce=True,
                max_instances=_MOST_AT_ONCE,  # `tick` itself decides what may overlap; here it would be a warning
                misfire_grace_time=None,
            )
        self._ticks.start()

    async def stop(self) -> None:
        """Stop the scheduler, cancel running jobs, and wait until they have cleaned up."""
        self._stopping.set()
        self._ticks.shutdown(wait=False)
        running = [task for tasks in self._running.values() for task in tasks]
        # Cancelled rather than awaited to their end: a crawl may take hours, and its stored batches stay.
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def tick(self, job: Job) -> None:
        """Run a job once, unless it still runs. Whatever it raises is shown, and it runs again when it is due."""
        running = self._running.setdefault(job.name, set())
        if (running and not job.may_overlap) or self._stopping.is_set():
            return
        task = asyncio.ensure_future(job.run())
        running.add(task)
        try:
            line = await task
        except Exception as error:  # noqa: BLE001  a job that ended silently would be missed by nobody
            line = f"failed: {failure_message(error)}"
        except asyncio.CancelledError:
            if not self._stopping.is_set():
                raise
            return
        finally:
            running.discard(task)
        if line:
            local = self._clock.now().astimezone(VIETNAM)
            self._say(f"{local:%d/%m %H:%M} {job.name}: {line}")
