from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urljoin

import pytest

from monitor.collectors.base import Batch
from monitor.collectors.http.client import PoliteClient
from monitor.demo.sites import FeedSite
from monitor.demo.sites.feed_site import RSS_PATH
from tests.clock import FakeClock
from tests.monitor.collectors.feed_samples import article, read_feed

Read = Callable[..., Awaitable[Batch]]


@pytest.fixture
def site(clock: FakeClock) -> FeedSite:
    return FeedSite([article(1), article(2), article(3)], clock)


@pytest.fixture
def read(client: PoliteClient, base: str) -> Read:
    """Read a place of the sample newspaper once: `await read(RSS_PATH, last)`."""

    async def read_once(place: str = RSS_PATH, last: Batch | None = None, settings: Any = None) -> Batch:
        return await read_feed(client, urljoin(base, place), last, settings)

    return read_once
