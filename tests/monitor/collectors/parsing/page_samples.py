"""Pages as Vietnamese papers, portals and offices lay them out: a date in one form, and other dates around it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape

from monitor.clock import VIETNAM

NOW = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)  # Tuesday, nine in the morning in Việt Nam
THEN = datetime(2026, 11, 30, 14, 5, tzinfo=VIETNAM)
TITLE = "Công nhân khu công nghiệp được nghỉ bù một ngày"
LEAD = "Ban quản lý cho biết ca đêm của ba xưởng may được nghỉ bù theo thỏa ước."
PARAGRAPHS = "".join(
    f"<p>Đoạn {number}: ngày 20/11/2026, công đoàn của xưởng {number} đã làm việc với công ty về lịch nghỉ bù.</p>"
    for number in range(6)
)
FOOTER = "<footer><p>© 2024 Báo Mẫu. Giấy phép số 12/GP-BTTTT cấp ngày 05/06/2019.</p></footer>"
PLAIN_FOOTER = "<div class='chan-trang'>Giấy phép số 12 cấp ngày 05/06/2019. © 2024 Báo Mẫu</div>"
RELATED = (
    "<div class='tin-lien-quan'><ul><li><a href='/a'>Tăng lương tối thiểu vùng từ tháng bảy</a>"
    "<span class='date'>03/04/2019</span></li></ul></div>"
)
BARE_RELATED = (
    "<h3>Tin khác</h3><ul><li><a href='/a'>Tăng lương tối thiểu vùng từ tháng bảy (03/04/2019)</a></li>"
    "<li><a href='/b'>Nhà ở cho công nhân khu B sắp xong</a> <i>02/04/2019 08:00</i></li></ul>"
)
TODAY = "<header><div class='today'>Thứ Ba, 01/12/2026</div><nav><a href='/'>Trang chủ</a></nav></header>"
COMMENTS = (
    "<div id='comments'><p>Bạn đọc An <time datetime='2026-11-30T20:00:00+07:00'>1 ngày trước</time>: Hay quá</p></div>"
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


LAYOUTS: dict[str, Callable[[str], str]] = {
    "below the headline": lambda date: page(
        f"{TODAY}<main><h1>{TITLE}</h1><div class='meta'><span class='date'>{date}</span></div>"
        f"<p class='sapo'>{LEAD}</p>{PARAGRAPHS}</main>{RELATED}{FOOTER}"
    ),
    "above the headline": lambda date: page(
        f"<div class='header-content'><span class='date'>{date}</span></div><h1 class='title-detail'>{TITLE}</h1>"
        f"<p>{LEAD}</p><article>{PARAGRAPHS}</article>{RELATED}{PLAIN_FOOTER}"
    ),
    "below the lead": lambda date: page(
        f"{TODAY}<h1>{TITLE}</h1><h2 class='sapo'>{LEAD}</h2><p class='time-post'>{date}</p>"
        f"<div class='body'>{PARAGRAPHS}</div>{BARE_RELATED}{PLAIN_FOOTER}"
    ),
    "beside the author": lambda date: page(
        f"<h1>{TITLE}</h1><div><a href='/tac-gia/an'>Nguyễn An</a> <span>{date}</span> "
        f"<a href='https://news.google.com/x'>Theo dõi Báo Mẫu trên Google News</a></div>"
        f"{PARAGRAPHS}{BARE_RELATED}{FOOTER}"
    ),
    "in a table of an old portal": lambda date: page(
        f"<table><tr><td><h2>{TITLE}</h2></td></tr><tr><td><i>{date}</i></td></tr><tr><td>{PARAGRAPHS}</td></tr></table>"
        f"{BARE_RELATED}{PLAIN_FOOTER}"
    ),
    "under a second heading": lambda date: page(
        f"<h1 class='logo'>Báo Mẫu</h1><div class='box'><h1>{TITLE}</h1><div class='ngay-dang'>{date}</div></div>"
        f"{PARAGRAPHS}{COMMENTS}{RELATED}{FOOTER}"
    ),
}
MACHINES: dict[str, str] = {
    "JSON-LD": page(
        f"<h1>{TITLE}</h1>{PARAGRAPHS}{BARE_RELATED}{FOOTER}",
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "x", '
        '"datePublished": "2026-11-30T14:05:00+07:00"}</script>',
    ),
    "JSON-LD of a day, and the time shown": page(
        f"<h1>{TITLE}</h1><div class='date'>30/11/2026 14:05</div>{PARAGRAPHS}{FOOTER}",
        '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2026-11-30"}</script>',
    ),
    "time element": page(
        f"<h1>{TITLE}</h1><time datetime='2026-11-30T14:05:00+07:00'>hôm qua</time>{PARAGRAPHS}{RELATED}{FOOTER}"
    ),
    "time element of a day": page(
        f"<h1>{TITLE}</h1><time datetime='2026-11-30'>30/11/2026 14:05</time>{PARAGRAPHS}{RELATED}{FOOTER}"
    ),
    "time element in a link to itself": page(
        f"<h1>{TITLE}</h1><div class='entry-meta'>Đăng bởi An <a href='/2026/11/30/nghi-bu'>"
        f"<time class='entry-date' datetime='2026-11-30T14:05:00+07:00'>30/11/2026</time></a></div>{PARAGRAPHS}{FOOTER}"
    ),
    "parts in elements of their own": page(
        f"<h1>{TITLE}</h1><div class='info'><span>Thứ Hai</span>, <b>30/11/2026</b> <i>14:05</i></div>"
        f"{PARAGRAPHS}{FOOTER}"
    ),
    "text of the same element as the headline": page(
        f"<div class='dau-bai'><h1>{TITLE}</h1><div>30/11/2026 14:05</div><p>{LEAD}</p></div>{PARAGRAPHS}{PLAIN_FOOTER}"
    ),
    "a builder's widget": page(
        f"<div class='elementor-widget elementor-widget-heading'><h1>{TITLE}</h1></div>"
        f"<div class='elementor-widget elementor-widget-post-info'><ul><li><i class='fa fa-clock-o'></i>"
        f" 30/11/2026 14:05</li></ul></div>{PARAGRAPHS}{FOOTER}"
    ),
    "published and updated": page(
        f"<h1>{TITLE}</h1><div class='meta'><span>Đăng lúc 30/11/2026 14:05</span>"
        f"<span>Cập nhật 30/11/2026 20:30</span></div>{PARAGRAPHS}{FOOTER}"
    ),
    **{
        f"meta {name}": page(
            f"<h1>{TITLE}</h1>{PARAGRAPHS}{FOOTER}", f'<meta {name} content="2026-11-30T14:05:00+07:00">'
        )
        for name in (
            'property="article:published_time"',
            'itemprop="datePublished"',
            'name="pubdate"',
            'name="publish-date"',
            'name="DC.date.issued"',
            'name="parsely-pub-date"',
        )
    },
}
UNDATED: dict[str, str] = {
    "a footer with a year": page(f"<h1>{TITLE}</h1>{PARAGRAPHS}{FOOTER}"),
    "a footer without its element": page(f"<h1>{TITLE}</h1>{PARAGRAPHS}{PLAIN_FOOTER}"),
    "a short page and its footer": page(f"<h1>{TITLE}</h1><p>{LEAD}</p>{PLAIN_FOOTER}"),
    "related links": page(f"<h1>{TITLE}</h1><p>{LEAD}</p>{RELATED}"),
    "related links without a name": page(f"<h1>{TITLE}</h1><p>{LEAD}</p>{BARE_RELATED}"),
    "today in the head": page(f"{TODAY}<h1>{TITLE}</h1><p>{LEAD}</p>"),
    "today in a bar without a name": page(
        f"<div class='row'><span>Thứ Ba, 01/12/2026</span></div><ul><li><a href='/'>Trang chủ</a></li></ul>"
        f"<h1>{TITLE}</h1><p>{LEAD}</p>"
    ),
    "the hour in the head": page(f"<div>Thứ Ba, 01/12/2026 08:59</div><h1>{TITLE}</h1><p>{LEAD}</p>"),
    "a day that has not come yet": page(f"<h1>{TITLE}</h1><p>Hạn nộp hồ sơ: 15/12/2026</p><p>{LEAD}</p>"),
    "comments": page(f"<h1>{TITLE}</h1><p>{LEAD}</p>{COMMENTS}"),
    "a day in the text": page(f"<h1>{TITLE}</h1><p>Ngày 20/11/2026, công nhân ngừng việc.</p>{PARAGRAPHS}"),
    "a caption": page(
        f"<h1>{TITLE}</h1><figure><img><figcaption>Ảnh chụp ngày 20/11/2026</figcaption></figure>{PARAGRAPHS}"
    ),
    "no date at all": page(f"<h1>{TITLE}</h1><p>{LEAD}</p>"),
    "a phone number and a law": page(f"<h1>{TITLE}</h1><p>Gọi 0912.345.678</p><p>Theo Luật số 10/2012/QH13</p>"),
}


def samples() -> Iterator[Sample]:
    """Make all pages."""
    for form, (date, moment, precision) in FORMS.items():
        for layout, build in LAYOUTS.items():
            yield Sample(f"{form}, {layout}", build(escape(date)), moment, precision)
    for name, markup in MACHINES.items():
        yield Sample(name, markup, THEN)
    for name, markup in UNDATED.items():
        yield Sample(name, markup, None)
