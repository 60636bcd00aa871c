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
from monitor.reports.wording import load_language
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
    return library.Document(BytesIO(render_docx(build_document(figures, office, load_language("vi"), number=number))))


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


def test_ii_1_nation_and_motto(docx: Docx) -> None:
    assert looks(find(docx, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")) == (13, True, False, CENTRE)
    assert looks(find(docx, "Độc lập - Tự do - Hạnh phúc")) == (14, True, False, CENTRE)
    assert has_line_below(docx, "Độc lập")


def test_ii_2_the_organisation_below_the_body_above(docx: Docx) -> None:
    assert looks(find(docx, "CƠ QUAN CHỦ QUẢN")) == (13, False, False, CENTRE)
    assert looks(find(docx, "LIÊN ĐOÀN LAO ĐỘNG TỈNH NẬM PHA")) == (13, True, False, CENTRE)
    assert has_line_below(docx, "LIÊN ĐOÀN LAO ĐỘNG TỈNH NẬM PHA")


def test_ii_3_the_number_has_two_digits_and_a_stroke(docx: Docx) -> None:
    number = find(docx, "Số:")
    assert number.text == "Số: 05/BC-LĐLĐ"
    assert looks(number) == (13, False, False, CENTRE)


def test_ii_3_a_report_that_is_not_registered_yet_leaves_room_for_its_number(figures: ReportFigures) -> None:
    assert find(opened(figures, OFFICE, number=None), "Số:").text == "Số:       /BC-LĐLĐ"


def test_ii_4_place_and_date(docx: Docx) -> None:
    date = find(docx, "Nậm Pha, ngày")
    assert date.text == "Nậm Pha, ngày 23 tháng 11 năm 2026"
    assert looks(date) == (14, False, True, CENTRE)


def test_ii_4_days_below_ten_and_the_first_two_months_get_a_zero(full_week: Any) -> None:
    figures = gathered(full_week, now=datetime(2027, 2, 4, 1, tzinfo=UTC))
    assert find(opened(figures, OFFICE), "Nậm Pha, ngày").text == "Nậm Pha, ngày 04 tháng 02 năm 2027"


def test_ii_5_kind_and_subject(docx: Docx) -> None:
    assert looks(find(docx, "BÁO CÁO")) == (14, True, False, CENTRE)
    assert looks(find(docx, "Thông tin công khai trên mạng")) == (14, True, False, CENTRE)
    assert has_line_below(docx, "tuần 47 năm 2026")


def test_ii_6_the_text(docx: Docx) -> None:
    sentence = find(docx, "Hệ thống đọc")
    assert looks(sentence) == (14, False, False, JUSTIFIED)
    layout = sentence.paragraph_format
    assert round(layout.first_line_indent.mm) == 10
    assert layout.space_before.pt >= 6
    assert layout.line_spacing is None  # single


def test_ii_7_authority_office_and_name_of_who_signs(docx: Docx) -> None:
    for words in ("TM. BAN THƯỜNG VỤ", "PHÓ CHỦ TỊCH", "Người Ký"):
        assert looks(find(docx, words)) == (14, True, False, CENTRE)


def test_ii_8_the_appendix(docx: Docx) -> None:
    assert looks(find(docx, "Phụ lục")) == (14, True, False, CENTRE)
    assert looks(find(docx, "SỐ LIỆU CHI TIẾT")) == (14, True, False, CENTRE)
    assert looks(find(docx, "(Kèm theo")) == (14, False, True, CENTRE)
    assert docx.sections[1]._sectPr.find(qn("w:pgNumType")).get(qn("w:start")) == "1"


def test_ii_9_whom_it_is_addressed_to_and_who_gets_a_copy(docx: Docx) -> None:
    assert looks(find(docx, "Kính gửi:")) == (14, False, False, CENTRE)
    assert [find(docx, f"- {name}").text for name in OFFICE.addressed_to] == ["- Ban Thường vụ;", "- Ủy ban Kiểm tra."]
    assert looks(find(docx, "Nơi nhận:")) == (12, True, True, LEFT)
    for line in ("- Như trên;", "- Các ban;", "- Lưu: VT, CSPL."):
        assert looks(find(docx, line)) == (11, False, False, LEFT)


def test_a_table_repeats_its_head_and_breaks_no_row(docx: Docx) -> None:
    for table in docx.tables[1:]:
        if 2 < len(table.columns) < 20:  # the others are signatures and bars
            assert table.rows[0]._tr.find(f".//{qn('w:tblHeader')}") is not None
            assert all(row._tr.find(f".//{qn('w:cantSplit')}") is not None for row in table.rows)
            assert sum(column.width.mm for column in table.columns) == pytest.approx(165, abs=1)


def test_one_addressee_stands_behind_the_greeting(figures: ReportFigures) -> None:
    alone = OFFICE.model_copy(update={"addressed_to": ("Ban Thường vụ",)})
    assert find(opened(figures, alone), "Kính gửi:").text == "Kính gửi: Ban Thường vụ."
