"""How a XenForo board is followed: its feed, pages with something new, watched posts again; and where it is closed."""

from datetime import timedelta
from typing import Any

import pytest
from starlette.responses import HTMLResponse, RedirectResponse, Response

from monitor.collectors.base import NOT_LOOKED_AT, Batch, KnownPost, Rechecker, SourceView
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.registry import collector_for
from monitor.demo.sites import serve
from monitor.errors import PayloadInvalid, RateLimited, SourceRefused
from tests.clock import FakeClock
from tests.monitor.collectors.collecting import Read, answering, gone, posts, skipped
from tests.monitor.collectors.xenforo_samples import FEED, MEALS, START, WAGES, feed_of, ids, page, pages, post
from tests.platforms import ForumThread, XenForoSite


async def test_message_becomes_a_post(read: Read, site: XenForoSite, base: str) -> None:
    site.add(post(2, text="Lương tháng 10\n1 < 2 & 3", engagement={"likes": 1211}))
    batches = await read()
    opening, reply = posts(batches)[:2]
    assert (opening.external_id, opening.title, opening.context) == ("post-1", "Chậm lương ở khu B", None)
    assert (reply.external_id, reply.title, reply.context) == ("post-2", None, "Chậm lương ở khu B")
    assert reply.text == "Lương tháng 10\n1 < 2 & 3"
    assert reply.url == f"{base}/threads/cham-luong.12/post-2"
    assert reply.published_at == START + timedelta(minutes=2)
    assert reply.edited_at is None
    assert reply.engagement == {"likes": 1211}
    assert reply.author.partition("@")[0].isdecimal()
    assert reply.author.endswith("@127.0.0.1")
    assert opening.engagement == {}


@pytest.mark.parametrize(("version", "raw"), [("2.3", "1794751260"), ("2.2", "1794751260"), ("2.0", "1794751260")])
async def test_times_of_every_version(read: Read, site: XenForoSite, version: str, raw: str) -> None:
    site.version = version
    first = posts(await read())[0]
    assert first.published_at == START + timedelta(minutes=1)
    assert first.published_raw == raw


async def test_second_reading_sends_the_validator_and_asks_for_no_page(read: Read, site: XenForoSite) -> None:
    first = await read()
    before = len(site.log)
    second = await read(first)
    assert [batch.unchanged for batch in second] == [True]
    assert second[0].fetched.status == 304
    assert [request.path for request in site.log[before:]] == [FEED]
    assert site.log[-1].headers["if-none-match"] == first[0].fetched.headers["etag"]


async def test_without_validator_the_marks_of_threads_tell_that_nothing_is_new(read: Read, site: XenForoSite) -> None:
    site.etag = False
    first = await read()
    second = await read(first)
    assert [batch.unchanged for batch in second] == [True]
    assert pages(site) == ["12"]


async def test_thread_is_read_on_from_its_last_page(read: Read, site: XenForoSite) -> None:
    site.add(post(6), post(7))
    first = await read()
    before = len(site.log)
    site.add(*(post(number) for number in range(8, 18)))
    second = await read(first)
    assert pages(site, before) == ["12/2", "12/3", "12/4"]
    assert ids(second) == list(range(6, 18))
    assert (second[-1].gap, skipped(second)) == (None, {})


async def test_only_threads_with_something_new_are_read(read: Read, site: XenForoSite) -> None:
    site.add(post(20, MEALS.id))
    first = await read()
    assert pages(site) == ["12", "13"]  # the one active last comes last
    site.add(post(21, MEALS.id))
    second = await read(first)
    assert pages(site)[2:] == ["13"]
    assert ids(second) == [20, 21]


async def test_long_thread_is_begun_with_its_opening_and_its_last_page(read: Read, site: XenForoSite) -> None:
    site.add(*(post(number) for number in range(6, 49)))
    first = await read()
    assert pages(site) == ["12", "12/10"]
    assert ids(first) == [1, 2, 3, 4, 5, 46, 47, 48]
    assert skipped(first) == {"older page": 8}
    site.add(post(49))
    assert ids(await read(first)) == [46, 47, 48, 49]


@pytest.mark.parametrize("most", [1, 2])
async def test_pages_of_one_reading_are_bounded_and_the_rest_waits(read: Read, site: XenForoSite, most: int) -> None:
    site.add(*(post(number) for number in range(6, 14)), post(20, MEALS.id))
    batches: list[Batch] = []
    for _ in range(4):
        before = len(site.log)
        batches += await read(batches, max_pages=most)
        assert len(pages(site, before)) <= most
    assert pages(site) == ["12", "12/2", "12/3", "13"]
    assert ids(batches) == [*range(1, 14), 20]


