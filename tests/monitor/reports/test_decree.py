"""The .docx against Decree 30/2020/NĐ-CP, appendix I, part I, point by point; each test names the point."""

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import docx as library
import pytest
from docx.document import Document as Docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from monitor.reports.document import build_document
from monitor.reports.docx import render_docx
from monitor.reports.figures import ReportFigures
from monitor.reports.wording import load_wording
from monitor.settings.reports import ReportSettings
from tests.monitor.reports.sample_week import gathered

OFFICE = ReportSettings(
    parent="Cơ quan chủ quản",
    organisation="Liên đoàn Lao động tỉnh Nậm Pha",
    symbol="BC-LĐLĐ",
    place="Nậm Pha",
    addressed_to=("Ban Thường vụ", "Ủy ban Kiểm tra"),
    copies_to=("Như trên", "Các ban", "Lưu: VT, CSPL"),
    signature=("TM. Ban Thường vụ", "Phó Chủ tịch", "Người Ký"),
)


@pytest.fixture(scope="module")
def docx(figures: ReportFigures) -> Docx:
    return opened(figures, OFFICE)


def opened(figures: ReportFigures, office: ReportSettings, number: int | None = 5) -> Docx:
    return library.Document(BytesIO(render_docx(build_document(figures, office, load_wording("vi"), number=number))))


def paragraphs(docx: Docx) -> list[Paragraph]:
    """Give all paragraphs in the order of the page, also those of the letterhead and of the signature."""
    return [Paragraph(element, docx.element.body) for element in docx.element.body.iter(qn("w:p"))]


def find(docx: Docx, words: str) -> Paragraph:
    return next(one for one in paragraphs(docx) if one.text.startswith(words))


def looks(paragraph: Paragraph) -> tuple[Any, ...]:
    """Give size in points, bold, italic and alignment."""
    run = paragraph.runs[0]
    return run.font.size.pt, bool(run.bold), bool(run.italic), paragraph.alignment


CENTRE, LEFT, JUSTIFIED = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.JUSTIFY


def has_line_below(docx: Docx, words: str) -> bool:
    found = paragraphs(docx)
    place = next(number for number, one in enumerate(found) if one.text.startswith(words))
    return found[place + 1]._p.find(f".//{qn('w:pBdr')}") is not None


def test_i_1_to_3_the_paper_is_a4_upright_with_the_margins(docx: Docx) -> None:
    for section in docx.sections:
        assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
        assert 20 <= round(section.top_margin.mm) <= 25
        assert 20 <= round(section.bottom_margin.mm) <= 25
        assert 30 <= round(section.left_margin.mm) <= 35
        assert 15 <= round(section.right_margin.mm) <= 20


def test_i_4_the_font_is_times_new_roman(docx: Docx) -> None:
    fonts = docx.styles["Normal"].element.rPr.rFonts
    assert {fonts.get(qn(f"w:{kind}")) for kind in ("ascii", "hAnsi", "cs", "eastAsia")} == {"Times New Roman"}
    assert docx.element.body.findall(f".//{qn('w:rFonts')}") == []  # and no run has another


def test_i_7_pages_are_numbered_in_the_middle_of_the_upper_margin_and_not_on_the_first(docx: Docx) -> None:
    section = docx.sections[0]
    (number,) = section.header.paragraphs
    assert number.alignment == CENTRE
    assert 13 <= number.runs[0].font.size.pt <= 14
    assert "PAGE" in number._p.xml
    assert section.different_first_page_header_footer
    assert section.first_page_header.paragraphs[0].text == ""


