"""In which order dates of numbers have day and month: as all dates of a feed or file show it together."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collectors.parsing.day_order import (
    DAY_FIRST,
    MONTH_FIRST,
    DateOrder,
    DateOrderContradicted,
    order_of,
    with_day_first,
)
from tests.examples import examples_of

EXAMPLES = examples_of(__file__)

NOW = datetime(2026, 12, 5, tzinfo=UTC)


@pytest.mark.parametrize(("dates", "order"), EXAMPLES["orders"], ids=str)
def test_order_is_that_of_all_dates_together(dates: list[str], order: str) -> None:
    assert order_of(dates, now=NOW).order == order


@pytest.mark.parametrize(
    ("dates", "known", "order"),
    [
        (["12/1/2026 8:05 AM"], MONTH_FIRST, MONTH_FIRST),
        (["30/11/2026", "12/1/2026"], MONTH_FIRST, MONTH_FIRST),
        (["30/11/2026", "29/11/2026", "28/11/2026"], MONTH_FIRST, DAY_FIRST),
        (["30/11/2026", "29/11/2026", "28/11/2026", "11/30/2026"], MONTH_FIRST, MONTH_FIRST),
    ],
)
def test_what_was_decided_earlier_holds_until_all_dates_contradict_it(
    dates: list[str], known: DateOrder, order: str
) -> None:
    assert order_of(dates, known=known, now=NOW).order == order


def test_only_what_dates_show_is_kept_for_later_readings() -> None:
    assert order_of(["24/11/2026"]).is_proved
    assert not order_of(["12/1/2026 08:05"]).is_proved
    assert order_of(["12/1/2026 8:05 AM"], now=NOW).is_open
    assert not order_of(["11/11/2026 8:05 AM"], now=NOW).is_open


@pytest.mark.parametrize(("raw", "order", "written"), EXAMPLES["written"])
def test_date_is_written_with_its_day_first(raw: str, order: DateOrder, written: str) -> None:
    assert with_day_first(raw, order) == written


@pytest.mark.parametrize(("raw", "order"), [("24/11/2026", MONTH_FIRST), ("11/24/2026", DAY_FIRST)])
def test_date_of_the_other_order_is_not_read(raw: str, order: DateOrder) -> None:
    with pytest.raises(DateOrderContradicted):
        with_day_first(raw, order)


@given(st.lists(st.from_regex(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}.{0,8}", fullmatch=True), max_size=4))
def test_any_dates_are_decided_or_left_open(dates: list[str]) -> None:
    decided = order_of(dates, now=NOW)
    assert decided.order or not decided.is_proved
