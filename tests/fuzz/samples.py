"""Sound payloads, written for these tests in the forms that parsers know."""

import io
import zipfile
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from monitor.collectors.base import SourceView
from monitor.collectors.webpage.settings import WebpageSettings
from tests.clock import MONDAY_MORNING, FakeClock
from tests.monitor.collectors import payloads
from tests.monitor.collectors.files.test_downloads import COMMENTS, POSTS
from tests.monitor.collectors.files.test_hostile import MESSAGE, PLAIN, RECORDS
from tests.monitor.collectors.telegram_samples import message
from tests.monitor.collectors.xenforo_samples import WAGES, post
from tests.platforms import ForumThread, TelegramSite, XenForoSite
from tests.platforms.webpage_site import ARTICLE_SETTINGS, THREAD_SETTINGS

_ITEM = (
    '<item><guid isPermaLink="false">bai-1</guid><title>Chậm lương ở khu B</title><link>https://a.example/1</link>'
    "<pubDate>Mon, 16 Nov 2026 08:00:00 +0700</pubDate><dc:creator>toasoan</dc:creator>"
    "<description>&lt;p&gt;Công ty nợ lương &lt;b&gt;ba&lt;/b&gt; tháng.&lt;/p&gt;</description>"
    "<slash:comments>12</slash:comments></item>"
)
_RSS = (
    '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:slash="http://purl.org/rss/1.0/modules/slash/" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">'
    "<channel><title>Báo Mẫu</title><link>https://a.example</link><language>vi</language><ttl>15</ttl>"
    "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>{}</channel></rss>"
)
_ODD_ITEM = "<item><title>Không có địa chỉ</title><category><b/></category><p>Đoạn <i>lạ</i></p></item>"
RSS = (
    _RSS.format(_ITEM + _ITEM.replace("bai-1", "bai-2")).encode(),
    _RSS.format(_ITEM + _ODD_ITEM).replace("<rss", "<!DOCTYPE rss><rss", 1).encode(),  # for the tolerant parser
)
_ENTRY = (
    '<entry><id>urn:bai-1</id><title type="html">Bữa ăn &amp;amp; ca</title><link href="https://a.example/1"/>'
    "<published>2026-11-16T08:00:00+07:00</published><updated>2026-11-16T09:00:00Z</updated>"
    '<author><name>An</name><email>an@a.example</email></author><content type="html">&lt;p&gt;Cơm&lt;/p&gt;</content>'
    '<summary>Tóm tắt</summary><category term="x"/></entry>'
)
_ATOM = (
    '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="vi"><title>T</title><id>urn:t</id>'
    "<updated>2026-11-16T09:00:00Z</updated>{}</feed>"
)
ATOM = (
    _ATOM.format(_ENTRY + _ENTRY.replace("bai-1", "bai-2")).encode(),
    _ATOM.format(_ENTRY.replace('type="html">&lt;p&gt;Cơm&lt;/p&gt;', 'type="xhtml"><div><p>Cơm</p></div>')).encode(),
)
JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Báo Mẫu",
    "language": "vi",
    "items": [
        {
            "id": "bai-1",
            "url": "https://a.example/1",
            "title": "Chậm lương",
            "content_html": "<p>Công ty nợ <a href='/2'>lương</a></p>",
            "summary": "Tóm tắt",
            "date_published": "2026-11-16T08:00:00+07:00",
            "date_modified": "2026-11-16T09:00:00+07:00",
            "authors": [{"name": "An", "url": "https://a.example/an"}],
        },
        {"id": 2, "content_text": "Bữa ăn ca", "author": {"name": "An"}, "language": "vi"},
    ],
}
_COOKED = (
    '<p>Nợ lương <a class="hashtag" href="/c/1">viec-lam</a></p><aside class="quote"><div class="title">An</div>'
    '<blockquote>Cũ</blockquote></aside><aside class="onebox" data-onebox-src="https://b.example">'
    '<h3><a href="https://b.example">B</a></h3></aside>'
)


def discourse_row(number: int) -> dict[str, Any]:
    return payloads.discourse_row(number, cooked=_COOKED)


JETSTREAM = {
    "did": payloads.DID,
    "time_us": 1_795_503_600_000_000,
    "kind": "commit",
    "commit": {
        "rev": "3",
        "operation": "create",
        "collection": "app.bsky.feed.post",
        "rkey": "3m1",
        "record": payloads.bluesky_record(),
        "cid": "b",
    },
}


def telegram_site() -> TelegramSite:
    return TelegramSite([message(number) for number in range(1, 4)], FakeClock(), channel="kenh_khu_b")


def xenforo_site() -> XenForoSite:
    other = ForumThread(id=13, title="Bữa ăn ca", slug="bua-an-ca", board="doi-song.5")
    posts = [post(number, engagement={"likes": number}) for number in range(1, 5)]
    posts.append(post(9, other.id, edited_at=MONDAY_MORNING - timedelta(minutes=5)))
    return XenForoSite(posts, [WAGES, other], FakeClock())


