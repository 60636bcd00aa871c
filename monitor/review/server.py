"""Run the desk as a server in the event loop of this process."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI

from monitor.errors import KiemtinError


@asynccontextmanager
async def serving(desk: FastAPI, host: str, port: int) -> AsyncIterator[asyncio.Task[None]]:
    """Serve the desk until the block ends or the operator stops it.

    Yields:
        The server's task: it ends when somebody presses Ctrl-C or the machine asks the program to stop.

    Raises:
        KiemtinError: When the port is taken.

    """
    listener = _listen(host, port)
    # No access log: it would record who read which post.
    config = uvicorn.Config(desk, log_level="warning", access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield task  # the socket listens already, so early requests wait until the server is up
    finally:
        server.should_exit = True
        await task
        listener.close()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    # Without it a restart fails while old connections time out.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        message = f"cannot listen on {host}:{port}: {error.strerror}: stop the other program or set KIEMTIN_DESK_PORT"
        raise KiemtinError(message) from error
    return listener
