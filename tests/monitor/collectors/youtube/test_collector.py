"""How comments on YouTube are followed: threads back to the known ones, all replies, edits, removals."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from monitor.collectors.base import Batch
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.registry import retention_days_for
from monitor.demo.sites import serve
from monitor.errors import PayloadInvalid, RateLimited
from tests.clock import FakeClock
from tests.monitor.collectors.collecting import gone, posts, skipped
from tests.monitor.collectors.youtube_samples import (
    CHANNEL,
    COMMENTS,
    KEY,
    OTHER,
    START,
    THREADS,
    TITLE,
    VIDEO,
    comment,
    ids,
    read,
    reply,
)
from tests.platforms import YouTubeSite


@pytest.fixture
def site(clock: FakeClock) -> YouTubeSite:
    videos = {VIDEO: TITLE, OTHER: "Bữa ăn ca ở khu B"}
    return YouTubeSite([comment(number) for number in range(1, 4)], videos, clock, key=KEY, channel=CHANNEL)


async def test_comment_as_it_is_kept(client: PoliteClient, site: YouTubeSite, base: str) -> None:
    site.add(comment(4, text="Lương 5 triệu & <thưởng>?\nAi biết", engagement={"likes": 9}), reply(5, 4))
    batches = await read(client, base)
    found = {post.external_id: post for post in posts(batches)}
    one, answer = found["Ugz0004"], found["Ugz0004.r5"]
    assert one.text == "Lương 5 triệu & <thưởng>?\nAi biết"
    assert one.url == f"https://www.youtube.com/watch?v={VIDEO}&lc=Ugz0004"
    assert (one.title, one.context, one.author) == (None, TITLE, "UCnguoi_4")
    assert (one.published_at, one.published_raw) == (START + timedelta(minutes=4), "2026-11-14T02:04:00Z")
    assert one.edited_at is None
    assert one.engagement == {"likes": 9, "replies": 1}
    assert (answer.context, answer.url) == (TITLE, f"https://www.youtube.com/watch?v={VIDEO}&lc=Ugz0004.r5")


async def test_threads_come_oldest_first_and_plain(client: PoliteClient, site: YouTubeSite, base: str) -> None:
    assert ids(await read(client, base)) == ["Ugz0001", "Ugz0002", "Ugz0003"]
    query = site.seen(THREADS)[0].query
    assert (query["order"], query["textFormat"], query["maxResults"]) == ("time", "plainText", "100")


async def test_pinned_old_thread_on_top_does_not_hide_new_ones(
    client: PoliteClient, site: YouTubeSite, base: str
) -> None:
    site.page_size = 3
    site.pinned = {"Ugz0001"}
    first = await read(client, base)
    site.add(*(comment(number) for number in range(4, 10)))
    second = await read(client, base, first)
    assert {f"Ugz{number:04}" for number in range(4, 10)} <= set(ids(second))


async def test_all_replies_are_read_when_a_thread_has_more_than_came_with_it(
    client: PoliteClient, site: YouTubeSite, base: str
) -> None:
    site.page_size = 4
    site.add(*(reply(number, 2) for number in range(10, 19)), reply(30, 3))
    first = await read(client, base)
    assert {f"Ugz0002.r{number}" for number in range(10, 19)} <= set(ids(first))
    assert [number for number in ids(first) if number.startswith("Ugz0002.")][:4] == [
        f"Ugz0002.r{number}" for number in range(15, 19)
    ]
    asked = [(request.query["parentId"], request.query.get("pageToken")) for request in site.seen(COMMENTS)]
    assert asked == [("Ugz0002", None), ("Ugz0002", "4"), ("Ugz0002", "8")]


async def test_replies_are_read_again_only_when_their_number_changed(
    client: PoliteClient, site: YouTubeSite, base: str
) -> None:
    site.add(*(reply(number, 2) for number in range(10, 17)))
    first = await read(client, base)
    second = await read(client, base, first)
    assert len(site.seen(COMMENTS)) == 1
    site.add(reply(20, 2))
    third = await read(client, base, second)
    assert len(site.seen(COMMENTS)) == 2
    assert "Ugz0002.r20" in ids(third)


async def test_stopped_reading_keeps_the_replies_that_it_read(
    client: PoliteClient, site: YouTubeSite, base: str
) -> None:
    site.add(*(reply(number, 2) for number in range(10, 17)), *(reply(number, 3) for number in range(20, 27)))
    first = await read(client, base)
    asked = [request.query["parentId"] for request in site.seen(COMMENTS)]
    assert asked == ["Ugz0003", "Ugz0002"]
    await read(client, base, first[:1])
    assert [request.query["parentId"] for request in site.seen(COMMENTS)][2:] == ["Ugz0002"]


async def test_thread_that_vanishes_while_it_is_read(client: PoliteClient, site: YouTubeSite, base: str) -> None:
    site.add(*(reply(number, 2) for number in range(10, 17)))
    site.fail(COMMENTS, 404)
    with pytest.raises(PayloadInvalid):
        await read(client, base)  # a bare 404 is no answer of this API
    thread = {
        "id": "Ugz1",
        "snippet": {"totalReplyCount": 9, "topLevelComment": {"id": "Ugz1", "snippet": {"textDisplay": "Chào"}}},
    }
    error = {"error": {"code": 404, "errors": [{"reason": "commentNotFound"}]}}
    batches = await read_rows(client, [thread], Route(COMMENTS, lambda _: JSONResponse(error, 404)))
    assert ids(batches) == ["Ugz1"]
    assert skipped(batches) == {"thread not found": 1}


async def test_watched_comments_that_were_not_met_are_asked_after_at_once(
    client: PoliteClient, site: YouTubeSite, base: str
) -> None:
    site.page_size = 2
    site.add(reply(9, 1))
    first = await read(client, base)
    site.delete("Ugz0001")
    site.delete("Ugz0001.r9")
    site.edit("Ugz0002", "Bản đã sửa")
    site.add(*(comment(number) for number in range(4, 8)))
    second = await read(
        client, base, first, video=VIDEO, max_pages=1, watched=("Ugz0002", "Ugz0001.r9", "Ugz0001", "Ugz0007", "a b")
    )
    assert sorted(gone(second)) == ["Ugz0001", "Ugz0001.r9"]
    assert site.seen(COMMENTS)[-1].query["id"] == "Ugz0002,Ugz0001.r9,Ugz0001"
    again = second[-1].posts[0]
    assert (again.text, again.url) == ("Bản đã sửa", f"https://www.youtube.com/watch?v={VIDEO}&lc=Ugz0002")


async def test_channel_reads_its_newest_uploads(client: PoliteClient, site: YouTubeSite, base: str) -> None:
    site.add(comment(5, video=OTHER))
    batches = await read(client, base, channel=CHANNEL, videos=7)
    assert {post.context for post in posts(batches)} == {TITLE, "Bữa ăn ca ở khu B"}
    uploads = site.seen("/youtube/v3/playlistItems")[0].query
    assert (uploads["playlistId"], uploads["maxResults"]) == ("UU" + "a" * 22, "7")


async def test_other_video_begins_anew(client: PoliteClient, site: YouTubeSite, base: str) -> None:
    first = await read(client, base)
    assert len(ids(await read(client, base, first, channel=CHANNEL))) == 3


async def test_video_with_comments_switched_off_is_counted_and_the_others_are_read(
    client: PoliteClient, site: YouTubeSite, base: str
) -> None:
    site.comments_disabled = {VIDEO}
    site.add(comment(5, video=OTHER))
    batches = await read(client, base, channel=CHANNEL)
    assert ids(batches) == ["Ugz0005"]
    assert skipped(batches) == {"comments disabled": 1}


async def test_comments_of_a_video_that_is_gone_are_gone(client: PoliteClient, site: YouTubeSite, base: str) -> None:
    first = await read(client, base)
    del site.videos[VIDEO]
    second = await read(client, base, first, watched=("Ugz0001", "Ugz0002"))
    assert skipped(second) == {"video not found": 1}
    assert gone(second) == ["Ugz0001", "Ugz0002"]


async def test_what_is_left_out_is_counted_once(client: PoliteClient, site: YouTubeSite, base: str) -> None:
    site.not_public = {"Ugz0003"}
    site.add(comment(4, text="  "))
    first = await read(client, base)
    assert skipped(first) == {"not public": 1, "no text": 1}
    assert skipped(await read(client, base, first)) == {}


def test_comments_are_kept_no_longer_than_the_platform_allows() -> None:
    assert (retention_days_for("youtube", 180), retention_days_for("youtube", 7)) == (30, 7)


async def read_rows(client: PoliteClient, rows: list[Any], *more: Route) -> list[Batch]:
    videos = {"items": [{"id": VIDEO, "snippet": {"title": TITLE}}]}
    routes = [
        Route("/youtube/v3/videos", lambda _: JSONResponse(videos)),
        Route(THREADS, lambda _: JSONResponse({"items": rows})),
        *more,
    ]
    with serve(Starlette(routes=routes)) as base:
        return await read(client, base)


async def test_used_up_units_are_new_at_midnight_on_the_pacific_coast(
    client: PoliteClient, site: YouTubeSite, base: str
) -> None:
    site.units = 1
    with pytest.raises(RateLimited, match="units of YouTube's API are used up") as caught:
        await read(client, base)
    assert caught.value.retry_at == datetime(2026, 11, 16, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "reset"),
    [
        (datetime(2027, 7, 1, 6, 59, tzinfo=UTC), datetime(2027, 7, 1, 7, 0, tzinfo=UTC)),
        (datetime(2027, 7, 1, 7, 1, tzinfo=UTC), datetime(2027, 7, 2, 7, 0, tzinfo=UTC)),
        (datetime(2027, 11, 7, 7, 1, tzinfo=UTC), datetime(2027, 11, 8, 8, 0, tzinfo=UTC)),  # the night of the change
    ],
)
async def test_summer_time_counts(
    client: PoliteClient, clock: FakeClock, site: YouTubeSite, base: str, now: datetime, reset: datetime
) -> None:
    clock.advance(now - clock.now())
    site.units = 0
    with pytest.raises(RateLimited) as caught:
        await read(client, base)
    assert caught.value.retry_at == reset


async def test_unknown_channel(client: PoliteClient, base: str) -> None:
    with pytest.raises(PayloadInvalid, match="check `channel`"):
        await read(client, base, channel="UC" + "b" * 22)
