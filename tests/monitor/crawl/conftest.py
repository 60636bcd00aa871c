"""A crawl on loopback with what it leaves in the database."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from monitor.collectors.base import Batch, PublicPost, SourceView
from monitor.crawl.collect import SourceResult
from monitor.demo.sites import FeedSite, SitePost
from storage.database import Database
from storage.models import AuditEvent, CrawlRun, Post, Source
from storage.posts import sources
from tests.clock import MONDAY_MORNING, FakeClock
from tests.factories import add_source
from tests.monitor.crawl.loopback import ScriptedCollector, loopback_client, make_crawler

Script = Callable[[SourceView], AsyncIterator[Batch]]


@pytest.fixture
def site(clock: FakeClock) -> FeedSite:
    """Give a newspaper of three posts; `base` serves it."""
    return FeedSite([site_post(number) for number in range(1, 4)], clock)


@dataclass(frozen=True)
class World:
    """A monitor that crawls; each crawl is another program. Its sources are named `source` unless a test needs more."""

    database: Database
    clock: FakeClock

    def register(self, address: str = "https://forum.example.vn/feed", name: str = "source", **changes: Any) -> None:
        with self.database.changes() as session:
            add_source(session, name, address=address, **changes)

    async def crawl_all(self, *names: str, only_due: bool = False, **changes: Any) -> dict[str, SourceResult]:
        async with loopback_client(self.clock) as client:
            crawler = make_crawler(self.database, client, self.clock, **changes)
            results = await crawler.crawl(only_due=only_due, names=names)
        return {result.source: result for result in results}

    async def crawl(self, script: Script | None = None, **changes: Any) -> SourceResult:
        """Crawl the one source, whose collector may be a script."""
        if script:
            changes["collectors"] = ScriptedCollector(script)
        (result,) = (await self.crawl_all(**changes)).values()
        return result

    def source(self, name: str = "source") -> Source:
        with self.database.work() as session:
            return sources.by_name(session, name)

    def column(self, column: Any) -> list[Any]:
        """List a column of a table, in the order of its rows."""
        with self.database.work() as session:
            return list(session.scalars(select(column).order_by(column.class_.id)))

    def posts(self) -> list[Post]:
        with self.database.work() as session:
            return list(session.scalars(select(Post).order_by(Post.id)))

    def runs(self) -> list[CrawlRun]:
        with self.database.work() as session:
            return list(session.scalars(select(CrawlRun).order_by(CrawlRun.id)))

    def audited(self, action: str) -> list[dict[str, object]]:
        with self.database.work() as session:
            return list(session.scalars(select(AuditEvent.detail).where(AuditEvent.action == action)))


@pytest.fixture
def world(sqlite_database: Database, clock: FakeClock) -> World:
    return World(sqlite_database, clock)


def account(result: SourceResult) -> tuple[str, int, int, int]:
    return result.outcome, result.new, result.changed, result.gone


def site_post(number: int, **changes: Any) -> SitePost:
    values: dict[str, Any] = {
        "id": f"p{number:03d}",
        "author": "nguoi_viet_bai_bi_mat",
        "title": f"Tin số {number}",
        "text": f"Nội dung của tin số {number}, công nhân xưởng may kể lại",
        "published_at": MONDAY_MORNING - timedelta(hours=20) + timedelta(minutes=number),
    }
    return SitePost(**(values | changes))


def post(number: int, **changes: Any) -> PublicPost:
    return PublicPost(**({"external_id": str(number), "text": f"bài {number}"} | changes))


def script_of(*batches: Batch) -> Script:
    """Make a script that gives some batches."""

    async def script(_source: SourceView) -> AsyncIterator[Batch]:
        for each in batches:
            await asyncio.sleep(0)
            yield each

    return script
