"""What the tests of the collector of web pages share: articles, replies, and how to read them."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

from monitor.collectors.base import Batch, SourceView
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.registry import collector_for
from monitor.demo.sites import serve
from tests.clock import MONDAY_MORNING
from tests.platforms import WebpageSite, WebPost
from tests.platforms.webpage_site import ARTICLE_SETTINGS

START = MONDAY_MORNING - timedelta(days=1)


def article(number: int, **changes: Any) -> WebPost:
    values: dict[str, Any] = {
        "id": f"bai-{number:02d}",
        "author": "toasoan",
        "title": f"Tin số {number}",
        "text": f"Ban quản lý khu công nghiệp thông báo lần {number}.\n\nXe đưa đón chạy lại từ thứ hai.",
        "published_at": START + timedelta(minutes=number),
    }
    return WebPost(**(values | changes))


def reply(number: int, **changes: Any) -> WebPost:
    return article(
        number,
        **({"id": str(100 + number), "thread": 7, "title": "Ca đêm có nóng không?", "text": f"Ý {number}"} | changes),
    )


async def read(
    client: PoliteClient,
    address: str,
    settings: Mapping[str, Any] = ARTICLE_SETTINGS,
    last: Sequence[Batch] = (),
    watched: Sequence[str] = (),
) -> list[Batch]:
    """Read once, with the cursors that the last batches left."""
    view = SourceView(
        name="Bàn tin",
        address=address,
        settings=settings,
        cursor=next((batch.cursor for batch in reversed(last) if batch.cursor is not None), {}),
        validators=next((batch.validators for batch in reversed(last) if batch.validators is not None), {}),
        watched=watched,
    )
    return [batch async for batch in collector_for("webpage").collect(view, client)]


def asked(site: WebpageSite, start: int = 0) -> list[str]:
    return [
        request.path + (f"?trang={request.query['trang']}" if "trang" in request.query else "")
        for request in site.log[start:]
    ]


async def read_page(client: PoliteClient, body: str, settings: Mapping[str, Any], headers: Any = None) -> list[Batch]:
    """Read a page that is served just so."""
    app = Starlette(routes=[Route("/", lambda _: HTMLResponse(body, headers=headers))])
    with serve(app) as address:
        return await read(client, f"{address}/", settings)
