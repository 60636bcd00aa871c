"""What is taken from one XenForo message, and what is left out of it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collectors.parsing.lxml_tree import Node, parse_page
from monitor.collectors.xenforo.post import body_text, likes, read_time, unwrap_proxy
from tests.clock import MONDAY_MORNING
from tests.examples import examples_of

EXAMPLES = examples_of(__file__)

BASE = "https://dd.example/"
NOW = MONDAY_MORNING


def element(markup: str) -> Node:
    return parse_page(markup).find("body")[0]


@pytest.mark.parametrize(("markup", "is_opening", "text"), EXAMPLES["words"])
def test_words_of_the_author(markup: str, is_opening: bool, text: str) -> None:
    body = element(f"<div class='bbWrapper'>{markup.format(**EXAMPLES['parts'])}</div>")
    assert body_text(body, BASE, is_opening=is_opening) == text


@pytest.mark.parametrize(("attributes", "raw"), EXAMPLES["times"])
def test_times_for_machines_are_preferred(attributes: str, raw: str) -> None:
    found = read_time(element(f'<time class="u-dt" {attributes} title="1/1/20 lúc 00:00">2 phút trước</time>'), NOW)
    assert found == (datetime(2026, 9, 3, 2, 2, 3, tzinfo=UTC), raw, "second")


@pytest.mark.parametrize(
    ("title", "precision"),
    [("Sep 3, 2026 at 9:02 AM", "second"), ("3/9/26 lúc 09:02", "minute"), ("3 Tháng chín 2026 lúc 9:02", "minute")],
)
def test_time_for_people_is_the_last_resort(title: str, precision: str) -> None:
    found = read_time(element(f'<time data-time="9:02 AM" title="{title}">Hôm nay</time>'), NOW)
    assert found == (datetime(2026, 9, 3, 2, 2, tzinfo=UTC), title, precision)


def test_relative_time_counts_from_when_the_page_was_read() -> None:
    assert read_time(element("<time>42 phút trước</time>"), NOW) == (
        NOW - timedelta(minutes=42),
        "42 phút trước",
        "minute",
    )
    assert read_time(element("<time>2 giờ trước</time>"), NOW).precision == "hour"


@pytest.mark.parametrize(("markup", "raw"), [("<time>lâu rồi</time>", "lâu rồi"), ("<time></time>", None)])
def test_time_that_says_nothing_is_kept_and_not_guessed(markup: str, raw: str | None) -> None:
    assert read_time(element(markup), NOW) == (None, raw, None)
    assert read_time(None, NOW) == (None, None, None)


@pytest.mark.parametrize(("bar", "count"), EXAMPLES["reactions"])
def test_reactions_are_counted(bar: str, count: int) -> None:
    assert likes(element(f'<a class="reactionsBar-link">{bar}</a>')) == {"likes": count}
    assert likes(None) == {}


@pytest.mark.parametrize(("address", "unwrapped"), EXAMPLES["proxied"])
def test_proxied_links_are_unwrapped(address: str, unwrapped: str) -> None:
    assert unwrap_proxy(address) == unwrapped


@given(st.text(st.sampled_from('<>/adiv ="bbCodeBlock--quote unfurl href&;#\n!-['), max_size=80), st.booleans())
def test_any_tag_soup_is_read_without_an_error(markup: str, is_opening: bool) -> None:
    assert isinstance(body_text(element(f"<div>{markup}</div>"), BASE, is_opening=is_opening), str)


@given(st.text(st.characters(categories=["L", "M", "N", "P", "Z"]), max_size=30))
def test_any_time_is_read_without_an_error(title: str) -> None:
    time = element("<time></time>")
    time.set("title", title)
    moment = read_time(time, NOW).moment
    assert moment is None or moment.tzinfo is not None
