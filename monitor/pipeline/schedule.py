"""Run jobs at intervals. A job never overlaps with itself, and a failure is shown and does not stop the others.

When a source is due, its lease and its back-off are in the database; APScheduler only starts the jobs.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor.clock import VIETNAM, Clock
from monitor.pipeline.failures import failure_message


@dataclass(frozen=True, slots=True)
class Job:
    """A job; `run` returns one line to show, or an empty one when there was nothing to do."""

    name: str
    every: timedelta
    run: Callable[[], Awaitable[str]]


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
        self._running: dict[str, asyncio.Future[str]] = {}
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
                max_instances=2,  # `tick` itself lets no job overlap; here it would be a warning a minute
                misfire_grace_time=None,
            )
        self._ticks.start()

    async def stop(self) -> None:
        """Stop the scheduler, cancel running jobs, and wait until they have cleaned up."""
        self._stopping.set()
        self._ticks.shutdown(wait=False)
        running = list(self._running.values())
        # Cancelled rather than awaited to their end: a crawl may take hours, and its stored batches stay.
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def tick(self, job: Job) -> None:
        """Run a job once, unless it still runs. Whatever it raises is shown, and it runs again when it is due."""
        if job.name in self._running or self._stopping.is_set():
            return
        task = self._running[job.name] = asyncio.ensure_future(job.run())
        try:
            line = await task
        except Exception as error:  # noqa: BLE001  a job that ended silently would be missed by nobody
            line = f"failed: {failure_message(error)}"
        except asyncio.CancelledError:
            if not self._stopping.is_set():
                raise
            return
        finally:
            del self._running[job.name]
        if line:
            local = self._clock.now().astimezone(VIETNAM)
            self._say(f"{local:%d/%m %H:%M} {job.name}: {line}")
