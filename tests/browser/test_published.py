"""The published corrections in a real browser: axe finds nothing, nothing is wider than the window or runs."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from monitor.publish.site import publish
from monitor.settings.reports import PublishSettings, ReportSettings
from monitor.settings.settings import Settings
from storage.database import Database
from tests.browser.conftest import AXE_FILE, SCREENSHOTS
from tests.browser.test_pages import CONTRAST, RULES
from tests.clock import FakeClock
from tests.monitor.publish.sample_site import fill

PAGES = ("index.html", "luu-tru.html", "dinh-chinh-1.html", "dinh-chinh-2.html", "dinh-chinh-3.html")
pytestmark = pytest.mark.gate


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def address(sqlite_database: Database, clock: FakeClock, tmp_path: Path) -> Iterator[str]:
    """Publish one correction in every state, and serve the folder as any web server does."""
    with sqlite_database.changes() as session:
        fill(session, clock)
    site = PublishSettings(url="https://ldld.example.vn/tin")
    office = ReportSettings(organisation="Liên đoàn Lao động tỉnh")
    settings = Settings(home=tmp_path, publish=site, report=office)
    publish(sqlite_database, settings, clock.now(), tmp_path / "public")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path / "public")))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(("width", "theme"), [(1366, "light"), (390, "dark")])
def test_the_published_pages_can_be_used_by_everybody(chromium: Browser, address: str, width: int, theme: str) -> None:
    folder = SCREENSHOTS / f"published-{width}-{theme}"
    folder.mkdir(parents=True, exist_ok=True)
    axe, faults = AXE_FILE.read_text(encoding="utf-8"), []
    context = chromium.new_context(viewport={"width": width, "height": 844}, color_scheme=theme)  # type: ignore[arg-type]
    page = context.new_page()
    page.on("console", lambda message: faults.append(f"{page.url}: {message.text}"))
    for name in PAGES:
        page.goto(f"{address}/{name}")
        page.screenshot(path=folder / f"{name}.png", full_page=True)
        page.evaluate(axe)
        result = page.evaluate("rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES)
        faults += [f"{name}: axe {found['id']}: {found['help']}" for found in result["violations"]]
        faults += [f"{name}: {fault}" for fault in page.evaluate(f"({CONTRAST})()")]
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        faults += [f"{name}: {wide} px wider than the window"] if wide > 0 else []
    if width > 1000:
        page.goto(f"{address}/dinh-chinh-2.html")
        page.pdf(path=folder / "printed.pdf", format="A4")
    context.close()
    assert "\n".join(faults) == ""
