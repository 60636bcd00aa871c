"""How comments on YouTube are followed: threads back to the known ones, all replies, edits, removals."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.responses import JSONResponse

from monitor.collectors.base import Batch
from monitor.collectors.registry import retention_days_for
from monitor.errors import PayloadInvalid, RateLimited
from tests.clock import FakeClock
from tests.monitor.collectors.collecting import Read, answering, gone, posts, reading, skipped
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
    reply,
)
from tests.platforms import YouTubeSite

read = reading("youtube", name="Kênh", path="/youtube/v3", otherwise={"video": VIDEO}, secret=KEY)


@pytest.fixture
def site(clock: FakeClock) -> YouTubeSite:
    videos = {VIDEO: TITLE, OTHER: "Bữa ăn ca ở khu B"}
    return YouTubeSite([comment(number) for number in range(1, 4)], videos, clock, key=KEY, channel=CHANNEL)


async def test_comment_as_it_is_kept(read: Read, site: YouTubeSite) -> None:
    site.add(comment(4, text="Lương 5 triệu & <thưởng>?\nAi biết", engagement={"likes": 9}), reply(5, 4))
    batches = await read()
    found = {post.external_id: post for post in posts(batches)}
    one, answer = found["Ugz0004"], found["Ugz0004.r5"]
    assert one.text == "Lương 5 triệu & <thưởng>?\nAi biết"
    assert one.url == f"https://www.youtube.com/watch?v={VIDEO}&lc=Ugz0004"
    assert (one.title, one.context, one.author) == (None, TITLE, "UCnguoi_4")
    assert (one.published_at, one.published_raw) == (START + timedelta(minutes=4), "2026-11-14T02:04:00Z")
    assert one.edited_at is None
    assert one.engagement == {"likes": 9, "replies": 1}
    assert (answer.context, answer.url) == (TITLE, f"https://www.youtube.com/watch?v={VIDEO}&lc=Ugz0004.r5")


async def test_threads_come_oldest_first_and_plain(read: Read, site: YouTubeSite) -> None:
    assert ids(await read()) == ["Ugz0001", "Ugz0002", "Ugz0003"]
    query = site.seen(THREADS)[0].query
    assert (query["order"], query["textFormat"], query["maxResults"]) == ("time", "plainText", "100")


async def test_pinned_old_thread_on_top_does_not_hide_new_ones(read: Read, site: YouTubeSite) -> None:
    site.page_size = 3
    site.pinned = {"Ugz0001"}
    first = await read()
    site.add(*(comment(number) for number in range(4, 10)))
    second = await read(first)
    assert {f"Ugz{number:04}" for number in range(4, 10)} <= set(ids(second))


async def test_all_replies_are_read_when_a_thread_has_more_than_came_with_it(read: Read, site: YouTubeSite) -> None:
    site.page_size = 4
    site.add(*(reply(number, 2) for number in range(10, 19)), reply(30, 3))
    first = await read()
    assert {f"Ugz0002.r{number}" for number in range(10, 19)} <= set(ids(first))
    assert [number for number in ids(first) if number.startswith("Ugz0002.")][:4] == [
        f"Ugz0002.r{number}" for number in range(15, 19)
    ]
    asked = [(request.query["parentId"], request.query.get("pageToken")) for request in site.seen(COMMENTS)]
    assert asked == [("Ugz0002", None), ("Ugz0002", "4"), ("Ugz0002", "8")]


async def test_replies_are_read_again_only_when_their_number_changed(read: Read, site: YouTubeSite) -> None:
    site.add(*(reply(number, 2) for number in range(10, 17)))
    first = await read()
    second = await read(first)
    assert len(site.seen(COMMENTS)) == 1
    site.add(reply(20, 2))
    third = await read(second)
    assert len(site.seen(COMMENTS)) == 2
    assert "Ugz0002.r20" in ids(third)


async def test_stopped_reading_keeps_the_replies_that_it_read(read: Read, site: YouTubeSite) -> None:
    site.add(*(reply(number, 2) for number in range(10, 17)), *(reply(number, 3) for number in range(20, 27)))
    first = await read()
    asked = [request.query["parentId"] for request in site.seen(COMMENTS)]
    assert asked == ["Ugz0003", "Ugz0002"]
    await read(first[:1])
    assert [request.query["parentId"] for request in site.seen(COMMENTS)][2:] == ["Ugz0002"]


async def test_thread_that_vanishes_while_it_is_read(read: Read, site: YouTubeSite) -> None:
    site.add(*(reply(number, 2) for number in range(10, 17)))
    site.fail(COMMENTS, 404)
    with pytest.raises(PayloadInvalid):
        await read()  # a bare 404 is no answer of this API
    thread = {
        "id": "Ugz1",
        "snippet": {"totalReplyCount": 9, "topLevelComment": {"id": "Ugz1", "snippet": {"textDisplay": "Chào"}}},
    }
    error = {"error": {"code": 404, "errors": [{"reason": "commentNotFound"}]}}
    batches = await read_rows(read, [thread], {COMMENTS: JSONResponse(error, 404)})
    assert ids(batches) == ["Ugz1"]
    assert skipped(batches) == {"thread not found": 1}


async def test_watched_comments_that_were_not_met_are_asked_after_at_once(read: Read, site: YouTubeSite) -> None:
    site.page_size = 2
    site.add(reply(9, 1))
    first = await read()
    site.delete("Ugz0001")
    site.delete("Ugz0001.r9")
    site.edit("Ugz0002", "Bản đã sửa")
    site.add(*(comment(number) for number in range(4, 8)))
    second = await read(first, video=VIDEO, max_pages=1, watched=("Ugz0002", "Ugz0001.r9", "Ugz0001", "Ugz0007", "a b"))
    assert sorted(gone(second)) == ["Ugz0001", "Ugz0001.r9"]
    assert site.seen(COMMENTS)[-1].query["id"] == "Ugz0002,Ugz0001.r9,Ugz0001"
    again = second[-1].posts[0]
    assert (again.text, again.url) == ("Bản đã sửa", f"https://www.youtube.com/watch?v={VIDEO}&lc=Ugz0002")


async def test_channel_reads_its_newest_uploads(read: Read, site: YouTubeSite) -> None:
    site.add(comment(5, video=OTHER))
    batches = await read(channel=CHANNEL, videos=7)
    assert {post.context for post in posts(batches)} == {TITLE, "Bữa ăn ca ở khu B"}
    uploads = site.seen("/youtube/v3/playlistItems")[0].query
    assert (uploads["playlistId"], uploads["maxResults"]) == ("UU" + "a" * 22, "7")


async def test_other_video_begins_anew(read: Read) -> None:
    first = await read()
    assert len(ids(await read(first, channel=CHANNEL))) == 3


async def test_video_with_comments_switched_off_is_counted_and_the_others_are_read(
    read: Read, site: YouTubeSite
) -> None:
    site.comments_disabled = {VIDEO}
    site.add(comment(5, video=OTHER))
    batches = await read(channel=CHANNEL)
    assert ids(batches) == ["Ugz0005"]
    assert skipped(batches) == {"comments disabled": 1}


async def test_comments_of_a_video_that_is_gone_are_gone(read: Read, site: YouTubeSite) -> None:
    first = await read()
    del site.videos[VIDEO]
    second = await read(first, watched=("Ugz0001", "Ugz0002"))
    assert skipped(second) == {"video not found": 1}
    assert gone(second) == ["Ugz0001", "Ugz0002"]


async def test_what_is_left_out_is_counted_once(read: Read, site: YouTubeSite) -> None:
    site.not_public = {"Ugz0003"}
    site.add(comment(4, text="  "))
    first = await read()
    assert skipped(first) == {"not public": 1, "no text": 1}
    assert skipped(await read(first)) == {}


def test_comments_are_kept_no_longer_than_the_platform_allows() -> None:
    assert (retention_days_for("youtube", 180), retention_days_for("youtube", 7)) == (30, 7)


async def read_rows(read: Read, rows: list[Any], more: Mapping[str, JSONResponse] | None = None) -> list[Batch]:
    videos = JSONResponse({"items": [{"id": VIDEO, "snippet": {"title": TITLE}}]})
    answers = {"/youtube/v3/videos": videos, THREADS: JSONResponse({"items": rows})}
    with answering({**answers, **(more or {})}) as base:
        return await read(at=base)


async def test_used_up_units_are_new_at_midnight_on_the_pacific_coast(read: Read, site: YouTubeSite) -> None:
    site.units = 1
    with pytest.raises(RateLimited, match="units of YouTube's API are used up") as caught:
        await read()
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
    read: Read, clock: FakeClock, site: YouTubeSite, now: datetime, reset: datetime
) -> None:
    clock.advance(now - clock.now())
    site.units = 0
    with pytest.raises(RateLimited) as caught:
        await read()
    assert caught.value.retry_at == reset


async def test_unknown_channel(read: Read) -> None:
    with pytest.raises(PayloadInvalid, match="check `channel`"):
        await read(channel="UC" + "b" * 22)
