""".xlsx workbooks: their first sheet is read like a table, and hostile ones end within limits."""

import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from monitor.collectors.base import PublicPost
from monitor.collectors.files import Refusal, open_file
from monitor.collectors.files.base import ENDED_EARLY, MANGLED_ID, MOST_COLUMNS, WRONG_WIDTH
from monitor.collectors.files.reading import Row
from monitor.collectors.files.sheet import TOO_WIDE
from monitor.collectors.files.sheet_events import index_of
from monitor.errors import ImportRefused

HEADER = ("Comment ID", "Name", "Date", "Likes", "Comment")
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def workbook(path: Path, *rows: tuple[Any, ...], more: tuple[str, ...] = ()) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Bình luận"
    for row in rows:
        sheet.append(row)
    for name in more:
        book.create_sheet(name).append(("thừa",))
    book.save(path)
    return path


def by_hand(path: Path, sheet: str, strings: str | None = None, **parts: str) -> Path:
    """Write a workbook whose parts are just so."""
    members = {
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets><sheet name="S" r:id="r1"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" '
        'Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet,
        **({"xl/sharedStrings.xml": strings} if strings is not None else {}),
        **parts,
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def sheet_of(*rows: str) -> str:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(rows)}</sheetData></worksheet>'


def inline(*cells: str) -> str:
    return "<row>" + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in cells) + "</row>"


def read(path: Path, **mapping: str) -> list[Row]:
    return list(open_file(path, mapping=mapping).rows())


def test_the_first_sheet_is_read_with_its_dates_and_numbers(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        ("Bình luận của bài", None, None),
        (None, "https://mang.example/1"),
        HEADER,
        (
            "c1",
            "Thợ A",
            datetime(2026, 11, 24, 14, 0, tzinfo=UTC).replace(tzinfo=None),
            1234,
            "Chưa nhận lương\nhai tháng",
        ),
        (),
        ("c2", "Thợ B", date(2026, 11, 24), None, "  Nhận rồi"),
        more=("Ghi chú",),
    )
    file = open_file(path)
    assert (file.format, file.encoding, file.columns) == ("xlsx", "sheet 'Bình luận'", HEADER)
    assert file.notes == (
        "other sheets of the workbook are not read: Ghi chú",
        "2 rows stand above the one that names the columns",
    )
    first, second = (row for row in file.rows() if isinstance(row, PublicPost))
    assert (first.external_id, first.text) == ("c1", "Chưa nhận lương\nhai tháng")
    assert (first.published_at, first.engagement) == (datetime(2026, 11, 24, 7, tzinfo=UTC), {"likes": 1234})
    assert second.published_at == datetime(2026, 11, 23, 17, tzinfo=UTC)


def test_a_refusal_names_the_row_as_the_sheet_numbers_it(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", HEADER, (), (), ("c1", "Thợ A", None, 0, None), ("c2", "", "", "", "x", "y"))
    assert read(path) == [Refusal(4, "no text"), Refusal(5, WRONG_WIDTH)]


def test_identifiers_that_the_sheet_rounded_are_refused(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx", HEADER, (18067525943382979, "a", None, 0, "x"), ("180675259433829", "", "", 0, "y")
    )
    refused, sound = read(path)
    assert isinstance(refused, Refusal)
    assert refused.reason == MANGLED_ID
    assert isinstance(sound, PublicPost)


@pytest.mark.parametrize(
    ("code", "raw", "shown"),
    [
        ("dd/mm/yyyy hh:mm", "46350.5", "2026-11-24 12:00:00"),
        ('0 "ngày"', "46350", "46350"),
        ("General", "46350", "46350"),
        ("yyyy", "1e999", "1e999"),
    ],
)
def test_a_number_is_a_date_by_the_format_of_its_cell(tmp_path: Path, code: str, raw: str, shown: str) -> None:
    written = code.replace('"', "&quot;")
    styles = (
        f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="170" formatCode="{written}"/></numFmts>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="170"/></cellXfs></styleSheet>'
    )
    sheet = sheet_of(inline("text", "date"), f'<row>{inline("Nghỉ bù")[5:-6]}<c s="1"><v>{raw}</v></c></row>')
    (post,) = read(by_hand(tmp_path / "a.xlsx", sheet, **{"xl/styles.xml": styles}))
    assert isinstance(post, PublicPost)
    assert post.published_raw == shown


def test_shared_strings_runs_and_escapes_are_read(tmp_path: Path) -> None:
    strings = (
        f'<sst xmlns="{MAIN}"><si><t>text</t></si><si><r><t>Chưa </t></r><r><t>nhận_x000A_lương</t></r>'
        "<rPh><t>đọc</t></rPh></si></sst>"
    )
    rows = ['<row><c t="s"><v>0</v></c></row>', '<row><c t="s"><v>1</v></c></row>', '<row><c t="s"><v>99</v></c></row>']
    (post,) = read(by_hand(tmp_path / "a.xlsx", sheet_of(*rows), strings))
    assert isinstance(post, PublicPost)
    assert post.text == "Chưa nhận\nlương"


def test_the_address_behind_a_cell_that_says_view_is_read(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ("Name", "Date", "Comment", "url"), ("Thợ A", "", "Chưa nhận lương", "view"))
    book = load_workbook(path)
    sheet = book.active
    assert sheet is not None
    sheet["D2"].hyperlink = "https://mang.example/bai/1?c=1"
    sheet["D2"].value = "(view)"
    sheet["A2"].hyperlink = "https://mang.example/tho-a"
    book.save(path)
    (post,) = read(path, author="Name")
    assert isinstance(post, PublicPost)
    assert (post.url, post.author) == ("https://mang.example/bai/1?c=1", "Thợ A")


def test_a_known_format_is_recognised_in_a_workbook_too(tmp_path: Path) -> None:
    header = ("id", "thread_id", "author", "body", "timestamp")
    path = workbook(tmp_path / "a.xlsx", header, ("1", "1", "ai", "Tin đồn cắt điện", "2026-11-14 01:00:00"))
    assert open_file(path).format == "fourcat"


def bomb_of_zeros(path: Path) -> Path:
    by_hand(path, sheet_of())
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/sharedStrings.xml", "w", force_zip64=True) as stream,
    ):
        for _ in range(101):
            stream.write(bytes(1_000_000))
    return path


