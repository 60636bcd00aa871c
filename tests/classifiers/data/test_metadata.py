"""What stands around a text is read under its published names; what makes no sense is unknown rather than wrong."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.data.metadata import Context, context_from_row

NOON = datetime(2020, 2, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "row",
    [
        {"title": "Giá xăng", "topic": "KinhDoanh", "time": NOON.timestamp(), "likes": 3, "comments": 2, "shares": 1},
        {
            "Title": "Giá xăng",
            "Topic": "KinhDoanh",
            "timestamp_post": str(NOON.timestamp()),
            "num_like_post": "3",
            "num_comment_post": "2.0",
            "num_share_post": "1",
        },
        {"title": " Giá\nxăng ", "topic": "KinhDoanh", "published_at": "2020-02-01T12:00:00Z", "likes": 3, "replies": 2,
         "shares": 1},
    ],
    ids=["short", "published", "written time"],
)  # fmt: skip
def test_the_usual_and_the_published_columns_say_the_same(row: dict[str, Any]) -> None:
    assert context_from_row(row) == Context("Giá xăng", "KinhDoanh", NOON, 3, 2, 1)


def test_a_row_without_context_has_none() -> None:
    assert context_from_row({"text": "chào", "likes": None, "time": None}) == Context()


@pytest.mark.parametrize("column", ["likes", "num_comment_post", "shares"])
def test_a_time_that_slipped_into_a_count_is_the_time(column: str) -> None:
    assert context_from_row({column: 1_583_713_929}) == Context(time=datetime.fromtimestamp(1_583_713_929, UTC))


def test_a_time_in_its_own_column_wins_over_one_that_slipped() -> None:
    assert context_from_row({"time": NOON.timestamp(), "shares": 1_583_713_929}) == Context(time=NOON)


@pytest.mark.parametrize(("written", "count"), [("4.7K", 4700), ("2m", 2e6), ("0", 0), ("unknown", None), ("-3", None)])
def test_counts_are_read_as_platforms_write_them(written: str, count: float | None) -> None:
    assert context_from_row({"likes": written}).likes == count


@pytest.mark.parametrize("time", ["unknown", "nan", "inf", "1e300", "2020-13-45"])
def test_a_time_that_is_none_is_unknown(time: str) -> None:
    assert context_from_row({"time": time}).time is None


@settings(deadline=None)
@given(
    st.dictionaries(st.sampled_from(["title", "Topic", "time", "likes", "shares"]), st.one_of(st.text(), st.floats()))
)
def test_no_row_at_all_breaks_the_reader(row: dict[str, Any]) -> None:
    context = context_from_row(row)
    assert context.time is None or context.time.tzinfo is not None
    assert all(count is None or 0 <= count < 1e8 for count in (context.likes, context.comments, context.shares))
