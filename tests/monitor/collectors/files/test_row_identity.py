"""Rows without an identifier: what tells them apart, and what does not."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collectors.base import PublicPost
from monitor.collectors.files import ROW, open_file
from monitor.collectors.files.base import Record
from monitor.collectors.files.row_identity import RowIdentities
from tests.monitor.collectors.files.conftest import Read, Write

HEADER = ("Nội dung", "Ngày", "Tên", "Link", "Tiêu đề bài gốc", "Nhóm")
SAYS = ("Chưa nhận lương", "28/11/2026", "Bạn đọc A", "https://x.example/1", "Bài về lương", "ca sáng")


def ids(path: Path) -> list[str]:
    return [row.external_id for row in open_file(path).rows() if isinstance(row, PublicPost)]


def table(*rows: Sequence[str], header: Sequence[str] = HEADER) -> str:
    return "".join(";".join(row) + "\n" for row in (header, *rows))


@pytest.mark.parametrize("place", range(len(HEADER)), ids=HEADER)
def test_rows_that_differ_in_one_column_are_two_posts_whichever_it_is(write: Write, place: int) -> None:
    other = [*SAYS]
    other[place] = "https://x.example/2" if place == 3 else "khác"
    first, second = ids(write("a.csv", table(SAYS, other)))
    assert first != second


def test_equal_rows_are_one_post_and_their_place_does_not_matter(write: Write) -> None:
    others = [("Chưa nhận lương", "28/11/2026", f"Bạn đọc {name}", "", "", "") for name in "BCDEFG"]
    rows = [SAYS, SAYS, *others]
    shuffled = [rows[place] for place in (5, 0, 7, 2, 6, 1, 4, 3)]
    there, again = ids(write("a.csv", table(*rows))), ids(write("b.csv", table(*shuffled)))
    assert there[0] == there[1]
    assert len(set(there)) == len(rows) - 1
    assert set(again) == set(there)


def test_comments_that_differ_in_a_count_or_row_number_alone_are_numbered(write: Write) -> None:
    header = ("STT", "Nội dung", "Lượt thích")
    rows = [("1", "Chưa nhận lương", "0"), ("2", "Chưa nhận lương", "0"), ("3", "Chưa nhận lương", "7")]
    there = ids(write("a.csv", table(*rows, header=header)))
    assert len(set(there)) == 3
    a_week_later = [("1", "Có rồi", "4"), ("2", "Chưa nhận lương", "5"), *(("9", "Chưa nhận lương", "9"),) * 2]
    assert set(ids(write("b.csv", table(*a_week_later, header=header)))) & set(there) == set(there[:2])


def test_lists_of_json_tell_objects_apart_and_the_order_of_keys_does_not(write: Write) -> None:
    lines = [
        {"text": "Chưa nhận lương", "tags": ["một"], "user": {"name": "a"}},
        {"text": "Chưa nhận lương", "tags": ["hai"], "user": {"name": "a"}},
        {"user": {"name": "a"}, "tags": ["một"], "text": "Chưa nhận lương"},
    ]
    first, other_list, other_order = ids(write("a.jsonl", "\n".join(map(json.dumps, lines))))
    assert first == other_order != other_list


def test_letters_that_are_composed_otherwise_are_the_same_and_stay_as_written(read: Read) -> None:
    opened = read("a.csv", "text,author\nLương chậm,a\nLu\u031bo\u031bng cha\u0323\u0302m,a\n")
    assert opened.ids[0] == opened.ids[1]
    assert opened.ids[0].startswith(ROW)
    assert opened.texts[1] == "Lu\u031bo\u031bng cha\u0323\u0302m"


def test_a_space_more_is_another_text(write: Write) -> None:
    one, other = ids(write("a.csv", "text,author\nChưa nhận lương,a\nChưa nhận lương ,a\n"))
    assert one != other


def test_empty_columns_say_nothing(write: Write) -> None:
    (one,) = ids(write("a.csv", "text,author\nChưa nhận lương,\n"))
    (other,) = ids(write("b.csv", "text,author,likes\nChưa nhận lương,,\n"))
    assert one == other


@given(
    first=st.dictionaries(st.text(max_size=8), st.text(max_size=8) | st.integers() | st.none()),
    second=st.dictionaries(st.text(max_size=8), st.text(max_size=8) | st.integers() | st.none()),
)
def test_any_two_records_have_identifiers_of_their_own_unless_they_are_equal(
    first: dict[str, str | int | None], second: dict[str, str | int | None]
) -> None:
    with RowIdentities() as identities:
        made = [identities.of(Record(line, values)) for line, values in ((2, first), (3, second), (4, first))]
    assert made[0] == made[2]
    assert all(each.startswith(ROW) for each in made)

    def said(values: dict[str, str | int | None]) -> dict[str, str]:
        return {name: str(value) for name, value in values.items() if value is not None and str(value).strip()}

    if said(first) == said(second):
        assert made[0] == made[1]
