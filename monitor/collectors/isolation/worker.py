"""The parsing process: reads calls from its standard input and writes replies to its standard output, until it ends.

Time is limited by a timer of the system, whose signal ends the process also inside a library written in C; memory by a
limit of the system, which such libraries report or do not survive. Both are seen by who started the process.
"""

import os
import resource
import signal
import sys
import traceback
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from monitor.collectors.isolation.frames import Call, Reply, pack_reply, read_frame, unpack_call
from monitor.errors import KiemtinError

TOO_DEEP = "it is nested too deeply"


def serve(calls: BinaryIO, replies: BinaryIO, cpu_seconds: float, memory_bytes: int) -> None:
    """Answer calls one after the other; after one that leaves much memory in use, end."""
    while (frame := read_frame(calls)) is not None:
        call = unpack_call(frame)
        signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
        reply, packed = _answered(call, memory_bytes // 2)
        signal.setitimer(signal.ITIMER_PROF, 0)
        replies.write(packed)
        replies.flush()
        if reply.out_of_memory or reply.leaves_much_memory:
            return


def _answered(call: Call, much_memory: int) -> tuple[Reply, bytes]:
    reply = run(call)
    if memory_in_use() > much_memory:
        reply = replace(reply, leaves_much_memory=True)
    try:
        return reply, pack_reply(reply, call.fetched)
    except MemoryError:
        reply = Reply(out_of_memory=True)
    except RecursionError:
        reply = Reply(reason=TOO_DEEP)
    except Exception as error:  # noqa: BLE001  the result of a parser is no plain data
        reply = _fault(error)
    return reply, pack_reply(reply, call.fetched)


def memory_in_use() -> int:
    """Give the data of this process in bytes, as the limit counts them; 0 where the system does not say."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[5]
    except OSError:
        return 0
    return int(pages) * resource.getpagesize()


def run(call: Call) -> Reply:
    """Run a parser; whatever it raises becomes a part of the reply."""
    try:
        return Reply(result=call.read(call.fetched, *call.arguments))
    except KiemtinError as error:
        return Reply(error=error)
    except MemoryError:
        return Reply(out_of_memory=True)
    except RecursionError:
        return Reply(reason=TOO_DEEP)
    except Exception as error:  # noqa: BLE001  a fault of a parser concerns this one answer
        return _fault(error)


def _fault(error: Exception) -> Reply:
    said = traceback.format_exception_only(error)[-1].strip()
    return Reply(reason=f"a fault of the program, report it: {said}")


def main() -> None:
    """Take the limits from the command line, and serve."""
    cpu_seconds, memory_bytes = float(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # NumPy would start a thread for each processor, whose stack and buffers count as memory: 80 MB for the first.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints must not stand among the replies
    serve(sys.stdin.buffer, replies, cpu_seconds, memory_bytes)