async def test_cursor_with_waiting_threads_is_stored_with_the_feed(read: Read) -> None:
    stopped = (await read())[:1]
    assert stopped[0].cursor is not None
    assert ids(await read(stopped)) == [1, 2, 3, 4, 5]  # though the feed itself is not modified


async def test_posts_that_moved_to_the_page_before_are_not_lost(read: Read, site: XenForoSite) -> None:
    site.add(post(6))
    first = await read()
    for number in ("1", "2", "3", "4"):
        site.delete(number)
    site.add(*(post(number) for number in range(7, 14)))
    before = len(site.log)
    second = await read(first)
    assert pages(site, before) == ["12/2", "12", "12/2"]
    assert sorted(set(ids(second))) == list(range(5, 14))


async def test_forum_setting_and_other_first_parts_of_addresses(read: Read, clock: FakeClock) -> None:
    site = XenForoSite([post(1), post(2, MEALS.id)], [WAGES, MEALS], clock, forums="f", threads_prefix="t")
    with serve(site) as base:
        batches = await read(forum="viec-lam.4", prefixes={"forums": "f", "threads": "t"}, at=base)
    assert ids(batches) == [1]
    assert [request.path for request in site.log[1:]] == ["/f/viec-lam.4/index.rss", "/t/cham-luong.12/"]


async def test_wrong_prefix_is_told(read: Read, clock: FakeClock) -> None:
    site = XenForoSite([post(1)], [WAGES], clock, threads_prefix="t")
    with serve(site) as base, pytest.raises(PayloadInvalid, match="check `prefixes`"):
        await read(at=base)


async def test_board_without_short_addresses(read: Read, clock: FakeClock) -> None:
    site = XenForoSite([post(1)], [WAGES], clock)

    async def index(request: Any) -> Response:
        is_feed = request.url.query.startswith("forums/-/index.rss")
        return feed_of("https://x.example/index.php?threads/a.12/") if is_feed else HTMLResponse(page("Chào", 7))

    with answering({"/index.php": index}) as base:
        settings = {"forums": "index.php?forums", "threads": "index.php?threads"}
        assert ids(await read(prefixes=settings, at=base)) == [7]
    assert site.log == []


async def test_label_stands_not_in_the_title_and_signatures_and_advertisements_are_left(read: Read) -> None:
    batches = await read()
    everything = " ".join(f"{post.title} {post.context} {post.text}" for post in posts(batches))
    assert "Hà Nội" not in everything
    assert "Quảng cáo" not in everything
    assert "sim số đẹp" not in everything
    assert ids(batches) == [1, 2, 3, 4, 5]


async def test_edit_is_found_on_a_watched_page(read: Read, clock: FakeClock, site: XenForoSite) -> None:
    first = await read()
    site.edit("2", "Bản đã sửa")
    second = await read(first, watched=(5, 4, 3, 2, 1))
    edited = posts(second)[1]
    assert (edited.external_id, edited.text, edited.edited_at) == ("post-2", "Bản đã sửa", clock.now())
    assert pages(site) == ["12", "12"]  # one page for all five
    assert posts(second)[0].edited_at is None


@pytest.mark.parametrize("number", [1, 3, 5])
async def test_post_missing_from_its_page_is_gone(read: Read, site: XenForoSite, number: int) -> None:
    first = await read()
    site.delete(str(number))
    second = await read(first, watched=(1, 2, 3, 4, 5))
    assert gone(second) == [f"post-{number}"]
    third = await read([*first, *second], watched=(1, 2, 3, 4, 5))
    assert gone(third) == []


async def test_post_that_only_moved_to_the_page_before_is_not_gone(read: Read, site: XenForoSite) -> None:
    site.add(*(post(number) for number in range(6, 12)))
    first = await read()
    site.delete("2")
    before = len(site.log)
    second = await read(first, watched=(6,))
    assert gone(second) == ["post-2"]
    assert 6 in ids(second)
    assert pages(site, before) == ["12/3", "12/2", "12"]  # there is no third page any more


async def test_note_of_a_removed_post_makes_it_gone(read: Read, site: XenForoSite) -> None:
    first = await read()
    site.placeholders.add("3")
    second = await read(first, watched=(3, 4))
    assert gone(second) == ["post-3"]
    assert ids(second) == [1, 2, 4, 5]


