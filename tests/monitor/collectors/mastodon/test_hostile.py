"""Rows that no Mastodon server should send: they are counted and left, and reading goes on past them."""

from typing import Any

import pytest
from hypothesis import given
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.collectors.base import Batch, PublicPost
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.mastodon.api import Timeline, read_page, timeline_access
from monitor.demo.sites import serve
from tests.monitor.collectors.collecting import posts, read_source, skipped, texts
from tests.monitor.collectors.hostile import (
    HALF,
    HUGE,
    answer,
    as_json,
    assert_cursor_storable,
    each_wrong,
    few_examples,
    mutated,
    read_all,
)
from tests.monitor.collectors.payloads import mastodon_row

TIMELINE = "/api/v1/timelines/public"
LOCAL = Timeline(base="https://a.example", name="local", tag="", backfill_pages=1)


def read_posts(payload: Any) -> list[PublicPost]:
    return [status.post for status in read_page(answer(payload), "a.example").statuses]


async def read_rows(client: PoliteClient, rows: list[Any], last: list[Batch] | None = None, **headers: str) -> Any:
    """Read a timeline that gives these rows, and nothing when it is asked what is newer than the newest of them."""

    def timeline(request: Request) -> Response:
        newest = max((int(each["id"]) for each in rows if str(each.get("id", "")).isdecimal()), default=0)
        nothing_new = int(request.query_params.get("min_id", 0)) >= newest > 0
        return Response(as_json([] if nothing_new else rows), headers=headers)

    with serve(Starlette(routes=[Route(TIMELINE, timeline)])) as base:
        return await read_source("mastodon", client, last, name="Mạng", address=base, settings={"backfill_pages": 1})


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": 5},
        {"id": HALF},
        {"id": ""},
        {"id": ["5"]},
        {"uri": HALF},
        {"uri": "có\0NUL"},
        {"uri": 7},
        {"content": HALF},
        {"content": ["<p>a</p>"]},
        {"spoiler_text": {}},
        {"visibility": ["public"]},
        {"account": None},
        {"account": []},
        {"account": {"acct": {"name": "an"}}},
        {"account": {"acct": "an", "noindex": "true"}},
        {"account": {"acct": "an", "indexable": 0}},
    ],
)
async def test_row_that_is_not_as_documented_is_counted_and_the_rest_kept(
    client: PoliteClient, wrong: dict[str, Any]
) -> None:
    batches = await read_rows(client, [mastodon_row(3), mastodon_row(2, **wrong), mastodon_row(1)])
    assert texts(batches) == ["Bài số 1", "Bài số 3"]
    assert skipped(batches) == {"malformed": 1}
    assert_cursor_storable(batches[-1].cursor)


@pytest.mark.parametrize(
    "wrong",
    [
        {"replies_count": True, "reblogs_count": HUGE, "favourites_count": 10**30},
        {"replies_count": "1", "reblogs_count": 1.0, "favourites_count": []},
    ],
)
async def test_count_that_is_none_costs_no_post(client: PoliteClient, wrong: dict[str, Any]) -> None:
    batches = await read_rows(client, [mastodon_row(1, **wrong, language=3, created_at=[], url={}, edited_at=True)])
    (post,) = posts(batches)
    assert (post.engagement, post.language, post.published_at) == ({}, None, None)
    assert post.url == "https://a.example/users/an/statuses/1"


async def test_number_of_5000_digits_spoils_its_own_row_alone(client: PoliteClient) -> None:
    batches = await read_rows(client, [mastodon_row(2, id=HUGE), mastodon_row(1, in_reply_to_id=HUGE)])
    assert texts(batches) == ["Bài số 1"]
    assert skipped(batches) == {"malformed": 1}


async def test_half_of_a_character_pair_in_the_newest_identifier_stops_no_later_reading(client: PoliteClient) -> None:
    first = await read_rows(client, [mastodon_row(3, id=HALF), mastodon_row(2)])
    assert (first[-1].cursor or {})["newest"] == "2"
    second = await read_rows(client, [mastodon_row(4), mastodon_row(2)], first)
    assert "Bài số 4" in texts(second)


async def test_identifier_that_no_row_reaches_hides_nothing_for_ever(client: PoliteClient) -> None:
    first = await read_rows(client, [mastodon_row(10**40), mastodon_row(2)])
    second = await read_rows(client, [mastodon_row(3), mastodon_row(2)], first)
    assert (second[-1].cursor or {})["newest"] == "3"


async def test_cursor_that_cannot_be_asked_for_begins_anew(client: PoliteClient) -> None:
    first = await read_rows(client, [mastodon_row(1)])
    spoilt = [Batch(fetched=first[0].fetched, cursor={"newest": HALF, "older": HALF, "pages_left": 3, "recent": []})]
    assert texts(await read_rows(client, [mastodon_row(1)], spoilt)) == ["Bài số 1"]


@pytest.mark.parametrize(
    "link", ["<http://[x?min_id=3>; rel=prev", "<?min_id=%00>; rel=prev", "<?min_id=%ff>; rel=prev"]
)
async def test_link_that_leads_nowhere_gives_way_to_the_rows(client: PoliteClient, link: str) -> None:
    batches = await read_rows(client, [mastodon_row(2), mastodon_row(1)], link=link)
    assert (batches[-1].cursor or {})["newest"] == "2"


def test_each_wrong_value_at_each_place_gives_posts_or_an_error_of_ours() -> None:
    read_all(each_wrong([mastodon_row(1)]), read_posts)


@few_examples
@given(mutated([mastodon_row(2), mastodon_row(1)]))
def test_no_page_is_too_strange(payload: Any) -> None:
    read_all([payload], read_posts)


@few_examples
@given(mutated({"configuration": {"timelines_access": {"live_feeds": {"local": "public"}}}}))
def test_no_instance_is_too_strange(payload: Any) -> None:
    access = timeline_access(answer(payload), LOCAL)
    assert access is None or isinstance(access, str)
