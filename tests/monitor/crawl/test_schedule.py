"""The schedule: a job that fails is told and stops no other; stopping cancels jobs and waits for them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from classifiers.errors import ModelMissing
from monitor.crawl.schedule import Job, Schedule
from monitor.errors import KiemtinError
from storage.errors import DatabaseLocked
from tests.clock import HANGS_AFTER, FakeClock


def job(name: str, run: Callable[[], Awaitable[str]], every: timedelta = timedelta(hours=1)) -> Job:
    return Job(name, every, run)


async def well() -> str:
    return "3 sources read"


async def nothing_to_do() -> str:
    return ""


def failing(error: Exception) -> Callable[[], Awaitable[str]]:
    async def run() -> str:
        raise error

    return run


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (well, ["16/11 09:00 crawl: 3 sources read"]),  # the time in Việt Nam
        (nothing_to_do, []),
        *(
            (failing(error), [f"16/11 09:00 crawl: failed: {error}"])
            for error in (
                KiemtinError("a scoring process died"),
                DatabaseLocked("the database is locked"),
                ModelMissing("there is no model"),
                OSError(28, "No space left on device"),
            )
        ),
    ],
    ids=["did something", "nothing to do", "program", "database", "model", "system"],
)
async def test_what_came_of_a_job_is_told_in_one_line(
    clock: FakeClock, run: Callable[[], Awaitable[str]], said: list[str]
) -> None:
    told: list[str] = []
    await Schedule([], clock, told.append).tick(job("crawl", run))
    assert told == said


@pytest.mark.parametrize("error", [ValueError("no"), RecursionError(), KeyError("\ud800")], ids=repr)
async def test_an_error_that_nobody_expected_is_told_too(clock: FakeClock, error: Exception) -> None:
    said: list[str] = []
    schedule = Schedule([], clock, said.append)
    await schedule.tick(job("crawl", failing(error)))
    await schedule.tick(job("crawl", well))
    assert type(error).__name__ in said[0]
    "".join(said).encode()
    assert said[1] == "16/11 09:00 crawl: 3 sources read"


async def test_all_jobs_are_done_once_at_the_start_and_a_failing_one_stops_no_other(clock: FakeClock) -> None:
    said: list[str] = []
    both = asyncio.Event()

    def say(line: str) -> None:
        said.append(line)
        if len(said) == 2:
            both.set()

    schedule = Schedule([job("crawl", failing(KiemtinError("no"))), job("summary", well)], clock, say)
    schedule.start()
    await asyncio.wait_for(both.wait(), timeout=HANGS_AFTER)
    await schedule.stop()
    assert sorted(said) == ["16/11 09:00 crawl: failed: no", "16/11 09:00 summary: 3 sources read"]


async def test_stopping_cancels_what_runs_waits_until_it_has_tidied_up_and_says_nothing_of_it(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    steps: list[str] = []
    begun = asyncio.Event()

    async def long_job() -> str:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)  # tidying up takes a moment
            steps.append("tidied up")
        return "never"

    schedule = Schedule([job("crawl", long_job)], clock, steps.append)
    with caplog.at_level(logging.WARNING):
        schedule.start()
        await asyncio.wait_for(begun.wait(), timeout=HANGS_AFTER)
        await schedule.stop()
        steps.append("stopped")
        await asyncio.sleep(0)
    assert steps == ["tidied up", "stopped"]
    assert caplog.records == []


async def test_a_job_never_overlaps_with_itself_and_nobody_is_bothered_with_that(
    caplog: pytest.LogCaptureFixture,
) -> None:
    running, most, ticks = 0, 0, 0
    enough = asyncio.Event()

    async def slow_job() -> str:
        nonlocal running, most, ticks
        running, ticks = running + 1, ticks + 1
        most = max(most, running)
        for _ in range(200):
            await asyncio.sleep(0.001)
        running -= 1
        if ticks == 2:
            enough.set()
        return ""

    clock = FakeClock(datetime.now(UTC))  # the ticks themselves are counted in true time
    schedule = Schedule([job("crawl", slow_job, timedelta(milliseconds=20))], clock, lambda _: None)
    with caplog.at_level(logging.WARNING):
        schedule.start()
        await asyncio.wait_for(enough.wait(), timeout=HANGS_AFTER)
        await schedule.stop()
    assert most == 1
    assert caplog.records == []
