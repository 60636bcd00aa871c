"""The written summary: what stands in the files, what never does, and what happens when they cannot be written."""

import json
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from openpyxl import Workbook, load_workbook
from sqlalchemy import select, update

from monitor.errors import ReportFailed, UsageError
from monitor.reports.html import render_html
from monitor.reports.iso_week import Week
from monitor.reports.write_report import FORMATS, write_weekly_report
from monitor.reports.xlsx import render_xlsx, write_xlsx
from storage.database import Database
from storage.models import Flag, Post, Report
from tests.clock import FakeClock
from tests.monitor.reports.sample_week import AFTER, AUTHOR_KEY, THURSDAY, WEEK, gathered

SHEETS = ["Tổng hợp", "Theo nhãn", "Theo nguồn", "Theo ngày", "Bài nổi bật", "Thu thập", "Ghi chú"]
PERSONAL = re.compile(
    rf"https?://(?!www\.w3\.org/)|www\.(?!w3\.org)|example\.(?:vn|com)|@rutgap|0912345678|Nguyễn Văn Ba|{AUTHOR_KEY}"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "reports" / "2026"


def written(database: Database, folder: Path, week: Week = WEEK) -> list[Path]:
    return write_weekly_report(database, week, folder, clock=FakeClock(AFTER), top=10)


def opened(database: Database, folder: Path) -> Workbook:
    return load_workbook(written(database, folder)[0])


def cells(book: Workbook, sheet: str) -> list[list[object]]:
    return [list(row) for row in book[sheet].iter_rows(values_only=True)]


def line_of(book: Workbook, sheet: str, first: str) -> list[object]:
    return next(row for row in cells(book, sheet) if row[0] == first)


def all_text(book: Workbook) -> str:
    return "\n".join(str(cell) for sheet in book.sheetnames for row in cells(book, sheet) for cell in row)


def test_both_files_are_written_and_nothing_is_left_beside_them(full_week: Database, folder: Path) -> None:
    files = written(full_week, folder)
    assert [file.name for file in files] == ["tong-hop-2026-W47.xlsx", "tong-hop-2026-W47.html"]
    assert sorted(folder.iterdir()) == sorted(files)


def test_one_format_can_be_asked_for(full_week: Database, folder: Path) -> None:
    files = write_weekly_report(full_week, WEEK, folder, clock=FakeClock(AFTER), formats=("html", "html"), top=1)
    assert [file.suffix for file in files] == [".html"]
    with pytest.raises(UsageError, match="no format 'docx': choose from xlsx, html"):
        write_weekly_report(full_week, WEEK, folder, clock=FakeClock(AFTER), formats=("docx",), top=1)


def test_the_figures_are_recorded_without_a_word_of_the_posts(full_week: Database, folder: Path) -> None:
    written(full_week, folder)
    with full_week.work() as session:
        report = session.scalars(select(Report)).one()
    assert (report.week, report.schema_version, report.created_at) == ("2026-W47", 2, AFTER)
    assert report.files == ["tong-hop-2026-W47.xlsx", "tong-hop-2026-W47.html"]
    assert report.figures["totals"]["posts"] == 5
    stored = json.dumps(report.figures, ensure_ascii=False)
    assert "phá sản" not in stored
    assert not PERSONAL.search(stored)


def test_the_page_tells_figures_and_quotes(full_week: Database, folder: Path) -> None:
    page = BeautifulSoup(written(full_week, folder)[1].read_text(encoding="utf-8"), "lxml")
    assert page.h1 is not None
    assert page.h1.get_text() == "Báo cáo tổng hợp tuần 47 năm 2026"
    headings = [heading.contents[0].get_text(strip=True) for heading in page.select("h2")]
    assert headings[:2] == ["Tóm tắt", "Số liệu chung"]
    assert headings[-1] == "Ghi chú về phương pháp và giới hạn"
    quotes = [quote.get_text(strip=True) for quote in page.select("blockquote")]
    assert "Ngân hàng sắp phá sản, liên hệ anh [tên] [số điện thoại], [tài khoản], xem [liên kết]" in quotes
    assert len(page.select("figure svg")) == 2
    assert "không chia sẻ lại" in page.select(".caution")[0].get_text()


def test_the_page_needs_nothing_beside_it_and_links_nowhere(full_week: Database, folder: Path) -> None:
    page = BeautifulSoup(written(full_week, folder)[1].read_text(encoding="utf-8"), "lxml")
    assert page.select("a, img, script, link, iframe, form") == []
    assert "url(" not in str(page.style)


def test_no_output_holds_address_account_or_author(full_week: Database, folder: Path) -> None:
    xlsx, html = written(full_week, folder)
    assert not PERSONAL.search(html.read_text(encoding="utf-8"))
    assert not PERSONAL.search(all_text(load_workbook(xlsx)))


def test_a_post_cannot_put_markup_into_the_page(full_week: Database) -> None:
    figures = gathered(full_week)
    source = figures.sources[0]
    object.__setattr__(source, "name", "<script>alert(1)</script>")
    page = render_html(figures)
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_the_same_figures_give_the_same_bytes(full_week: Database) -> None:
    assert render_html(gathered(full_week)) == render_html(gathered(full_week))
    assert render_xlsx(gathered(full_week)) == render_xlsx(gathered(full_week))


def test_the_workbook_has_the_sheets_with_headers_that_stay(full_week: Database, folder: Path) -> None:
    book = opened(full_week, folder)
    assert book.sheetnames == SHEETS
    assert {name: book[name].freeze_panes for name in SHEETS[1:]} == {
        "Theo nhãn": "B4",
        "Theo nguồn": "B4",
        "Theo ngày": "B4",
        "Bài nổi bật": "B3",
        "Thu thập": "B4",
        "Ghi chú": "A2",
    }
    assert len(book["Theo ngày"]._charts) == 1


def test_the_workbook_holds_numbers_as_numbers(full_week: Database, folder: Path) -> None:
    book = opened(full_week, folder)
    assert line_of(book, "Tổng hợp", "Bài theo dõi đã thu thập") == ["Bài theo dõi đã thu thập", 5, 1, 4]
    assert line_of(book, "Theo nhãn", "Chưa kiểm chứng") == ["Chưa kiểm chứng", 2, 2, 0, 0, 0, 0, "–"]
    assert line_of(book, "Theo nguồn", "forum") == ["forum", "Theo dõi", 4, 3, 0.75, 2, 1, 1]
    assert line_of(book, "Theo nguồn", "newspaper")[4] == "–"
    assert line_of(book, "Theo ngày", "Cả tuần") == ["Cả tuần", 5, 2, 2, 1]
    share = next(cell for row in book["Theo nguồn"].iter_rows() for cell in row if cell.value == 0.75)
    assert share.number_format == "0.0%"


def test_times_in_the_workbook_are_local(full_week: Database, folder: Path) -> None:
    book = opened(full_week, folder)
    quote = next(row for row in cells(book, "Bài nổi bật") if str(row[1]).startswith("=SUM"))
    assert str(quote[3]) == "2026-11-16 00:00:00"
    assert quote[-1] == "/flags/2"


@pytest.mark.parametrize(
    ("precision", "on_the_page", "in_the_workbook"),
    [
        ("day", "đăng khoảng ngày 19/11/2026 ·", "chỉ biết khoảng ngày đăng"),
        ("hour", "đăng khoảng 10:00 ngày 19/11/2026 ·", "giờ đăng chỉ là khoảng chừng"),
        (None, "đăng lúc 10:00 ngày 19/11/2026 ·", "–"),
    ],
)
def test_a_date_that_is_only_about_right_says_so(
    precision: str | None, on_the_page: str, in_the_workbook: str, full_week: Database, folder: Path
) -> None:
    with full_week.work() as session:
        post = session.scalars(select(Post).where(Post.external_id == "bank")).one()
        post.published_at, post.published_precision = THURSDAY, precision
        session.commit()
    assert on_the_page in render_html(gathered(full_week))
    row = next(row for row in cells(opened(full_week, folder), "Bài nổi bật") if row[-1] == "/flags/3")
    assert row[-2] == in_the_workbook


def test_no_quote_claims_to_be_quite_sure(full_week: Database, folder: Path) -> None:
    with full_week.work() as session:
        session.execute(update(Flag).where(Flag.label == "unverified").values(probability=0.9996))
        session.commit()
    assert "điểm của máy 99%" in render_html(gathered(full_week))
    row = next(row for row in cells(opened(full_week, folder), "Bài nổi bật") if row[-1] == "/flags/3")
    assert 0.99 in row


def test_a_text_that_looks_like_a_formula_stays_a_text(full_week: Database, folder: Path) -> None:
    book = opened(full_week, folder)
    found = [cell for row in book["Bài nổi bật"].iter_rows() for cell in row if str(cell.value).startswith("=SUM")]
    assert len(found) == 2  # once for each of its labels
    assert {cell.data_type for cell in found} == {"s"}
    assert all(cell.quotePrefix for cell in found)


@pytest.mark.parametrize("beginning", ["=1+1", "+1", "-1", "@SUM(A1)", "{=1}", "http://x.example.vn", "\t=1"])
def test_no_beginning_of_a_name_makes_a_formula_or_link(full_week: Database, tmp_path: Path, beginning: str) -> None:
    figures = gathered(full_week)
    object.__setattr__(figures.sources[0], "name", beginning)
    write_xlsx(figures, tmp_path / "book.xlsx")
    book = load_workbook(tmp_path / "book.xlsx")
    every = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert any(cell.value == beginning for cell in every)
    assert {cell.data_type for cell in every} <= {"s", "n", "d"}
    assert all(cell.hyperlink is None for cell in every)


def test_a_week_without_posts_is_written_as_such(sqlite_database: Database, folder: Path) -> None:
    xlsx, html = written(sqlite_database, folder)
    for text in (html.read_text(encoding="utf-8"), all_text(load_workbook(xlsx))):
        assert "Tuần này không thu thập được bài nào." in text
        assert "Không có bài nào để trích." in text


def test_a_folder_that_is_a_file_is_explained_in_one_line(full_week: Database, tmp_path: Path) -> None:
    taken = tmp_path / "reports"
    taken.write_text("a file", encoding="utf-8")
    with pytest.raises(ReportFailed) as caught:
        written(full_week, taken)
    assert re.fullmatch(
        r"cannot write the summary to .*reports: .+: check its rights and the free space", str(caught.value)
    )
    with full_week.work() as session:
        assert session.scalars(select(Report)).all() == []


def test_an_older_summary_stays_when_a_new_one_fails(full_week: Database, folder: Path) -> None:
    html = written(full_week, folder)[1]
    before = html.read_bytes()
    xlsx = folder / "tong-hop-2026-W47.xlsx"
    xlsx.unlink()
    (xlsx / "in the way").mkdir(parents=True)
    with pytest.raises(ReportFailed):
        written(full_week, folder)
    assert html.read_bytes() == before
    assert not list(folder.glob(".*"))


def test_a_summary_that_is_written_again_is_replaced(full_week: Database, folder: Path) -> None:
    html = written(full_week, folder)[1]
    html.write_text("old", encoding="utf-8")
    assert written(full_week, folder)[1].read_text(encoding="utf-8") != "old"


def test_every_known_format_can_be_written(full_week: Database, folder: Path) -> None:
    for name in FORMATS:
        (file,) = write_weekly_report(full_week, WEEK, folder, clock=FakeClock(AFTER), formats=(name,), top=0)
        assert file.stat().st_size > 1000