@pytest.mark.parametrize(
    ("point", "text", "size", "shape", "align"),
    [
        ("II.1a", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 13, "bold", CENTRE),
        ("II.1b", "Độc lập - Tự do - Hạnh phúc", 14, "bold", CENTRE),
        ("II.2", "CƠ QUAN CHỦ QUẢN", 13, "upright", CENTRE),
        ("II.2", "LIÊN ĐOÀN LAO\N{NO-BREAK SPACE}ĐỘNG TỈNH NẬM PHA", 13, "bold", CENTRE),
        ("II.3", "Số: 05/BC-LĐLĐ", 13, "upright", CENTRE),
        ("II.4", "Nậm Pha, ngày 23 tháng 11 năm 2026", 14, "italic", CENTRE),
        ("II.5", "BÁO CÁO", 14, "bold", CENTRE),
        ("II.5", "Thông tin công khai trên mạng liên quan đến đoàn viên, người lao động", 14, "bold", CENTRE),
        ("II.7", "TM. BAN THƯỜNG VỤ", 13, "bold", CENTRE),
        ("II.7", "PHÓ CHỦ TỊCH", 13, "bold", CENTRE),
        ("II.7", "Người Ký", 13, "bold", CENTRE),
        ("II.9a", "Kính gửi:", 13, "upright", CENTRE),
        ("II.9a", "- Ban Thường vụ;", 13, "upright", LEFT),
        ("II.9a", "- Ủy ban Kiểm tra.", 13, "upright", LEFT),
        ("II.9b", "Nơi nhận:", 12, "bold italic", LEFT),
        ("II.9b", "- Như trên;", 11, "upright", LEFT),
        ("II.9b", "- Các ban;", 11, "upright", LEFT),
        ("II.9b", "- Lưu: VT, CSPL.", 11, "upright", LEFT),
    ],
)
def test_ii_the_parts_of_the_form(
    point: str, text: str, size: int, shape: str, align: WD_ALIGN_PARAGRAPH, docx: Docx
) -> None:
    paragraph = find(docx, text)
    assert paragraph.text == text
    assert looks(paragraph) == (size, "bold" in shape, "italic" in shape, align), point


@pytest.mark.parametrize("text", ["Độc lập", "LIÊN ĐOÀN LAO\N{NO-BREAK SPACE}ĐỘNG TỈNH NẬM PHA", "tuần 47 năm 2026"])
def test_ii_1_2_5_a_line_stands_below(text: str, docx: Docx) -> None:
    assert has_line_below(docx, text)


def test_ii_3_a_report_that_is_not_registered_yet_leaves_room_for_its_number(figures: ReportFigures) -> None:
    assert find(opened(figures, OFFICE, number=None), "Số:").text == "Số:       /BC-LĐLĐ"


def test_ii_4_days_below_ten_and_the_first_two_months_get_a_zero(full_week: Any) -> None:
    figures = gathered(full_week, now=datetime(2027, 2, 4, 1, tzinfo=UTC))
    assert find(opened(figures, OFFICE), "Nậm Pha, ngày").text == "Nậm Pha, ngày 04 tháng 02 năm 2027"


def test_ii_6_the_text(docx: Docx) -> None:
    sentence = find(docx, "Hệ thống đọc")
    assert looks(sentence) == (13, False, False, JUSTIFIED)
    layout = sentence.paragraph_format
    assert round(layout.first_line_indent.mm) == 10
    assert layout.space_before.pt >= 6
    assert layout.line_spacing is None  # single


def test_ii_8_the_appendix(docx: Docx) -> None:
    assert looks(find(docx, "Phụ lục")) == (14, True, False, CENTRE)
    assert looks(find(docx, "SỐ LIỆU CHI TIẾT")) == (14, True, False, CENTRE)
    assert looks(find(docx, "(Kèm theo")) == (14, False, True, CENTRE)
    assert docx.sections[1]._sectPr.find(qn("w:pgNumType")).get(qn("w:start")) == "1"


def test_a_table_repeats_its_head_and_breaks_no_row(docx: Docx) -> None:
    for table in docx.tables[1:]:
        if len(table.columns) > 2:  # the others are signatures and bars
            assert table.rows[0]._tr.find(f".//{qn('w:tblHeader')}") is not None
            assert all(row._tr.find(f".//{qn('w:cantSplit')}") is not None for row in table.rows)
            assert sum(column.width.mm for column in table.columns) == pytest.approx(165, abs=1)


def test_one_addressee_stands_behind_the_greeting(figures: ReportFigures) -> None:
    alone = OFFICE.model_copy(update={"addressed_to": ("Ban Thường vụ",)})
    assert find(opened(figures, alone), "Kính gửi:").text == "Kính gửi: Ban Thường vụ."
