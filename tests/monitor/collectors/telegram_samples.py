"""What the tests of Telegram's collector share: messages, and one reading of a source."""

from datetime import timedelta
from typing import Any

from monitor.collectors.base import Batch
from tests.clock import MONDAY_MORNING
from tests.monitor.collectors.collecting import numbered, posts
from tests.platforms import TelegramMessage, TelegramSite

PREVIEW = "/s/kenh_khu_b"
PERMISSION = "Chủ kênh đồng ý bằng văn bản ngày 02/11/2026"
START = MONDAY_MORNING - timedelta(days=2)


def message(number: int, **changes: Any) -> TelegramMessage:
    values = numbered(number, START, "Tin số {}", id=str(number), author="kenh_khu_b")
    return TelegramMessage(**(values | changes))


def numbers(batches: list[Batch]) -> list[int]:
    return [int(post.external_id.partition("/")[2]) for post in posts(batches)]


def asked(site: TelegramSite) -> list[dict[str, str]]:
    return [dict(request.query) for request in site.seen(PREVIEW)]
