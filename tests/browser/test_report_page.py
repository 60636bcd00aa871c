"""The report in Chromium: on a screen, on a telephone and on A4 paper nothing is cut off, and all of it is there."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from monitor.reports.document import Document, Heading, Paragraph, build_document
from monitor.reports.html import render_html
from monitor.reports.wording import load_wording
from monitor.settings.reports import ReportSettings
from storage.database import Database
from tests.browser.conftest import SCREENSHOTS
from tests.monitor.reports.many_posts import fill_many
from tests.monitor.reports.sample_week import gathered

pytestmark = pytest.mark.gate
CUT = (Path(__file__).parent / "cut.js").read_text(encoding="utf-8")
WIDTH_OF_TEXT = 624  # of A4 between its margins, in CSS pixels
TOO_WIDE = """() => [...document.querySelectorAll("table, figure, p, h2, h3")]
    .filter(element => element.getBoundingClientRect().right > innerWidth + 1)
    .map(element => `${element.tagName} ${element.textContent.trim().slice(0, 60)}`)"""
HALF_DRAWN = """() => [...document.querySelectorAll("figure svg")]
    .filter(drawn => drawn.getBoundingClientRect().height < 60).length"""
OFFICE = ReportSettings(
    organisation="Liên đoàn Lao động tỉnh Nam Phà", addressed_to=("Ban Thường vụ",), signature=("Lê An",)
)


@pytest.fixture
def document(flags: int, sqlite_database: Database) -> Document:
    """Build the report of a week with so many flags."""
    if flags:
        with sqlite_database.changes() as session:
            fill_many(session, flags=flags)
    return build_document(gathered(sqlite_database), OFFICE, load_wording("vi"))


@pytest.mark.parametrize("flags", [0, 1, pytest.param(30, marks=pytest.mark.long), 5_000])
def test_nothing_is_cut_off_on_screen_and_paper(
    flags: int, document: Document, chromium: Browser, tmp_path: Path
) -> None:
    path = tmp_path / "report.html"
    path.write_text(render_html(document), encoding="utf-8")
    page = chromium.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(path.as_uri())
    for width in (1366, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(f"({CUT})()") == [], width
        _keep(page, f"report-{flags}-{width}")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": WIDTH_OF_TEXT, "height": 900})
    assert page.evaluate(TOO_WIDE) == []
    assert page.evaluate(HALF_DRAWN) == 0
    _keep(page, f"report-{flags}-paper")
    assert complaints == []
    printed = tmp_path / "report.pdf"
    page.pdf(path=str(printed), prefer_css_page_size=True, print_background=True)
    page.close()
    assert _words_of(document) - _printed(printed) == set()


def _keep(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


def _words_of(document: Document) -> set[str]:
    blocks = (*document.body, *document.appendix)
    said = " ".join(block.text for block in blocks if isinstance(block, Heading | Paragraph))
    return set(re.findall(r"\w+", said))


def _printed(path: Path) -> set[str]:
    program = shutil.which("pdftotext")
    if program is None:
        pytest.skip("poppler-utils is not installed")
    command = [program, "-layout", str(path), "-"]
    text = subprocess.run(command, capture_output=True, check=True, timeout=170).stdout.decode()  # noqa: S603
    assert "\ufffd" not in text  # a letter without a glyph
    return set(re.findall(r"\w+", text))
