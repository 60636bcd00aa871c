"""A sample XenForo board and its readings, for the tests of its collector."""

from datetime import timedelta
from typing import Any

from starlette.responses import Response

from monitor.collectors.base import Batch
from tests.clock import MONDAY_MORNING
from tests.monitor.collectors.collecting import numbered, posts
from tests.platforms import ForumPost, ForumThread, XenForoSite

FEED = "/forums/-/index.rss"
START = MONDAY_MORNING - timedelta(hours=12)
WAGES = ForumThread(id=12, title="Chậm lương ở khu B", slug="cham-luong", board="viec-lam.4", prefix="Hà Nội")
MEALS = ForumThread(id=13, title="Bữa ăn ca", slug="bữa-ăn-ca", board="doi-song.5")


def post(number: int, thread: int = WAGES.id, **changes: Any) -> ForumPost:
    values = numbered(number, START, id=str(number), author=f"Thợ {number % 7}", thread=thread, number=0)
    return ForumPost(**(values | changes))


def ids(batches: list[Batch]) -> list[int]:
    return [int(post.external_id.removeprefix("post-")) for post in posts(batches)]


def pages(site: XenForoSite, since: int = 0) -> list[str]:
    """List the thread pages asked for, `12` for the first of that thread and `12/2` for its second."""
    paths = [request.path for request in site.log[since:] if request.path.startswith("/threads/")]
    return [path.rpartition(".")[2].rstrip("/").replace("page-", "") for path in paths]


def page(text: str, number: int) -> str:
    """Write a thread page with one message and nothing else."""
    body = f'<div class="message-body"><div class="bbWrapper">{text}</div></div>'
    message = f'<article class="message message--post" data-content="post-{number}">{body}</article>'
    return f'<html id="XF"><body>{message}</body></html>'


def feed_of(link: str) -> Response:
    """Answer with a feed of one thread."""
    feed = (
        f'<rss version="2.0"><channel><title>T</title><item><title>A</title><link>{link}</link></item></channel></rss>'
    )
    return Response(feed, media_type="application/rss+xml")
