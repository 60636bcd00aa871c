"""A client that reads loopback, on the clock that tests turn."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest

from monitor.collectors.http.client import PoliteClient
from monitor.collectors.http.policy import CrawlPolicy
from monitor.collectors.isolation.parser import ProcessParser
from tests.clock import FakeClock
from tests.monitor.collectors.isolation.round_trip import RoundTripParser

ClientFactory = Callable[..., AbstractAsyncContextManager[PoliteClient]]


@pytest.fixture
def open_client(clock: FakeClock) -> ClientFactory:
    """Make clients that may read loopback and do not pause, unless told otherwise."""

    @asynccontextmanager
    async def open_one(parser: ProcessParser | None = None, **changes: Any) -> AsyncIterator[PoliteClient]:
        values: dict[str, Any] = {
            "user_agent": "kiemtin/0.1 (+https://lien-doan.example/kiemtin)",
            "html_delay": 0.0,
            "api_delay": 0.0,
            "timeout": 600.0,
            "max_body_bytes": 1_000_000,
            "requests_per_host_per_day": 1000,
            "allow_addresses": ("127.0.0.1",),
        }
        async with PoliteClient(CrawlPolicy(**(values | changes)), clock, parser=parser or RoundTripParser()) as client:
            yield client

    return open_one


@pytest.fixture
async def client(open_client: ClientFactory) -> AsyncIterator[PoliteClient]:
    async with open_client() as one:
        yield one
