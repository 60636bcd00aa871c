"""Dates of a feed: day and month stand in one order, which is decided once, kept, and asked for where it is open."""

import json

import pytest

from monitor.collectors.base import Batch, SourceView
from monitor.collectors.feed.collector import FeedCollector
from monitor.collectors.feed.formats import CONTRADICTS, UNDECIDED
from monitor.collectors.http.client import PoliteClient
from monitor.errors import UsageError
from tests.monitor.collectors.feed_samples import read_document, rss


def items(*dates: str) -> str:
    return rss(
        *(
            f"<item><guid>{number}</guid><title>A</title><pubDate>{date}</pubDate></item>"
            for number, date in enumerate(dates)
        )
    )


def dates_of(batch: Batch) -> list[str | None]:
    return [post.published_at.isoformat()[:16] if post.published_at else None for post in reversed(batch.posts)]


async def test_order_of_one_date_is_that_of_the_others(client: PoliteClient) -> None:
    batch = await read_document(client, items("11/1/2026 8:05:00 AM", "9/24/2026 9:41:00 PM"))
    assert dates_of(batch) == ["2026-11-01T01:05", "2026-09-24T14:41"]
    assert [post.published_raw for post in batch.posts] == ["9/24/2026 9:41:00 PM", "11/1/2026 8:05:00 AM"]
    assert (batch.cursor or {})["date_order"] == "month-first"


async def test_order_is_kept_for_readings_whose_dates_do_not_show_it(client: PoliteClient) -> None:
    first = await read_document(client, items("9/24/2026 9:41:00 PM"))
    later = await read_document(client, items("11/1/2026 8:05:00 AM"), last=first)
    assert dates_of(later) == ["2026-11-01T01:05"]
    assert (later.cursor or {})["date_order"] == "month-first"


async def test_entry_whose_date_contradicts_the_others_is_left_out_and_counted(client: PoliteClient) -> None:
    batch = await read_document(client, items("9/24/2026", "9/25/2026", "26/9/2026", "11/1/2026"))
    assert [post.external_id for post in batch.posts] == ["3", "1", "0"]
    assert batch.skipped == {CONTRADICTS: 1}


async def test_order_that_nothing_tells_is_asked_for(client: PoliteClient) -> None:
    first = await read_document(client, items("11/1/2026 8:05:00 AM", "11/1/2026 9:05:00 AM"))
    assert dates_of(first) == [None, None]
    assert first.skipped == {UNDECIDED: 2}
    assert (first.cursor or {})["date_order"] == "open"
    assert (first.validators, (first.cursor or {})["body_sha256"]) == ({}, None)  # the setting counts at once
    for order, date in (("day-first", "2026-01-11T01:05"), ("month-first", "2026-11-01T01:05")):
        told = await read_document(client, items("11/1/2026 8:05:00 AM"), last=first, settings={"date_order": order})
        assert dates_of(told) == [date]
        assert (told.cursor or {})["date_order"] == order


async def test_dates_without_a_zone_are_of_viet_nam_where_the_day_stands_first(client: PoliteClient) -> None:
    batch = await read_document(client, items("01/11/2026 08:05"))
    assert dates_of(batch) == ["2026-11-01T01:05"]
    assert "date_order" not in (batch.cursor or {})  # a later date may show that it is not so


async def test_dates_of_a_json_feed_have_one_order_too(client: PoliteClient) -> None:
    dates = ("9/24/2026 9:41:00 PM", "11/1/2026 8:05:00 AM", "25/9/2026")
    entries = [{"id": date, "title": "A", "date_published": date, "date_modified": date} for date in dates[:2]]
    feed = {"version": "1.1", "items": [*entries, {"id": "x", "title": "B", "date_published": dates[0]}]}
    batch = await read_document(client, json.dumps(feed), "application/json")
    assert dates_of(batch) == ["2026-09-24T14:41", "2026-11-01T01:05", "2026-09-24T14:41"]


async def test_wrong_setting_is_named(client: PoliteClient) -> None:
    view = SourceView(name="Báo", address="http://127.0.0.1:1", settings={"date_order": "dmy"})
    with pytest.raises(UsageError, match="source Báo: `date_order` must be day-first or month-first"):
        [batch async for batch in FeedCollector().collect(view, client)]
