"""A parser in this process that sends calls and replies through the frames of the parsing process."""

from collections.abc import Callable, Sequence
from typing import Any

from monitor.collectors.http.fetched import Fetched
from monitor.collectors.isolation.frames import (
    LENGTH_BYTES,
    Call,
    Reply,
    pack_call,
    pack_reply,
    unpack_call,
    unpack_reply,
)
from monitor.errors import KiemtinError


class RoundTripParser:
    """Shows that arguments, results and errors are plain data, without a process for each test.

    A fault of a parser is not turned into an error of the program: a test must see it.
    """

    async def run(self, read: Callable[..., Any], fetched: Fetched, arguments: Sequence[Any]) -> Any:
        """Run a parser on what the process would get, and give what would come back from it."""
        call = unpack_call(pack_call(Call(read, fetched, arguments))[LENGTH_BYTES:])
        try:
            reply = Reply(result=call.read(call.fetched, *call.arguments))
        except KiemtinError as error:
            reply = Reply(error=error)
        back = unpack_reply(pack_reply(reply, call.fetched)[LENGTH_BYTES:], fetched)
        if back.error is not None:
            raise back.error
        return back.result

    async def aclose(self) -> None:
        """Do nothing: nothing was started."""
