"""A sample of YouTube's Data API: videos, uploads of a channel, threads of comments, replies, single comments."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from monitor.clock import Clock
from monitor.demo.sites.server import Site, SitePost, stamp

_MOST_PER_PAGE = 100
_REPLIES_GIVEN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class YouTubeComment(SitePost):
    """A comment on a video, or, with `parent`, a reply to another one."""

    video: str
    parent: str | None = None


class YouTubeSite(Site):
    """YouTube's Data API on loopback.

    Besides the switches of every site: `units` is how many requests the day still has, None for no limit;
    `comments_disabled` holds videos; `not_public` holds comments; `pinned` stands on top of every video's threads.

    Args:
        comments: All comments and replies.
        videos: Titles by the identifiers of videos, newest upload first.
        clock: Its time.
        key: The key that it accepts, in the header or in the query.
        channel: Whose uploads the videos are.
        page_size: Most rows of a page; the API allows 100.

    """

    def __init__(
        self,
        comments: Iterable[YouTubeComment],
        videos: Mapping[str, str],
        clock: Clock,
        *,
        key: str,
        channel: str,
        page_size: int = _MOST_PER_PAGE,
    ) -> None:
        super().__init__(comments, clock, page_size=page_size)
        self.videos = dict(videos)
        self.key = key
        self.channel = channel
        self.units: int | None = None
        self.comments_disabled: set[str] = set()
        self.not_public: set[str] = set()
        self.pinned: set[str] = set()
        self._router = Starlette(
            routes=[
                Route("/youtube/v3/videos", self._videos),
                Route("/youtube/v3/playlistItems", self._uploads),
                Route("/youtube/v3/commentThreads", self._threads),
                Route("/youtube/v3/comments", self._comments),
            ]
        )

    def router(self) -> ASGIApp:
        """Give the API, once the key is known and the day has a unit left."""
        asked_with = {self.log[-1].headers.get("x-goog-api-key"), self.log[-1].query.get("key")}
        if self.key not in asked_with:
            details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]
            return _problem(400, "badRequest", "global", details)
        if self.units is not None:
            self.units -= 1
            if self.units < 0:
                return _problem(403, "quotaExceeded", "youtube.quota")
        return self._router

    def too_many(self) -> Response:
        """Refuse a request that came too fast."""
        return _problem(429, "rateLimitExceeded", "global")

    def _videos(self, request: Request) -> Response:
        asked = request.query_params.get("id", "").split(",")
        rows = [
            {"kind": "youtube#video", "id": video, "snippet": {"title": self.videos[video]}}
            for video in asked
            if video in self.videos
        ]
        return self._answer("videoListResponse", rows)

    def _uploads(self, request: Request) -> Response:
        if request.query_params.get("playlistId") != "UU" + self.channel[2:]:
            return _problem(404, "playlistNotFound", "youtube.playlistItem")
        rows = [
            {
                "kind": "youtube#playlistItem",
                "id": f"UEl{video}",
                "snippet": {"title": title, "resourceId": {"kind": "youtube#video", "videoId": video}},
            }
            for video, title in self.videos.items()
        ]
        return self._page(request, "playlistItemListResponse", rows)

    def _threads(self, request: Request) -> Response:
        video = request.query_params.get("videoId", "")
        if video not in self.videos:
            return _problem(404, "videoNotFound", "youtube.commentThread")
        if video in self.comments_disabled:
            return _problem(403, "commentsDisabled", "youtube.commentThread")
        top = [comment for comment in self._shown() if comment.video == video and comment.parent is None]
        ordered = sorted(top, key=lambda comment: comment.id not in self.pinned)
        return self._page(request, "commentThreadListResponse", [self._thread(comment) for comment in ordered])

    def _comments(self, request: Request) -> Response:
        parent = request.query_params.get("parentId")
        if parent:
            if not any(comment.id == parent for comment in self._shown()):
                return _problem(404, "commentNotFound", "youtube.comment")
            return self._page(request, "commentListResponse", [self._row(reply) for reply in self._replies(parent)])
        asked = request.query_params.get("id", "").split(",")
        rows = [self._row(comment) for comment in self._shown() if comment.id in asked]
        return self._answer("commentListResponse", [{**row, "snippet": _anonymous(row)} for row in rows])

    def _shown(self) -> list[YouTubeComment]:
        return [
            post
            for post in self.visible()
            if isinstance(post, YouTubeComment)
            and post.video in self.videos
            and post.video not in self.comments_disabled
        ]

    def _replies(self, parent: str) -> list[YouTubeComment]:
        return [comment for comment in self._shown() if comment.parent == parent]

    def _thread(self, comment: YouTubeComment) -> dict[str, Any]:
        replies = self._replies(comment.id)
        thread: dict[str, Any] = {
            "kind": "youtube#commentThread",
            "id": comment.id,
            "snippet": {
                "channelId": self.channel,
                "videoId": comment.video,
                "topLevelComment": self._row(comment),
                "canReply": False,
                "totalReplyCount": len(replies),
                "isPublic": comment.id not in self.not_public,
            },
        }
        if replies:
            thread["replies"] = {"comments": [self._row(reply) for reply in replies[:_REPLIES_GIVEN]]}
        return thread

    def _row(self, comment: YouTubeComment) -> dict[str, Any]:
        snippet = {
            "channelId": self.channel,
            "videoId": comment.video,
            "textDisplay": comment.text,
            "authorDisplayName": comment.author,
            "authorChannelId": {"value": f"UC{comment.author}"},
            "likeCount": comment.engagement.get("likes", 0),
            "publishedAt": stamp(comment.published_at, "seconds"),
            "updatedAt": stamp(comment.edited_at or comment.published_at, "seconds"),
        }
        parent = {"parentId": comment.parent} if comment.parent else {}
        return {"kind": "youtube#comment", "id": comment.id, "snippet": snippet | parent}

    def _page(self, request: Request, kind: str, rows: Sequence[Mapping[str, Any]]) -> Response:
        start = int(request.query_params.get("pageToken", "0"))
        size = min(int(request.query_params.get("maxResults", "20")), self.page_size)
        more = {"nextPageToken": str(start + size)} if start + size < len(rows) else {}
        return self._answer(kind, rows[start : start + size], more)

    def _answer(self, kind: str, rows: Sequence[Mapping[str, Any]], more: Mapping[str, str] | None = None) -> Response:
        payload = {"kind": f"youtube#{kind}", "items": list(rows), **(more or {})}
        return JSONResponse(payload)


def _anonymous(row: Mapping[str, Any]) -> dict[str, Any]:
    """Leave the video out, which only its owner is told when single comments are asked for."""
    return {name: value for name, value in row["snippet"].items() if name != "videoId"}


def _problem(status: int, reason: str, domain: str, details: Sequence[Mapping[str, str]] = ()) -> Response:
    error = {
        "code": status,
        "message": f"Refused: {reason}",
        "errors": [{"message": f"Refused: {reason}", "domain": domain, "reason": reason}],
        **({"details": list(details)} if details else {}),
    }
    return JSONResponse({"error": error}, status)
