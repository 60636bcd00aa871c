"""The row that names the columns, also below title lines, and what is guessed of comments."""

from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.collectors.base import PublicPost
from monitor.collectors.files import open_file
from monitor.collectors.files.header import SEARCHED_ROWS, header_place

Write = Callable[[str, str | bytes], Path]

TITLES = "Bình luận của bài\nhttps://mang.example/bai/1\n\nSố bình luận;2\n"
ROWS = (
    "STT;Tên;Ngày;Thích;Nội dung\n1;Thợ A;24/11/2026 2:00 PM;3;Chưa nhận lương\n2;Thợ B;24/11/2026;0;Chưa nhận lương\n"
)


def posts(path: Path, **mapping: str) -> list[PublicPost]:
    rows = list(open_file(path, mapping=mapping).rows())
    assert all(isinstance(row, PublicPost) for row in rows)
    return [row for row in rows if isinstance(row, PublicPost)]


def test_the_columns_are_named_below_title_lines(write: Write) -> None:
    path = write("a.csv", TITLES + ROWS)
    file = open_file(path)
    assert file.columns == ("STT", "Tên", "Ngày", "Thích", "Nội dung")
    assert file.notes == ("3 rows stand above the one that names the columns",)
    assert [post.text for post in posts(path)] == ["Chưa nhận lương"] * 2
    assert [post.engagement for post in posts(path)] == [{"likes": 3}, {"likes": 0}]


def test_a_column_below_that_a_person_names_is_reached(write: Write) -> None:
    path = write("a.csv", "Báo cáo tháng 11\nPhòng A\nKý hiệu,Lời\nx1,Chưa nhận lương\n")
    (post,) = posts(path, text="lời", external_id="Ký hiệu")
    assert (post.external_id, post.text) == ("x1", "Chưa nhận lương")


def test_without_a_surer_row_the_first_one_names_the_columns(write: Write) -> None:
    assert open_file(write("a.csv", "message\nid và text\n")).columns == ("message",)
    assert open_file(write("c.csv", ROWS)).notes == ()


@pytest.mark.parametrize("above", [0, 1, SEARCHED_ROWS - 1])
def test_it_is_looked_for_in_the_first_rows_alone(above: int) -> None:
    rows = [["Tiêu đề của tệp"]] * above + [["id", "text", "date"]] + [["1", "a", "b"]] * 5
    assert header_place(rows) == above
    assert header_place([["Tiêu đề của tệp"]] * SEARCHED_ROWS + rows) == 0
    assert header_place([]) == 0


COMMENTS = "id,title,text,replies\n1,Lương tháng 11,Chưa nhận,0\n2,Lương tháng 11,Nhận rồi,1\n3,Ca đêm,Nóng,0\n"


def test_a_title_that_repeats_beside_counted_replies_is_what_the_comments_answer(write: Write) -> None:
    path = write("a.csv", COMMENTS)
    first = posts(path)[0]
    assert (first.title, first.context) == (None, "Lương tháng 11")
    (note,) = open_file(path).notes
    assert note.startswith("`title` repeats and replies are counted")
    assert note.endswith("add --map title=title")


def test_it_stays_a_title_where_it_does_not_repeat_or_replies_are_not_counted_or_a_person_says_so(write: Write) -> None:
    distinct = COMMENTS.replace("2,Lương tháng 11", "2,Lương tháng 10")
    uncounted = COMMENTS.replace("replies", "ghi chú")
    for name, content, mapping in (
        ("a.csv", distinct, {}),
        ("b.csv", uncounted, {}),
        ("c.csv", COMMENTS, {"title": "title"}),
    ):
        path = write(name, content)
        assert posts(path, **mapping)[0].title == "Lương tháng 11"
        assert open_file(path, mapping=mapping).notes == ()
    assert posts(write("d.csv", COMMENTS), title="")[0].context is None
