"""What stands in a report, in both languages, and what never does."""

import ast
import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import docx
import pytest
from babel.messages.pofile import read_po
from bs4 import BeautifulSoup
from docx.oxml.ns import qn
from openpyxl import load_workbook

from monitor.catalogues import LOCALE_DIR
from monitor.reports import paper, report_tables
from monitor.reports.document import build_document
from monitor.reports.docx import render_docx
from monitor.reports.figures import ReportFigures
from monitor.reports.html import render_html, render_masks
from monitor.reports.rows import render_rows
from monitor.reports.wording import load_wording
from monitor.reports.xlsx import render_xlsx
from monitor.settings.reports import ReportSettings
from storage.database import Database
from storage.models import Post
from tests.monitor.reports.sample_week import AUTHOR_KEY, gathered

REPORTS = Path(paper.__file__).parent
VIETNAMESE, ENGLISH = load_wording("vi"), load_wording("en")
PERSONAL = re.compile(
    rf"https?://(?!www\.w3\.org/)|www\.(?!w3\.org)|example\.com|@rutgap|0912345678|Nguyễn Văn Ba|{AUTHOR_KEY}|/flags/"
)
MARKED = re.compile(r"[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)


def text_of_docx(content: bytes) -> str:
    return "\n".join(element.text or "" for element in docx.Document(BytesIO(content)).element.body.iter(qn("w:t")))


def text_of_workbook(content: bytes) -> str:
    book = load_workbook(BytesIO(content))
    return "\n".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell)


def all_texts(figures: ReportFigures, code: str) -> dict[str, str]:
    """Give the text of a report in each format."""
    language = load_wording(code)
    document = build_document(figures, ReportSettings(), language)
    return {
        "docx": text_of_docx(render_docx(document)),
        "html": render_html(document),
        "masks": render_masks(document, figures),
        "xlsx": text_of_workbook(render_xlsx(figures, language)),
        "csv": render_rows("csv", figures, language).decode(),
        "jsonl": render_rows("jsonl", figures, language).decode(),
    }


def test_no_format_holds_address_account_author_or_a_path_of_the_desk(figures: ReportFigures) -> None:
    for code in ("vi", "en"):
        found = {name: PERSONAL.search(text) for name, text in all_texts(figures, code).items()}
        assert {name: match[0] for name, match in found.items() if match} == {}


def test_only_posts_that_a_person_confirmed_and_chose_are_quoted(figures: ReportFigures) -> None:
    assert [(quote.label, quote.copies) for quote in figures.quotes] == [("unverified", 1), ("concern", 0)]
    text = all_texts(figures, "vi")["html"]
    assert "Đồ ngu" not in text  # rejected
    assert "Ngày ấy nợ lương" not in text  # confirmed, not chosen
    assert "liên hệ anh [tên] [số điện thoại], [tài khoản], xem [liên kết]" in text


def test_obscenities_are_shortened(figures: ReportFigures) -> None:
    assert figures.quotes[1].text == "=SUM(A1) Ba tháng nay công ty chưa trả lương, đ…"


def test_a_week_without_posts_says_so_in_every_part(nothing: ReportFigures) -> None:
    text = all_texts(nothing, "vi")["docx"]
    for said in (
        "Trong kỳ không có bài nào của các nguồn theo dõi",
        "Trong kỳ chưa có bài nào được xếp loại là bức xúc của người lao động.",
        "Trong kỳ chưa có bài nào được xếp loại là tin chưa kiểm chứng.",
        "Không ghi nhận nguồn nào gặp trục trặc trong kỳ.",
        "Không có đề xuất.",
    ):
        assert said in text


def with_source(figures: ReportFigures, name: str) -> ReportFigures:
    return replace(figures, sources=(replace(figures.sources[0], name=name), *figures.sources[1:]))


def test_a_post_cannot_put_markup_into_the_page(figures: ReportFigures) -> None:
    page = render_html(build_document(with_source(figures, "<script>alert(1)</script>"), ReportSettings(), VIETNAMESE))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_the_page_needs_nothing_beside_it_and_links_nowhere(figures: ReportFigures) -> None:
    page = BeautifulSoup(render_html(build_document(figures, ReportSettings(), VIETNAMESE)), "lxml")
    assert page.select("a, img, script, link, iframe, form") == []
    assert "url(" not in str(page.style)