ENTITIES = (
    '<!DOCTYPE a [<!ENTITY a0 "đồn">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9)) + "]>"
)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: by_hand(path, sheet_of()), "no row that names the columns"),
        (lambda path: by_hand(path, "<worksheet>"), "damaged workbook"),
        (lambda path: by_hand(path, sheet_of(), **{"xl/workbook.xml": "<workbook/>"}), "no sheet"),
        (lambda path: by_hand(path, sheet_of(), **{"xl/workbook.xml": "không"}), "xl/workbook.xml in it is damaged"),
        (bomb_of_zeros, "takes more than 100 MB"),
    ],
)
def test_a_workbook_that_cannot_be_read_is_refused_in_one_line(
    tmp_path: Path, make: Callable[[Path], Path], said: str
) -> None:
    path = make(tmp_path / "a.xlsx")
    with pytest.raises(ImportRefused, match=said) as caught:
        open_file(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("anh.jpg", "a zip archive: unpack it"),
        ("content.xml", "an OpenDocument file: save it as .xlsx or CSV"),
        ("word/document.xml", "a Word document: copy its table"),
        ("xl/workbook.bin", "a binary workbook"),
    ],
)
def test_a_zip_archive_of_something_else_is_refused(tmp_path: Path, name: str, said: str) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(name, b"x")
    with pytest.raises(ImportRefused, match=said):
        open_file(tmp_path / "a.zip")


def test_entities_are_not_expanded_and_do_not_reach_other_files(tmp_path: Path) -> None:
    rows = inline("id", "text"), inline("1", "&a8;Tin"), inline("2", "Tin")
    path = by_hand(tmp_path / "a.xlsx", ENTITIES + sheet_of(*rows))
    try:
        texts = [row.text for row in read(path) if isinstance(row, PublicPost)]
    except ImportRefused:
        return
    assert all(len(text) < 10 for text in texts)


def test_empty_rows_without_end_take_little_memory(tmp_path: Path) -> None:
    rows = [inline("id", "text"), "<row/>" * 30_000, inline("1", "Cuối")]
    path = by_hand(tmp_path / "a.xlsx", sheet_of(*rows))
    tracemalloc.start()
    (last,) = read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(last, PublicPost)
    assert peak < 3_000_000


def test_places_that_a_cell_or_row_only_claims_cost_nothing(tmp_path: Path) -> None:
    far = '<row r="999999999"><c r="XFD9" t="inlineStr"><is><t>xa</t></is></c></row>'
    wide = "<row>" + '<c t="inlineStr"><is><t>x</t></is></c>' * (MOST_COLUMNS + 500) + "</row>"
    path = by_hand(tmp_path / "a.xlsx", sheet_of(inline("id", "text"), inline("1", "Gần"), far, wide))
    near, *wide_ones = read(path)
    assert isinstance(near, PublicPost)
    assert wide_ones == [Refusal(999_999_999, TOO_WIDE), Refusal(1_000_000_000, TOO_WIDE)]


def test_a_sheet_that_breaks_off_gives_its_rows_and_says_so(tmp_path: Path) -> None:
    rows = [inline("id", "text"), *(inline(str(number), f"Bài {number}") for number in range(20_000))]
    path = by_hand(tmp_path / "a.xlsx", sheet_of(*rows).removesuffix("</sheetData></worksheet>"))
    read_rows = read(path)
    assert len(read_rows) == 20_001
    assert isinstance(read_rows[-1], Refusal)
    assert read_rows[-1].reason == ENDED_EARLY


@given(place=st.integers(0, 5_000), value=st.integers(0, 255))
def test_a_damaged_workbook_is_read_or_refused_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, place: int, value: int
) -> None:
    whole, path = (tmp_path_factory.getbasetemp() / name for name in ("whole.xlsx", "damaged.xlsx"))
    if not whole.exists():
        workbook(whole, HEADER, *((f"c{number}", "a", None, 0, f"Bài {number}") for number in range(50)))
    damaged = bytearray(whole.read_bytes())
    damaged[place % len(damaged)] = value
    path.write_bytes(damaged)
    try:
        rows = read(path)
    except ImportRefused:
        return
    assert all(isinstance(row, PublicPost | Refusal) for row in rows)


@pytest.mark.parametrize(
    ("written", "number"),
    [("0", 0), ("1048576", 1_048_576), ("²", None), ("٣", None), ("-1", None), ("9" * 10, None), ("", None)],
)
def test_a_number_of_a_workbook_is_of_plain_digits(written: str, number: int | None) -> None:
    assert index_of(written) == number
