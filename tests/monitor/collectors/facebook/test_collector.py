"""How a Facebook Page that the operator administers is followed: posts, comments, removals, codes, and the token."""

import gzip
from datetime import timedelta
from typing import Any

import pytest
from starlette.responses import HTMLResponse, JSONResponse, Response

from monitor.collectors.base import Batch
from monitor.errors import CollectError, FetchFailed, PayloadInvalid, RateLimited, SourceRefused
from tests.clock import MONDAY_MORNING, FakeClock
from tests.monitor.collectors.collecting import Read, answering, gone, numbered, posts, reading, skipped
from tests.platforms import FacebookPost, FacebookSite

PAGE = "100200300"
TOKEN = "EAAB|the-dai_dien.cua|Trang"
POSTS = f"/v26.0/{PAGE}/posts"
START = MONDAY_MORNING - timedelta(days=2)


def post(number: int, **changes: Any) -> FacebookPost:
    values = numbered(number, START, "Thông báo số {}", id=f"{PAGE}_{1000 + number}", author=PAGE)
    return FacebookPost(**(values | changes))


def comment(number: int, on: int, **changes: Any) -> FacebookPost:
    values = numbered(number, START + timedelta(hours=1), "Bình luận {}", post=f"{PAGE}_{1000 + on}")
    values |= {"id": f"{1000 + on}_{5000 + number}", "author": f"{77000 + number}"}
    return FacebookPost(**(values | changes))


@pytest.fixture
def site(clock: FakeClock) -> FacebookSite:
    return FacebookSite([post(number) for number in range(1, 4)], clock, page=PAGE, token=TOKEN)


read = reading("facebook", name="Trang Công đoàn", path="/v26.0", always={"page": PAGE}, secret=TOKEN)


def numbers(batches: list[Batch]) -> list[int]:
    return [int(post.external_id.partition("_")[2]) % 1000 for post in posts(batches)]


async def test_post_as_it_is_kept(read: Read, site: FacebookSite) -> None:
    site.add(post(4, text="Lương tháng 13\nAi hỏi gì?", engagement={"likes": 9, "shares": 2}))
    kept = posts(await read())[-1]
    assert kept.external_id == f"{PAGE}_1004"
    assert kept.text == "Lương tháng 13\nAi hỏi gì?"
    assert kept.url == f"https://www.facebook.com/{PAGE}_1004"
    assert kept.author == PAGE
    assert (kept.published_at, kept.published_raw) == (START + timedelta(minutes=4), "2026-11-14T02:04:00+0000")
    assert kept.engagement == {"likes": 9, "replies": 0, "shares": 2}
    assert kept.edited_at is None  # the time of change moves with every comment, too


async def test_packed_answer_is_kept_without_the_token(read: Read) -> None:
    listed = JSONResponse({"data": [{"id": f"{PAGE}_1001", "message": f"Chào {TOKEN}"}]})
    packed = Response(gzip.compress(listed.body), headers={"content-encoding": "gzip"}, media_type="application/json")
    with answering({"/v26.0/me": JSONResponse({"id": PAGE}), POSTS: packed}) as base:
        fetched = (await read(at=base))[0].fetched
    assert fetched.exchange.body == fetched.body
    assert "content-encoding" not in dict(fetched.exchange.response_headers)
    assert TOKEN.encode() not in fetched.body


async def test_next_page_on_another_server_is_not_followed(read: Read, site: FacebookSite) -> None:
    site.page_size = 1
    site.next_base = "http://127.0.0.2:9"
    with pytest.raises(PayloadInvalid, match="not followed"):
        await read()


async def test_deleted_and_hidden_watched_posts_are_gone_and_edited_ones_come_again(
    read: Read, site: FacebookSite
) -> None:
    site.page_size = 1
    first = await read()
    site.delete(f"{PAGE}_1001")
    site.edit(f"{PAGE}_1002", "Bản đã sửa")
    site.add(post(4), post(5))
    site.not_public.add(f"{PAGE}_1003")
    watched = tuple(f"{PAGE}_{number}" for number in (1001, 1002, 1003, 1005))
    second = await read(first, watched=watched, max_pages=1)
    assert sorted(gone(second)) == [f"{PAGE}_1001", f"{PAGE}_1003"]
    assert posts(second)[-1].text == "Bản đã sửa"
    assert site.seen(f"/v26.0/{PAGE}_1005") == []  # it was met


async def test_what_the_token_may_not_see_alone_is_counted_not_gone(read: Read, site: FacebookSite) -> None:
    first = await read()
    site.refused["/v26.0/1001_5001"] = (403, 10, None)
    second = await read(first, watched=("1001_5001", "không phải mã"))
    assert (gone(second), second[-1].skipped) == ([], {"not shown": 1})


async def test_comments_are_read_only_when_wished(read: Read, site: FacebookSite) -> None:
    site.add(comment(1, on=2))
    await read()
    assert site.seen(f"/v26.0/{PAGE}_1002/comments") == []


