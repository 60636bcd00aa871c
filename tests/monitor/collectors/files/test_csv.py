"""CSV files, whole and broken, and which of a table's rows names its columns."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collectors.files.base import BROKEN_QUOTES, NO_TEXT, NUL_BYTES, TOO_LONG, WRONG_WIDTH, Record
from monitor.collectors.files.csv_file import detect_csv
from monitor.collectors.files.formats import open_file
from monitor.collectors.files.table import SEARCHED_ROWS, header_place
from monitor.errors import ImportRefused
from tests.monitor.collectors.files.conftest import Read, Write

NUMBERED = [f"p{number},bài {number},2025-01-01" for number in range(1, 60)]


@pytest.mark.parametrize(
    ("content", "delimiter", "texts"),
    [
        *[(f"id{mark}text{mark}date\n1{mark}a{mark}\n2{mark}b{mark}\n", mark, ["a", "b"]) for mark in ",;\t|"],
        ('id;text\n1;"một, hai, ba"\n2;năm, sáu, bảy\n', ";", ["một, hai, ba", "năm, sáu, bảy"]),
        ("text\nmột, hai\nba\n", None, ["một, hai", "ba"]),
        ("sep=|\r\nid|text\r\n1|xin chào\r\n", "|", ["xin chào"]),
        ("\n" * 99 + "id,text\n1,a\n2,b\n", ",", ["a", "b"]),
    ],
    ids=[*",;\t|", "inside texts", "one column", "named by a spreadsheet", "behind empty lines"],
)
def test_the_delimiter_is_recognised(read: Read, content: str, delimiter: str | None, texts: list[str]) -> None:
    opened = read("posts.csv", content)
    assert (opened.delimiter, opened.texts) == (delimiter, texts)


@pytest.mark.parametrize(
    ("rows", "texts", "refused"),
    [
        ('1,"a\r\nb, ""trích"""\n2,anh "Tèo" nói\n', ['a\r\nb, "trích"', 'anh "Tèo" nói'], []),
        ('1,"một" hai\n2,ba\n', ["ba"], [(2, BROKEN_QUOTES)]),
        ("1,a,b\n2\n3,tốt\n4,tốt nữa,\n5,c\n", ["tốt", "tốt nữa", "c"], [(2, WRONG_WIDTH), (3, WRONG_WIDTH)]),
        ("\n,,\n , \n1,\n2,có\n", ["có"], [(5, NO_TEXT)]),
        ("1,a\0b\n2,tốt\n", ["tốt"], [(2, NUL_BYTES)]),
        ('1,"mở\nb a\0b"\n3,tốt\n', ["tốt"], [(2, BROKEN_QUOTES), (3, NUL_BYTES)]),
        ('1,"bảng:\n7,""mười""\n8 là hết"\n2,tốt\n', ['bảng:\n7,"mười"\n8 là hết', "tốt"], []),
        (f"1,{'x' * 1_000_001}\n2,{'dài ' * 100_000}\n", ["dài " * 100_000], [(2, TOO_LONG)]),
        ("1,Lương &amp; th&#432;ởng &copy\n", ["Lương & thưởng &copy"], []),
    ],
    ids=["quoted", "after a quote", "width", "blank", "NUL", "NUL in quotes", "quoted table", "huge", "references"],
)
def test_each_row_is_a_text_or_refused_with_its_line(
    read: Read, rows: str, texts: list[str], refused: list[tuple[int, str]]
) -> None:
    opened = read("posts.csv", f"id,text\n{rows}")
    assert (opened.texts, opened.refused) == (texts, refused)


@pytest.mark.parametrize(
    "broken",
    [{4: 'p5,"bài hỏng,2025-01-01'}, {4: 'p5,"bài 5,2025-01-01', 8: 'p9,bài 9",2025-01-01'}],
    ids=["never closed", "two stray ones"],
)
def test_stray_quotes_cost_one_line_and_swallow_no_others(read: Read, broken: dict[int, str]) -> None:
    lines = [broken.get(place, line) for place, line in enumerate(NUMBERED)]
    opened = read("posts.csv", "id,text,date\n" + "\n".join(lines))
    assert opened.refused == [(6, BROKEN_QUOTES)]
    assert len(opened.texts) == len(NUMBERED) - 1


