"""What the tests of the collector of web pages share: articles, replies, and how to read them."""

from datetime import timedelta
from typing import Any

from tests.clock import MONDAY_MORNING
from tests.platforms import WebpageSite, WebPost

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


def asked(site: WebpageSite, start: int = 0) -> list[str]:
    return [
        request.path + (f"?trang={request.query['trang']}" if "trang" in request.query else "")
        for request in site.log[start:]
    ]
