"""What YouTube's Data API answers, read at the edge: a source's settings, videos, comments, refusals."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from monitor.collectors.base import PublicPost, SourceView
from monitor.collectors.http.client import Fetched
from monitor.collectors.parsing.dates import parse_date
from monitor.collectors.parsing.json_values import mapping_at, number_at, text_at
from monitor.collectors.source_settings import number_setting
from monitor.errors import CollectError, PayloadInvalid, RateLimited, SourceRefused, UsageError

MOST_IDS = 50
_VERSION = "/youtube/v3"
_PAGE_SIZE = 100
_VIDEOS = 10
_BACKFILL_PAGES = 5
_MOST_PAGES = 20
_PAGES_LIMIT = 100
_VIDEO = re.compile(r"[\w-]{11}", re.ASCII)
_CHANNEL = re.compile(r"UC[\w-]{22}", re.ASCII)
_KEY = re.compile(r"[\w.-]{8,200}", re.ASCII)
_COMMENT = re.compile(r"[\w.-]{1,100}", re.ASCII)
_QUOTA_ZONE = "America/Los_Angeles"
_USED_UP = frozenset({"quotaExceeded", "dailyLimitExceeded"})
_TOO_FAST = frozenset({"rateLimitExceeded", "userRateLimitExceeded"})
_BAD_KEY = frozenset(
    {
        "keyInvalid",
        "keyExpired",
        "API_KEY_INVALID",
        "accessNotConfigured",
        "SERVICE_DISABLED",
        "API_KEY_SERVICE_BLOCKED",
        "ipRefererBlocked",
        "authError",
    }
)
_NO_UPLOADS = frozenset({"playlistNotFound", "channelNotFound"})
_NOT_SHOWN = {
    "commentsDisabled": "comments disabled",
    "videoNotFound": "video not found",
    "forbidden": "comments not public",
    "commentNotFound": "thread not found",
}


Row = TypeVar("Row")


class NotShown(PayloadInvalid):
    """One video or thread shows no comments; the others of the source may.

    Args:
        message: What was said.
        reason: Under which it is counted.
        fetched: The answer that said it.

    """

    def __init__(self, message: str, reason: str, fetched: Fetched) -> None:
        super().__init__(message)
        self.reason = reason
        self.fetched = fetched


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Whose comments a source reads.

    Settings of a source: `video`, the identifier of one video, or `channel` (UC…), for the newest `videos` of its
    uploads; `backfill_pages` is how many pages of 100 threads the first reading of a video goes back, `max_pages` how
    many each later one.
    """

    source: str
    base: str
    video: str
    channel: str
    videos: int
    backfill_pages: int
    max_pages: int

    @classmethod
    def of(cls, source: SourceView) -> "Choice":
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
            videos=number_setting(source, "videos", _VIDEOS, MOST_IDS),
            backfill_pages=number_setting(source, "backfill_pages", _BACKFILL_PAGES, _PAGES_LIMIT),
            max_pages=number_setting(source, "max_pages", _MOST_PAGES, _PAGES_LIMIT),
        )

    @property
    def name(self) -> str:
        """What tells this choice from others, for the bookmark."""
        return f"video {self.video}" if self.video else f"channel {self.channel}"

    @property
    def host(self) -> str:
        """The server's name."""
        return urlsplit(self.base).hostname or ""

    @property
    def videos_url(self) -> str:
        """The address that names the video, or the channel's newest uploads."""
        if self.video:
            return self._url("videos", part="snippet", id=self.video)
        uploads = "UU" + self.channel.removeprefix("UC")
        return self._url("playlistItems", part="snippet", playlistId=uploads, maxResults=str(self.videos))

    def threads_url(self, video: str, token: str | None = None) -> str:
        """Give the address of a page of a video's threads, newest first."""
        paging = {"pageToken": token} if token else {}
        return self._url(
            "commentThreads",
            part="snippet,replies",
            videoId=video,
            order="time",
            textFormat="plainText",
            maxResults=str(_PAGE_SIZE),
            **paging,
        )

    def replies_url(self, thread: str, token: str | None = None) -> str:
        """Give the address of a page of a thread's replies."""
        paging = {"pageToken": token} if token else {}
        return self._url(
            "comments",
            part="snippet",
            parentId=thread,
            textFormat="plainText",
            maxResults=str(_PAGE_SIZE),
            **paging,
        )

    def comments_url(self, ids: Sequence[str]) -> str:
        """Give the address of up to 50 single comments."""
        return self._url("comments", part="snippet", id=",".join(ids), textFormat="plainText")

    def _url(self, resource: str, **params: str) -> str:
        return f"{self.base}/{resource}?{urlencode(params)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Video:
    """What of a video is needed for its comments."""

    id: str
    title: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A comment with as many of its replies as came with it; what may not or cannot be kept is its reason instead."""

    id: str
    published_at: datetime | None
    comments: Sequence[PublicPost | str]
    given: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Row]):
    """One page of an answer; `next` leads to the one after it."""

    fetched: Fetched
    rows: Sequence[Row]
    malformed: int
    next: str | None


def key_of(source: SourceView) -> str:
    """Give the source's key.

    Raises:
        UsageError: When there is none, or what stands there cannot be one.

    """
    how = f'set [secrets] in kiemtin.toml, as "{source.name}" = "…" or youtube = "…"'
    if not source.secret:
        raise UsageError(f"source {source.name}: YouTube's API is read with a key of your own: {how}")
    if not _KEY.fullmatch(source.secret.strip()):
        raise UsageError(f"source {source.name}: what is set as its key has signs that no key has: {how}")
    return source.secret.strip()


def read_videos(fetched: Fetched) -> list[Video]:
    """Read a list of videos, or of a channel's uploads.

    Raises:
        PayloadInvalid: When it is none.

    """
    found = []
    for row in _items(fetched):
        snippet = mapping_at(row, "snippet")
        place = mapping_at(snippet, "resourceId")
        number = text_at(place, "videoId") or text_at(row, "id")
        if _VIDEO.fullmatch(number):
            found.append(Video(id=number, title=text_at(snippet, "title").strip() or None))
    return found


def read_threads(fetched: Fetched, video: Video) -> Page[Thread]:
    """Read a page of a video's threads.

    Raises:
        PayloadInvalid: When it is none.

    """
    rows = _items(fetched)
    found = [_thread(row, video) for row in rows]
    threads = [thread for thread in found if thread is not None]
    return Page(fetched=fetched, rows=threads, malformed=found.count(None), next=_next(fetched))


def read_comments(fetched: Fetched) -> Page[Mapping[str, Any]]:
    """Read a page of single comments, as they came.

    Raises:
        PayloadInvalid: When it is none.

    """
    rows = _items(fetched)
    found = [row for row in rows if isinstance(row, dict) and is_comment_id(text_at(row, "id"))]
    return Page(fetched=fetched, rows=found, malformed=len(rows) - len(found), next=_next(fetched))


def comment_post(row: Mapping[str, Any], video: Video | None, replies: int | None = None) -> PublicPost | str:
    """Read one comment; what may not or cannot be kept gives the reason instead.

    Args:
        row: The comment.
        video: What it is on; None when the answer does not say, so that its address is not known.
        replies: How many answers it has, when that is known.

    """
    snippet, number = mapping_at(row, "snippet"), text_at(row, "id")
    if not snippet or not is_comment_id(number):
        return "malformed"
    text = text_at(snippet, "textDisplay") or text_at(snippet, "textOriginal")
    if not text.strip():
        return "no text"
    published, updated = text_at(snippet, "publishedAt"), text_at(snippet, "updatedAt")
    published_at, updated_at = parse_date(published), parse_date(updated)
    edited = published_at is not None and updated_at is not None and updated_at > published_at
    counts = {"likes": number_at(snippet, "likeCount"), "replies": replies}
    return PublicPost(
        external_id=number,
        text=text,
        url=f"https://www.youtube.com/watch?v={video.id}&lc={number}" if video else None,
        author=text_at(mapping_at(snippet, "authorChannelId"), "value") or None,
        context=video.title if video else None,
        published_at=published_at,
        published_raw=published or None,
        edited_at=updated_at if edited else None,
        engagement={name: count for name, count in counts.items() if count is not None},
    )


def is_comment_id(text: str) -> bool:
    """Say whether a text can be a comment's identifier."""
    return _COMMENT.fullmatch(text) is not None


