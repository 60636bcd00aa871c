"""Serves the pages of the crawl benchmark on loopback until its standard input ends; prints its address first."""

import sys
from datetime import UTC, datetime, timedelta

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from monitor.demo.sites import FeedSite, SitePost, serve
from monitor.demo.sites.feed_site import RSS_PATH
from tests.clock import FakeClock
from tests.platforms.forum import ForumPost, ForumThread
from tests.platforms.xenforo_site import XenForoSite

PAGES_OF_EACH = 1000
PAGES_MADE = 50  # of each kind; more would only take longer to make
ON_A_PAGE = 20
NOW = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)
TEXT = (
    "Công nhân xưởng may số {n} phản ánh bị nợ lương ba tháng, chưa có ai trả lời.\n\n"
    "Anh em đề nghị công đoàn vào cuộc, xem thêm ở https://lien-doan.example/tin/{n} nhé."
)


def feed_path(number: int) -> str:
    """Give the address of one feed."""
    return f"/n{number % PAGES_MADE}{RSS_PATH}?trang={number}"


def thread_path(number: int) -> str:
    """Give the address of one page of a thread."""
    return f"/threads/chu-de.{number % PAGES_MADE + 1}/?trang={number}"


def paths() -> list[str]:
    """List all pages, feeds and threads in turn."""
    return [make(number) for number in range(PAGES_OF_EACH) for make in (feed_path, thread_path)]


def _feed(clock: FakeClock, number: int) -> FeedSite:
    items = [
        SitePost(
            id=f"p{number}-{each}",
            author="an",
            title=f"Tin số {each} của báo {number}",
            text=TEXT.format(n=each),
            published_at=NOW - timedelta(minutes=each),
            engagement={"replies": each},
        )
        for each in range(ON_A_PAGE)
    ]
    return FeedSite(items, clock)


def _forum(clock: FakeClock) -> XenForoSite:
    threads = [ForumThread(id=number + 1, title=f"Nợ lương ở xưởng {number}") for number in range(PAGES_MADE)]
    posts = [
        ForumPost(
            id=str(1000 * thread.id + each),
            author=f"tho_may_{each}",
            text=TEXT.format(n=each),
            published_at=NOW - timedelta(minutes=1000 - each),
            thread=thread.id,
            number=each + 1,
            edited_at=NOW - timedelta(minutes=900 - each) if each % 5 == 0 else None,
            engagement={"likes": 7 * each},
        )
        for thread in threads
        for each in range(ON_A_PAGE)
    ]
    return XenForoSite(posts, threads, clock)


class Cached:
    """Makes each page once, so that the server is never what is waited for."""

    def __init__(self) -> None:
        clock = FakeClock(NOW)
        routes: list[BaseRoute] = [Mount(f"/n{number}", _feed(clock, number)) for number in range(PAGES_MADE)]
        site = Starlette(routes=[*routes, Mount("", _forum(clock))])
        self._pages: dict[str, tuple[bytes, str]] = {}
        with TestClient(site, base_url="http://bench.example") as client:
            for path in paths():
                bare = path.partition("?")[0]
                if bare not in self._pages:
                    answer = client.get(bare)
                    answer.raise_for_status()
                    self._pages[bare] = answer.content, answer.headers["content-type"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from the pages."""
        body, content_type = self._pages.get(Request(scope).url.path, (b"Not Found", "text/plain"))
        status = 200 if content_type != "text/plain" else 404
        await Response(body, status, {"content-type": content_type})(scope, receive, send)


def main() -> None:
    """Serve until nobody listens any more."""
    with serve(Cached()) as base:
        sys.stdout.write(base + "\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
