"""Workbooks: one sheet is read like a table, by a process of its own, and hostile ones end within limits."""

import json
import signal
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from monitor.collectors.files.base import (
    MANGLED_ID,
    MOST_COLUMNS,
    NO_TEXT,
    TOO_LONG,
    TOO_WIDE,
    WRONG_WIDTH,
    ReadingEnds,
)
from monitor.collectors.files.formats import open_file
from monitor.collectors.files.workbook import sheet_lines
from monitor.collectors.isolation import workbook as worker
from monitor.errors import ImportRefused
from tests.monitor.collectors.files.conftest import opened, refusal_of, zipped

HEADER = ("Comment ID", "Name", "Date", "Likes", "Comment")
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
STRICT = {
    MAIN: "http://purl.oclc.org/ooxml/spreadsheetml/main",
    RELATIONS: "http://purl.oclc.org/ooxml/officeDocument/relationships",
}


def saved(path: Path, **sheets: list[tuple[Any, ...]]) -> Path:
    """Save a workbook of some sheets."""
    book = Workbook()
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    del book["Sheet"]
    book.save(path)
    return path


def parts_of(sheet: str, **parts: str) -> dict[str, str]:
    """Write the parts of a workbook by hand, without those that are not needed."""
    return {
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" Target="xl/workbook.xml" '
        f'Type="{RELATIONS}/officeDocument"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets><sheet name="S" r:id="r1"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" '
        f'Target="worksheets/sheet1.xml" Type="{RELATIONS}/worksheet"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet,
        **parts,
    }


def sheet_of(*rows: str) -> str:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(rows)}</sheetData></worksheet>'


def inline(*cells: str) -> str:
    return "<row>" + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in cells) + "</row>"


def test_a_sheet_is_read_with_its_dates_and_numbers(tmp_path: Path) -> None:
    rows = [
        ("Bình luận của bài", None, None),
        (None, "https://mang.example/1"),
        HEADER,
        ("c1", "Thợ A", datetime(2026, 11, 24, 14, 0), 1234, "Chưa nhận lương\nhai\u2028tháng"),  # noqa: DTZ001
        (),
        ("c2", "Thợ B", date(2026, 11, 24), None, "  Nhận rồi"),
        ("c3", "Thợ C", None, 0, None),
        ("c4", "", "", "", "x", "y"),
        (18067525943382979, "a", None, 0, "x"),
        ("180675259433829", "", "", 0, "y"),
    ]
    read = opened(saved(tmp_path / "a.xlsx", **{"Bình luận": rows, "Ghi chú": [("thừa",)]}))
    assert (read.file.format, read.file.sniffed.encoding, read.file.columns) == (
        "workbook",
        "sheet 'Bình luận'",
        HEADER,
    )
    assert read.file.notes[:2] == (
        "other sheets of the workbook are not read (--sheet names another): Ghi chú",
        "2 rows stand above the one that names the columns",
    )
    first, second, _ = read.posts
    assert (first.external_id, first.text) == ("c1", "Chưa nhận lương\nhai\u2028tháng")
    assert (first.published_at, first.engagement) == (datetime(2026, 11, 24, 7, tzinfo=UTC), {"likes": 1234})
    assert (second.published_at, second.published_precision) == (datetime(2026, 11, 23, 17, tzinfo=UTC), "day")
    # Rows have the numbers that the sheet shows; a number of more digits than it keeps is no identifier.
    assert read.refused == [(7, NO_TEXT), (8, WRONG_WIDTH), (9, MANGLED_ID)]


def test_the_sheet_with_the_posts_is_found_behind_a_cover_and_another_can_be_named(tmp_path: Path) -> None:
    tables = {"Bìa": [("Báo cáo",)], "Bài": [("id", "text"), ("1", "a")], "Bình luận": [("id", "text"), ("1", "b")]}
    path = saved(tmp_path / "a.xlsx", **tables)
    assert opened(path).texts == ["a"]
    assert "(--sheet names another): Bìa, Bình luận" in opened(path).file.notes[0]
    assert opened(path, sheet="Bình luận").texts == ["b"]
    with pytest.raises(ImportRefused, match="no sheet 'Bai' with rows: name one of Bìa, Bài, Bình luận with --sheet"):
        open_file(path, sheet="Bai")


