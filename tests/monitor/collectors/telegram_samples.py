"""What the tests of Telegram's collector share: messages, and one reading of a source."""

from datetime import timedelta
from typing import Any

from monitor.collectors.base import Batch
from monitor.collectors.http.client import PoliteClient
from tests.clock import MONDAY_MORNING
from tests.monitor.collectors.collecting import posts, read_source
from tests.platforms import TelegramMessage, TelegramSite

PREVIEW = "/s/kenh_khu_b"
PERMISSION = "Chủ kênh đồng ý bằng văn bản ngày 02/11/2026"
START = MONDAY_MORNING - timedelta(days=2)


def message(number: int, **changes: Any) -> TelegramMessage:
    values: dict[str, Any] = {
        "id": str(number),
        "author": "kenh_khu_b",
        "text": f"Tin số {number}",
        "published_at": START + timedelta(minutes=number),
    }
    return TelegramMessage(**(values | changes))


async def read(
    client: PoliteClient,
    base: str,
    last: list[Batch] | None = None,
    *,
    watched: tuple[int, ...] = (),
    **settings: Any,
) -> list[Batch]:
    """Read once, going on from the last cursor."""
    return await read_source(
        "telegram",
        client,
        last,
        name="Kênh khu B",
        address=f"{base}{PREVIEW}",
        settings={"permission": PERMISSION} | settings,
        watched=tuple(f"kenh_khu_b/{number}" for number in watched),
    )


def numbers(batches: list[Batch]) -> list[int]:
    return [int(post.external_id.partition("/")[2]) for post in posts(batches)]


def asked(site: TelegramSite) -> list[dict[str, str]]:
    return [dict(request.query) for request in site.seen(PREVIEW)]