@pytest.mark.parametrize("how", ["deleted", "private"])
async def test_posts_of_a_thread_that_is_gone_or_closed_are_gone(read: Read, site: XenForoSite, how: str) -> None:
    first = await read()
    if how == "private":
        site.private.add(WAGES.id)
    else:
        for number in range(1, 6):
            site.delete(str(number))
    site.add(post(20, MEALS.id))
    second = await read(first, watched=(2,))
    assert gone(second) == [f"post-{number}" for number in range(1, 6)]
    assert ids(second) == [20]


async def test_posts_of_a_merged_thread_live_on(read: Read, site: XenForoSite) -> None:
    first = await read()
    for number in range(1, 6):
        site.add(post(number, MEALS.id))
    site.merged[WAGES.id] = MEALS.id
    second = await read(first, watched=(1, 2, 3, 4, 5))
    assert gone(second) == []
    assert set(ids(second)) == {1, 2, 3, 4, 5}


async def test_few_pages_are_looked_at_again_and_others_the_next_time(read: Read, site: XenForoSite) -> None:
    site.threads |= {number: ForumThread(id=number, title="x") for number in range(100, 108)}
    site.add(*(post(number, number) for number in range(100, 108)))
    batches = await read()
    watched = tuple(range(100, 108))
    counts = []
    for _ in range(2):
        before = len(site.log)
        batches += await read(batches, watched=watched)
        counts.append(pages(site, before))
    assert [len(looked) for looked in counts] == [5, 5]
    assert set(counts[0] + counts[1]) == {str(number) for number in watched}


async def test_overrun_of_the_feed_is_told_whatever_is_pinned(read: Read, site: XenForoSite) -> None:
    site.feed_size = 3
    rules = ForumThread(id=99, title="Nội quy", pinned=True)
    site.threads |= {number: ForumThread(id=number, title="x") for number in range(100, 110)} | {99: rules}
    site.add(post(6, 99), post(100, 100), post(101, 101))
    first = await read()
    assert first[0].gap is None
    site.add(post(102, 102))
    second = await read(first)
    assert second[0].gap is None  # 101 is still at its end, with nothing new in it
    site.add(*(post(number, number) for number in range(103, 107)))
    third = await read([*first, *second])
    assert "moved past all" in (third[0].gap or "")


async def test_cursor_stays_small(read: Read, site: XenForoSite) -> None:
    site.feed_size = 400
    site.threads |= {number: ForumThread(id=number, title="x", slug="a" * 300) for number in range(100, 450)}
    site.add(*(post(number, number) for number in range(100, 450)))
    batches = await read(max_pages=70)
    cursor = batches[-1].cursor or {}
    assert (len(cursor["threads"]), len(cursor["pages"]), len(cursor["window"])) == (300, 60, 200)
    assert max(len(row[0]) for row in cursor["threads"]) <= 200
    assert "51 threads were given up" in (batches[0].gap or "")


async def test_what_has_no_words_is_counted_once(read: Read, site: XenForoSite) -> None:
    quote = '<blockquote class="bbCodeBlock bbCodeBlock--quote"><div>Lời người khác</div></blockquote>'
    site.add(post(6, markup=quote), post(7, markup='<img class="bbImage lazyload" data-src="/a.png">'))
    first = await read()
    assert ids(first) == [1, 2, 3, 4, 5, 7]
    assert [each.address.rpartition("/")[2] for each in posts(first)[-1].pictures] == ["a.png"]
    assert skipped(first) == {"no text": 1}
    site.add(post(8))
    assert skipped(await read(first)) == {}


async def test_opening_that_only_quotes_is_kept_with_its_card(read: Read, site: XenForoSite) -> None:
    quote = (
        '<blockquote class="bbCodeBlock bbCodeBlock--quote" data-source="post: 12"><div class="bbCodeBlock-content">'
        "Báo viết: lương tăng</div></blockquote>"
    )
    card = (
        '<div class="bbCodeBlock bbCodeBlock--unfurl" data-url="https://bao.example/a.html">'
        '<h3 class="contentRow-header js-unfurl-title"><a href="https://bao.example/a.html">Tin của báo</a></h3></div>'
    )
    site.add(post(1, markup=quote + card), post(2, markup=f"{quote}Tôi không tin"))
    opening, reply = posts(await read())[:2]
    assert opening.text == "Báo viết: lương tăng\n\nTin của báo (https://bao.example/a.html)"
    assert reply.text == "Tôi không tin"


