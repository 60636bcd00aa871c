"""YouTube's Data API: what a source asks for, and answers read at the edge: videos, threads of comments, refusals."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from pydantic import AliasPath, Field

from monitor.collectors.base import Place, PublicPost, SourceView
from monitor.collectors.google import refusal_of
from monitor.collectors.http.fetched import Fetched
from monitor.collectors.parsing.dates import parse_date
from monitor.collectors.parsing.json_models import CamelModel, Count, Lenient, Text, counts_of, read_json, read_row
from monitor.collectors.timeline import Entry, Page
from monitor.errors import CollectError, PayloadInvalid, RateLimited, SourceRefused, UsageError

MOST_IDS = 50
VIDEO_ID = "[A-Za-z0-9_-]{11}"
_VERSION = "/youtube/v3"
_PAGE_SIZE = 100
_VIDEOS = 10
_BACKFILL_PAGES = 5
_MOST_PAGES = 20
_VIDEO = re.compile(VIDEO_ID)
_CHANNEL = re.compile("UC[A-Za-z0-9_-]{22}")
_COMMENT = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_QUOTA_ZONE = "America/Los_Angeles"
_USED_UP = frozenset({"quotaExceeded", "dailyLimitExceeded"})
_TOO_FAST = frozenset({"rateLimitExceeded", "userRateLimitExceeded"})
_BAD_KEY = frozenset({
    "keyInvalid", "keyExpired", "API_KEY_INVALID", "accessNotConfigured", "SERVICE_DISABLED", "API_KEY_SERVICE_BLOCKED",
    "ipRefererBlocked", "authError",
})  # fmt: skip
_NO_UPLOADS = frozenset({"playlistNotFound", "channelNotFound"})
_NOT_SHOWN = {
    "commentsDisabled": "comments disabled",
    "videoNotFound": "video not found",
    "forbidden": "comments not public",
    "commentNotFound": "thread not found",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentQuery(Place):
    """Which comments a source reads.

    Settings of a source: `video`, the identifier of one video, or `channel` (UC…), for the newest `videos` of its
    uploads; `backfill_pages` is how many pages of 100 threads the first reading of a video goes back, `max_pages` how
    many each later one.
    """

    source: str
    video: str
    channel: str
    videos: int
    backfill_pages: int
    max_pages: int

    @classmethod
    def from_source(cls, source: SourceView) -> "CommentQuery":
        """Read a source's settings.

        Raises:
            UsageError: When they are not as described.

        """
        video, channel = (str(source.settings.get(name, "")).strip() for name in ("video", "channel"))
        if bool(video) == bool(channel):
            raise UsageError(f"source {source.name}: set either `video` or `channel`, and not both")
        if video and not _VIDEO.fullmatch(video):
            raise UsageError(f"source {source.name}: `video` must be the 11 signs behind watch?v=: not {video!r}")
        if channel and not _CHANNEL.fullmatch(channel):
            raise UsageError(f"source {source.name}: `channel` must be the identifier UC…, 24 signs: not {channel!r}")
        return cls(
            source=source.name,
            base=source.address.rstrip("/").removesuffix(_VERSION) + _VERSION,
            video=video,
            channel=channel,
            videos=source.number_setting("videos", _VIDEOS, MOST_IDS),
            backfill_pages=source.number_setting("backfill_pages", _BACKFILL_PAGES),
            max_pages=source.number_setting("max_pages", _MOST_PAGES),
        )

    @property
    def key(self) -> str:
        """What tells this query from others, for the cursor."""
        return f"video {self.video}" if self.video else f"channel {self.channel}"

    @property
    def videos_url(self) -> str:
        """The address that names the video, or the channel's newest uploads."""
        if self.video:
            return self._url("videos", part="snippet", id=self.video)
        uploads = "UU" + self.channel.removeprefix("UC")
        return self._url("playlistItems", part="snippet", playlistId=uploads, maxResults=str(self.videos))

    def threads_url(self, video: str, token: str | None = None) -> str:
        """Give the address of a page of a video's threads, newest first."""
        return self._page_url("commentThreads", token, part="snippet,replies", videoId=video, order="time")

    def replies_url(self, thread: str, token: str | None = None) -> str:
        """Give the address of a page of a thread's replies."""
        return self._page_url("comments", token, part="snippet", parentId=thread)

    def comments_url(self, ids: Sequence[str]) -> str:
        """Give the address of up to 50 single comments."""
        return self._url("comments", part="snippet", id=",".join(ids), textFormat="plainText")

    def _page_url(self, resource: str, token: str | None, **params: str) -> str:
        paging = {"pageToken": token} if token else {}
        return self._url(resource, **params, textFormat="plainText", maxResults=str(_PAGE_SIZE), **paging)

    def _url(self, resource: str, **params: str) -> str:
        return f"{self.base}/{resource}?{urlencode(params)}"


