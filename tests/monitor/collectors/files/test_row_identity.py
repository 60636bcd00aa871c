"""Rows without an identifier: what tells them apart, and what does not."""

import json
import unicodedata
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collectors.files.base import Record
from monitor.collectors.files.row_identity import ROW, RowIdentities
from tests.monitor.collectors.files.conftest import Read

HEADER = ("Nội dung", "Ngày", "Tên", "Link", "Tiêu đề bài gốc", "Nhóm")
SAYS = ("Chưa nhận lương", "28/11/2026", "Bạn đọc A", "https://x.example/1", "Bài về lương", "ca sáng")


def table(*rows: Sequence[str], header: Sequence[str] = HEADER) -> str:
    return "".join(";".join(row) + "\n" for row in (header, *rows))


@pytest.mark.parametrize(
    ("place", "said", "is_same"),
    [
        *((place, "https://x.example/2" if place == 3 else "khác", False) for place in range(len(HEADER))),
        (0, SAYS[0] + " ", False),
        (0, unicodedata.normalize("NFD", SAYS[0]), True),
    ],
    ids=[*HEADER, "a space more", "letters composed otherwise"],
)
def test_rows_that_differ_in_one_column_are_two_posts_whichever_it_is(
    read: Read, place: int, said: str, *, is_same: bool
) -> None:
    other = [*SAYS]
    other[place] = said
    opened = read("a.csv", table(SAYS, other))
    first, second = opened.ids
    assert (first == second) is is_same
    assert first.startswith(ROW)
    assert opened.texts[1] == other[0]  # as it was written


def test_equal_rows_are_one_post_and_their_place_does_not_matter(read: Read) -> None:
    others = [("Chưa nhận lương", "28/11/2026", f"Bạn đọc {name}", "", "", "") for name in "BCDEFG"]
    rows = [SAYS, SAYS, *others]
    shuffled = [rows[place] for place in (5, 0, 7, 2, 6, 1, 4, 3)]
    there, again = read("a.csv", table(*rows)).ids, read("b.csv", table(*shuffled)).ids
    assert there[0] == there[1]
    assert len(set(there)) == len(rows) - 1
    assert set(again) == set(there)


def test_comments_that_differ_in_a_count_or_row_number_alone_are_numbered(read: Read) -> None:
    header = ("STT", "Nội dung", "Lượt thích")
    rows = [("1", "Chưa nhận lương", "0"), ("2", "Chưa nhận lương", "0"), ("3", "Chưa nhận lương", "7")]
    there = read("a.csv", table(*rows, header=header)).ids
    assert len(set(there)) == 3
    a_week_later = [("1", "Có rồi", "4"), ("2", "Chưa nhận lương", "5"), *(("9", "Chưa nhận lương", "9"),) * 2]
    assert set(read("b.csv", table(*a_week_later, header=header)).ids) & set(there) == set(there[:2])


def test_lists_of_json_tell_objects_apart_and_the_order_of_keys_does_not(read: Read) -> None:
    said = {"text": "Chưa nhận lương", "tags": ["một"], "user": {"name": "a"}}
    lines = [said, said | {"tags": ["hai"]}, dict(reversed(said.items()))]
    first, other_list, other_order = read("a.jsonl", "\n".join(map(json.dumps, lines))).ids
    assert first == other_order != other_list


def test_empty_columns_say_nothing(read: Read) -> None:
    one = read("a.csv", "text,author\nChưa nhận lương,\n").ids
    assert one == read("b.csv", "text,author,likes\nChưa nhận lương,,\n").ids


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
