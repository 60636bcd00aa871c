"""CSV files, whole and broken."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collectors.base import PublicPost
from monitor.collectors.files import Refusal, open_file
from monitor.collectors.files.base import BROKEN_QUOTES, NO_TEXT, NUL_BYTES, TOO_LONG, WRONG_WIDTH, Record
from monitor.collectors.files.csv_file import detect_csv

Write = Callable[[str, str | bytes], Path]


def outcome(path: Path) -> list[str | tuple[int, str]]:
    """Tell each row's text, or where and why it was refused."""
    return [(row.line, row.reason) if isinstance(row, Refusal) else row.text for row in open_file(path).rows()]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_usual_delimiter_is_recognised(write: Write, delimiter: str) -> None:
    rows = [("id", "text", "date"), ("1", "lương chậm", "2025-01-02"), ("2", "nắng nóng", "2025-01-03")]
    path = write("posts.csv", "\n".join(delimiter.join(row) for row in rows))

    file = open_file(path)

    assert file.delimiter == delimiter
    assert outcome(path) == ["lương chậm", "nắng nóng"]


def test_a_delimiter_inside_the_texts_does_not_mislead(write: Write) -> None:
    path = write("posts.csv", 'id;text\n1;"một, hai, ba, bốn"\n2;năm, sáu, bảy, tám\n')
    assert open_file(path).delimiter == ";"
    assert outcome(path) == ["một, hai, ba, bốn", "năm, sáu, bảy, tám"]


def test_a_file_of_one_column_needs_no_quotes(write: Write) -> None:
    path = write("posts.txt", "text\nmột, hai\nba\n")
    assert open_file(path).delimiter is None
    assert outcome(path) == ["một, hai", "ba"]


def test_the_spreadsheet_line_that_names_the_delimiter_is_no_header(write: Write) -> None:
    path = write("posts.csv", "sep=|\r\nid|text\r\n1|xin chào\r\n")
    assert open_file(path).columns == ("id", "text")
    assert outcome(path) == ["xin chào"]


def test_quoted_texts_keep_line_ends_quotes_and_delimiters(write: Write) -> None:
    path = write("posts.csv", 'id,text\n1,"dòng một\r\ndòng hai, ""trích"""\n2,anh "Tèo" nói\n')
    assert outcome(path) == ['dòng một\r\ndòng hai, "trích"', 'anh "Tèo" nói']


def test_a_quote_that_is_never_closed_costs_one_line(write: Write) -> None:
    lines = [f"{number},bài số {number},2025-01-01" for number in range(1, 60)]
    lines[4] = '5,"bài hỏng,2025-01-01'
    path = write("posts.csv", "id,text,date\n" + "\n".join(lines))

    rows = outcome(path)

    expected: list[str | tuple[int, str]] = [f"bài số {number}" for number in range(1, 60)]
    expected[4] = (6, BROKEN_QUOTES)
    assert rows == expected


def test_two_stray_quotes_do_not_swallow_the_records_between_them(write: Write) -> None:
    lines = [f"p{number},bài {number},2025-01-01" for number in range(1, 30)]
    lines[4] = 'p5,"bài 5,2025-01-01'
    lines[8] = 'p9,bài 9",2025-01-01'
    rows = outcome(write("posts.csv", "id,text,date\n" + "\n".join(lines)))
    assert len(rows) == 29
    assert [row for row in rows if isinstance(row, tuple)] == [(6, BROKEN_QUOTES)]


def test_a_broken_record_of_several_lines_is_refused_once(write: Write) -> None:
    path = write("posts.csv", 'id,text,date\n1,"mở đầu\nkhông đóng, 2025\n2,ổn,2025-01-01\n')
    assert outcome(path) == [(2, BROKEN_QUOTES), "ổn"]


def test_text_after_a_closing_quote_is_a_broken_line(write: Write) -> None:
    assert outcome(write("posts.csv", 'id,text\n1,"một" hai\n2,ba\n')) == [(2, BROKEN_QUOTES), "ba"]


def test_rows_of_another_width_are_refused(write: Write) -> None:
    path = write("posts.csv", "id,text\n1,a,b\n2\n3,tốt\n4,tốt nữa,\n")
    assert outcome(path) == [(2, WRONG_WIDTH), (3, WRONG_WIDTH), "tốt", "tốt nữa"]


def test_blank_rows_are_not_counted_and_empty_texts_are(write: Write) -> None:
    assert outcome(write("posts.csv", "\nid,text\n\n,,\n , \n1,\n2,có\n")) == [(6, NO_TEXT), "có"]


def test_nul_bytes_cost_their_line_only(write: Write) -> None:
    assert outcome(write("posts.csv", "id,text\n1,a\0b\n2,tốt\n")) == [(2, NUL_BYTES), "tốt"]


def test_a_line_that_cannot_be_read_ends_an_open_quote(write: Write) -> None:
    path = write("posts.csv", 'id,text\n1,"mở\nb a\0b"\n3,tốt\n')
    assert outcome(path) == [(2, BROKEN_QUOTES), (3, NUL_BYTES), "tốt"]


def test_a_text_may_quote_a_table(write: Write) -> None:
    path = write("posts.csv", 'id,text\n1,"bảng:\n7,""mười""\n8 là hết"\n2,tốt\n')
    assert outcome(path) == ['bảng:\n7,"mười"\n8 là hết', "tốt"]


def test_a_huge_line_is_refused_and_a_long_text_is_not(write: Write) -> None:
    long, huge = "dài " * 100_000, "x" * 1_000_001
    assert outcome(write("posts.csv", f"id,text\n1,{huge}\n2,{long}\n3,tốt\n")) == [(2, TOO_LONG), long, "tốt"]


def test_columns_of_one_name_or_none_are_told_apart(write: Write) -> None:
    file = open_file(write("posts.csv", "id,text,text,,\n1,a,b,c,\n"))
    assert file.columns == ("id", "text", "text (3)")
    assert open_file(write("more.csv", "id,,text\n1,a,b\n")).columns == ("id", "column 2", "text")


def test_many_broken_lines_are_each_accounted_for(write: Write) -> None:
    path = write("posts.csv", "id,text\n" + "".join(f'{number},"hở {number}\n' for number in range(3_000)))
    assert sum(1 for _ in open_file(path).rows()) == 3_000


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


def test_the_rows_can_be_read_again(write: Write) -> None:
    file = open_file(write("posts.csv", "id,text\n1,a\n2,b\n"))
    first, second = list(file.rows()), list(file.rows())
    assert first == second
    assert file.sample(1) == (first[0],)
    assert isinstance(first[0], PublicPost)
