"""How a Discourse forum is followed: newest posts back to the known ones, with edits, removals and one category."""

from datetime import timedelta
from typing import Any

import pytest
from starlette.responses import HTMLResponse, JSONResponse

from monitor.collectors.base import Batch
from monitor.errors import PayloadInvalid, RateLimited, SourceRefused
from tests.clock import MONDAY_MORNING, FakeClock
from tests.monitor.collectors.collecting import Read, answering, gone, numbered, posts, reading
from tests.platforms import DiscourseSite, ForumPost, ForumThread

POSTS = "/posts.json"
START = MONDAY_MORNING - timedelta(hours=12)
WAGES = ForumThread(id=12, title="Chậm lương ở khu B", slug="cham-luong", board="viec-lam/4")
MEALS = ForumThread(id=13, title="Bữa ăn ca", slug="bua-an-ca", board="doi-song/5")


def post(number: int, **changes: Any) -> ForumPost:
    values = numbered(number, START, id=str(number), author=f"tho_{number % 7}", thread=WAGES.id, number=number)
    return ForumPost(**(values | changes))


@pytest.fixture
def site(clock: FakeClock) -> DiscourseSite:
    return DiscourseSite([post(number) for number in range(1, 6)], [WAGES, MEALS], clock)


read = reading("discourse", name="Diễn đàn")


def ids(batches: list[Batch]) -> list[int]:
    return [int(post.external_id) for post in posts(batches)]


def asked(site: DiscourseSite) -> list[str | None]:
    return [request.query.get("before") for request in site.seen(POSTS)]


async def test_opening_post_has_the_title_and_a_reply_has_it_as_context(
    read: Read, site: DiscourseSite, base: str
) -> None:
    site.add(post(6, text="Đoạn một: 1 < 2 & 3\n\nĐoạn hai", engagement={"replies": 2, "likes": 9}))
    batches = await read()
    opening, reply = posts(batches)[0], posts(batches)[-1]
    assert (opening.title, opening.context) == ("Chậm lương ở khu B", None)
    assert (reply.title, reply.context) == (None, "Chậm lương ở khu B")
    assert reply.text == "Đoạn một: 1 < 2 & 3\n\nĐoạn hai"
    assert reply.external_id == "6"
    assert reply.url == f"{base}/t/cham-luong/12/6"
    assert reply.author.endswith("@127.0.0.1")
    assert reply.published_at == START + timedelta(minutes=6)
    assert reply.published_raw == "2026-11-15T14:06:00.000Z"
    assert reply.edited_at is None
    assert reply.engagement == {"replies": 2, "likes": 9}


async def test_name_of_an_account_may_change_without_making_it_another_author(read: Read) -> None:
    rows = [{"id": 1, "topic_id": 1, "cooked": "a", "user_id": 7, "username": name} for name in ("cu", "moi")]
    batches = [await read_rows(read, [row]) for row in rows]
    assert [posts(batch)[0].author for batch in batches] == ["7@127.0.0.1", "7@127.0.0.1"]


async def test_hole_wider_than_a_page_is_crossed(read: Read, site: DiscourseSite) -> None:
    site.by_number = True
    first = await read()
    site.add(post(60), post(400))
    second = await read(first)
    assert {60, 400} <= set(ids(second))
    assert second[-1].gap is None


async def test_edit_and_removal_below_the_newest_page_are_found_by_one_page_for_many(
    read: Read, site: DiscourseSite
) -> None:
    site.add(*(post(number) for number in range(6, 101)))
    first = await read()
    site.edit("30", "Bản đã sửa")
    site.delete("31")
    before = len(site.log)
    second = await read(first, watched=("40", "31", "30", "90"))
    assert gone(second) == ["31"]
    assert [(post.external_id, post.text) for post in second[-1].posts] == [("30", "Bản đã sửa"), ("40", "Bài số 40")]
    assert [request.path for request in site.log[before:]] == [POSTS, POSTS, "/posts/31.json"]
    assert asked(site)[-1] == "40"


@pytest.mark.parametrize("number", ["1", "3", "5"])
async def test_deleted_post_is_confirmed_before_it_is_called_gone(read: Read, site: DiscourseSite, number: str) -> None:
    first = await read()
    site.delete(number)
    second = await read(first, watched=("5", "4", "3", "2", "1"))
    assert gone(second) == [number]
    assert len(site.seen(f"/posts/{number}.json")) == 1


