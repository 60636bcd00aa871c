from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urljoin

import pytest
from starlette.responses import HTMLResponse

from monitor.collectors.base import Batch
from monitor.collectors.http.client import PoliteClient
from tests.clock import FakeClock
from tests.monitor.collectors.collecting import Read, answering, read_source
from tests.monitor.collectors.webpage_samples import article
from tests.platforms import WebpageSite
from tests.platforms.webpage_site import ARTICLE_SETTINGS, LIST_PATH


@pytest.fixture
def site(clock: FakeClock) -> WebpageSite:
    return WebpageSite([article(number) for number in range(1, 7)], clock)


@pytest.fixture
def read(client: PoliteClient, base: str) -> Read:
    """Read a place of the sample site once: `await read(LIST_PATH, settings, last)`."""

    async def read_once(
        place: str = LIST_PATH,
        settings: Mapping[str, Any] = ARTICLE_SETTINGS,
        last: Sequence[Batch] = (),
        watched: Sequence[str] = (),
        client: PoliteClient = client,
    ) -> list[Batch]:
        view = {"name": "Bàn tin", "address": urljoin(base, place), "settings": settings, "watched": watched}
        return await read_source("webpage", client, last, **view)

    return read_once


@pytest.fixture
def read_page(client: PoliteClient) -> Read:
    """Read a page that is served just so: `await read_page(body, settings, headers)`."""

    async def read_once(body: str, settings: Mapping[str, Any], headers: Any = None) -> list[Batch]:
        with answering({"/": HTMLResponse(body, headers=headers)}) as base:
            return await read_source("webpage", client, None, name="Bàn tin", address=f"{base}/", settings=settings)

    return read_once
