"""Files that go on for ever without a record that can be read: what was read is kept, and one line says why it ends."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.collectors.base import PublicPost
from monitor.collectors.files import Refusal, Row, open_file, sheet_events
from monitor.collectors.files.base import (
    BROKEN_QUOTES,
    MOST_BLANK_LINES,
    MOST_COLUMNS,
    MOST_EMPTY_CELLS,
    MOST_REFUSED_IN_A_ROW,
    NOT_JSON,
    TOO_MANY_BLANK,
    TOO_MANY_EMPTY_CELLS,
    TOO_MANY_REFUSED,
    WRONG_WIDTH,
)
from monitor.errors import ImportRefused
from tests.monitor.collectors.files.test_workbook import by_hand, inline, sheet_of

Write = Callable[[str, str | bytes], Path]

GOOD = "p-1,Chưa nhận lương,2026-11-02\n"
HEADER = "id,text,published_at\n"


def read(path: Path) -> list[Row]:
    return list(open_file(path).rows())


def reasons(rows: list[Row]) -> list[str]:
    """Tell why rows were refused, each reason once, in their order."""
    return list(dict.fromkeys(row.reason for row in rows if isinstance(row, Refusal)))


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ('p-2,"chưa đóng ngoặc\n' + "chữ\n", [BROKEN_QUOTES, WRONG_WIDTH]),
        ('p-2,"chưa đóng ngoặc,2026-11-02\n', [BROKEN_QUOTES]),
    ],
)
def test_a_quote_that_stays_open_to_the_end_of_a_large_file_ends_the_reading(
    write: Write, broken: str, said: list[str]
) -> None:
    first, *lines = broken.splitlines(keepends=True)
    content = HEADER + GOOD + first + (lines[0] if lines else first) * (MOST_REFUSED_IN_A_ROW + 2_000)
    good, *refused = read(write("a.csv", content))
    assert isinstance(good, PublicPost)
    assert reasons(refused) == [*said, TOO_MANY_REFUSED]
    assert len(refused) == MOST_REFUSED_IN_A_ROW + 1


def test_records_that_can_be_read_now_and_then_are_read_to_the_end(write: Write) -> None:
    share = MOST_REFUSED_IN_A_ROW // 2
    content = HEADER + ("chữ\n" * share + GOOD) * 3
    rows = read(write("a.csv", content))
    assert sum(isinstance(row, PublicPost) for row in rows) == 3
    assert reasons(rows) == [WRONG_WIDTH]


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson"])
@pytest.mark.parametrize(
    "first", [{"id": "1", "text": "Chưa nhận lương"}, {"data": {}, "item_id": "1", "source_platform": "a"}]
)
def test_lines_without_json_end_the_reading_of_every_format(write: Write, name: str, first: dict[str, str]) -> None:
    rows = read(write(name, json.dumps(first) + "\n" + "[\n" * (MOST_REFUSED_IN_A_ROW + 2_000)))
    assert reasons(rows)[-2:] == [NOT_JSON, TOO_MANY_REFUSED]
    assert len(rows) <= MOST_REFUSED_IN_A_ROW + 2


@pytest.mark.parametrize("name", ["a.csv.gz", "a.jsonl.gz"])
def test_gzipped_empty_lines_end_the_reading(write: Write, name: str) -> None:
    good = HEADER + GOOD if "csv" in name else '{"id": "p-1", "text": "Chưa nhận lương"}\n'
    rows = read(write(name, gzip.compress(good.encode() + b"\n" * 2_000_000)))
    assert isinstance(rows[0], PublicPost)
    assert reasons(rows) == [TOO_MANY_BLANK]
    assert len(rows) == 2


@pytest.mark.parametrize("blank", [",,\n", '"\n"\n', ' , ,"" \n'])
def test_rows_of_empty_values_end_the_reading(write: Write, blank: str) -> None:
    rows = read(write("a.csv", HEADER + GOOD + blank * (MOST_BLANK_LINES + 1_000)))
    assert isinstance(rows[0], PublicPost)
    assert reasons(rows) in ([TOO_MANY_BLANK], [WRONG_WIDTH, TOO_MANY_REFUSED], [BROKEN_QUOTES, TOO_MANY_REFUSED])


@pytest.mark.parametrize("empty", ["<row/>", "<x/>", "<row>" + "<c/>" * 99 + "</row>"])
def test_empty_rows_of_a_sheet_end_the_reading(tmp_path: Path, empty: str) -> None:
    rows = [
        inline("id", "text"),
        inline("1", "Chưa nhận lương"),
        empty * (MOST_EMPTY_CELLS // (1 + empty.count("<c")) + 99),
    ]
    good, *rest = read(by_hand(tmp_path / "a.xlsx", sheet_of(*rows)))
    assert isinstance(good, PublicPost)
    assert reasons(rest) == [TOO_MANY_EMPTY_CELLS]


def test_a_workbook_of_too_many_texts_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_events, "MOST_STRINGS", 1_000)
    strings = "<sst>" + "<si/>" * 1_001 + "</sst>"
    with pytest.raises(ImportRefused, match="more than 1,000 texts: save it as CSV"):
        read(by_hand(tmp_path / "a.xlsx", sheet_of(inline("id", "text"), inline("1", "a")), strings))


def test_of_ten_thousand_columns_the_first_thousand_are_read_and_the_rest_still_tells_rows_apart(write: Write) -> None:
    names = ",".join(["text", *(f"c{number}" for number in range(9_999))])
    filled = ",1" * 9_998
    rows = "".join(f"Chưa nhận lương{filled},{last}\n" for last in (1, 2, 2))
    file = open_file(write("a.csv", f"{names}\n{rows}"))
    assert len(file.columns) == MOST_COLUMNS
    assert "only the first 1,000 of its 10,000 columns are read" in file.notes
    posts = [row for row in file.rows() if isinstance(row, PublicPost)]
    one, two, again = [post.external_id for post in posts]
    assert one != two
    assert two == again


def test_of_ten_thousand_keys_the_first_thousand_are_columns_and_the_rest_still_tells_lines_apart(write: Write) -> None:
    lines = [{"text": "Chưa nhận lương", **dict.fromkeys(map(str, range(9_999)), 1), "last": last} for last in (1, 2)]
    file = open_file(write("a.jsonl", "\n".join(map(json.dumps, lines))))
    assert len(file.columns) == MOST_COLUMNS
    one, two = [row.external_id for row in file.rows() if isinstance(row, PublicPost)]
    assert one != two
