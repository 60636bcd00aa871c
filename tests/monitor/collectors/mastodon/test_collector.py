"""How a Mastodon timeline is followed: backwards once, forwards from then on, with edits and deletions."""

from datetime import timedelta
from typing import Any

import pytest
from starlette.responses import JSONResponse

from monitor.collectors.mastodon.api import NOT_INDEXABLE, OPTED_OUT
from monitor.collectors.registry import collector_for
from monitor.demo.sites import MastodonSite, SitePost, serve
from monitor.errors import RateLimited, SourceRefused, UsageError
from tests.clock import MONDAY_MORNING, FakeClock
from tests.monitor.collectors.collecting import Read, answering, bodies, gone, numbered, posts, reading, texts

TIMELINE = "/api/v1/timelines/public"
INSTANCE = "/api/v2/instance"
START = MONDAY_MORNING - timedelta(hours=12)


def status(number: int, **changes: Any) -> SitePost:
    values = numbered(number, START, id=f"mt-{number:03d}", author=f"nguoi_{number % 7}")
    return SitePost(**(values | changes))


@pytest.fixture
def site(clock: FakeClock) -> MastodonSite:
    return MastodonSite([status(number) for number in range(1, 6)], clock)


read = reading("mastodon", name="Mạng")


async def test_status_becomes_a_post(read: Read, site: MastodonSite) -> None:
    written = status(
        9,
        title="Chuyện lương",
        text="Xem https://bao.example/thoi-su/mot-dia-chi-rat-dai-khong-het.html\nnhé #NamPha\n\nĐoạn hai: 1 < 2 & 3",
        edited_at=START + timedelta(hours=1),
        engagement={"replies": 4, "shares": 2, "likes": 51},
    )
    site.add(written)
    post = posts(await read())[-1]
    assert post.text == written.text
    assert post.title == "Chuyện lương"
    assert post.external_id == f"https://mang.example/users/nguoi_2/statuses/{site.status_id(written)}"
    assert post.url == f"https://mang.example/@nguoi_2/{site.status_id(written)}"
    assert post.author == "nguoi_2@127.0.0.1"
    assert post.published_at == START + timedelta(minutes=9)
    assert post.published_raw == "2026-11-15T14:09:00.000Z"
    assert post.edited_at == START + timedelta(hours=1)
    assert post.language == "vi"
    assert post.engagement == {"replies": 4, "shares": 2, "likes": 51}


@pytest.mark.parametrize("number", [1, 3, 5])
async def test_deleted_status_is_confirmed_before_it_is_called_gone(
    read: Read, site: MastodonSite, number: int
) -> None:
    first = await read()
    victim = posts(first)[number - 1]
    site.delete(f"mt-{number:03d}")
    second = await read(first, watched=tuple(post.external_id for post in posts(first)))
    assert gone(second) == [victim.external_id]
    place = f"/api/v1/statuses/{site.status_id(status(number))}"
    assert len(site.seen(place)) == 1


@pytest.mark.parametrize("answer", [401, 403, 422])
async def test_status_that_is_not_shown_to_strangers_is_counted_and_asked_after_again(
    read: Read, site: MastodonSite, answer: int
) -> None:
    first = await read()
    watched = tuple(post.external_id for post in posts(first))
    site.delete("mt-003")
    site.fail(f"/api/v1/statuses/{site.status_id(status(3))}", answer)
    second = await read(first, watched=watched)
    assert (gone(second), second[-1].skipped) == ([], {"not shown": 1})
    third = await read(second, watched=watched)
    assert gone(third) == [watched[2]]


async def test_what_nobody_watches_is_not_asked_after(read: Read, site: MastodonSite) -> None:
    first = await read()
    site.delete("mt-003")
    second = await read(first)
    assert gone(second) == []
    assert not [request for request in site.log if "/statuses/" in request.path]


async def test_status_that_only_left_the_timeline_is_not_gone(read: Read, site: MastodonSite) -> None:
    first = await read()
    site.visibility["mt-003"] = "unlisted"
    watched = tuple(post.external_id for post in posts(first))
    second = await read(first, watched=watched)
    assert gone(second) == []
    assert "Bài số 3" in texts(second)


