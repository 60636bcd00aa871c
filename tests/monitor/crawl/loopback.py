"""A polite client that reads loopback without pauses, a crawler around it, and collectors made for one test."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from monitor.collectors.base import Batch, Collector, PublicPost, SourceView
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.http.fetched import Fetched
from monitor.collectors.http.policy import CrawlPolicy
from monitor.collectors.isolation.parser import ProcessParser
from monitor.collectors.registry import collector_for
from monitor.crawl.batch_writer import BatchWriter
from monitor.crawl.collect import Crawler
from monitor.privacy.pseudonym import Pseudonymiser
from storage.database import Database
from tests.clock import MONDAY_MORNING, FakeClock
from tests.monitor.collectors.isolation.round_trip import RoundTripParser

SECRET = b"a secret of thirty-two bytes...."


@asynccontextmanager
async def loopback_client(clock: FakeClock, parser: ProcessParser | None = None) -> AsyncIterator[PoliteClient]:
    """Open a client that may read loopback and does not pause; it parses in this process if nothing else is given."""
    async with PoliteClient(make_policy(), clock, parser=parser or RoundTripParser()) as client:
        yield client


def make_policy(*, delay: float = 0.0, **changes: Any) -> CrawlPolicy:
    """Make a policy that may read loopback, with one delay for pages and interfaces."""
    values: dict[str, Any] = {
        "user_agent": "kiemtin/0.1 (+https://lien-doan.example/kiemtin)",
        "html_delay": delay,
        "api_delay": delay,
        "timeout": 600.0,
        "max_body_bytes": 1_000_000,
        "requests_per_host_per_day": 100_000,
        "allow_addresses": ("127.0.0.1", "127.0.0.2"),
    }
    return CrawlPolicy(**(values | changes))


def make_crawler(
    database: Database,
    client: PoliteClient,
    clock: FakeClock,
    *,
    collectors: Callable[[str], Collector] = collector_for,
    parallel: int = 8,
    **more: Any,
) -> Crawler:
    batches = BatchWriter(Pseudonymiser(SECRET), clock)
    return Crawler(database, client, collectors, batches, clock, parallel=parallel, **more)


def batch(*posts: PublicPost, cursor: str | None = None) -> Batch:
    """Make a batch as if it had been fetched."""
    fetched = Fetched(
        url="https://forum.example.vn/feed",
        final_url="https://forum.example.vn/feed",
        status=200,
        headers={"content-type": "text/xml"},
        body=b"<rss/>",
        fetched_at=MONDAY_MORNING,
    )
    return Batch(fetched=fetched, posts=posts, cursor={"page": cursor} if cursor else None)


class ScriptedCollector:
    """Gives what a function yields, so that a test can say what happens between two batches."""

    kind = "feed"

    def __init__(self, script: Callable[[SourceView], AsyncIterator[Batch]]) -> None:
        self._script = script

    def collect(self, source: SourceView, client: PoliteClient) -> AsyncIterator[Batch]:  # noqa: ARG002  the protocol
        return self._script(source)

    def __call__(self, kind: str) -> Collector:  # noqa: ARG002  the protocol
        """Be the collector of every kind."""
        return self
