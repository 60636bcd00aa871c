"""Which column feeds which field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collectors.files.base import Record, Value
from monitor.collectors.files.mapping import FIELDS, ColumnMapping, map_columns
from monitor.errors import ImportRefused
from tests.examples import examples_of

EXAMPLES = examples_of(__file__)


def guess(*columns: str, **given: str) -> ColumnMapping:
    return map_columns(columns, [], given)


@pytest.mark.parametrize(("column", "field"), EXAMPLES["names"])
def test_names_are_guessed_in_both_languages(column: str, field: str) -> None:
    assert guess("text", column).columns[field] == column


@pytest.mark.parametrize("column", EXAMPLES["texts"])
def test_the_text_is_found_under_its_usual_names(column: str) -> None:
    assert guess("stt", column).columns["text"] == column


def test_a_decomposed_name_is_the_same_name() -> None:
    assert guess("No\u0302\u0323i dung").columns["text"] == "No\u0302\u0323i dung"


def test_a_column_feeds_one_field_only() -> None:
    mapping = guess("message", "title", text="title")
    assert dict(mapping.columns) == {"text": "title"}
    assert mapping.given == {"text"}


def sample(**values: Value) -> list[Record]:
    return [Record(2, values)]


def test_content_decides_where_a_name_can_mean_two_things() -> None:
    counted = sample(text="Xin chào", comment="12")
    assert map_columns(("text", "comment"), counted).columns == {"text": "text", "comments": "comment"}
    written = sample(id="1", comment="Hay quá")
    assert map_columns(("id", "comment"), written).columns == {"external_id": "id", "text": "comment"}


def test_a_given_column_wins_and_an_empty_one_leaves_the_field_out() -> None:
    mapping = guess("id", "text", "title", "note", title="", text="NOTE")
    assert dict(mapping.columns) == {"external_id": "id", "text": "note"}


def test_an_unknown_field_is_refused_with_the_one_that_was_meant() -> None:
    with pytest.raises(ImportRefused, match=r"no field `txt` .did you mean `text`"):
        guess("a", txt="a")


def test_an_unknown_column_is_refused_with_what_exists() -> None:
    with pytest.raises(ImportRefused, match=r"no column `mesage` .did you mean `message`.*it has `id`, `message`"):
        guess("id", "message", text="mesage")


def test_without_a_text_column_the_message_says_how_to_name_one() -> None:
    with pytest.raises(ImportRefused, match=r"`stt`, `cột b`.*--map text=COLUMN"):
        guess("stt", "cột b")
    with pytest.raises(ImportRefused, match="--map text=COLUMN"):
        guess("id", "text", text="")


def test_a_message_stays_one_short_line_whatever_the_columns() -> None:
    with pytest.raises(ImportRefused) as caught:
        guess(*(f"cột\nsố {number} " + "x" * 500 for number in range(300)))
    assert "\n" not in str(caught.value)
    assert "and 260 more" in str(caught.value)


@given(st.lists(st.text(min_size=1), unique=True, max_size=10))
def test_any_columns_beside_a_text_are_harmless(columns: list[str]) -> None:
    mapping = map_columns(["text", *columns], [])
    assert mapping.columns["text"] == "text"
    assert set(mapping.columns) <= set(FIELDS)
    assert len(set(mapping.columns.values())) == len(mapping.columns)