async def test_older_than_the_last_page_is_not_asked_after(read: Read, site: MastodonSite) -> None:
    site.add(*(status(number) for number in range(6, 60)))
    first = await read()
    site.delete("mt-002")
    second = await read(first, watched=tuple(post.external_id for post in posts(first)))
    assert gone(second) == []
    assert not [request for request in site.log if "/statuses/" in request.path]


async def test_cursor_stays_small(read: Read, site: MastodonSite) -> None:
    site.add(*(status(number) for number in range(6, 300)))
    batches = await read(backfill_pages=8)
    assert len(posts(batches)) == 299
    assert len((batches[-1].cursor or {})["recent"]) == 120


async def test_boosts_and_people_who_opted_out_are_counted_and_left(
    read: Read, clock: FakeClock, site: MastodonSite
) -> None:
    site.boost("mt-001", "ban_be", clock.now() - timedelta(minutes=1))
    site.no_index.add("kin_dao")
    site.notes["khong_may"] = '<p>Thợ may <a href="/tags/nobot">#<span>NoBot</span></a></p>'
    site.unindexable.add("ngai_tim")
    site.undiscoverable.add("ngai_la")
    hidden = ("kin_dao", "khong_may", "ngai_tim", "ngai_la")
    site.add(*(status(number, author=name) for number, name in enumerate(hidden, start=6)), status(10, text=""))
    batches = await read()
    assert texts(batches) == bodies(1, 5)
    assert batches[0].skipped == {"boost": 1, OPTED_OUT: 3, NOT_INDEXABLE: 1, "no text": 1}


async def test_hashtag_with_vietnamese_letters(read: Read, site: MastodonSite) -> None:
    site.add(status(6, text="Lạnh quá #namphà"), status(7, text="Không liên quan #nampha"))
    batches = await read(timeline="tag", tag="#namphà")
    assert texts(batches) == ["Lạnh quá #namphà"]
    assert site.seen("/api/v1/timelines/tag/namphà")


@pytest.mark.parametrize("old", [False, True], ids=["401", "422"])
async def test_closed_federated_timeline_falls_back_to_the_local_one(read: Read, site: MastodonSite, old: bool) -> None:
    site.access["remote"] = "authenticated"
    site.old_refusals = old
    batches = await read(timeline="public", backfill_pages=1)
    assert texts(batches) == bodies(1, 5)
    assert "members only" in (batches[0].gap or "")
    assert [request.query.get("local") for request in site.seen(TIMELINE)] == [None, "true"]


@pytest.mark.parametrize("old", [False, True])
async def test_members_only_timeline_is_a_refusal(read: Read, site: MastodonSite, old: bool) -> None:
    site.access["local"] = "authenticated"
    site.old_refusals = old
    with pytest.raises(SourceRefused, match="members only"):
        await read()


async def test_empty_answer_of_a_disabled_timeline_is_a_refusal(read: Read, site: MastodonSite) -> None:
    first = await read()
    site.access["local"] = "disabled"
    for last in (None, first):
        with pytest.raises(SourceRefused, match="disabled"):
            await read(last)


async def test_timeline_that_is_merely_empty(read: Read, clock: FakeClock) -> None:
    site = MastodonSite([], clock)
    with serve(site) as base:
        first = await read(at=base)
        assert posts(first) == []
        assert len(site.seen(INSTANCE)) == 1
        site.add(status(1))
        assert texts(await read(first, at=base)) == ["Bài số 1"]


async def test_rate_limit_tells_its_end_in_a_header(read: Read, clock: FakeClock, site: MastodonSite) -> None:
    site.add(*(status(number) for number in range(6, 100)))
    site.rate_limit(1)
    with pytest.raises(RateLimited) as caught:
        await read()
    assert caught.value.retry_at == clock.now() + timedelta(minutes=5)
    assert len(site.seen(TIMELINE)) == 1  # "0 remaining" was believed, without running into the refusal


async def test_server_that_does_not_page_back_is_told(read: Read) -> None:
    rows = [{"id": str(number), "uri": f"https://a.example/{number}", "account": {}} for number in (6, 5)]
    with answering({TIMELINE: lambda _: JSONResponse(rows)}) as base:
        first = await read(backfill_pages=1, at=base)
        rows[:] = [{"id": "9", "uri": "https://a.example/9", "account": {}}]
        second = await read(first, at=base)
    assert len(second) == 2
    assert "were missed" in (second[-1].gap or "")


def test_unknown_kind_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"feed, .*mastodon"):
        collector_for("carrier-pigeon")
