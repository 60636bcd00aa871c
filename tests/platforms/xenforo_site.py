"""A sample XenForo 2 board as guests see it: the feeds of its threads, and thread pages of versions 2.2 and 2.3."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from urllib.parse import quote
from zlib import crc32

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from monitor.clock import VIETNAM, Clock
from monitor.demo.sites.server import Site
from tests.platforms.forum import ForumPost, ForumThread

_NAMED = 3  # of those who liked a post
_ADVERTISEMENT = '<article class="message message--post"><div class="message-body">Quảng cáo: vay nhanh</div></article>'
_SIGNATURE = '<aside class="message-signature"><div class="bbWrapper">Bán sim số đẹp, gọi 09xx</div></aside>'


class XenForoSite(Site):
    """A XenForo board on loopback, its addresses beginning with `forums` and `threads` unless told otherwise.

    Besides the switches of every site: `version` is how times are written, `2.2` or `2.3`, or `2.0` without `datetime`;
    `login_required` closes the board to guests; `private` holds threads that guests may not see; `placeholders` holds
    posts of which only a note is left; `merged` sends a thread on to another; `bare` holds threads shown without posts.

    Args:
        posts: Its posts.
        threads: Its threads.
        clock: Its time.
        page_size: How many posts a page holds.
        feed_size: How many threads a feed holds.
        forums: First part of the addresses of forums.
        threads_prefix: First part of the addresses of threads.

    """

    def __init__(
        self,
        posts: Iterable[ForumPost],
        threads: Iterable[ForumThread],
        clock: Clock,
        *,
        page_size: int = 20,
        feed_size: int = 40,
        forums: str = "forums",
        threads_prefix: str = "threads",
    ) -> None:
        super().__init__(posts, clock, page_size=page_size)
        self.threads = {thread.id: thread for thread in threads}
        self.feed_size = feed_size
        self.version = "2.3"
        self.login_required = False
        self.private: set[int] = set()
        self.placeholders: set[str] = set()
        self.merged: dict[int, int] = {}
        self.bare: set[int] = set()
        self._prefix = threads_prefix
        self._router = Starlette(
            routes=[
                Route(f"/{forums}/{{forum}}/index.rss", self._feed),
                Route(f"/{threads_prefix}/{{path}}/", self._thread),
                Route(f"/{threads_prefix}/{{path}}/page-{{page:int}}", self._thread),
            ]
        )

    def router(self) -> ASGIApp:
        """Give the board's pages, or its page to sign in."""
        if self.login_required:
            return _page("login", '<form action="/login/login" method="post"></form>', status=403)
        return self._router

    def path(self, thread: ForumThread) -> str:
        """Give the address of a thread's first page, without the host."""
        return f"/{self._prefix}/{quote(thread.slug)}.{thread.id}/"

    def _feed(self, request: Request) -> Response:
        forum = request.path_params["forum"]
        found = [
            thread
            for thread in self.threads.values()
            if (forum in ("-", thread.board)) and thread.id not in self.private and self._posts_of(thread)
        ]
        found.sort(key=lambda thread: self._posts_of(thread)[-1].published_at, reverse=True)
        found.sort(key=lambda thread: not thread.pinned)
        base = str(request.base_url).rstrip("/")
        items = "".join(self._item(thread, base) for thread in found[: self.feed_size])
        body = (
            '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
            'xmlns:slash="http://purl.org/rss/1.0/modules/slash/"><channel><title>Diễn đàn Mẫu</title>'
            f"<link>{base}/</link><generator>XenForo</generator>{items}</channel></rss>"
        ).encode()
        headers = {"content-type": "application/rss+xml; charset=utf-8"}
        if self.etag:
            headers["etag"] = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            if request.headers.get("if-none-match") == headers["etag"]:
                return Response(None, 304, headers)
        return Response(body, 200, headers)

    def _item(self, thread: ForumThread, base: str) -> str:
        posts = self._posts_of(thread)
        date = format_datetime(posts[-1].published_at.replace(microsecond=0))
        link = f"{base}{self.path(thread)}"
        return (
            f"<item><title>{escape(thread.title)}</title><pubDate>{date}</pubDate><link>{link}</link>"
            f"<guid>{link}</guid><dc:creator>{escape(posts[0].author)}</dc:creator>"
            f"<slash:comments>{len(posts) - 1}</slash:comments></item>"
        )

    def _thread(self, request: Request) -> Response:
        number = int(request.path_params["path"].rpartition(".")[2])
        if number in self.merged:
            return RedirectResponse(self.path(self.threads[self.merged[number]]), 301)
        thread = self.threads.get(number)
        posts = self._posts_of(thread) if thread else []
        if thread is None or not posts:
            return _page("error", '<div class="blockMessage blockMessage--error">Không tìm thấy.</div>', status=404)
        if number in self.private:
            return _page("error", '<div class="blockMessage blockMessage--error">Bạn không có quyền.</div>', status=403)
        last = (len(posts) - 1) // self.page_size + 1
        page = request.path_params.get("page", 1)
        if page > last:
            return RedirectResponse(self.path(thread) + (f"page-{last}" if last > 1 else ""), 303)
        start = (page - 1) * self.page_size
        shown = [] if number in self.bare else posts[start : start + self.page_size]
        messages = [self._message(thread, post, start + place) for place, post in enumerate(shown, start=1)]
        label = (
            f'<a class="labelLink" href="/x"><span class="label">{thread.prefix}</span></a>' if thread.prefix else ""
        )
        append = '<span class="label-append">&nbsp;</span>' if thread.prefix else ""
        heading = f'<h1 class="p-title-value">{label}{append}{escape(thread.title)}</h1>'
        return _page("thread_view", heading + self._navigation(thread, page, last) + _ADVERTISEMENT.join(messages))

    def _navigation(self, thread: ForumThread, page: int, last: int) -> str:
        if last == 1:
            return ""
        shown = sorted({1, page, last})
        items = "".join(
            f'<li class="pageNav-page{" pageNav-page--current" if each == page else ""}">'
            f'<a href="{self.path(thread)}page-{each}">{each}</a></li>'
            for each in shown
        )
        following = f'<a href="{self.path(thread)}page-{page + 1}" class="pageNav-jump pageNav-jump--next">Next</a>'
        return f'<ul class="pageNav-main">{items}</ul>{following if page < last else ""}'

    def _message(self, thread: ForumThread, post: ForumPost, place: int) -> str:
        named = f'data-author="{escape(post.author)}" data-content="post-{post.id}" id="js-post-{post.id}"'
        if post.id in self.placeholders:
            return f'<div class="message message--deleted message--post js-post" {named}>Bài đã bị xoá.</div>'
        account = crc32(post.author.encode()) % 100_000 + 1
        body = escape(post.text, quote=False).replace("\n", "<br>\n")
        if post.markup is not None and post.edited_at is None:
            body = post.markup
        edited = (
            f'<div class="message-lastEdit">Sửa lần cuối: {self.time(post.edited_at)}</div>' if post.edited_at else ""
        )
        return (
            f'<article class="message message--post js-post" {named}><h4 class="message-name"><a class="username" '
            f'data-user-id="{account}">{escape(post.author)}</a></h4><header class="message-attribution">'
            f'<ul class="message-attribution-main"><li><a href="{self.path(thread)}post-{post.id}">'
            f'{self.time(post.published_at)}</a></li></ul><ul class="message-attribution-opposite">'
            f'<li><a href="/goto/post?id={post.id}">#{place:,}</a></li></ul></header><div class="message-body">'
            f'<div class="bbWrapper">{body}</div></div>{edited}{_SIGNATURE}{_reactions(post)}</article>'
        )

    def time(self, moment: datetime) -> str:
        """Write a time as this version of XenForo does, for a reader in Việt Nam."""
        local = moment.astimezone(VIETNAM)
        seconds, clock = int(moment.astimezone(UTC).timestamp()), f"{local:%I:%M %p}"
        date = f'datetime="{local:%Y-%m-%dT%H:%M:%S%z}"'
        attributes = {
            "2.0": f'data-time="{seconds}" data-date-string="{local:%d/%m/%y}" data-time-string="{clock}"',
            "2.2": f'{date} data-time="{seconds}" data-date-string="{local:%d/%m/%y}"',
            "2.3": f'{date} data-timestamp="{seconds}" data-time="{clock}" data-short="2h"',
        }
        shown = f"{local:%d/%m/%y} lúc {local:%H:%M}"
        return f'<time class="u-dt" dir="auto" {attributes[self.version]} title="{shown}">42 phút trước</time>'

    def _posts_of(self, thread: ForumThread) -> list[ForumPost]:
        found = [post for post in self.visible() if isinstance(post, ForumPost) and post.thread == thread.id]
        return sorted(found, key=lambda post: int(post.id))


def _reactions(post: ForumPost) -> str:
    count = post.engagement.get("likes", 0)
    if not count:
        return ""
    names = ", ".join(f"<bdi>Bạn {number}</bdi>" for number in range(min(count, _NAMED)))
    others = f" và {count - _NAMED:,} người khác".replace(",", ".") if count > _NAMED else ""
    return f'<div class="reactionsBar"><a class="reactionsBar-link" href="/x">{names}{others}</a></div>'


def _page(template: str, content: str, status: int = 200) -> HTMLResponse:
    head = f'<!DOCTYPE html><html id="XF" lang="vi-VN" data-app="public" data-template="{template}">'
    return HTMLResponse(f'{head}<head><meta charset="utf-8"></head><body>{content}</body></html>', status)
