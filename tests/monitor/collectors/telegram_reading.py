"""What the tests of Telegram's collector share: messages, and one reading of a source."""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from monitor.collectors import collector_for
from monitor.collectors.base import Batch, PublicPost, SourceView
from monitor.collectors.http import PoliteClient
from monitor.demo.sites import TelegramMessage, TelegramSite
from tests.clock import MONDAY_MORNING

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
    """Read once, going on from the last bookmark."""
    cursors = [batch.cursor for batch in last or [] if batch.cursor is not None]
    view = SourceView(
        name="Kênh khu B",
        address=f"{base}{PREVIEW}",
        settings={"permission": PERMISSION} | settings,
        cursor=cursors[-1] if cursors else {},
        watched=tuple(f"kenh_khu_b/{number}" for number in watched),
    )
    return [batch async for batch in collector_for("telegram").collect(view, client)]


def posts(batches: list[Batch]) -> list[PublicPost]:
    return [post for batch in batches for post in batch.posts]


def numbers(batches: list[Batch]) -> list[int]:
    return [int(post.external_id.partition("/")[2]) for post in posts(batches)]


def skipped(batches: list[Batch]) -> Mapping[str, int]:
    return sum((batch.skipped for batch in batches), start=Counter())


def gone(batches: list[Batch]) -> list[str]:
    return [number for batch in batches for number in batch.gone]


def asked(site: TelegramSite) -> list[dict[str, str]]:
    return [dict(request.query) for request in site.seen(PREVIEW)]
