"""What Bluesky's collector does where it is refused, told to wait, or answered by something else."""

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route

from monitor.collectors.base import SourceView
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.registry import collector_for
from monitor.demo.sites import serve
from monitor.errors import PayloadInvalid, SourceRefused
from tests.clock import FakeClock
from tests.monitor.collectors.bluesky_samples import FEED, LIST, POSTS, post_of, read
from tests.monitor.collectors.collecting import posts
from tests.platforms import BlueskySite


@pytest.fixture
def site(clock: FakeClock) -> BlueskySite:
    return BlueskySite([post_of(number) for number in range(1, 6)], clock)


@pytest.mark.parametrize("name", ["BlockedActor", "BlockedByActor"])
async def test_blocked_account_is_a_refusal(client: PoliteClient, site: BlueskySite, base: str, name: str) -> None:
    site.refusals["to_truong"] = name
    with pytest.raises(SourceRefused, match=f"{name}.*remove the source"):
        await read(client, base)


@pytest.mark.parametrize("name", ["AccountTakedown", "AccountDeactivated"])
async def test_posts_of_an_account_that_left_are_given_as_gone_before_the_refusal(
    client: PoliteClient, site: BlueskySite, base: str, name: str
) -> None:
    site.refusals["to_truong"] = name
    settings = {"actor": "to_truong.bsky.example"}
    watched = ("at://did:plc:totruong/app.bsky.feed.post/3m0001",)
    view = SourceView(name="Mạng xanh", address=base, settings=settings, watched=watched)
    seen = []
    with pytest.raises(SourceRefused, match="deactivated or taken down"):  # noqa: PT012  only reading on raises it
        async for batch in collector_for("bluesky").collect(view, client):
            seen.append(batch)  # noqa: PERF401 - what came before the error is wanted
    assert [batch.gone_authors for batch in seen] == [("did:plc:totruong",)]


async def test_unknown_account_and_unknown_list(client: PoliteClient, base: str) -> None:
    with pytest.raises(PayloadInvalid, match=r"Profile not found.*check `actor`"):
        await read(client, base, actor="ai.bsky.example")
    with pytest.raises(PayloadInvalid, match=r"UnknownList.*check `list`"):
        await read(client, base, feed="list", list=LIST)


async def test_refusal_with_a_page_instead_of_json(client: PoliteClient) -> None:
    page = "<html><head><title>403 Forbidden</title></head><body><h1>403 Forbidden</h1></body></html>"
    answer = Starlette(routes=[Route(FEED, lambda _: HTMLResponse(page, 403))])
    with serve(answer) as base, pytest.raises(SourceRefused, match=r"answers 403.* without signing in"):
        await read(client, base)


async def test_search_that_is_closed_to_strangers_is_never_asked(
    client: PoliteClient, site: BlueskySite, base: str
) -> None:
    first = await read(client, base)
    site.delete("3m0003")
    await read(client, base, first, watched=tuple(post.external_id for post in posts(first)))
    assert {request.path for request in site.log} == {"/robots.txt", FEED, POSTS}


async def test_server_that_gives_one_cursor_for_ever(client: PoliteClient) -> None:
    answer = Starlette(routes=[Route(FEED, lambda _: JSONResponse({"feed": [], "cursor": "x"}))])
    with serve(answer) as base:
        assert len(await read(client, base, actor="a", backfill_pages=100)) == 2
