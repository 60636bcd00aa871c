"""Pages as Vietnamese papers, portals and offices lay them out: a date in one form, and other dates around it."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape

from monitor.clock import VIETNAM
from tests.monitor.collectors.payloads import text

NOW = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)  # Tuesday, nine in the morning in Việt Nam
THEN = datetime(2026, 11, 30, 14, 5, tzinfo=VIETNAM)
TITLE = "Công nhân khu công nghiệp được nghỉ bù một ngày"
LEAD = "Ban quản lý cho biết ca đêm của ba xưởng may được nghỉ bù theo thỏa ước."
PARAGRAPHS = "".join(
    f"<p>Đoạn {number}: ngày 20/11/2026, công đoàn của xưởng {number} đã làm việc với công ty về lịch nghỉ bù.</p>"
    for number in range(6)
)
METAS = (
    *('property="article:published_time"', 'itemprop="datePublished"', 'name="pubdate"', 'name="publish-date"'),
    *('name="DC.date.issued"', 'name="parsely-pub-date"'),
)

FORMS: dict[str, tuple[str, datetime, str]] = {
    "weekday and zone": ("Thứ Hai, 30/11/2026, 14:05 (GMT+7)", THEN, "time"),
    "bar": ("Thứ hai, 30/11/2026 | 14:05 GMT+7", THEN, "time"),
    "hyphens": ("30-11-2026 14:05", THEN, "time"),
    "points": ("30.11.2026 - 14:05", THEN, "time"),
    "time first": ("14:05 30/11/2026", THEN, "time"),
    "time and the word day": ("14:05 ngày 30/11/2026", THEN, "time"),
    "hour with h": ("14h05, 30/11/2026", THEN, "time"),
    "in words": ("Thứ Hai, ngày 30 tháng 11 năm 2026 lúc 14:05", THEN, "time"),
    "months in words": ("30 tháng 11, 2026 14:05", THEN, "time"),
    "updated": ("Cập nhật lúc 14:05, 30/11/2026", THEN, "time"),
    "published on": ("Ngày đăng: 30/11/2026 14:05", THEN, "time"),
    "author before": ("Nguyễn Văn An - 30/11/2026 14:05", THEN, "time"),
    "views after": ("30/11/2026 14:05 - 1.204 lượt xem", THEN, "time"),
    "english": ("Nov 30, 2026, 2:05 PM", THEN, "time"),
    "iso": ("2026-11-30 14:05", THEN, "time"),
    "day alone": ("30/11/2026", THEN, "day"),
    "day in words": ("Ngày 30 tháng 11 năm 2026", THEN, "day"),
    "two hours ago": ("2 giờ trước", (NOW - timedelta(hours=2)).astimezone(VIETNAM), "hour"),
    "minutes ago": ("45 phút trước", (NOW - timedelta(minutes=45)).astimezone(VIETNAM), "time"),
    "yesterday": ("Hôm qua, 14:05", THEN, "time"),
}


@dataclass(frozen=True, slots=True)
class Sample:
    """A page, and when it was published; None when it does not say so."""

    name: str
    markup: str
    moment: datetime | None
    precision: str = "time"


def page(inner: str, head: str = "") -> str:
    title = f"<title>{TITLE} - Báo Mẫu</title>"
    return f"<!DOCTYPE html><html lang='vi'><head>{title}{head}</head><body>{inner}</body></html>"


def _written() -> dict[str, dict[str, str]]:
    """Read the samples' pages by kind and name; some have a head, and all may name parts in braces."""
    _, *written = re.split(r"^<!-- (part|layout|machines|undated): (.+) -->\n", text("pages.html"), flags=re.MULTILINE)
    pages: dict[str, dict[str, str]] = defaultdict(dict)
    pages["part"] = {"title": TITLE, "lead": LEAD, "paragraphs": PARAGRAPHS}
    for kind, name, markup in zip(written[::3], written[1::3], written[2::3], strict=True):
        head, _, body = markup.rpartition("<!-- body -->\n")
        for part, inner in pages["part"].items():
            body = body.replace(f"{{{part}}}", inner)
        pages[kind][name] = body.strip() if kind == "part" else page(body.strip(), head.strip())
    return pages


def samples() -> Iterator[Sample]:
    """Make all pages."""
    pages = _written()
    for form, (date, moment, precision) in FORMS.items():
        for layout, markup in pages["layout"].items():
            yield Sample(f"{form}, {layout}", markup.replace("{date}", escape(date)), moment, precision)
    for name, markup in pages["machines"].items():
        yield Sample(name, markup, THEN)
    for name in METAS:
        head = f'<meta {name} content="2026-11-30T14:05:00+07:00">'
        yield Sample(
            f"meta {name}", pages["undated"]["a footer with a year"].replace("</head>", f"{head}</head>"), THEN
        )
    for name, markup in pages["undated"].items():
        yield Sample(name, markup, None)
