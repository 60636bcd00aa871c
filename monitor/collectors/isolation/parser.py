"""Where parsers run: in a process of their own."""

import asyncio
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from monitor.collectors.http.fetched import Fetched
from monitor.collectors.isolation.frames import LENGTH_BYTES, Call, Reply, pack_call, unpack_reply
from monitor.errors import PayloadInvalid

_WORKER = "from monitor.collectors.isolation.worker import main; main()"
_BUFFER_BYTES = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class ParserLimits:
    """What one answer may take.

    Args:
        cpu_seconds: Seconds of processor time.
        memory_bytes: Of the whole process, with its libraries (Linux; other systems may not limit it).

    """

    cpu_seconds: float = 5.0
    memory_bytes: int = 300_000_000


class ProcessParser:
    """Runs parsers in one process, which is started with the first call, and anew when a call was its end.

    Args:
        limits: What one answer may take.

    """

    def __init__(self, limits: ParserLimits) -> None:
        self._limits = limits
        self._process: Process | None = None
        self._turn = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        """The number of the process; None when none runs."""
        return self._process.pid if self._process else None

    async def run(self, read: Callable[..., Any], fetched: Fetched, arguments: Sequence[Any]) -> Any:
        """Return what `read(fetched, *arguments)` returns.

        Raises:
            KiemtinError: What the function raises.
            PayloadInvalid: It takes too much, or ends in another error.

        """
        frame = pack_call(Call(read, fetched, arguments))
        async with self._turn:
            was_used = self._process is not None
            reply = await self._ask(frame, fetched)
            # What earlier answers left (memory in pieces, a library in disorder) is not this one's fault.
            if was_used and _may_be_due_to_earlier_answers(reply):
                await self._end()
                reply = await self._ask(frame, fetched)
        if reply.out_of_memory:
            most = self._limits.memory_bytes // 1_000_000
            raise PayloadInvalid(f"{fetched.final_url} takes more than {most} MB of memory to read: it is left out")
        if reply.error is not None:
            raise reply.error
        if reply.reason:
            raise PayloadInvalid(f"{fetched.final_url} cannot be read: {reply.reason}")
        return reply.result

    async def aclose(self) -> None:
        """End the process."""
        async with self._turn:
            await self._end()

    async def _ask(self, frame: bytes, fetched: Fetched) -> Reply:
        process = self._process = self._process or await self._start()
        stdin, stdout = process.stdin, process.stdout
        if stdin is None or stdout is None:
            raise RuntimeError("the parsing process has no pipes")
        try:
            stdin.write(frame)
            head = await stdout.readexactly(LENGTH_BYTES)
            reply = unpack_reply(await stdout.readexactly(int.from_bytes(head)), fetched)
        except (asyncio.IncompleteReadError, ConnectionError):
            status = await process.wait()
            await self._end()
            return self._obituary(status)
        except BaseException:  # a reply that nobody waits for would be taken for that to the next call
            await self._end()
            raise
        if reply.out_of_memory or reply.leaves_much_memory:
            await self._end()
        return reply

    async def _start(self) -> Process:
        limits = (str(self._limits.cpu_seconds), str(self._limits.memory_bytes))
        # A session of its own: Ctrl-C reaches this program alone, which ends the process in order.
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", _WORKER, *limits),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            limit=_BUFFER_BYTES,
            start_new_session=True,
        )

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.kill()
        # Cancelled or not: without this the pipes would be left open.
        await asyncio.shield(process.communicate())

    def _obituary(self, status: int) -> Reply:
        if status == -signal.SIGPROF:
            return Reply(reason=f"it takes more than {self._limits.cpu_seconds:g} s of processor time", timed_out=True)
        # Libraries in C end the process when they get no memory, or no stack.
        return Reply(reason=f"it ended the process that reads it (status {status})")


def _may_be_due_to_earlier_answers(reply: Reply) -> bool:
    """Tell whether a new process could read what this one did not. Time is counted for each answer alone."""
    return bool(reply.out_of_memory or (reply.reason and not reply.timed_out))
