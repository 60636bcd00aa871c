"""What the tests of Telegram's collector share: messages, and one reading of a source."""

from datetime import timedelta
from typing import Any

from monitor.collectors.base import Batch
from tests.clock import MONDAY_MORNING
from tests.monitor.collectors.collecting import posts, reader
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


read = reader(
    "telegram",
    name="Kênh khu B",
    path=PREVIEW,
    always={"permission": PERMISSION},
    watch="kenh_khu_b/{}".format,
)


def numbers(batches: list[Batch]) -> list[int]:
    return [int(post.external_id.partition("/")[2]) for post in posts(batches)]


def asked(site: TelegramSite) -> list[dict[str, str]]:
    return [dict(request.query) for request in site.seen(PREVIEW)]
