"""A sample Discourse forum: its newest posts, and single ones."""

import re
from collections.abc import Iterable
from typing import Any
from zlib import crc32

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from monitor.clock import Clock
from monitor.demo.sites.server import Site, stamp
from tests.platforms.forum import ForumPost, ForumThread, as_paragraphs

_WINDOW = 50


class DiscourseSite(Site):
    """A Discourse forum on loopback.

    Besides the switches of every site: `login_required` closes the forum to guests, `login_page` with a page to sign in
    instead of an answer; `user_deleted`, `hidden`, `private` and `unlisted` hold numbers of posts; `by_number` pages by
    numbers as some versions do; `retry_after` puts the wait into a header too.

    Args:
        posts: Its posts.
        topics: Its topics.
        clock: Its time.
        page_size: How many posts a page holds.

    """

    def __init__(
        self, posts: Iterable[ForumPost], topics: Iterable[ForumThread], clock: Clock, *, page_size: int = _WINDOW
    ) -> None:
        super().__init__(posts, clock, page_size=page_size)
        self.topics = {topic.id: topic for topic in topics}
        self.login_required = False
        self.login_page = False
        self.user_deleted: set[str] = set()
        self.hidden: set[str] = set()
        self.private: set[str] = set()
        self.unlisted: set[str] = set()
        self.by_number = False
        self.retry_after = False
        self._router = Starlette(
            routes=[
                Route("/login", self._login),
                Route("/posts.json", self._posts_page),
                Route("/posts/{number}.json", self._post),
            ]
        )

    def router(self) -> ASGIApp:
        """Give the forum's interface, or what a closed one says."""
        if self.login_page:
            return Starlette(routes=[Route("/login", self._login), Route("/{any:path}", self._to_login)])
        if self.login_required:
            message = "You need to be logged in to do that."
            return JSONResponse({"errors": [message], "error_type": "not_logged_in"}, 403)
        return self._router

    def too_many(self) -> Response:
        """Refuse with the wait in the body, as Discourse does."""
        seconds = int((self.reset_at - self.clock.now()).total_seconds())
        body = {
            "errors": [f"You’ve performed this action too many times, please try again in {seconds} seconds."],
            "error_type": "rate_limit",
            "extras": {"wait_seconds": seconds, "time_left": f"{seconds} seconds"},
        }
        return JSONResponse(body, 429, {"retry-after": str(seconds)} if self.retry_after else None)

    def _login(self, _request: Request) -> Response:
        return HTMLResponse("<!DOCTYPE html><html><body><form id='login'></form></body></html>")

    def _to_login(self, _request: Request) -> Response:
        return RedirectResponse("/login", 302)

    def _posts_page(self, request: Request) -> Response:
        before = int(request.query_params.get("before") or 0)
        posts = [post for post in self._listed() if not before or int(post.id) <= before]
        if self.by_number and posts:
            top = before or int(posts[0].id)
            posts = [post for post in posts if int(post.id) > top - self.page_size]
        return JSONResponse({"latest_posts": [self._payload(post, listed=True) for post in posts[: self.page_size]]})

    def _post(self, request: Request) -> Response:
        number = request.path_params["number"]
        post = next((post for post in self._published() if post.id == number), None)
        if post is None:
            message = "The requested URL or resource could not be found."
            return JSONResponse({"errors": [message], "error_type": "not_found"}, 404)
        if number in self.private:
            message = "You are not permitted to view the requested resource."
            return JSONResponse({"errors": [message], "error_type": "invalid_access"}, 403)
        return JSONResponse(self._payload(post, listed=False))

    def _published(self) -> list[ForumPost]:
        found = [post for post in self.visible() if isinstance(post, ForumPost)]
        return sorted(found, key=lambda post: int(post.id), reverse=True)

    def _listed(self) -> list[ForumPost]:
        return [post for post in self._published() if post.id not in self.private | self.unlisted]

    def _payload(self, post: ForumPost, *, listed: bool) -> dict[str, Any]:
        topic = self.topics[post.thread]
        cooked = as_paragraphs(post.text) if post.markup is None or post.edited_at else post.markup
        if post.id in self.user_deleted:
            cooked = "<p>(post deleted by author)</p>"
        if post.id in self.hidden:
            cooked = "<p>This post was flagged by the community and is temporarily hidden.</p>"
        row = {
            "id": int(post.id),
            "user_id": crc32(post.author.encode()) % 10_000 + 1 if post.author != "system" else -1,
            "username": post.author,
            "created_at": stamp(post.published_at),
            "updated_at": stamp(post.edited_at or post.published_at),
            "cooked": cooked,
            "post_number": post.number,
            "post_type": 1,
            "reply_count": post.engagement.get("replies", 0),
            "reply_to_post_number": None,
            "topic_id": topic.id,
            "topic_slug": topic.slug,
            "version": 2 if post.edited_at else 1,
            "hidden": post.id in self.hidden,
            "user_deleted": post.id in self.user_deleted,
            "deleted_at": None,
            "actions_summary": [{"id": 2, "count": post.engagement.get("likes", 0)}],
        }
        category = int(re.split("[./]", topic.board)[-1])
        return row | ({"topic_title": topic.title, "category_id": category} if listed else {})
