"""A sample news desk without a feed: a list in pages, articles, fact checks, and an old-fashioned forum thread."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html import escape
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from monitor.clock import VIETNAM, Clock
from monitor.demo.sites.server import Site, SitePost
from tests.platforms.forum import as_paragraphs

LIST_PATH = "/tin-tuc"
THREAD_PATH = "/showthread.php"
ARTICLE_SETTINGS: Mapping[str, Any] = {
    "mode": "list",
    "list": {"item": "article.tin", "link": "h3 a@href", "next": "a.trang-sau@href", "max_pages": 5},
    "detail": {
        "title": "h1.tieu-de",
        "body": "div.noi-dung",
        "author": ".tac-gia",
        "date": ".ngay-dang",
        "remove": [".tin-lien-quan"],
    },
}
THREAD_SETTINGS: Mapping[str, Any] = {
    "mode": "thread",
    "list": {"item": "li.postbitlegacy", "next": 'a[rel="next"]@href', "max_pages": 5},
    "detail": {
        "id": r"@id | post_(\d+)",
        "body": "blockquote.postcontent",
        "author": "a.username",
        "date": ".postdate .date",
        "remove": [".signature"],
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WebPost(SitePost):
    """One article, or with `thread` a post in the forum. `claim` and `verdict` make an article a fact check."""

    thread: int | None = None
    claim: str | None = None
    verdict: str | None = None
    markup: str | None = None


def spoken_date(moment: datetime) -> str:
    """Write a date as an article's head does."""
    local = moment.astimezone(VIETNAM)
    return f"{local.hour} giờ {local.minute:02d} ngày {local.day}/{local.month}/{local.year}"


