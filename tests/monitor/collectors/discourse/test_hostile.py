"""Rows that no Discourse forum should send: they are counted and left, and no later reading fails because of them."""

from typing import Any

import pytest
from hypothesis import given
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.collectors.base import Batch, PublicPost
from monitor.collectors.discourse.api import Forum, read_page, read_single, read_topics, refusal
from monitor.collectors.http.client import PoliteClient
from monitor.demo.sites import serve
from monitor.errors import PayloadInvalid
from tests.monitor.collectors.collecting import gone, posts, read_source, skipped, texts
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
from tests.monitor.collectors.payloads import discourse_row

POSTS = "/posts.json"
FORUM = Forum(base="https://a.example", topics="", backfill_pages=1, max_pages=1)
LARGEST = 2**53 - 1


async def read_rows(
    client: PoliteClient,
    rows: list[Any],
    last: list[Batch] | None = None,
    *,
    single: Any = None,
    watched: tuple[str, ...] = (),
) -> list[Batch]:
    """Read a forum that shows these rows; like a real one it refuses identifiers that its database does not hold."""

    def latest(request: Request) -> Response:
        before = int(request.query_params.get("before", 0))
        if not 0 <= before < 2**63:
            return Response(status_code=500)
        shown = [each for each in rows if not before or not isinstance(each.get("id"), int) or each["id"] <= before]
        return Response(as_json({"latest_posts": shown}))

    routes = [Route(POSTS, latest), Route("/posts/{number}.json", lambda _: Response(as_json(single)))]
    with serve(Starlette(routes=routes)) as base:
        return await read_source("discourse", client, last, name="Diễn đàn", address=base, watched=watched)


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": HUGE},
        {"id": 10**30},
        {"id": 2**53},
        {"id": -3},
        {"id": 0},
        {"id": True},
        {"id": 5.0},
        {"id": float("inf")},
        {"id": "5"},
        {"topic_id": HUGE},
        {"topic_id": None},
        {"cooked": HALF},
        {"cooked": ["<p>a</p>"]},
        {"cooked": {"text": "a"}},
        {"username": []},
        {"post_type": []},
        {"post_type": True},
        {"hidden": "no"},
        {"user_deleted": 0},
    ],
)
async def test_row_that_is_not_as_documented_is_counted_and_the_rest_kept(
    client: PoliteClient, wrong: dict[str, Any]
) -> None:
    batches = await read_rows(client, [discourse_row(3), discourse_row(2, **wrong), discourse_row(1)])
    assert set(texts(batches)) == {"Bài số 1", "Bài số 3"}
    assert skipped(batches)["malformed"] >= 1
    assert gone(batches) == []
    assert_cursor_storable(batches[-1].cursor)


async def test_part_that_makes_no_sense_costs_no_post(client: PoliteClient) -> None:
    odd = discourse_row(
        1,
        actions_summary=[7, {"id": 2, "count": True}],
        reply_count=HUGE,
        version=[],
        created_at=3,
        topic_slug="a b",
        user_id=float("inf"),
        reply_to_post_number=[HUGE],
    )
    (post,) = posts(await read_rows(client, [odd]))
    assert (post.engagement, post.published_at, post.edited_at) == ({}, None, None)
    assert (post.author or "").startswith("an@")
    assert (post.url or "").endswith("/t/-/12/1")


@pytest.mark.parametrize("number", [HUGE, 10**30, LARGEST])
async def test_huge_identifier_makes_no_later_reading_fail_or_miss_posts(client: PoliteClient, number: Any) -> None:
    first = await read_rows(client, [discourse_row(2, id=number), discourse_row(1)])
    second = await read_rows(client, [discourse_row(3), discourse_row(1)], first)
    assert "Bài số 3" in texts(second)
    assert (second[-1].cursor or {})["newest"] == 3
    third = await read_rows(client, [discourse_row(4), discourse_row(3), discourse_row(1)], second)
    assert "Bài số 4" in texts(third)


@pytest.mark.parametrize("stored", [10**400, "5", True, HALF, [3], -5])
async def test_cursor_that_cannot_be_asked_for_begins_anew(client: PoliteClient, stored: Any) -> None:
    (first, *_) = await read_rows(client, [discourse_row(1)])
    spoilt = {"topics": "", "newest": stored, "before": stored, "until": stored, "pages_left": 3}
    batches = await read_rows(client, [discourse_row(1)], [Batch(fetched=first.fetched, cursor=spoilt)])
    assert "Bài số 1" in texts(batches)
    assert_cursor_storable(batches[-1].cursor)


async def test_watched_numbers_that_no_forum_has_are_not_asked_after(client: PoliteClient) -> None:
    batches = await read_rows(client, [discourse_row(1)], watched=("9" * 5000, "९९", "-1"))
    assert gone(batches) == []


@pytest.mark.parametrize("single", [[], {}, {"id": HUGE}, {"id": "2"}, 7, None])
async def test_post_whose_answer_is_malformed_is_not_gone(client: PoliteClient, single: Any) -> None:
    batches = await read_rows(client, [discourse_row(3), discourse_row(1)], single=single, watched=("2",))
    assert gone(batches) == []


def test_each_wrong_value_at_each_place_gives_posts_or_an_error_of_ours() -> None:
    read_all(each_wrong({"latest_posts": [discourse_row(1)]}), read_latest)
    read_all(each_wrong(discourse_row(1)), read_one)


@few_examples
@given(mutated({"latest_posts": [discourse_row(2), discourse_row(1, post_number=2)]}))
def test_no_page_is_too_strange(payload: Any) -> None:
    read_all([payload], read_latest)


@few_examples
@given(mutated({"topic_list": {"topics": [{"id": 1, "bumped_at": "2026-11-15T14:09:00.000Z", "pinned": False}]}}))
def test_no_list_of_topics_is_too_strange(payload: Any) -> None:
    try:
        page = read_topics(answer(payload))
    except PayloadInvalid:
        return
    assert all(0 < number <= LARGEST for number in page.ids)


@few_examples
@given(mutated({"errors": ["x"], "error_type": "not_logged_in"}))
def test_no_refusal_is_too_strange(payload: Any) -> None:
    refusal(answer(payload), FORUM)


def read_latest(payload: Any) -> list[PublicPost]:
    page = read_page(answer(payload), FORUM)
    assert all(0 < number <= LARGEST for number in page.ids)
    return [entry.post for entry in page.entries if entry.post]


def read_one(payload: Any) -> list[PublicPost]:
    entry = read_single(answer(payload), FORUM, 1)
    return [entry.post] if entry.post else []
