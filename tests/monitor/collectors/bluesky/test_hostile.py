"""Rows and messages that no server of Bluesky should send: they are counted and left, and reading goes on."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from monitor.collectors.base import Batch, PublicPost
from monitor.collectors.bluesky.api import Feed, problem_of, read_page, read_posts
from monitor.collectors.http.client import PoliteClient
from monitor.demo.sites import serve
from monitor.errors import CollectError
from tests.clock import FakeClock
from tests.monitor.collectors.bluesky_samples import FEED, read
from tests.monitor.collectors.collecting import posts, skipped, texts
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
from tests.monitor.collectors.payloads import DID, bluesky_page, bluesky_record, bluesky_row

OF_AN = Feed(
    base="https://api.example",
    actor=DID,
    list_uri="",
    filter="posts_with_replies",
    languages=frozenset({"vi"}),
    backfill_pages=1,
)


async def read_payload(client: PoliteClient, payload: Any, last: list[Batch] | None = None) -> list[Batch]:
    with serve(Starlette(routes=[Route(FEED, lambda _: Response(as_json(payload)))])) as base:
        return await read(client, base, last, actor=DID)


@pytest.mark.parametrize(
    "wrong",
    [
        {"uri": HALF},
        {"uri": 3},
        {"uri": f"at://{DID}/app.bsky.feed.post/a b"},
        {"author": None},
        {"author": {"labels": "none"}},
        {"record": []},
        {"record": bluesky_record(text=HALF)},
        {"record": bluesky_record(text=["a"])},
        {"record": bluesky_record(text="NUL \0")},
        {"record": bluesky_record(labels={"values": 3})},
        {"labels": {}},
    ],
)
async def test_row_that_is_not_as_documented_is_counted_and_the_rest_kept(
    client: PoliteClient, wrong: dict[str, Any]
) -> None:
    batches = await read_payload(client, bluesky_page(bluesky_row(3), bluesky_row(2, **wrong), bluesky_row(1)))
    assert texts(batches) == ["Bài số 1", "Bài số 3"]
    assert skipped(batches) == {"malformed": 1}
    assert_cursor_storable(batches[-1].cursor)


async def test_part_that_makes_no_sense_costs_no_post(client: PoliteClient) -> None:
    odd = bluesky_record(1, langs=["vi", HALF, 3], facets=[7, {"index": 3}], embed=[], createdAt=True)
    batches = await read_payload(
        client,
        bluesky_page(bluesky_row(1, record=odd, likeCount=True, replyCount=HUGE, repostCount=10**30, indexedAt=[])),
    )
    (post,) = posts(batches)
    assert (post.text, post.language, post.engagement, post.published_at) == ("Bài số 1", "vi", {}, None)


async def test_opt_out_among_broken_labels_is_honoured(client: PoliteClient) -> None:
    labels = [7, {"val": []}, {"val": "!no-unauthenticated"}]
    batches = await read_payload(
        client,
        bluesky_page(
            bluesky_row(1, author={"labels": labels}), bluesky_row(2, record=bluesky_record(labels={"values": labels}))
        ),
    )
    assert skipped(batches) == {"author opted out": 2}


async def test_cursor_that_cannot_be_sent_ends_the_reading(client: PoliteClient) -> None:
    assert texts(await read_payload(client, bluesky_page(bluesky_row(1), cursor=HALF))) == ["Bài số 1"]


async def test_time_that_has_not_come_yet_does_not_become_the_cursor(client: PoliteClient, clock: FakeClock) -> None:
    later = clock.now() + timedelta(days=400)
    batches = await read_payload(client, bluesky_page(bluesky_row(1, indexedAt=later.isoformat())))
    assert (batches[-1].cursor or {})["newest"] == clock.now().isoformat()


@pytest.mark.parametrize("body", [{"error": HALF, "message": ["a"]}, {"error": 3}, [], "NUL \0", {"message": "a\0b"}])
def test_refusal_is_explained_in_words_that_can_be_stored(body: Any) -> None:
    said = str(problem_of(answer(body), OF_AN))
    assert "\0" not in said
    said.encode()


def test_each_wrong_value_at_each_place_gives_posts_or_an_error_of_ours() -> None:
    read_all(each_wrong(bluesky_page(bluesky_row(1), cursor="a")), read_feed)
    read_all(each_wrong({"posts": [bluesky_row(1)["post"]]}), read_some)


@few_examples
@given(mutated(bluesky_page(bluesky_row(2), bluesky_row(1), cursor="a")))
def test_no_page_is_too_strange(payload: Any) -> None:
    read_all([payload], read_feed)


def read_feed(payload: Any) -> list[PublicPost]:
    return list(read_page(answer(payload), OF_AN).posts)


def read_some(payload: Any) -> list[PublicPost]:
    return [post for post in read_posts(answer(payload), OF_AN).values() if isinstance(post, PublicPost)]


@few_examples
@given(mutated({"error": "CursorTooOld", "message": "below the floor"}))
def test_no_refusal_is_too_strange(payload: Any) -> None:
    try:
        str(problem_of(answer(payload), OF_AN)).encode()
    except CollectError:
        assert not isinstance(payload, dict)
