"""A sample of Facebook's Graph API: the posts of one Page, the comments on them, single objects, whose token it is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from monitor.clock import Clock
from monitor.demo.sites.server import Site, SitePost

_MOST_PER_PAGE = 100
_MESSAGES = {
    4: "(#4) Application request limit reached",
    10: "(#10) This endpoint requires the 'pages_read_engagement' permission",
    32: "(#32) Page request limit reached",
    190: "Error validating access token: Session has expired",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FacebookPost(SitePost):
    """A post of the Page, or, with `post`, a comment on one. `story` is what the site itself says in its place."""

    post: str | None = None
    story: str | None = None


class FacebookSite(Site):
    """The Graph API on loopback.

    Besides the switches of every site: `refusal` is an error's status, code and subcode, given instead of any answer,
    `refused` the same for single paths; `usage` is sent as X-App-Usage, `business_usage` as
    X-Business-Use-Case-Usage; `not_public` holds posts and comments that only those who administer the Page see;
    `next_base` stands in the addresses of further pages instead of the site's own, and `tells_next` says whether a page
    names the next one at all.

    Args:
        posts: Posts and comments; their identifiers as `page_number` and `post_number`.
        clock: Its time.
        page: The Page's number.
        token: The Page's token.
        page_size: Most rows of a page; the API allows 100.

    """

    def __init__(
        self,
        posts: Iterable[FacebookPost],
        clock: Clock,
        *,
        page: str,
        token: str,
        page_size: int = _MOST_PER_PAGE,
    ) -> None:
        super().__init__(posts, clock, page_size=page_size)
        self.page = page
        self.token = token
        self.owner = page
        self.refusal: tuple[int, int, int | None] | None = None
        self.refused: dict[str, tuple[int, int, int | None]] = {}
        self.usage: str | None = None
        self.business_usage: str | None = None
        self.not_public: set[str] = set()
        self.next_base: str | None = None
        self.tells_next = True
        self._router = Starlette(
            routes=[
                Route("/v26.0/me", self._me),
                Route(f"/v26.0/{page}/posts", self._posts_page),
                Route("/v26.0/{post}/comments", self._comments),
                Route("/v26.0/{number}", self._object),
            ]
        )

    def router(self) -> ASGIApp:
        """Give the API, or its refusal."""
        request = self.log[-1]
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return self._problem(401, 190, None, f"Malformed access token {request.headers.get('authorization')}")
        refusal = self.refused.get(request.path, self.refusal)
        return self._problem(*refusal) if refusal else self._router

    def too_many(self) -> Response:
        """Refuse as the API does: with a code, in an answer of status 403."""
        return self._problem(403, 4, None)

    def limit_headers(self) -> dict[str, str]:
        """Tell of the limits in the API's headers."""
        told = {"x-app-usage": self.usage, "x-business-use-case-usage": self.business_usage}
        return {name: value for name, value in told.items() if value}

    def _me(self, _request: Request) -> Response:
        return self._answer({"id": self.owner})

    def _posts_page(self, request: Request) -> Response:
        return self._page(request, [post for post in self._shown() if post.post is None])

    def _comments(self, request: Request) -> Response:
        post = request.path_params["post"]
        return self._page(request, [comment for comment in self._shown() if comment.post == post])

    def _object(self, request: Request) -> Response:
        number = request.path_params["number"]
        found = next((post for post in self._shown() if post.id == number), None)
        if found is None:
            message = f"Unsupported get request. Object with ID '{number}' does not exist"
            return self._problem(400, 100, 33, message)
        return self._answer(self._row(found))

    def _shown(self) -> list[FacebookPost]:
        return [post for post in self.visible() if isinstance(post, FacebookPost)]

    def _page(self, request: Request, posts: Sequence[FacebookPost]) -> Response:
        after = request.query_params.get("after")
        numbers = [post.id for post in posts]
        start = numbers.index(after) + 1 if after in numbers else 0
        size = min(int(request.query_params.get("limit", "25")), self.page_size)
        shown = posts[start : start + size]
        payload: dict[str, Any] = {"data": [self._row(post) for post in shown]}
        if shown:
            payload["paging"] = {"cursors": {"before": shown[0].id, "after": shown[-1].id}}
        if start + size < len(posts) and self.tells_next:
            query = {**request.query_params, "access_token": self.token, "after": shown[-1].id}
            base = self.next_base or str(request.base_url).rstrip("/")
            payload["paging"]["next"] = f"{base}{request.url.path}?{urlencode(query)}"
        return self._answer(payload)

    def _row(self, post: FacebookPost) -> dict[str, Any]:
        is_open = post.id not in self.not_public
        row: dict[str, Any] = {
            "id": post.id,
            "created_time": stamp(post.published_at),
            "permalink_url": f"https://www.facebook.com/{post.id}",
            "from": {"id": post.author},
            **({"message": post.text} if post.text else {}),
            **({"story": post.story} if post.story else {}),
        }
        if post.post:
            counts = {"like_count": post.engagement.get("likes", 0), "comment_count": 0}
            return row | counts | {"is_hidden": not is_open, "is_private": False}
        comments = [comment for comment in self._shown() if comment.post == post.id]
        times = [post.edited_at or post.published_at, *(comment.published_at for comment in comments)]
        return row | {
            "updated_time": stamp(max(times)),
            "is_published": True,
            "privacy": {"value": "EVERYONE" if is_open else "CUSTOM"},
            "shares": {"count": post.engagement.get("shares", 0)},
            "comments": {"data": [], "summary": {"total_count": len(comments)}},
            "reactions": {"data": [], "summary": {"total_count": post.engagement.get("likes", 0)}},
        }

    def _answer(self, payload: dict[str, Any]) -> Response:
        return JSONResponse(payload, headers=self.limit_headers())

    def _problem(self, status: int, code: int, subcode: int | None, message: str | None = None) -> Response:
        error = {
            "message": message or _MESSAGES.get(code, f"(#{code}) Refused"),
            "type": "OAuthException",
            "code": code,
            **({"error_subcode": subcode} if subcode is not None else {}),
            "fbtrace_id": "AbCdEfGh",
        }
        return JSONResponse({"error": error}, status, self.limit_headers())


def stamp(moment: datetime) -> str:
    """Write a time as the API does."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S+0000")
