"""When a XenForo board does not want to be read, asks to wait, or is none."""

from datetime import timedelta

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from monitor.collectors.base import NOT_LOOKED_AT, Batch, KnownPost, Rechecker, SourceView
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.registry import collector_for
from monitor.demo.sites import serve
from monitor.errors import PayloadInvalid, RateLimited, SourceRefused
from tests.clock import FakeClock
from tests.monitor.collectors.collecting import Read, skipped
from tests.monitor.collectors.xenforo_samples import FEED, MEALS, ids, page, pages, post
from tests.platforms import XenForoSite


async def test_board_for_members_is_a_refusal(read: Read, site: XenForoSite) -> None:
    site.login_required = True
    with pytest.raises(SourceRefused, match="signing in"):
        await read()


async def test_page_to_sign_in_that_answers_well_is_a_refusal(read: Read) -> None:
    login = HTMLResponse('<html id="XF" data-template="login"><body></body></html>')
    routes = [Route("/login/", lambda _: login), Route(FEED, lambda _: RedirectResponse("/login/"))]
    with serve(Starlette(routes=routes)) as base, pytest.raises(SourceRefused, match="members only"):
        await read(at=base)


async def test_refusal_of_a_thread_by_a_firewall_does_not_make_posts_gone(read: Read, site: XenForoSite) -> None:
    first = await read()
    site.fail("/threads/cham-luong.12/", 403)
    with pytest.raises(SourceRefused, match="answers 403"):
        await read(first, watched=(1,))


async def test_challenge_in_the_place_of_a_thread_does_not_make_posts_gone(read: Read) -> None:
    feed = '<rss version="2.0"><channel><title>T</title><item><title>A</title><link>/threads/a.12/</link></item>'
    challenge = "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body></body></html>"
    answers = [HTMLResponse(page("Chào", 7)), HTMLResponse(challenge, 403)]
    routes = [
        Route(FEED, lambda _: Response(f"{feed}</channel></rss>", media_type="application/rss+xml")),
        Route("/threads/a.12/", lambda _: answers.pop(0)),
    ]
    with serve(Starlette(routes=routes)) as base:
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
    feed = '<rss version="2.0"><channel><title>T</title><item><title>A</title><link>/threads/a.12/</link></item>'
    routes = [
        Route(FEED, lambda _: Response(f"{feed}</channel></rss>", media_type="application/rss+xml")),
        Route("/threads/a.12/", lambda _: HTMLResponse(answer)),
    ]
    with serve(Starlette(routes=routes)) as base, pytest.raises(PayloadInvalid, match=said):
        await read(at=base)
