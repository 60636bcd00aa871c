"""A sample Bluesky AppView: feeds of accounts and lists, single posts, and a search that is closed to strangers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from monitor.clock import Clock
from monitor.demo.sites.server import Site, SitePost, stamp

_MOST_PER_PAGE = 100
_MOST_POSTS = 25
_FORBIDDEN = "<html><head><title>403 Forbidden</title></head><body><h1>403 Forbidden</h1></body></html>"
_API = "/xrpc/app.bsky.feed."


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of a feed: a post, or somebody's repost of it, at the time by which feeds are sorted."""

    post: SitePost
    place: datetime
    reposter: str | None = None


class BlueskySite(Site):
    """A Bluesky AppView on loopback.

    Besides the switches of every site: `refusals` gives the error for an account (`BlockedActor`, `AccountTakedown`);
    `records`, `views` and `labels` change single posts' records, single posts as shown, and accounts; `indexed` says
    when a post came in, where that was not when it claims to have been written; `lists` are the lists' members.

    Args:
        posts: Its posts.
        clock: Its time.
        page_size: Most posts a page holds; the API allows 100.

    """

    def __init__(self, posts: Iterable[SitePost], clock: Clock, *, page_size: int = _MOST_PER_PAGE) -> None:
        super().__init__(posts, clock, page_size=min(page_size, _MOST_PER_PAGE))
        self.refusals: dict[str, str] = {}
        self.records: dict[str, dict[str, Any]] = {}
        self.views: dict[str, dict[str, Any]] = {}
        self.labels: dict[str, list[str]] = {}
        self.lists: dict[str, tuple[str, ...]] = {}
        self.indexed: dict[str, datetime] = {}
        self._reposts: list[_Row] = []
        self._router = Starlette(
            routes=[
                Route(f"{_API}getAuthorFeed", self._author_feed),
                Route(f"{_API}getListFeed", self._list_feed),
                Route(f"{_API}getPosts", self._single_posts),
                Route(f"{_API}searchPosts", lambda _: HTMLResponse(_FORBIDDEN, 403)),
            ]
        )

    def repost(self, post_id: str, by: str, at: datetime) -> None:
        """Let somebody repost a post."""
        self._reposts.append(_Row(self._posts[post_id], at, by))

    def too_many(self) -> Response:
        """Refuse as the AppView does: the time to come back in ratelimit-reset."""
        return JSONResponse({"error": "RateLimitExceeded", "message": "Too many"}, 429, self.limit_headers())

    def limit_headers(self) -> dict[str, str]:
        """Tell of the limit in Bluesky's headers; the reset is in seconds since 1970."""
        left = 3000 if self.remaining is None else max(self.remaining, 0)
        reset = self.reset_at if self.remaining is not None else self.clock.now() + timedelta(minutes=5)
        return {
            "ratelimit-limit": "3000",
            "ratelimit-remaining": str(left),
            "ratelimit-reset": str(int(reset.timestamp())),
            "ratelimit-policy": "3000;w=300",
        }

    def did(self, author: str) -> str:
        """Give an account's lasting identifier."""
        return f"did:plc:{author.replace('_', '')}"

    def uri(self, post: SitePost) -> str:
        """Give a post's identifier."""
        return f"at://{self.did(post.author)}/app.bsky.feed.post/{post.id}"

    def _author_feed(self, request: Request) -> Response:
        actor = request.query_params.get("actor", "")
        authors = {post.author for post in self._posts.values()} | set(self.refusals)
        found = next((name for name in authors if actor in (self.did(name), f"{name}.bsky.example")), None)
        refusal = self.refusals.get(found or "")
        if found is None:
            return self._refuse("InvalidRequest", "Profile not found")
        if refusal:
            return self._refuse(refusal, f"Requester may not see {actor}")
        return self._feed(request, [row for row in self._rows() if found == (row.reposter or row.post.author)])

    def _list_feed(self, request: Request) -> Response:
        members = self.lists.get(request.query_params.get("list", ""))
        if members is None:
            return self._refuse("UnknownList", "List not found")
        return self._feed(request, [row for row in self._rows() if (row.reposter or row.post.author) in members])

    def _feed(self, request: Request, rows: list[_Row]) -> Response:
        asked = request.query_params.get("limit", "50")
        before = request.query_params.get("cursor")
        older = [row for row in rows if before is None or stamp(row.place) < before]
        page = older[: min(int(asked), self.page_size)]
        cursor = {"cursor": stamp(page[-1].place)} if page else {}
        return JSONResponse({**cursor, "feed": [self._row(row) for row in page]}, headers=self.limit_headers())

    def _single_posts(self, request: Request) -> Response:
        wanted = request.query_params.getlist("uris")
        if not 0 < len(wanted) <= _MOST_POSTS:
            return self._refuse("InvalidRequest", f"uris must have at most {_MOST_POSTS} elements")
        shown = {self.uri(post): post for post in self.visible()}
        views = [self._view(shown[uri]) for uri in wanted if uri in shown]
        return JSONResponse({"posts": views}, headers=self.limit_headers())

    def _refuse(self, name: str, message: str) -> Response:
        return JSONResponse({"error": name, "message": message}, 400, self.limit_headers())

    def _rows(self) -> list[_Row]:
        posts = self.visible()
        shown = {post.id for post in posts}
        rows = [_Row(post, min(post.published_at, self._indexed_at(post))) for post in posts]
        rows += [row for row in self._reposts if row.post.id in shown and row.place <= self.clock.now()]
        return sorted(rows, key=lambda row: row.place, reverse=True)

    def _row(self, row: _Row) -> dict[str, Any]:
        if row.reposter is None:
            return {"post": self._view(row.post)}
        by = {"did": self.did(row.reposter), "handle": f"{row.reposter}.bsky.example"}
        reason = {"$type": "app.bsky.feed.defs#reasonRepost", "by": by, "indexedAt": stamp(row.place)}
        return {"post": self._view(row.post), "reason": reason}

    def _view(self, post: SitePost) -> dict[str, Any]:
        labels = [{"src": self.did(post.author), "val": value} for value in self.labels.get(post.author, ())]
        return {
            "$type": "app.bsky.feed.defs#postView",
            "uri": self.uri(post),
            "cid": f"bafyrei{post.id}",
            "author": {"did": self.did(post.author), "handle": f"{post.author}.bsky.example", "labels": labels},
            "record": record_of(post) | self.records.get(post.id, {}),
            "replyCount": post.engagement.get("replies", 0),
            "repostCount": post.engagement.get("shares", 0),
            "likeCount": post.engagement.get("likes", 0),
            "quoteCount": 0,
            "indexedAt": stamp(self._indexed_at(post)),
            "labels": [],
        } | self.views.get(post.id, {})

    def _indexed_at(self, post: SitePost) -> datetime:
        return self.indexed.get(post.id, post.published_at)


def record_of(post: SitePost) -> dict[str, Any]:
    """Write a post as its author's app would."""
    langs = {"langs": [post.language]} if post.language else {}
    return {
        "$type": "app.bsky.feed.post",
        "text": post.text,
        "createdAt": stamp(post.published_at),
        **langs,
    }