def _settings(settings: Any) -> WebpageSettings:
    return WebpageSettings.from_source(SourceView(name="a", address="https://a.example/tin/1", settings=settings))


ARTICLE = _settings(ARTICLE_SETTINGS)
THREAD = _settings(THREAD_SETTINGS)
_JSON_LD = (
    '<script type="application/ld+json">{"@context": "https://schema.org", "@graph": [{"@type": "NewsArticle", '
    '"headline": "Tin", "datePublished": "2026-11-16T08:00:00+07:00", "url": "https://a.example/tin/1", '
    '"author": [{"name": "An"}], "articleBody": "Ban quản lý thông báo."}, {"@type": "ClaimReview", '
    '"claimReviewed": "Đóng cửa", "reviewRating": {"ratingValue": 1, "bestRating": 5, "alternateName": "Sai"}, '
    '"publisher": {"name": "Bàn tin"}}]}</script>'
)
ARTICLE_PAGE = (
    '<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Tin</title><base href="/">'
    '<meta property="og:title" content="Tin"><meta property="article:published_time" content="2026-11-16T08:00:00Z">'
    f'<link rel="canonical" href="https://a.example/tin/1">{_JSON_LD}</head><body><h1 class="tieu-de">Tin</h1>'
    '<p class="ngay-dang">8 giờ 05 ngày 16/11/2026</p><div class="noi-dung"><p>Ban quản lý khu công nghiệp thông báo '
    'xe đưa đón chạy lại từ thứ hai.</p><p>Công nhân <a href="/2">đăng ký</a> ở tổ.</p><div class="tin-lien-quan">Cũ'
    '</div></div><p class="tac-gia">An</p><article class="tin"><h3><a href="/tin/2">Tin hai</a></h3></article></body>'
    "</html>"
).encode()
_REPLY = (
    '<li class="postbitlegacy" id="post_{n}"><span class="postdate"><span class="date">Hôm qua, 10:1{n}</span></span>'
    '<a class="username" href="/u/{n}">Thợ {n}</a><blockquote class="postcontent"><p>Ý {n}: ca đêm nóng.</p>'
    '<div class="signature">Bán sim</div></blockquote></li>'
)
THREAD_PAGE = (
    "<html><head><title>Ca đêm</title></head><body><h1>Ca đêm có nóng không?</h1><ol>"
    + "".join(_REPLY.format(n=number) for number in range(1, 4))
    + '</ol><a rel="next" href="/chu-de/7?trang=2">Sau</a></body></html>'
).encode()
ROBOTS = (
    "\ufeff# luật\nUser-agent: *\nDisallow: /rieng/*.pdf$\nAllow: /tin\nCrawl-delay: 2.5\n"
    "Request-rate: 1/5m 0600-0845\n"
    "User-agent: a\nUser-agent: kiemtin\nDisallow: /t%C3%ACm?q=\nSitemap: https://a.example/s.xml\n"
).encode()
CSV = (
    (
        "id,text,author,created_at,url,likes\n1,Mai nghỉ,an,2026-11-16 08:00,https://a.example/1,3\n"
        '2,"Chưa nhận\nlương, ""ba"" tháng",bình,16/11/2026 2:00 PM,https://a.example/2,"1,234"\n'
    ).encode(),
    "nội dung;ngày\nMai nghỉ;16/11/2026\nCòn làm;17/11/2026\n".encode("utf-16"),
)
CROWDTANGLE = (
    (
        "Page Name,User Name,Facebook Id,Post Created,Post Created Date,Type,Total Interactions,Likes,Comments,Shares,"
        "URL,Message,Image Text,Link Text,Description,Overperforming Score\n"
        'Khu trọ,khutro,100200300,2023-05-01 10:00:00 +07,2023-05-01,Link,"1,234","1,000",200,34,'
        "https://www.facebook.com/100200300/posts/7,Nghe nói sắp đóng,,Xưởng,,-1.5\n"
    ).encode(),
)
PLAIN_LINES = (PLAIN, PLAIN | {"id": "2", "text": "Còn làm"})
CAPTURED = tuple(RECORDS[name] for name in ("tiktok", "x", "facebook"))
TELEGRAM_EXPORT = {
    "name": "Kênh",
    "type": "public_channel",
    "id": 42,
    "messages": [MESSAGE, MESSAGE | {"id": 8, "text": "Mai nghỉ"}],
}


FACEBOOK_MEMBER = "comments_and_reactions/comments.json"
FACEBOOK_DOWNLOADS = (COMMENTS, POSTS)


def packed(members: Mapping[str, bytes]) -> bytes:
    """Pack an archive."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return written.getvalue()