VideoId = Annotated[str, Field(pattern=rf"^{VIDEO_ID}$")]
CommentId = Annotated[str, Field(pattern=rf"^{_COMMENT.pattern}$")]


class NotShown(PayloadInvalid):
    """One video or thread shows no comments; the others of the source may.

    Args:
        message: One line for the operator.
        reason: Under which it is counted.
        fetched: The refusal.

    """

    def __init__(self, message: str, reason: str, fetched: Fetched) -> None:
        super().__init__(message)
        self.reason = reason
        self.fetched = fetched


class CommentSnippet(CamelModel):
    """What a comment says, as YouTube's documentation of the Data API names it."""

    text_display: Text | None = None
    text_original: Text | None = None
    author_channel: Lenient[Text] = Field(None, validation_alias=AliasPath("authorChannelId", "value"))
    like_count: Lenient[Count] = None
    published_at: Lenient[Text] = None
    updated_at: Lenient[Text] = None


class Comment(CamelModel):
    """A comment. Without a snippet that can be read it is still known to be there."""

    id: CommentId
    snippet: Lenient[CommentSnippet] = None

    @property
    def published_at(self) -> datetime | None:
        """When it was written."""
        return parse_date((self.snippet and self.snippet.published_at) or "")


class ThreadSnippet(CamelModel):
    """What a thread begins with."""

    top_level_comment: Comment
    total_reply_count: Lenient[Count] = None
    is_public: bool | None = None


class CommentThread(CamelModel):
    """A comment with the first few of its replies."""

    snippet: ThreadSnippet
    replies: Lenient[list[Any]] = Field(None, validation_alias=AliasPath("replies", "comments"))


class VideoRow(CamelModel):
    """A video, or an upload of a channel, whose own identifier is not that of the video."""

    id: Lenient[VideoId] = None
    uploaded: Lenient[VideoId] = Field(None, validation_alias=AliasPath("snippet", "resourceId", "videoId"))
    title: Lenient[Text] = Field(None, validation_alias=AliasPath("snippet", "title"))


class ListAnswer(CamelModel):
    """A page of any list."""

    items: list[Any]
    next_page_token: Lenient[Text] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Video:
    """What of a video is needed for its comments."""

    id: str
    title: str | None


def read_videos(fetched: Fetched) -> list[Video]:
    """Read a list of videos, or of a channel's uploads.

    Raises:
        PayloadInvalid: When it is none.

    """
    videos = []
    for row in (read_row(VideoRow, item) for item in _list(fetched).items):
        video_id = row and (row.uploaded or row.id)
        if row and video_id:
            videos.append(Video(id=video_id, title=(row.title or "").strip() or None))
    return videos


def read_threads(fetched: Fetched, video: Video) -> Page:
    """Read a page of a video's threads: each with the replies that came with it, which stand where it does.

    What is said of the answers to a thread is how many replies came with it, and how many it has.

    Raises:
        PayloadInvalid: When it is none.

    """
    answer = _list(fetched)
    rows = [read_row(CommentThread, item) for item in answer.items]
    entries = [entry for row in rows if row is not None for entry in _thread(row, video)]
    return Page(fetched=fetched, entries=entries, malformed=rows.count(None), next=answer.next_page_token or None)


def read_comments(fetched: Fetched, video: Video | None) -> Page:
    """Read a page of single comments.

    Raises:
        PayloadInvalid: When it is none.

    """
    answer = _list(fetched)
    rows = [read_row(Comment, item) for item in answer.items]
    entries = [_entry(row, video) for row in rows if row is not None]
    return Page(fetched=fetched, entries=entries, malformed=rows.count(None), next=answer.next_page_token or None)


