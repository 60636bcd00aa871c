"""Reports as office programs show them: LibreOffice makes pages of the document and opens workbook and CSV."""

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest

from monitor.reports.document import Heading, Paragraph, build_document
from monitor.reports.docx import find_office, render_docx, render_pdf
from monitor.reports.rows import render_rows
from monitor.reports.wording import load_wording
from monitor.reports.xlsx import render_xlsx
from monitor.settings.reports import ReportSettings
from storage.database import Database
from tests.monitor.reports.many_posts import fill_confirmed, fill_many
from tests.monitor.reports.sample_week import gathered

pytestmark = pytest.mark.gate
VIETNAMESE = load_wording("vi")
OFFICE = ReportSettings(
    parent="Cơ quan chủ quản",
    organisation="Liên đoàn Lao động tỉnh Nậm Pha",
    addressed_to=("Ban Thường vụ",),
    signature=("Lê An",),
)
needs_office = pytest.mark.skipif(find_office() is None, reason="LibreOffice is not installed")
needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is not installed")
HOSTILE = (
    '=HYPERLINK("http://x.example.com","x")',
    "=1+1",
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
)


@needs_office
@needs_poppler
@pytest.mark.parametrize("flags", [0, 1, 30, 5_000])
def test_the_document_becomes_pages_with_all_its_words(flags: int, sqlite_database: Database, tmp_path: Path) -> None:
    if flags:
        with sqlite_database.changes() as session:
            fill_many(session, flags=flags)
    document = build_document(gathered(sqlite_database), ReportSettings(organisation="Liên đoàn"), VIETNAMESE)
    path = tmp_path / "report.pdf"
    path.write_bytes(render_pdf(render_docx(document)))
    text = run("pdftotext", "-layout", str(path), "-")
    said = " ".join(block.text for block in document.body if isinstance(block, Heading | Paragraph))
    words = set(re.findall(r"\w+", said))
    assert words - set(re.findall(r"\w+", text)) == set()
    assert "\ufffd" not in text  # a letter without a glyph
    pages = text.split("\f")
    assert "Độc lập - Tự do - Hạnh phúc" in pages[0]
    assert all(len(page.split()) > 10 for page in pages if page.strip())  # no page stands empty
    fonts = run("pdffonts", str(path)).splitlines()[2:]
    assert all(re.search(r"Liberation ?Serif|Times", line) for line in fonts)


@needs_office
@needs_poppler
@pytest.mark.parametrize(("items", "most"), [(0, 1), (3, 2), (10, 2), (30, 3), (300, 3)])
def test_the_paper_is_as_long_as_people_read(items: int, most: int, sqlite_database: Database, tmp_path: Path) -> None:
    with sqlite_database.changes() as session:
        fill_confirmed(session, items)
    path = tmp_path / "report.pdf"
    path.write_bytes(render_pdf(render_docx(build_document(gathered(sqlite_database), OFFICE, VIETNAMESE))))
    pages = run("pdftotext", "-layout", str(path), "-").split("\f")
    assert next(number for number, page in enumerate(pages) if "SỐ LIỆU CHI TIẾT" in page) <= most


@needs_office
@pytest.mark.parametrize("name", ["book.xlsx", "rows.csv"])
def test_no_formula_of_a_post_runs_in_a_spreadsheet(name: str, full_week: Database, tmp_path: Path) -> None:
    figures = gathered(full_week)
    figures = replace(figures, sources=tuple(replace(figures.sources[0], name=text) for text in HOSTILE))
    book = name.endswith("xlsx")
    written = render_xlsx(figures, VIETNAMESE) if book else render_rows("csv", figures, VIETNAMESE)
    (tmp_path / name).write_bytes(written)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    run(str(find_office()), "--headless", profile, "--convert-to", "ods", "--outdir", tmp_path, tmp_path / name)
    with ZipFile(tmp_path / f"{Path(name).stem}.ods") as archive:
        content = archive.read("content.xml").decode()
    assert "table:formula" not in content
    assert "HYPERLINK" in content
    assert "text:a " not in content


def run(*command: str | Path) -> str:
    """Run a program and give what it prints."""
    return subprocess.run(command, capture_output=True, check=True, timeout=170).stdout.decode()  # noqa: S603
