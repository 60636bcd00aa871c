"""What the program and its parsing process say to each other: pickled calls and replies, each after its length.

Both are the same program on the same machine, so that pickles are safe between them. The answer that is parsed goes to
the process once; where a result refers to it, only a mark comes back.
"""

import copyreg
import io
import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from monitor.collectors.http.fetched import Fetched
from monitor.errors import KiemtinError

LENGTH_BYTES = 8
_PROTOCOL = pickle.HIGHEST_PROTOCOL


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a parser: a function of a module, the answer that it reads, and its other arguments."""

    read: Callable[..., Any]
    fetched: Fetched
    arguments: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of a call: its result, an error of this program, or the reason why there is neither.

    Where much memory stays in use, in pieces, the process ends with the reply: the next answer could fail for it.
    """

    result: Any = None
    error: KiemtinError | None = None
    reason: str = ""
    out_of_memory: bool = False
    timed_out: bool = False
    leaves_much_memory: bool = False


def _answer() -> Fetched:
    """Stand for the answer in a reply. `_Unpickler` puts the function in that gives it."""
    raise pickle.UnpicklingError("this reply belongs to no call")


class _Unpickler(pickle.Unpickler):
    """Reads a reply; where the answer that was parsed stood in it, the program's own is put."""

    def __init__(self, file: io.BytesIO, answer: Fetched) -> None:
        super().__init__(file)
        self._fetched = answer

    def find_class(self, module_name: str, global_name: str) -> Any:
        if (module_name, global_name) == (__name__, _answer.__name__):
            return lambda: self._fetched
        return super().find_class(module_name, global_name)


def pack_call(call: Call) -> bytes:
    """Write a call. The record of the exchange stays here: it holds the body once more, and no parser reads it."""
    return _framed(pickle.dumps(replace(call, fetched=replace(call.fetched, exchange=None)), _PROTOCOL))


def unpack_call(frame: bytes) -> Call:
    """Read a call."""
    call: Call = pickle.loads(frame)  # noqa: S301  this program wrote it
    return call


def pack_reply(reply: Reply, answer: Fetched) -> bytes:
    """Write a reply; where it refers to the answer that was parsed, a mark stands for it."""
    file = io.BytesIO()
    pickler = pickle.Pickler(file, _PROTOCOL)
    # Types that are not in the table, and there are few that are, cost nothing; a method asked for each object would.
    pickler.dispatch_table = copyreg.dispatch_table | {
        Fetched: lambda fetched: (_answer, ()) if fetched is answer else fetched.__reduce_ex__(_PROTOCOL),
    }
    pickler.dump(reply)
    return _framed(file.getvalue())


def unpack_reply(frame: bytes, answer: Fetched) -> Reply:
    """Read a reply, and put the answer where its mark stands."""
    reply: Reply = _Unpickler(io.BytesIO(frame), answer).load()
    return reply


def read_frame(stream: BinaryIO) -> bytes | None:
    """Read one frame; None at the end of the stream."""
    head = stream.read(LENGTH_BYTES)
    return stream.read(int.from_bytes(head)) if len(head) == LENGTH_BYTES else None


def _framed(pickled: bytes) -> bytes:
    return len(pickled).to_bytes(LENGTH_BYTES) + pickled
