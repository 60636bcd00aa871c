"""A sample newspaper: RSS 2.0, Atom and JSON Feed of its newest articles, the articles, and a front page."""

import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import datetime
from email.utils import format_datetime
from html import escape

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from monitor.clock import VIETNAM, Clock
from monitor.demo.sites.server import Site, SitePost

RSS_PATH = "/rss/tin-moi-nhat.rss"
ATOM_PATH = "/atom.xml"
JSON_PATH = "/feed.json"


def rfc822_date(moment: datetime) -> str:
    """Write a date as RSS asks for, in Vietnamese time."""
    return format_datetime(moment.astimezone(VIETNAM))


class FeedSite(Site):
    """A newspaper on loopback. Feeds at RSS_PATH, ATOM_PATH and JSON_PATH; articles at `/bai/<id>.html`.

    Args:
        items: Its articles.
        clock: Its time.
        title: Its name.
        page_size: How many articles a feed holds.
        date_style: How RSS dates are written.

    """

    def __init__(
        self,
        items: Iterable[SitePost],
        clock: Clock,
        *,
        title: str = "Báo Mẫu",
        page_size: int = 30,
        date_style: Callable[[datetime], str] = rfc822_date,
    ) -> None:
        super().__init__(items, clock, page_size=page_size)
        self.title = title
        self.date_style = date_style
        self.restless = False
        self._router = Starlette(
            routes=[
                Route("/", self._front_page),
                Route(RSS_PATH, self._rss),
                Route(ATOM_PATH, self._atom),
                Route(JSON_PATH, self._json_feed),
                Route("/bai/{name}.html", self._article),
            ]
        )

    def _front_page(self, _request: Request) -> Response:
        return HTMLResponse(
            f'<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>{escape(self.title)}</title>'
            f'<link rel="alternate" type="application/rss+xml" title="Tin mới nhất" href="{RSS_PATH}">'
            f'<link rel="alternate" type="application/atom+xml" href="{ATOM_PATH}">'
            "</head><body><h1>Tin mới</h1></body></html>"
        )

    def _article(self, request: Request) -> Response:
        name = request.path_params["name"]
        post = next((post for post in self.visible() if post.id == name), None)
        if post is None:
            return HTMLResponse("<h1>Không tìm thấy trang</h1>", 404)
        paragraphs = "".join(f"<p>{escape(part)}</p>" for part in post.text.split("\n\n"))
        title = escape(post.title or "")
        return HTMLResponse(
            f'<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>{title}</title></head>'
            f"<body><article><h1>{title}</h1>{paragraphs}</article></body></html>"
        )

    def _rss(self, request: Request) -> Response:
        base = _base(request)
        items = "".join(self._rss_item(post, base) for post in self._window())
        newest = self.clock.now() if self.restless else self._modified()
        return self._answer(
            request,
            '<?xml version="1.0" encoding="{charset}"?>\n'
            '<rss version="2.0" xmlns:slash="http://purl.org/rss/1.0/modules/slash/"><channel>'
            f"<title>{escape(self.title)}</title><description>{escape(self.title)} RSS</description>"
            f"<pubDate>{rfc822_date(newest)}</pubDate><link>{base}{RSS_PATH}</link><language>vi</language>"
            f"{items}</channel></rss>",
            "text/xml",
        )

    def _rss_item(self, post: SitePost, base: str) -> str:
        link = f"{base}/bai/{post.id}.html"
        body = escape(post.text, quote=False).replace("\n", "<br>")
        thumbnail = f'<a href="{link}"><img width=130 height=100 src="{base}/anh/{post.id}.jpg" ></a></br>'
        return (
            f"<item><title>{escape(post.title or '')}</title><description><![CDATA[{thumbnail}{body}]]></description>"
            f"<pubDate>{self.date_style(post.published_at)}</pubDate><link>\n{link}\n</link><guid>\n{link}\n</guid>"
            f"<slash:comments>{post.engagement.get('replies', 0)}</slash:comments></item>\n"
        )

    def _atom(self, request: Request) -> Response:
        base = _base(request)
        entries = "".join(
            f"<entry><id>tag:mau.example,2026:{post.id}</id><title>{escape(post.title or '')}</title>"
            f'<link rel="alternate" href="{base}/bai/{post.id}.html"/>'
            f"<author><name>{escape(post.author)}</name></author>"
            f"<published>{post.published_at.isoformat()}</published>"
            f"<updated>{(post.edited_at or post.published_at).isoformat()}</updated>"
            f'<content type="html">{escape("<p>" + escape(post.text) + "</p>")}</content></entry>\n'
            for post in self._window()
        )
        return self._answer(
            request,
            '<?xml version="1.0" encoding="{charset}"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="vi">'
            f"<id>tag:mau.example,2026:feed</id><title>{escape(self.title)}</title>"
            f"<updated>{self._modified().isoformat()}</updated>{entries}</feed>",
            "application/atom+xml",
        )

    def _json_feed(self, request: Request) -> Response:
        base = _base(request)
        items = [
            {
                "id": post.id,
                "url": f"{base}/bai/{post.id}.html",
                "title": post.title,
                "content_text": post.text,
                "date_published": post.published_at.isoformat(),
                "date_modified": (post.edited_at or post.published_at).isoformat(),
                "authors": [{"name": post.author}],
                "language": post.language,
            }
            for post in self._window()
        ]
        feed = {"version": "https://jsonfeed.org/version/1.1", "title": self.title, "language": "vi", "items": items}
        return self._answer(request, json.dumps(feed, ensure_ascii=False), "application/feed+json")

    def _window(self) -> list[SitePost]:
        return self.visible()[: self.page_size]

    def _modified(self) -> datetime:
        return max((post.edited_at or post.published_at for post in self._window()), default=self.clock.now())

    def _answer(self, request: Request, text: str, media_type: str) -> Response:
        charset = self.charset or "utf-8"
        body = text.replace("{charset}", charset, 1).encode(charset, errors="xmlcharrefreplace")
        headers = {"content-type": media_type if self.charset else f"{media_type}; charset=utf-8"}
        if self.etag:
            tag = f'W/"{hashlib.sha256(body).hexdigest()[:16]}"'
            modified = format_datetime(self._modified().replace(microsecond=0), usegmt=True)
            headers |= {"etag": tag, "last-modified": modified}
            if request.headers.get("if-none-match") == tag:
                return Response(None, 304, headers)
        return Response(body, 200, headers)


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/")