def test_broken_records_are_each_refused_once(read: Read) -> None:
    opened = read("posts.csv", 'id,text,date\n1,"mở đầu\nkhông đóng, 2025\n2,ổn,2025-01-01\n')
    assert (opened.refused, opened.texts) == ([(2, BROKEN_QUOTES)], ["ổn"])
    assert len(read("posts.csv", "id,text\n" + "".join(f'{n},"hở {n}\n' for n in range(3_000))).rows) == 3_000


@pytest.mark.parametrize(
    ("content", "columns", "texts"),
    [
        ("id,text,text,,\n1,a,b,,\n", ("id", "text", "text (3)"), ["a"]),
        ("id,,text\n1,a,b\n", ("id", "column 2", "text"), ["b"]),
        ("id,text\n1,a,thừa\n2,b,thừa\n", ("id", "text", "column 3"), ["a", "b"]),
        ("id,text,date,likes\n1,a,2026-11-24\n2,b,2026-11-24\n", ("id", "text", "date", "likes"), ["a", "b"]),
        ("Bài viết,,Tương tác,\nid,text,likes,shares\n1,a,2,3\n", ("id", "text", "likes", "shares"), ["a"]),
        ("Nội dung,,Bình luận\nid,text,likes\n1,a,2\n", ("id", "text", "likes"), ["a"]),
    ],
    ids=["of one name", "nameless", "one more in each row", "short rows", "groups", "groups with known names"],
)
def test_a_table_is_read_whatever_its_head_lacks(
    read: Read, content: str, columns: tuple[str, ...], texts: list[str]
) -> None:
    opened = read("posts.csv", content)
    assert (opened.file.columns, opened.texts, opened.refused) == (columns, texts, [])


@pytest.mark.parametrize("place", ["2", "B"])
def test_a_table_without_names_is_read_by_the_advice_of_its_refusal(write: Write, read: Read, place: str) -> None:
    content = "k1,Chưa nhận lương,2026-11-24\nk2,Nóng quá,2026-11-25\n"
    with pytest.raises(ImportRefused, match="--map text=COLUMN, its name, number or letter"):
        open_file(write("a.csv", content))
    opened = read("a.csv", content, mapping={"text": place, "external_id": "1", "published": "C"})
    assert (opened.ids, opened.texts) == (["k1", "k2"], ["Chưa nhận lương", "Nóng quá"])
    assert "no row names the columns: the first row is read as a record" in opened.file.notes
    assert read("a.csv", "id,lời\n1,Nóng quá\n", mapping={"text": place}).texts == ["Nóng quá"]


def test_a_row_of_another_width_is_read_by_the_advice_of_its_refusal(read: Read) -> None:
    assert read("a.csv", "id,text\n1,một, hai\n2,a\n3,b\n").reasons == [WRONG_WIDTH]
    assert "quotes around texts" in WRONG_WIDTH
    assert read("a.csv", 'id,text\n1,"một, hai"\n2,a\n3,b\n').texts == ["một, hai", "a", "b"]


TITLES = "Bình luận của bài\nhttps://mang.example/bai/1\n\nSố bình luận;2\n"
ROWS = (
    "STT;Tên;Ngày;Thích;Nội dung\n1;Thợ A;24/11/2026 2:00 PM;3;Chưa nhận lương\n2;Thợ B;24/11/2026;0;Chưa nhận lương\n"
)