@pytest.mark.parametrize("switch", ["user_deleted", "hidden"])
async def test_post_that_its_author_or_the_community_took_away_is_gone(
    read: Read, site: DiscourseSite, switch: str
) -> None:
    first = await read()
    getattr(site, switch).add("4")
    second = await read(first, watched=("4",))
    assert gone(second) == ["4"]
    assert "4" not in {post.external_id for post in posts(second)}
    assert second[0].skipped == {}


async def test_post_moved_out_of_sight_is_gone_and_an_unlisted_one_is_not(read: Read, site: DiscourseSite) -> None:
    first = await read()
    site.private.add("2")
    site.unlisted.add("3")
    second = await read(first, watched=("2", "3"))
    assert gone(second) == ["2"]
    assert sum((batch.skipped for batch in second), start=second[0].skipped.__class__()) == {"not listed": 1}


async def test_category_takes_its_own_posts_alone(read: Read, site: DiscourseSite) -> None:
    site.add(post(6, thread=MEALS.id), post(7, thread=MEALS.id))
    batches = await read(category="doi-song/5")
    assert ids(batches) == [6, 7]
    assert batches[0].skipped == {"other category": 5}
    site.edit("6", "Bản đã sửa")
    again = await read(batches, category="doi-song/5")
    assert [post.text for post in posts(again)] == ["Bản đã sửa", "Bài số 7"]
    assert again[0].skipped == {}


async def test_other_category_begins_anew(read: Read, site: DiscourseSite) -> None:
    first = await read(category="viec-lam/4")
    site.add(post(6, thread=MEALS.id))
    assert ids(await read(first)) == [1, 2, 3, 4, 5, 6]


async def test_what_is_left_out_is_counted_once(read: Read, site: DiscourseSite) -> None:
    quote = '<aside class="quote" data-username="a"><blockquote>Cũ</blockquote></aside>'
    site.add(post(6, author="system"), post(7, markup=quote), post(8, markup="<p><img src='/a.png'></p>"))
    first = await read()
    assert ids(first) == [1, 2, 3, 4, 5, 8]
    assert [each.address.rpartition("/")[2] for each in posts(first)[-1].pictures] == ["a.png"]
    assert first[0].skipped == {"system message": 1, "no text": 1}
    assert (await read(first))[0].skipped == {}


@pytest.mark.parametrize("in_header", [False, True])
async def test_wait_is_read_from_the_body_or_the_header(
    read: Read, clock: FakeClock, site: DiscourseSite, in_header: bool
) -> None:
    site.retry_after = in_header
    site.rate_limit(0)
    for _ in range(2):
        with pytest.raises(RateLimited) as caught:
            await read()
        assert caught.value.retry_at == clock.now() + timedelta(minutes=5)
    assert len(site.seen(POSTS)) == 1  # the second time nobody was asked
    clock.advance(timedelta(minutes=5))
    assert ids(await read()) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("switch", "said"),
    [("login_required", "members only: ask its"), ("login_page", "page to sign in"), ("challenge", "challenge")],
)
async def test_closed_forum_is_a_refusal(read: Read, site: DiscourseSite, switch: str, said: str) -> None:
    setattr(site, switch, True)
    with pytest.raises(SourceRefused, match=said):
        await read()


async def test_refusal_of_a_firewall_does_not_make_posts_gone(read: Read) -> None:
    forbidden = HTMLResponse("<h1>Forbidden</h1>", 403)
    answers = {POSTS: JSONResponse({"latest_posts": []}), "/posts/{number}.json": forbidden}
    with answering(answers) as base, pytest.raises(SourceRefused, match="answers 403"):
        await read(watched=("8",), at=base)


async def test_forum_that_does_not_page_back(read: Read) -> None:
    rows = [{"id": number, "topic_id": 1, "cooked": "a"} for number in range(60, 70)]
    with pytest.raises(PayloadInvalid, match="before"):
        await read_rows(read, rows, backfill_pages=2)


async def read_rows(read: Read, rows: list[Any], backfill_pages: int = 1) -> list[Batch]:
    with answering({POSTS: JSONResponse({"latest_posts": rows})}) as base:
        return await read(backfill_pages=backfill_pages, at=base)