class WebpageSite(Site):
    """A news desk on loopback: its front page, a list at LIST_PATH, articles, and a thread at THREAD_PATH `?t=<id>`.

    Its own switches: `json_ld` and `open_graph` (whether pages describe themselves), `redesigned` (all classes have
    other names), `sign_in` (articles are a form for signing in), `robots_meta` (what pages say to robots).

    Args:
        posts: Articles and posts of threads.
        clock: Its time.
        page_size: How many articles or posts one page holds.

    """

    def __init__(self, posts: Iterable[WebPost], clock: Clock, *, page_size: int = 4) -> None:
        super().__init__(posts, clock, page_size=page_size)
        self.json_ld = True
        self.open_graph = True
        self.redesigned = False
        self.sign_in = False
        self.robots_meta: str | None = None
        self._router = Starlette(
            routes=[
                Route("/", self._front),
                Route(LIST_PATH, self._list),
                Route("/tin/{name}.html", self._article),
                Route(THREAD_PATH, self._thread),
            ]
        )

    def _front(self, request: Request) -> Response:
        about = "Bàn tin Mẫu đưa tin về việc làm, tiền lương và đời sống của công nhân trong các khu công nghiệp."
        return self._answer(request, "Bàn tin Mẫu", f"<main><p>{about}</p></main>")

    def _list(self, request: Request) -> Response:
        number = int(request.query_params.get("trang", "1"))
        shown, more = self._slice([post for post in self._web_posts() if post.thread is None], number)
        items = "".join(
            f'<article class="tin"><h3><a href="/tin/{post.id}.html?utm_source=danh-sach">{escape(post.title or "")}'
            f"</a></h3><p>{escape(post.text[:60])}</p></article>"
            for post in shown
        )
        onward = f'<a class="trang-sau" href="?trang={number + 1}">Trang sau</a>' if more else ""
        elsewhere = '<article class="tin"><h3><a href="https://quang-cao.example/mua">Quảng cáo</a></h3></article>'
        return self._answer(request, "Tin tức", f"<main>{elsewhere}{items}</main>{onward}")

    def _article(self, request: Request) -> Response:
        name = request.path_params["name"]
        post = next((post for post in self._web_posts() if post.id == name and post.thread is None), None)
        if post is None:
            return HTMLResponse("<h1>Không tìm thấy trang</h1>", 404)
        if self.sign_in:
            form = '<form method="post"><input name="ten"><input type="password" name="mat-khau"></form>'
            return self._answer(request, "Đăng nhập", form)
        body = (
            f'<h1 class="tieu-de">{escape(post.title or "")}</h1><span class="ngay-dang">'
            f'{spoken_date(post.published_at)}</span><span class="tac-gia">{escape(post.author)}</span>'
            f'<div class="noi-dung">{post.markup or as_paragraphs(post.text)}'
            '<div class="tin-lien-quan"><a href="/tin/khac.html">Tin khác</a></div></div>'
        )
        return self._answer(request, post.title or "", body, head=self._described(post, str(request.url)))

    def _thread(self, request: Request) -> Response:
        wanted, number = request.query_params.get("t"), int(request.query_params.get("page", "1"))
        posts = [post for post in reversed(self._web_posts()) if str(post.thread) == wanted]
        if not posts or (number - 1) * self.page_size >= len(posts):
            return HTMLResponse("<h1>Chủ đề không tồn tại</h1>", 404)
        shown, more = self._slice(posts, number)
        items = "".join(
            f'<li class="postbitlegacy" id="post_{post.id}"><div class="postdate"><span class="date">'
            f"{post.published_at.astimezone(VIETNAM):%d-%m-%Y, %H:%M}</span></div>"
            f'<a class="username" href="member.php?u=1">{escape(post.author)}</a>'
            f'<blockquote class="postcontent">{post.markup or as_paragraphs(post.text)}</blockquote>'
            '<div class="signature">Chữ ký: bán nhà giá tốt</div></li>'
            for post in shown
        )
        onward = f'<a rel="next" href="{THREAD_PATH}?t={wanted}&amp;page={number + 1}">Sau</a>' if more else ""
        return self._answer(request, posts[0].title or "", f"<h1>{escape(posts[0].title or '')}</h1>{items}{onward}")

    def _web_posts(self) -> list[WebPost]:
        return [post for post in self.visible() if isinstance(post, WebPost)]

    def _slice(self, posts: Sequence[WebPost], number: int) -> tuple[Sequence[WebPost], bool]:
        first = (number - 1) * self.page_size
        return posts[first : first + self.page_size], len(posts) > first + self.page_size

    def _described(self, post: WebPost, url: str) -> str:
        parts = []
        if self.open_graph:
            parts.append(
                f'<meta property="og:title" content="{escape(post.title or "")}">'
                f'<meta property="article:published_time" content="{post.published_at.isoformat()}">'
            )
        if self.json_ld:
            parts.append(_script([_article_node(post, url)]))
        if post.claim:
            parts.append(_script({"@context": "https://schema.org", "@graph": [_claim_node(post, url)]}))
        return "".join(parts)

    def _answer(self, request: Request, title: str, body: str, *, head: str = "") -> Response:
        charset = self.charset or "utf-8"
        robots = f'<meta name="robots" content="{self.robots_meta}">' if self.robots_meta else ""
        page = (
            f'<!DOCTYPE html><html lang="vi"><head><meta charset="{charset}"><title>{escape(title)}</title>'
            f'{robots}{head}</head><body><nav><a href="{LIST_PATH}">Tin tức</a></nav>{body}</body></html>'
        )
        if self.redesigned:
            page = page.replace('class="', 'class="v2-')
        raw = page.encode(charset, errors="xmlcharrefreplace")
        headers = {"content-type": "text/html" if self.charset else "text/html; charset=utf-8"}
        if self.etag:
            headers |= {
                "etag": f'"{hashlib.sha256(raw).hexdigest()[:16]}"',
                "last-modified": format_datetime(self._modified().replace(microsecond=0), usegmt=True),
            }
            if request.headers.get("if-none-match") == headers["etag"]:
                return Response(None, 304, headers)
        return Response(raw, 200, headers)

    def _modified(self) -> datetime:
        return max((post.edited_at or post.published_at for post in self.visible()), default=self.clock.now())


def _script(value: Any) -> str:
    written = json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")
    return f'<script type="application/ld+json">{written}</script>'


def _article_node(post: WebPost, url: str) -> dict[str, Any]:
    return {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": post.title,
        "mainEntityOfPage": {"@type": "WebPage", "@id": url},
        "author": [{"@type": "Person", "name": post.author}],
        "datePublished": post.published_at.isoformat(),
        "dateModified": (post.edited_at or post.published_at).isoformat(),
        "inLanguage": post.language,
    }


def _claim_node(post: WebPost, url: str) -> dict[str, Any]:
    return {
        "@type": "ClaimReview",
        "url": url,
        "claimReviewed": post.claim,
        "datePublished": post.published_at.isoformat(),
        "author": {"@type": "Organization", "name": "Trang Kiểm chứng Mẫu"},
        "reviewRating": {"@type": "Rating", "ratingValue": 1, "bestRating": 5, "alternateName": post.verdict},
    }