async def test_thread_without_posts_does_not_stop_the_others(read: Read, site: XenForoSite) -> None:
    site.bare.add(WAGES.id)
    site.add(post(20, MEALS.id))
    batches = await read()
    assert ids(batches) == [20]
    assert skipped(batches) == {"thread without posts": 1}


async def test_board_for_members_is_a_refusal(read: Read, site: XenForoSite) -> None:
    site.login_required = True
    with pytest.raises(SourceRefused, match="signing in"):
        await read()


async def test_page_to_sign_in_that_answers_well_is_a_refusal(read: Read) -> None:
    login = HTMLResponse('<html id="XF" data-template="login"><body></body></html>')
    answers = {"/login/": login, FEED: RedirectResponse("/login/")}
    with answering(answers) as base, pytest.raises(SourceRefused, match="members only"):
        await read(at=base)


async def test_refusal_of_a_thread_by_a_firewall_does_not_make_posts_gone(read: Read, site: XenForoSite) -> None:
    first = await read()
    site.fail("/threads/cham-luong.12/", 403)
    with pytest.raises(SourceRefused, match="answers 403"):
        await read(first, watched=(1,))


async def test_challenge_in_the_place_of_a_thread_does_not_make_posts_gone(read: Read) -> None:
    challenge = "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body></body></html>"
    answers = [HTMLResponse(page("Chào", 7)), HTMLResponse(challenge, 403)]
    with answering({FEED: feed_of("/threads/a.12/"), "/threads/a.12/": lambda _: answers.pop(0)}) as base:
        first = await read(at=base)
        assert ids(first) == [7]
        with pytest.raises(SourceRefused, match="challenge"):
            await read(first, watched=(7,), at=base)
    assert answers == []  # it was met once


@pytest.mark.parametrize("has_feed", [True, False], ids=["a reading", "a recheck"])
async def test_thread_that_is_refused_beside_an_unchanged_feed_stops_no_other(
    read: Read, client: PoliteClient, site: XenForoSite, base: str, has_feed: bool
) -> None:
    site.add(post(20, MEALS.id))
    first = await read()
    site.fail("/threads/cham-luong.12/", 418)
    if has_feed:
        second = await read(first, watched=(1, 20))
        assert second[0].unchanged
        assert skipped(second) == {NOT_LOOKED_AT: 1}
        assert ids(second) == [20]
        return
    view = SourceView(name="Diễn đàn", address=base, cursor=first[-1].cursor or {})
    collector = collector_for("xenforo")
    assert isinstance(collector, Rechecker)
    with pytest.raises(PayloadInvalid, match="418"):
        [batch async for batch in collector.recheck(view, client, [KnownPost(external_id="post-1", url=None)])]


async def test_robots_that_forbid_threads_are_obeyed(read: Read, site: XenForoSite) -> None:
    site.robots = (200, b"User-agent: *\nDisallow: /threads/")
    with pytest.raises(SourceRefused, match="does not allow"):
        await read()
    assert pages(site) == []


async def test_request_to_wait_in_the_middle_keeps_what_was_read(
    read: Read, client: PoliteClient, clock: FakeClock, site: XenForoSite, base: str
) -> None:
    site.add(*(post(number) for number in range(6, 14)))
    site.rate_limit(3)
    view = SourceView(name="Diễn đàn", address=base)
    batches: list[Batch] = []

    async def collect() -> None:
        async for batch in collector_for("xenforo").collect(view, client):
            batches.append(batch)  # noqa: PERF401 - they are wanted although the last step raises

    with pytest.raises(RateLimited) as caught:
        await collect()
    assert caught.value.retry_at == clock.now() + timedelta(minutes=5)
    clock.advance(timedelta(minutes=5))
    assert sorted({*ids(batches), *ids(await read(batches))}) == list(range(1, 14))
    assert pages(site) == ["12", "12/2", "12/3", "12/3"]


@pytest.mark.parametrize(
    ("answer", "said"), [("<html><body>Xin chào</body></html>", "XenForo 2 board"), ("", "XenForo 2 board")]
)
async def test_thread_page_of_another_make(read: Read, answer: str, said: str) -> None:
    answers = {FEED: feed_of("/threads/a.12/"), "/threads/a.12/": HTMLResponse(answer)}
    with answering(answers) as base, pytest.raises(PayloadInvalid, match=said):
        await read(at=base)
