"""Dates of files: which are read, how exact they are, and the order of day and month."""

import pytest

from monitor.clock import VIETNAM as DAY_ZONE
from monitor.collectors.files.base import DATE_ORDER, Value
from monitor.collectors.files.file_dates import DateReader
from monitor.collectors.files.formats import open_file
from monitor.errors import ImportRefused
from tests.examples import examples_of
from tests.monitor.collectors.files.conftest import Read, Write

EXAMPLES = examples_of(__file__)

AFTERNOON = "2026-11-30T07:05:00+00:00"  # 14:05 in Việt Nam
DAY = "2026-11-29T17:00:00+00:00"


@pytest.mark.parametrize(("raw", "utc"), EXAMPLES["times"])
def test_a_date_with_a_time_is_read_in_vietnamese_time_unless_it_names_a_zone(raw: Value, utc: str) -> None:
    dated = DateReader()(raw)
    assert (dated.moment.isoformat(), dated.raw, dated.precision) == (utc, str(raw), "second")


@pytest.mark.parametrize("raw", EXAMPLES["days"])
def test_a_date_without_a_time_is_exact_to_the_day(raw: str) -> None:
    dated = DateReader()(raw)
    assert (dated.moment.isoformat(), dated.precision) == (DAY, "day")


@pytest.mark.parametrize("raw", EXAMPLES["none"])
def test_a_date_that_is_not_understood_or_counts_from_an_unknown_day_is_kept_as_written(raw: str) -> None:
    assert DateReader()(raw) == (None, raw, None)


@pytest.mark.parametrize("placeholder", [None, "", "  ", "null", "NaN", "None", "N/A", "-"])
def test_words_for_nothing_are_no_date(placeholder: Value) -> None:
    assert DateReader()(placeholder) == (None, None, None)


def table(*dates: str, head: str = "id,text,date") -> str:
    return head + "\n" + "".join(f"{number},Chưa nhận lương,{date}\n" for number, date in enumerate(dates))


@pytest.mark.parametrize(("dates", "order", "days"), EXAMPLES["orders"])
def test_the_order_of_day_and_month_is_decided_once_a_file_and_told(
    read: Read, dates: list[str], order: str, days: list[str]
) -> None:
    opened = read("a.csv", table(*dates))
    assert opened.file.dates == order
    assert [note for note in opened.file.notes if "day and month" in note] == (
        [f"day and month in its dates: {order}"] if order else []
    )
    local = [post.published_at.astimezone(DAY_ZONE) for post in opened.posts if post.published_at]
    assert [f"{moment:%Y-%m-%d}" for moment in local] == days


def test_dates_far_behind_the_first_records_decide_too(read: Read) -> None:
    opened = read("a.csv", table(*["11/05/2026"] * 300, "11/30/2026"))
    assert opened.file.dates == "month-first"


def test_a_row_that_contradicts_the_order_of_the_others_is_refused(read: Read) -> None:
    opened = read("a.csv", table("24/11/2026", "25/11/2026", "11/26/2026"))
    assert opened.refused == [(4, DATE_ORDER)]


def test_where_the_order_stays_open_one_line_asks_for_it_and_its_advice_helps(write: Write, read: Read) -> None:
    content = table("05/11/2026", "06/11/2026")
    with pytest.raises(ImportRefused, match="the day or the month stand first in 05/11/2026") as caught:
        open_file(write("a.csv", content))
    for order, time in (("day-first", "2026-11-04T17:00:00+00:00"), ("month-first", "2026-05-10T17:00:00+00:00")):
        assert f"--dates {order}" in str(caught.value)
        assert read("a.csv", content, dates=order).times[0] == time


def test_vietnamese_names_of_columns_or_an_earlier_file_of_the_source_decide_where_the_dates_do_not(
    read: Read,
) -> None:
    named = read("a.csv", table("05/11/2026", head="id,Nội dung,Ngày"), former_dates="month-first")
    assert named.file.dates == "month-first"
    assert read("a.csv", table("05/11/2026", head="id,Nội dung,Ngày")).file.dates == "day-first"
    shown = read("a.csv", table("30/11/2026"), former_dates="month-first")
    assert shown.file.dates == "day-first"  # its own dates say more than an earlier file


@pytest.mark.parametrize("name", ["CommentAt", "posted_at", "Created Time", "Ngày bình luận", "Thời điểm", "date_utc"])
def test_further_names_of_the_column_with_the_date_are_known(read: Read, name: str) -> None:
    assert read("a.csv", table("2026-11-30 14:05", head=f"id,text,{name}")).times == [AFTERNOON]