def problem_of(fetched: Fetched, choice: Choice) -> CollectError:
    """Explain a refusal by the reason in it; the words beside it are not repeated, they may name the key."""
    reasons = _reasons(fetched)
    for reason in reasons:
        known = _known_problem(reason, fetched, choice)
        if known is not None:
            return known
    named = reasons[0] if reasons else f"status {fetched.status}"
    if fetched.status in {401, 403}:
        return SourceRefused(f"{choice.host} answers {fetched.status} ({named}): look at the key in Google's console")
    return PayloadInvalid(f"{choice.host} does not answer what was asked ({named}): check the settings of the source")


def _known_problem(reason: str, fetched: Fetched, choice: Choice) -> CollectError | None:
    if reason in _USED_UP:
        reset = _next_midnight(fetched.fetched_at)
        message = (
            f"the day's units of YouTube's API are used up ({reason}) until {reset:%Y-%m-%d %H:%M} UTC: "
            "read fewer videos, or less often"
        )
        return RateLimited(message, reset)
    if reason in _TOO_FAST:
        return RateLimited(f"{choice.host} asks us to be slower ({reason}): try again later", None)
    if reason in _NOT_SHOWN:
        return NotShown(f"{fetched.url} is not shown ({reason})", _NOT_SHOWN[reason], fetched)
    if reason in _NO_UPLOADS:
        return PayloadInvalid(f"YouTube knows no uploads of {choice.name} ({reason}): check `channel`")
    if reason in _BAD_KEY:
        return SourceRefused(
            f"YouTube does not accept the key of source {choice.source} ({reason}): "
            "look at it in Google's console, and set it in [secrets]"
        )
    return None


