"""A desk on loopback and a real Chromium, as people open it: two languages, two widths, two themes."""

import asyncio
import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from monitor.desk.web.desk import THEME_COOKIE
from monitor.desk.web.language import LANGUAGE_COOKIE
from monitor.desk.web.server import serving
from monitor.settings.settings import Settings
from storage.database import Database
from tests.browser.world import World, build_world
from tests.clock import FakeClock
from tests.monitor.desk.made_desk import make_desk

ROOT = Path(__file__).parents[2]
AXE_FILE = ROOT / ".venv-browser" / "node_modules" / "axe-core" / "axe.min.js"
SCREENSHOTS = ROOT / "screenshots"
SECRET = "a secret of this test"


@dataclass(frozen=True)
class Look:
    """In what way somebody looks at the desk."""

    language: str
    width: int
    theme: str
    zoom: int = 1

    @property
    def height(self) -> int:
        """Give the height of the window in CSS pixels: that of a telephone, or of a screen, which zooming divides."""
        return 844 if self.width < 500 else 768 // self.zoom

    def __str__(self) -> str:
        return f"{self.language}-{self.width}-{self.theme}"


# The first two meet each language, width and theme once; with the others each language meets both widths and themes.
LOOKS = tuple(
    pytest.param(look, id=str(look), marks=marks)
    for look, marks in (
        (Look("vi", 1366, "light"), ()),
        (Look("en", 390, "dark"), ()),
        (Look("en", 1366, "dark"), pytest.mark.long),
        (Look("vi", 390, "light"), pytest.mark.long),
    )
)


@dataclass
class Desk:
    """A running desk: where it is, and what was put into it."""

    address: str
    app: FastAPI
    database: Database
    clock: FakeClock
    world: World


@dataclass
class Visitor:
    """A tab of a browser; `complaints` are errors of its console and requests that failed."""

    page: Page
    desk: Desk
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> int:
        response = self.page.goto(self.desk.address + path)
        return response.status


@pytest.fixture
def desk(sqlite_database: Database, clock: FakeClock, tmp_path: Path) -> Iterator[Desk]:
    """Serve a desk with posts, people, sources and models until the test ends."""
    world = build_world(sqlite_database, clock, tmp_path)
    settings = Settings(home=tmp_path, desk_port=free_port())
    app = make_desk(sqlite_database, clock, settings, SECRET)
    started: Future[Callable[[], object]] = Future()

    async def serve() -> None:
        ended, loop = asyncio.Event(), asyncio.get_running_loop()
        async with serving(app, settings):
            started.set_result(lambda: loop.call_soon_threadsafe(ended.set))
            await ended.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    stop = started.result()
    yield Desk(f"http://127.0.0.1:{settings.desk_port}", app, sqlite_database, clock, world)
    stop()
    thread.join()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Start the Chromium that is installed."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    assert program is not None, "run `make browser`, which installs Chromium"
    arguments = ["--no-sandbox"] if os.getuid() == 0 else []  # Chromium refuses root its sandbox
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()


@contextmanager
def visiting(chromium: Browser, desk: Desk, look: Look) -> Iterator[Visitor]:
    """Open a tab with a language, a width and a theme."""
    with tab(chromium, look) as page:
        cookies = {LANGUAGE_COOKIE: look.language, THEME_COOKIE: look.theme}
        page.context.add_cookies(
            [{"name": name, "value": value, "url": desk.address} for name, value in cookies.items()]
        )
        visitor = Visitor(page, desk)
        complain_to(visitor.complaints, page)
        yield visitor


@contextmanager
def tab(chromium: Browser, look: Look) -> Iterator[Page]:
    """Open a tab of a browser of its own, in a window of that size."""
    context = chromium.new_context(
        viewport={"width": look.width, "height": look.height},
        device_scale_factor=look.zoom,
        locale="vi-VN",
        color_scheme="light",
        reduced_motion="reduce",
    )
    yield context.new_page()
    context.close()


def complain_to(complaints: list[str], page: Page) -> None:
    """Add what the console of a page says, and what fails in it."""

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(f"{page.url}: {message.text}")

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