@pytest.mark.parametrize("beginning", ["=1+1", "+1", "-1", "@SUM(A1)", "{=1}", "http://x.example.vn", "\t=1", "\r=1"])
def test_no_beginning_of_a_name_makes_a_formula_or_link(figures: ReportFigures, beginning: str) -> None:
    hostile = with_source(figures, beginning)
    book = load_workbook(BytesIO(render_xlsx(hostile, VIETNAMESE)))
    every = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in every} <= {"s", "n", "d"}
    assert all(cell.hyperlink is None for cell in every)
    if beginning[0] in "=+-@\t\r":
        assert f"'{beginning}" in render_rows("csv", hostile, VIETNAMESE).decode()


def test_the_list_of_masks_names_what_was_masked_and_what_was_left(figures: ReportFigures) -> None:
    bank, wages = figures.quotes
    assert dict(bank.masks) == {"[tên]": 1, "[số điện thoại]": 1, "[tài khoản]": 1, "[liên kết]": 1}
    assert bank.left == ("Ngân",)
    assert wages.left == ("SUM", "A1", "Ba")
    told = " ".join(BeautifulSoup(all_texts(figures, "vi")["masks"], "lxml").select("table")[-1].stripped_strings)
    assert all(item.sentence in told for item in (*figures.concerns.listed, *figures.claims.listed))


def test_a_quote_that_its_platform_took_down_is_not_repeated(full_week: Database) -> None:
    with full_week.changes() as session:
        session.query(Post).filter_by(external_id="wages").one().deleted_at = gathered(full_week).method.generated_at
    figures = gathered(full_week)
    assert figures.quotes[1].text is None
    assert "nền tảng không còn bài này" in report_tables.quotes(figures, VIETNAMESE).rows[1][2]


def messages() -> set[str]:
    """Collect the Vietnamese texts of the code and of the templates that are translated."""
    found: set[str] = set()
    for path in REPORTS.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if name in ("say", "counted", "N_") and isinstance(node.args[0].value, str):
                    found.add(node.args[0].value)
    for path in (REPORTS / "templates").glob("*.html"):
        found |= set(re.findall(r'say\("([^"]+)"', path.read_text(encoding="utf-8")))
    return found


def test_the_english_catalogue_has_every_text_and_no_other() -> None:
    with (LOCALE_DIR / "en" / "LC_MESSAGES" / "report.po").open("rb") as file:
        catalogue = read_po(file, locale="en")
    known = {
        message.id[0] if isinstance(message.id, tuple) else message.id: message for message in catalogue if message.id
    }
    assert messages() - set(known) == set()
    assert set(known) - messages() == set()
    for text, message in known.items():
        for translated in message.string if isinstance(message.string, tuple) else (message.string,):
            assert translated
            assert set(re.findall(r"%\((\w+)\)s", translated)) == set(re.findall(r"%\((\w+)\)s", text)), text


def test_the_english_report_says_nothing_in_vietnamese_but_what_was_quoted_and_named(nothing: ReportFigures) -> None:
    document = build_document(nothing, ReportSettings(organisation="Office", copies_to=("File",)), ENGLISH)
    page = BeautifulSoup(render_html(document), "lxml")
    for element in page.select(".nation, .motto"):
        element.decompose()
    assert [line for line in page.get_text().splitlines() if MARKED.search(line)] == []


def test_the_vietnamese_report_says_nothing_in_english(nothing: ReportFigures) -> None:
    page = BeautifulSoup(render_html(build_document(nothing, ReportSettings(), VIETNAMESE)), "lxml")
    page.style.decompose()  # type: ignore[union-attr]
    words = set(re.findall(r"\b[a-z]{4,}\b", page.get_text()))
    english = {"this", "week", "posts", "flags", "claims", "with", "from", "were", "read", "confirmed", "waiting"}
    assert words & (english | {"source"}) == set()