def _thread(row: Any, video: Video) -> Thread | None:
    snippet = mapping_at(row, "snippet")
    top = mapping_at(snippet, "topLevelComment")
    number = text_at(top, "id")
    if not is_comment_id(number):
        return None
    replies = mapping_at(row, "replies").get("comments")
    given = [reply for reply in replies if isinstance(reply, dict)] if isinstance(replies, list) else []
    total = number_at(snippet, "totalReplyCount") or 0
    published_at = parse_date(text_at(mapping_at(top, "snippet"), "publishedAt"))
    if snippet.get("isPublic") is False:
        return Thread(id=number, published_at=published_at, comments=["not public"], given=0, total=0)
    comments = [comment_post(top, video, total), *(comment_post(reply, video) for reply in given)]
    return Thread(id=number, published_at=published_at, comments=comments, given=len(given), total=total)


def _next_midnight(now: datetime) -> datetime:
    """Give the next midnight on the Pacific coast, when the day's units are counted anew."""
    zone = ZoneInfo(_QUOTA_ZONE)
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), zone).astimezone(UTC)


def _reasons(fetched: Fetched) -> list[str]:
    try:
        payload = json.loads(fetched.body)
    except (ValueError, RecursionError):
        return []
    error = mapping_at(payload, "error")
    # The newer list says it more exactly: an invalid key is a mere "badRequest" in the older one.
    lists = [error.get(name) for name in ("details", "errors")]
    rows = [row for rows in lists if isinstance(rows, list) for row in rows]
    return [reason for reason in (text_at(row, "reason") for row in rows if isinstance(row, dict)) if reason]


def _payload(fetched: Fetched) -> Mapping[str, Any]:
    try:
        payload = json.loads(fetched.body)
    except (ValueError, RecursionError):
        payload = None
    if not isinstance(payload, dict) or not isinstance(payload.get("items"), list):
        raise PayloadInvalid(f"{fetched.final_url} does not answer with a list: is it YouTube's Data API?")
    return payload


def _items(fetched: Fetched) -> list[Any]:
    items: list[Any] = _payload(fetched)["items"]
    return items


def _next(fetched: Fetched) -> str | None:
    return text_at(_payload(fetched), "nextPageToken") or None
