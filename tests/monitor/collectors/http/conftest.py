from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from monitor.collectors.http.client import PoliteClient
from monitor.collectors.http.fetched import Fetched
from monitor.demo.sites import FeedSite
from tests.clock import FakeClock

Get = Callable[..., Awaitable[Fetched]]


@pytest.fixture
def site(clock: FakeClock) -> FeedSite:
    return FeedSite([], clock)


@pytest.fixture
def get(client: PoliteClient, base: str) -> Get:
    """Get a place of the sample site: `await get("/tin", headers=…)`."""

    async def get_once(place: str = "/", **asked: Any) -> Fetched:
        return await client.get(base + place, **asked)

    return get_once