def test_the_columns_are_named_below_title_lines(read: Read) -> None:
    opened = read("a.csv", TITLES + ROWS)
    assert opened.file.columns == ("STT", "Tên", "Ngày", "Thích", "Nội dung")
    assert "3 rows stand above the one that names the columns" in opened.file.notes
    assert opened.texts == ["Chưa nhận lương"] * 2
    assert [post.engagement for post in opened.posts] == [{"likes": 3}, {"likes": 0}]


def test_a_column_below_that_a_person_names_is_reached(read: Read) -> None:
    content = "Báo cáo tháng 11\nPhòng A\nKý hiệu,Lời\nx1,Chưa nhận lương\n"
    opened = read("a.csv", content, mapping={"text": "lời", "external_id": "Ký hiệu"})
    assert (opened.ids, opened.texts) == (["x1"], ["Chưa nhận lương"])


def test_without_a_surer_row_the_first_one_names_the_columns(read: Read) -> None:
    assert read("a.csv", "message\nid và text\n").file.columns == ("message",)


@pytest.mark.parametrize("above", [0, 1, SEARCHED_ROWS - 1])
def test_the_head_is_looked_for_in_the_first_rows_alone(above: int) -> None:
    rows = [["Tiêu đề của tệp"]] * above + [["id", "text", "date"]] + [["1", "a", "b"]] * 5
    assert header_place(rows) == above
    assert header_place([["Tiêu đề của tệp"]] * SEARCHED_ROWS + rows) == 0
    assert header_place([]) == 0


COMMENTS = "id,title,text,replies\n1,Lương tháng 11,Chưa nhận,0\n2,Lương tháng 11,Nhận rồi,1\n3,Ca đêm,Nóng,0\n"


def test_a_title_that_repeats_beside_counted_replies_is_what_the_comments_answer(read: Read) -> None:
    opened = read("a.csv", COMMENTS)
    assert (opened.posts[0].title, opened.posts[0].context) == (None, "Lương tháng 11")
    (note,) = opened.file.notes
    assert note.startswith("`title` repeats and replies are counted")
    assert note.endswith("add --map title=title")
    assert read("d.csv", COMMENTS, mapping={"title": ""}).posts[0].context is None


@pytest.mark.parametrize(
    ("content", "mapping"),
    [
        (COMMENTS.replace("2,Lương tháng 11", "2,Lương tháng 10"), {}),
        (COMMENTS.replace("replies", "ghi chú"), {}),
        (COMMENTS, {"title": "title"}),
    ],
    ids=["does not repeat", "replies not counted", "a person says so"],
)
def test_a_title_stays_one_otherwise(read: Read, content: str, mapping: dict[str, str]) -> None:
    opened = read("a.csv", content, mapping=mapping)
    assert (opened.posts[0].title, opened.file.notes) == ("Lương tháng 11", ())


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1).filter(str.strip)


@given(st.lists(TEXTS, min_size=1, max_size=12), st.sampled_from(",;\t|"))
def test_what_a_csv_writer_wrote_is_read_back(texts: list[str], delimiter: str) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerow(["key", "text", "end"])
    writer.writerows([f"k{number}", text, "z"] for number, text in enumerate(texts))

    reader = detect_csv(buffer.getvalue())
    records = list(reader.records(io.StringIO(buffer.getvalue(), newline="")))

    assert [record.values["text"] for record in records if isinstance(record, Record)] == texts


@given(st.text(st.sampled_from('ab1",\n'), max_size=120))
def test_no_content_makes_the_reader_fail_or_lose_a_simple_line(content: str) -> None:
    text = f"id,text\n{content}\n900,cuối cùng\n"
    items = list(detect_csv("id,text\n1,a\n").records(io.StringIO(text, newline="")))
    last = items[-1]
    if '"' not in content:
        assert isinstance(last, Record)
        assert last.values == {"id": "900", "text": "cuối cùng"}
    assert len(items) <= text.count("\n")


def test_the_rows_can_be_read_again(read: Read) -> None:
    opened = read("posts.csv", "id,text\n1,a\n2,b\n")
    assert list(opened.file.rows()) == opened.rows
