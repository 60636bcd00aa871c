"""A sample of the Threads API: the posts of one account, the answers to them, single objects, whose token it is."""

from collections.abc import Iterable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.clock import Clock
from tests.platforms.facebook_site import FacebookPost, FacebookSite, stamp

_MOST_PER_PAGE = 100


class ThreadsSite(FacebookSite):
    """The Threads API on loopback. Its answers have the form of the Graph API's, with names of their own.

    Besides the switches of `FacebookSite`: `nameless` holds objects whose author does not show them to everybody, and
    `not_public` answers that the account hides. No page names the next one: each has a mark after its last row.

    Args:
        posts: Posts and, with `post`, answers to one.
        clock: Its time.
        account: The name of the account.
        token: Its token.
        page_size: Most rows of a page.

    """

    def __init__(
        self,
        posts: Iterable[FacebookPost],
        clock: Clock,
        *,
        account: str,
        token: str,
        page_size: int = _MOST_PER_PAGE,
    ) -> None:
        super().__init__(posts, clock, page=account, token=token, page_size=page_size)
        self.nameless: set[str] = set()
        self.tells_next = False
        self._router = Starlette(
            routes=[
                Route("/v1.0/me", self._me),
                Route("/v1.0/me/threads", self._posts_page),
                Route("/v1.0/{post}/conversation", self._comments),
                Route("/v1.0/{number}", self._object),
            ]
        )

    def _me(self, _request: Request) -> Response:
        return self._answer({"id": "17841400", "username": self.owner})

    def _row(self, post: FacebookPost) -> dict[str, Any]:
        is_hidden = post.id in self.not_public
        return {
            "id": post.id,
            "timestamp": stamp(post.published_at),
            "has_replies": any(each.post == post.id for each in self._shown()),
            "permalink": f"https://www.threads.com/@{post.author}/post/{post.id}",
            **({"text": post.text} if post.text else {}),
            **({} if post.id in self.nameless else {"username": post.author}),
            **({"hide_status": "HIDDEN" if is_hidden else "NOT_HUSHED"} if post.post else {}),
        }