def test_sheet_can_be_asked_of_workbooks_alone(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text\na\n")
    with pytest.raises(ImportRefused, match="no workbook: leave --sheet out"):
        open_file(tmp_path / "a.csv", sheet="Bài")


def test_a_known_format_is_recognised_in_a_workbook_too(tmp_path: Path) -> None:
    header = ("id", "thread_id", "author", "body", "timestamp")
    path = saved(tmp_path / "a.xlsx", S=[header, ("1", "1", "ai", "Tin đồn cắt điện", "2026-11-14 01:00:00")])
    assert open_file(path).format == "fourcat"


@pytest.mark.parametrize("strict", [False, True], ids=["usual", "strict"])
@pytest.mark.parametrize(
    ("code", "raw", "shown"),
    [
        ("dd/mm/yyyy hh:mm", "46350.583333333", "2026-11-24 14:00:00"),
        ("dd/mm/yyyy", "46350", "2026-11-24"),
        ("hh:mm", "0.5", "12:00:00"),
        ('0 "ngày"', "46350", "46350"),
        ("General", "46350.25", "46350.25"),
        ("General", "999999999999999", "999999999999999"),
        ("General", "1234567890123456", "1.234568E+15"),
        ("yyyy", "1e999", ""),
    ],
)
def test_a_number_is_a_date_by_the_format_of_its_cell(
    tmp_path: Path, code: str, raw: str, shown: str, *, strict: bool
) -> None:
    written = code.replace('"', "&quot;")
    styles = (
        f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="170" formatCode="{written}"/></numFmts>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="170"/></cellXfs></styleSheet>'
    )
    sheet = sheet_of(f'<row><c s="1"><v>{raw}</v></c>{inline("z")[5:-6]}</row>')
    parts = parts_of(sheet, **{"xl/styles.xml": styles})
    for usual, other in STRICT.items() if strict else ():
        parts = {name: part.replace(usual, other) for name, part in parts.items()}
    path = zipped(tmp_path / "a.xlsx", parts)
    assert list(worker.rows(str(path), "S")) == [[1, shown, "z"]]


def test_cells_of_every_kind_are_read_and_blank_rows_are_not(tmp_path: Path) -> None:
    strings = (
        f'<sst xmlns="{MAIN}"><si><r><t xml:space="preserve">Chưa </t></r><r><t>nhận_x000A_lương</t></r>'
        "<rPh><t>đọc</t></rPh></si></sst>"
    )
    cells = '<row><c t="s"><v>0</v></c><c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c><c t="str"><v>a</v></c></row>'
    parts = parts_of(sheet_of("<row/>", cells, inline(" ")), **{"xl/sharedStrings.xml": strings})
    path = zipped(tmp_path / "a.xlsx", parts)
    assert list(worker.rows(str(path), "S")) == [[2, "Chưa nhận\nlương", "TRUE", "", "a"]]
    assert list(worker.heads(str(path))) == [["S", [[2, "Chưa nhận\nlương", "TRUE", "", "a"]]]]


def test_a_row_of_too_many_columns_or_letters_is_refused(tmp_path: Path) -> None:
    rows = inline("id", "text"), inline("1", "a"), inline(*"x" * (MOST_COLUMNS + 500)), inline("2", "x" * 1_000_001)
    read = opened(zipped(tmp_path / "a.xlsx", parts_of(sheet_of(*rows))))
    assert (read.texts, read.refused) == (["a"], [(3, TOO_WIDE), (4, TOO_LONG)])


ENTITIES = (
    '<!DOCTYPE a [<!ENTITY a0 "đồn">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9)) + "]>"
)
DAMAGED = "it is damaged, or no workbook: open it"
FAR = '<row r="1"><c r="A1"><v>1</v></c></row>', '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


DOCTYPE = '<!DOCTYPE a [<!ENTITY a8 SYSTEM "file:///etc/hostname">]>'
USES_ENTITY = sheet_of(inline("id", "text"), inline("1", "&a8;"))


@pytest.mark.parametrize(
    ("name", "members", "said"),
    [
        ("a.xlsx", parts_of(sheet_of()), "no sheet with rows"),
        ("a.xlsx", parts_of(sheet_of(inline("id", "text")).removesuffix("</sheetData></worksheet>")), DAMAGED),
        ("a.xlsx", parts_of(sheet_of(), **{"xl/workbook.xml": "không"}), DAMAGED),
        ("a.xlsx", parts_of(ENTITIES + USES_ENTITY), DAMAGED),
        ("a.xlsx", parts_of(DOCTYPE + USES_ENTITY), DAMAGED),
        # It claims to be huge, and ends the process that reads it alone.
        ("a.xlsx", parts_of(sheet_of(*FAR)), "more than 1000 MB of memory to read"),
        ("a.xls", b"PK\x03\x04rest", "a damaged zip archive"),
        ("a.xls", b"\xd0\xcf\x11\xe0rest", DAMAGED),
        ("a.zip", {"anh.jpg": "x"}, "a zip archive: unpack it"),
        ("a.zip", {"word/document.xml": "x"}, "a Word document: copy its table"),
        ("a.zip", {"content.xml": "x"}, DAMAGED),
        ("a.zip", {"xl/workbook.bin": "x"}, DAMAGED),
    ],
    ids=[
        *("empty", "cut", "no parts", "entities that grow", "entity of another file", "huge", "no zip", "old Office"),
        *("pictures", "Word", "no OpenDocument", "binary workbook"),
    ],
)
def test_a_workbook_that_cannot_be_read_is_refused_in_one_line(
    tmp_path: Path, name: str, members: dict[str, str] | bytes, said: str
) -> None:
    path = tmp_path / name
    if isinstance(members, bytes):
        path.write_bytes(members)
    else:
        zipped(path, members)
    assert said in refusal_of(path)


def test_an_opendocument_table_is_read(tmp_path: Path) -> None:
    rows = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in row
        )
        + "</table:table-row>"
        for row in (("id", "text"), ("1", "Chưa nhận lương"))
    )
    spaces = "".join(f' xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text"))
    content = (
        f"<office:document-content{spaces}><office:body><office:spreadsheet>"
        f'<table:table table:name="Bài">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    members = {"mimetype": kind, "META-INF/manifest.xml": "<manifest/>", "content.xml": content}
    assert opened(zipped(tmp_path / "a.ods", members)).texts == ["Chưa nhận lương"]


def test_the_process_ends_itself_where_it_takes_too_long() -> None:
    program = (
        f"from monitor.collectors.isolation import workbook as w; w.CPU_SECONDS = .2; w.heads = w.rows = {FOREVER}; "
        "w.main()"
    )
    ended = subprocess.run([sys.executable, "-c", program, "a", "b"], check=False, stdout=subprocess.DEVNULL)  # noqa: S603
    assert ended.returncode == -signal.SIGPROF


FOREVER = "lambda *_: iter(int, 1)"


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGPROF)", "more than 20 s of processor time"),
        ("import sys; sys.exit('password')", "protected by a password: save it without one"),
        ("class PanicException(BaseException): pass\nraise PanicException", DAMAGED),
        ("import os; os.abort()", "more than 1000 MB of memory"),
    ],
    ids=["time", "password", "panic", "memory"],
)
def test_however_the_process_ends_one_line_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, said: str
) -> None:
    monkeypatch.setattr("monitor.collectors.files.workbook._WORKER", program)
    with pytest.raises(ReadingEnds, match=said):
        list(sheet_lines(tmp_path / "a.xlsx"))


def test_who_takes_the_first_rows_only_leaves_no_process_behind(tmp_path: Path) -> None:
    rows = [("id", "text"), *((str(number), "Chưa nhận lương " * 20) for number in range(3_000))]
    lines = sheet_lines(saved(tmp_path / "a.xlsx", S=rows), "S")
    assert json.loads(next(lines)) == [1, "id", "text"]
    lines.close()
