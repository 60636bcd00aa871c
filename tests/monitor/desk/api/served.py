"""The desk with its API on a socket of loopback, served in a thread."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from fastapi import FastAPI

from monitor.desk.web.server import serving
from monitor.settings.settings import Settings


@contextmanager
def served(app: FastAPI, settings: Settings) -> Iterator[str]:
    """Serve an application; give its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ready, stop = Event(), Event()

    async def serve() -> None:
        async with serving(app, settings.model_copy(update={"desk_port": port})):
            ready.set()
            await asyncio.to_thread(stop.wait)

    thread = Thread(target=asyncio.run, args=[serve()])
    thread.start()
    try:
        assert ready.wait(60)
        yield f"http://127.0.0.1:{port}"
    finally:
        stop.set()
        thread.join()