def _entry(comment: Comment | None, video: Video | None, place: datetime | None = None, **counts: int) -> Entry:
    """Read a comment; None stands for one that is not as documented."""
    result = comment_post(comment, video, **counts)
    entry = Entry(id=comment.id if comment else "", place=place)
    return replace(entry, post=result) if isinstance(result, PublicPost) else replace(entry, reason=result)


def comment_post(comment: Comment | None, video: Video | None, replies: int | None = None) -> PublicPost | str:
    """Make a post of a comment; for one that may not or cannot be kept, give the reason.

    Args:
        comment: The comment; None for one that is not as documented.
        video: What it is on; None when the answer does not say, so that its address is not known.
        replies: How many replies it has, when that is known.

    """
    if comment is None or comment.snippet is None:
        return "malformed"
    snippet = comment.snippet
    text = snippet.text_display or snippet.text_original or ""
    if not text.strip():
        return "no text"
    published_at, updated_at = comment.published_at, parse_date(snippet.updated_at or "")
    edited = published_at is not None and updated_at is not None and updated_at > published_at
    return PublicPost(
        external_id=comment.id,
        text=text,
        url=f"https://www.youtube.com/watch?v={video.id}&lc={comment.id}" if video else None,
        author=snippet.author_channel or None,
        context=video.title if video else None,
        published_at=published_at,
        published_raw=snippet.published_at or None,
        edited_at=updated_at if edited else None,
        engagement=counts_of(likes=snippet.like_count, replies=replies),
    )


def is_comment_id(text: str) -> bool:
    """Say whether a text can be a comment's identifier."""
    return _COMMENT.fullmatch(text) is not None


def problem_of(fetched: Fetched, query: CommentQuery) -> CollectError:
    """Explain a refusal by the reason in it; the words beside it are not repeated, they may name the key."""
    refusal = refusal_of(fetched)
    # An invalid key is a mere "badRequest" in the older list.
    reasons = [each.reason for each in (*(refusal.details or ()), *(refusal.errors or ()))]
    for reason in reasons:
        known = _known_problem(reason, fetched, query)
        if known is not None:
            return known
    named = reasons[0] if reasons else f"status {fetched.status}"
    if fetched.status in {401, 403}:
        return SourceRefused(f"{query.host} answers {fetched.status} ({named}): look at the key in Google's console")
    return PayloadInvalid(f"{query.host} does not answer what was asked ({named}): check the settings of the source")


def _known_problem(reason: str, fetched: Fetched, query: CommentQuery) -> CollectError | None:
    if reason in _USED_UP:
        reset = _next_midnight(fetched.fetched_at)
        message = (
            f"the day's units of YouTube's API are used up ({reason}) until {reset:%Y-%m-%d %H:%M} UTC: "
            "read fewer videos, or less often"
        )
        return RateLimited(message, reset)
    if reason in _TOO_FAST:
        return RateLimited(f"{query.host} asks us to be slower ({reason}): try again later", None)
    if reason in _NOT_SHOWN:
        return NotShown(f"{fetched.url} is not shown ({reason})", _NOT_SHOWN[reason], fetched)
    if reason in _NO_UPLOADS:
        return PayloadInvalid(f"YouTube knows no uploads of {query.key} ({reason}): check `channel`")
    if reason in _BAD_KEY:
        return SourceRefused(
            f"YouTube does not accept the key of source {query.source} ({reason}): "
            "look at it in Google's console, and set it in [secrets]"
        )
    return None


def _thread(row: CommentThread, video: Video) -> list[Entry]:
    top, total = row.snippet.top_level_comment, row.snippet.total_reply_count or 0
    place = top.published_at
    if row.snippet.is_public is False:
        return [Entry(id=top.id, place=place, reason="not public", answers=(0, 0))]
    given = [_entry(read_row(Comment, reply), video, place) for reply in row.replies or ()]
    return [*given, replace(_entry(top, video, place, replies=total), answers=(len(given), total))]


def _next_midnight(now: datetime) -> datetime:
    """Give the next midnight on the Pacific coast, when the day's units are counted anew."""
    zone = ZoneInfo(_QUOTA_ZONE)
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), zone).astimezone(UTC)


def _list(fetched: Fetched) -> ListAnswer:
    answer = read_row(ListAnswer, read_json(fetched.body))
    if answer is None:
        raise PayloadInvalid(f"{fetched.final_url} does not answer with a list: is it YouTube's Data API?")
    return answer
