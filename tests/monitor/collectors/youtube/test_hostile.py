"""Rows that YouTube's Data API should not send: they are counted and left, and no later reading fails for them."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from monitor.collectors.base import Batch, PublicPost, SourceView
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.youtube.api import Video, comment_post, problem_of, read_comments, read_threads, read_videos
from monitor.collectors.youtube.query import CommentQuery
from monitor.demo.sites import serve
from monitor.errors import PayloadInvalid
from tests.clock import FakeClock
from tests.monitor.collectors.collecting import gone, posts, skipped
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
from tests.monitor.collectors.payloads import video_row, youtube_comment, youtube_list, youtube_thread
from tests.monitor.collectors.youtube_samples import COMMENTS, THREADS, TITLE, VIDEO, ids, read

ON = Video(id=VIDEO, title=TITLE)


async def read_rows(
    client: PoliteClient, rows: Any, last: list[Batch] | None = None, *, single: Any = None, watched: Any = ()
) -> list[Batch]:
    routes = [
        Route("/youtube/v3/videos", lambda _: Response(as_json(youtube_list(video_row())))),
        Route(THREADS, lambda _: Response(as_json(youtube_list(*rows)))),
        Route(COMMENTS, lambda _: Response(as_json(youtube_list(*(single or []))))),
    ]
    with serve(Starlette(routes=routes)) as base:
        return await read(client, base, last, watched=watched)


@pytest.mark.parametrize(
    "wrong",
    [
        {"topLevelComment": youtube_comment(2) | {"id": HALF}},
        {"topLevelComment": youtube_comment(2) | {"id": 2}},
        {"topLevelComment": youtube_comment(2) | {"snippet": []}},
        {"topLevelComment": youtube_comment(2, textDisplay=HALF)},
        {"topLevelComment": youtube_comment(2, textDisplay=["a"])},
        {"topLevelComment": youtube_comment(2, textDisplay="NUL \0")},
        {"topLevelComment": []},
        {"isPublic": "yes"},
        {"isPublic": 0},
    ],
)
async def test_row_that_is_not_as_documented_is_counted_and_the_rest_kept(
    client: PoliteClient, wrong: dict[str, Any]
) -> None:
    batches = await read_rows(
        client, [youtube_thread(3), youtube_thread(2, **wrong) | {"replies": None}, youtube_thread(1)]
    )
    assert set(ids(batches)) == {"Ugz1", "Ugz10", "Ugz3", "Ugz30"}
    assert skipped(batches) == {"malformed": 1}
    assert_cursor_storable(batches[-1].cursor)


@pytest.mark.parametrize("count", [True, HUGE, 10**30, 1.5, float("inf"), "3", []])
async def test_count_that_is_none_costs_no_comment(client: PoliteClient, count: Any) -> None:
    odd = youtube_thread(
        1, topLevelComment=youtube_comment(1, likeCount=count, authorChannelId=[], updatedAt={}), totalReplyCount=count
    )
    batches = await read_rows(client, [odd])
    first, _ = posts(batches)
    assert (first.engagement, first.author) == ({"replies": 0}, None)
    assert_cursor_storable(batches[-1].cursor)


async def test_reply_that_is_not_as_documented_is_counted(client: PoliteClient) -> None:
    batches = await read_rows(
        client, [youtube_thread(1) | {"replies": {"comments": [7, youtube_comment(10, textDisplay=HALF)]}}]
    )
    assert ids(batches) == ["Ugz1"]
    assert skipped(batches) == {"malformed": 2}


async def test_time_that_has_not_come_yet_does_not_become_the_cursor(client: PoliteClient, clock: FakeClock) -> None:
    later = (clock.now() + timedelta(days=400)).isoformat()
    batches = await read_rows(client, [youtube_thread(1, topLevelComment=youtube_comment(1, publishedAt=later))])
    assert (batches[-1].cursor or {})["newest"] == {VIDEO: clock.now().isoformat()}


@pytest.mark.parametrize("row", [None, 7, {"id": HALF}, {"id": HUGE}])
async def test_comment_whose_row_is_malformed_is_not_gone(client: PoliteClient, row: Any) -> None:
    batches = await read_rows(client, [youtube_thread(1)], single=[row], watched=("Ugz7",))
    assert gone(batches) == []


def test_each_wrong_value_at_each_place_gives_posts_or_an_error_of_ours() -> None:
    read_all(each_wrong(youtube_list(youtube_thread(1))), read_some_threads)
    read_all(each_wrong(youtube_list(youtube_comment(1))), read_some_comments)


@few_examples
@given(mutated(youtube_list(youtube_thread(1), youtube_thread(2))))
def test_no_page_is_too_strange(payload: Any) -> None:
    read_all([payload], read_some_threads)


@few_examples
@given(mutated(youtube_list(video_row(), {"id": "UUxx", "snippet": {"resourceId": {"videoId": VIDEO}}})))
def test_no_list_of_videos_is_too_strange(payload: Any) -> None:
    try:
        videos = read_videos(answer(payload))
    except PayloadInvalid:
        return
    assert all(len(video.id) == len(VIDEO) for video in videos)


@few_examples
@given(mutated({"error": {"code": 403, "errors": [{"reason": "quotaExceeded"}], "details": [{"reason": "KEY"}]}}))
def test_no_refusal_is_too_strange(payload: Any) -> None:
    source = SourceView(name="Kênh", address="https://a.example", settings={"video": VIDEO})
    str(problem_of(answer(payload), CommentQuery.from_source(source))).encode()


def read_some_threads(payload: Any) -> list[PublicPost]:
    page = read_threads(answer(payload), ON)
    return [each for row in page.rows for each in row.comments if isinstance(each, PublicPost)]


def read_some_comments(payload: Any) -> list[PublicPost]:
    results = [comment_post(row, None) for row in read_comments(answer(payload)).rows]
    return [each for each in results if isinstance(each, PublicPost)]
