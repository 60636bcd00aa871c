"""Parsing in a process of its own: what takes too much ends there, and the next answer is read all the same."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest

from monitor.collectors.http.exchange import Exchange
from monitor.collectors.http.fetched import Fetched
from monitor.collectors.isolation.parser import ParserLimits, ProcessParser
from monitor.errors import PayloadInvalid, RateLimited
from tests.clock import MONDAY_MORNING
from tests.monitor.collectors.hostile import answer
from tests.monitor.collectors.isolation import readers

LIMITS = ParserLimits(cpu_seconds=0.3, memory_bytes=200_000_000)
PAGE = answer("một hai ba".encode())


@pytest.fixture
async def parser() -> AsyncIterator[ProcessParser]:
    one = ProcessParser(LIMITS)
    yield one
    await one.aclose()


async def run(parser: ProcessParser, read: Callable[..., Any], *arguments: Any, fetched: Fetched = PAGE) -> Any:
    return await parser.run(read, fetched, arguments)


async def test_a_parser_runs_in_another_process_which_stays_for_the_next_answer(parser: ProcessParser) -> None:
    assert parser.pid is None
    first, second = await run(parser, readers.words, 2), await run(parser, readers.words)
    assert (first.words, second.words) == (["một", "hai"], ["một", "hai", "ba"])
    assert first.pid == second.pid == parser.pid != os.getpid()


async def test_a_result_refers_to_the_answer_itself_with_the_record_of_its_exchange(parser: ProcessParser) -> None:
    exchange = Exchange(request_headers=(), http_version="HTTP/1.1", reason="OK", response_headers=(), body=PAGE.body)
    fetched = replace(PAGE, exchange=exchange)
    assert (await run(parser, readers.words, fetched=fetched)).fetched is fetched


async def test_many_at_once_wait_for_their_turn(parser: ProcessParser) -> None:
    pages = [answer(str(number).encode()) for number in range(50)]
    found = await asyncio.gather(*(run(parser, readers.words, fetched=page) for page in pages))
    assert [each.words for each in found] == [[str(number)] for number in range(50)]
    assert len({each.pid for each in found}) == 1


@pytest.mark.parametrize(
    ("read", "arguments", "said"),
    [
        (readers.loops, (), "takes more than 0.3 s of processor time"),
        (readers.loops_in_c, (), "takes more than 0.3 s of processor time"),
        (readers.takes_much_memory, (1_000_000_000,), "takes more than 200 MB of memory"),
        (readers.takes_memory_bit_by_bit, (), "takes more than"),  # whichever limit comes first
        (readers.recurses, (), "nested too deeply"),
        (readers.gives_what_is_too_deep, (), "nested too deeply"),
        (readers.leaves, (), "ended the process that reads it (status 3)"),
        (readers.crashes, (), "ended the process that reads it (status -11)"),
        (readers.is_wrong, (), "a fault of the program, report it: KeyError: 'id'"),
        (readers.gives_no_plain_data, (), "a fault of the program"),
    ],
)
async def test_what_takes_too_much_or_breaks_is_one_invalid_answer_and_the_next_is_read(
    parser: ProcessParser, read: Callable[..., Any], arguments: tuple[Any, ...], said: str
) -> None:
    await run(parser, readers.words)
    with pytest.raises(PayloadInvalid) as caught:
        await run(parser, read, *arguments)
    assert said in str(caught.value)
    assert PAGE.final_url in str(caught.value)
    assert (await run(parser, readers.words)).words == ["một", "hai", "ba"]


@pytest.mark.parametrize("way", ["leaves", "fault"])
async def test_what_fails_for_what_an_earlier_answer_left_is_read_in_a_new_process(
    parser: ProcessParser, way: str
) -> None:
    await run(parser, readers.breaks_its_process)
    broken = parser.pid
    read = await run(parser, readers.reads_in_a_sound_process, way)
    assert read.words == ["một", "hai", "ba"]
    assert read.pid == parser.pid != broken


@pytest.mark.skipif(sys.platform != "linux", reason="the system does not say how much memory is in use")
async def test_after_an_answer_that_leaves_much_memory_in_use_the_next_gets_a_new_process(
    parser: ProcessParser,
) -> None:
    before = await run(parser, readers.keeps_memory, 120_000_000)
    after = await run(parser, readers.keeps_memory, 1)
    assert after != before
    assert await run(parser, readers.keeps_memory, 1) == after


async def test_the_event_loop_goes_on_while_an_answer_is_parsed(parser: ProcessParser) -> None:
    parsing = asyncio.ensure_future(run(parser, readers.loops))
    turns = 0
    while not parsing.done():
        await asyncio.sleep(0)
        turns += 1
    with pytest.raises(PayloadInvalid):
        await parsing
    assert turns > 100


async def test_time_is_that_of_one_answer_not_of_all(parser: ProcessParser) -> None:
    pids = {await run(parser, readers.works, LIMITS.cpu_seconds / 2) for _ in range(4)}
    assert pids == {parser.pid}


async def test_an_error_of_the_program_comes_as_it_was_raised_or_given(parser: ProcessParser) -> None:
    with pytest.raises(RateLimited, match=r"a\.example asks us to wait") as caught:
        await run(parser, readers.is_refused)
    given = await run(parser, readers.gives_an_error)
    assert isinstance(given, RateLimited)
    assert (caught.value.retry_at, given.retry_at) == (MONDAY_MORNING, MONDAY_MORNING)


async def test_what_a_library_prints_is_no_reply(parser: ProcessParser) -> None:
    assert await run(parser, readers.prints) == "done"
    assert (await run(parser, readers.words)).words == ["một", "hai", "ba"]


async def test_who_stops_waiting_leaves_no_reply_to_the_next(parser: ProcessParser) -> None:
    await run(parser, readers.words)
    waiting = asyncio.ensure_future(run(parser, readers.loops))
    for _ in range(10):
        await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert (await run(parser, readers.words)).words == ["một", "hai", "ba"]


async def test_closing_ends_the_process() -> None:
    parser = ProcessParser(LIMITS)
    pid = (await run(parser, readers.words)).pid
    await parser.aclose()
    assert parser.pid is None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    await parser.aclose()