async def test_comments_have_the_post_as_context(read: Read, site: FacebookSite) -> None:
    site.add(post(4, text="Dòng đầu\nDòng sau"), comment(1, on=4, engagement={"likes": 3}))
    batches = await read(comments=True)
    found = posts(batches)[0]
    assert (found.external_id, found.context, found.author) == ("1004_5001", "Dòng đầu", "77001")
    assert found.engagement == {"likes": 3, "replies": 0}
    query = site.seen(f"/v26.0/{PAGE}_1004/comments")[0].query
    assert (query["filter"], query["order"]) == ("stream", "reverse_chronological")
    assert len([request for request in site.log if request.path.endswith("/comments")]) == 1


async def test_comments_are_read_again_only_when_they_changed(read: Read, clock: FakeClock, site: FacebookSite) -> None:
    site.page_size = 2
    path = f"/v26.0/{PAGE}_1003/comments"
    site.add(*(comment(number, on=3) for number in range(1, 6)))
    first = await read(comments=True, backfill_pages=2)
    assert len(site.seen(path)) == 3
    second = await read(first, comments=True)
    assert len(site.seen(path)) == 3
    site.delete("1003_5001")  # as many as before: only the time tells
    site.add(comment(6, on=3, published_at=clock.now()))
    third = await read(second, comments=True)
    assert "1003_5006" in {post.external_id for post in posts(third)}
    assert [request.query.get("after") for request in site.seen(path)][3:] == [None, "1003_5005"]


async def test_deleted_comment_is_gone_when_it_is_watched(read: Read, site: FacebookSite) -> None:
    site.add(comment(1, on=3))
    first = await read(comments=True)
    site.delete("1003_5001")
    assert gone(await read(first, comments=True, watched=("1003_5001",))) == ["1003_5001"]


async def test_what_is_left_out_is_counted_once(read: Read, site: FacebookSite) -> None:
    site.add(post(4, text="", story="Trang đã đổi ảnh bìa"), post(5, text=""), post(6), comment(1, on=3))
    site.not_public = {f"{PAGE}_1006", "1003_5001"}
    first = await read(comments=True)
    assert skipped(first) == {"page activity": 1, "no text": 1, "not public": 2}
    assert skipped(await read(first, comments=True)) == {}


async def test_token_of_another_page_is_refused(read: Read, site: FacebookSite) -> None:
    site.owner = "999888777"
    with pytest.raises(SourceRefused, match="only Pages that you administer"):
        await read()
    assert site.seen(POSTS) == []


@pytest.mark.parametrize(
    ("status", "code", "subcode", "error", "words"),
    [
        (401, 190, 463, SourceRefused, r"expired or was withdrawn \(code 190, subcode 463\): make a new token"),
        (403, 10, None, SourceRefused, "Page token of a Page that you administer, with pages_read_engagement"),
        (403, 200, None, SourceRefused, "pages_read_engagement"),
        (403, 4, None, RateLimited, r"no more requests for us \(code 4\)"),
        (400, 17, 2446079, RateLimited, "code 17"),
        (400, 32, None, RateLimited, "code 32"),
        (400, 613, None, RateLimited, "code 613"),
        (400, 80001, None, RateLimited, "code 80001"),
        (400, 100, None, PayloadInvalid, "check its settings"),
        (400, 2, None, FetchFailed, "trouble of its own"),
    ],
)
async def test_codes_and_what_to_do(
    read: Read, site: FacebookSite, status: int, code: int, subcode: int | None, error: type[CollectError], words: str
) -> None:
    site.refusal = (status, code, subcode)
    with pytest.raises(error, match=words) as caught:
        await read()
    assert type(caught.value) is error
    assert "\n" not in str(caught.value)


async def test_wait_is_an_hour_or_what_the_headers_tell(read: Read, clock: FakeClock, site: FacebookSite) -> None:
    site.rate_limit(0)
    with pytest.raises(RateLimited) as caught:
        await read()
    assert caught.value.retry_at == clock.now() + timedelta(hours=1)
    site.business_usage = '{"100200300": [{"type": "pages", "estimated_time_to_regain_access": 19}]}'
    with pytest.raises(RateLimited) as caught:
        await read()
    assert caught.value.retry_at == clock.now() + timedelta(minutes=19)


async def test_reading_stops_before_the_last_request_is_spent(read: Read, site: FacebookSite) -> None:
    site.page_size = 1
    site.usage = '{"call_count": 96, "total_time": 3, "total_cputime": 2}'
    with pytest.raises(RateLimited, match="96 % used"):
        await read()
    assert len(site.log) == 2  # robots.txt, and whose token it is
    site.usage = '{"call_count": 94}'
    assert numbers(await read()) == [3, 2]
    site.usage = "not json"
    assert numbers(await read()) == [3, 2]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (HTMLResponse("<h1>Forbidden</h1>", 403), SourceRefused),
        (HTMLResponse("<h1>Not Found</h1>", 404), PayloadInvalid),
        (JSONResponse([1]), PayloadInvalid),
        (HTMLResponse("<html></html>"), PayloadInvalid),
    ],
)
async def test_what_is_not_the_api(read: Read, answer: Response, error: type[CollectError]) -> None:
    with answering({"/v26.0/me": answer}) as base, pytest.raises(error):
        await read(at=base)
