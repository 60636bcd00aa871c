"""What the tests of the feed collector share: articles, documents, and how to read them."""

from datetime import datetime, timedelta
from typing import Any

from starlette.responses import Response

from monitor.clock import VIETNAM
from monitor.collectors.base import Batch
from monitor.collectors.http.client import PoliteClient
from monitor.demo.sites import SitePost
from tests.clock import MONDAY_MORNING
from tests.monitor.collectors.collecting import answering, read_source

START = MONDAY_MORNING - timedelta(hours=1)


def gmt7_date(moment: datetime) -> str:
    """Write a date as some Vietnamese papers do: with a zone that no standard knows."""
    return f"{moment.astimezone(VIETNAM):%a, %d %b %Y %H:%M:%S} GMT+7"


def day_first_date(moment: datetime) -> str:
    """Write a date as people in Việt Nam do, without a zone."""
    return f"{moment.astimezone(VIETNAM):%d/%m/%Y %H:%M:%S}"


def article(number: int, **changes: Any) -> SitePost:
    values: dict[str, Any] = {
        "id": f"bai-{number:03d}",
        "author": "toasoan",
        "title": f'Cầu Nà Hoi "thông" xe lần {number}',
        "text": f"Tỉnh thông báo.\n\nĐoạn {number}: a < b & c.",
        "published_at": START + timedelta(minutes=number),
        "engagement": {"replies": number},
    }
    return SitePost(**(values | changes))


async def read_feed(client: PoliteClient, address: str, last: Batch | None = None, settings: Any = None) -> Batch:
    """Read once, with the cursors that the last batch left."""
    view = {"name": "Báo Mẫu", "address": address, "settings": settings or {}}
    (batch,) = await read_source("feed", client, [last] if last else None, **view)
    return batch


async def read_document(
    client: PoliteClient, body: bytes | str, content_type: str = "application/xml", **kept: Any
) -> Batch:
    """Read a document that is served just so."""
    raw = body.encode() if isinstance(body, str) else body
    with answering({"/feed": Response(raw, headers={"content-type": content_type})}) as address:
        return await read_feed(client, f"{address}/feed", **kept)


def rss(*items: str) -> str:
    head = '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>T</title>'
    return f"{head}{''.join(items)}</channel></rss>"
