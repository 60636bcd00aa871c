"""Tables of the YouTube Data Tools: lists of videos, and the comments on one video."""

from dataclasses import replace
from datetime import UTC, datetime

from monitor.collectors.files.base import Record, Value
from monitor.collectors.files.columns import ColumnFormat, Variant
from monitor.collectors.files.values import optional_text
from monitor.collectors.parsing.dates import parse_date

_TEXT, _URL = "videoDescription or videoTitle", "address of videoId"


def read_date(value: Value) -> tuple[datetime | None, str | None]:
    """Read a date; one that names no zone is in UTC, as YouTube gave it."""
    raw = optional_text(value)
    return (parse_date(raw, default_zone=UTC), raw) if raw else (None, None)


def _video(record: Record) -> Record:
    values = record.values
    text = next((values[name] for name in ("videoDescription", "videoTitle") if optional_text(values.get(name))), None)
    identifier = optional_text(values.get("videoId"))
    url = f"https://www.youtube.com/watch?v={identifier}" if identifier else None
    return replace(record, values={**values, _TEXT: text, _URL: url})


_VIDEOS = Variant(
    required=frozenset({"videoId", "channelId", "channelTitle", "videoDescription", "publishedAt"}),
    derived=(_TEXT, _URL),
    consumed=frozenset({"videoDescription"}),
    sources={
        "external_id": ("videoId",),
        "text": (_TEXT,),
        "title": ("videoTitle",),
        "context": (),
        "url": (_URL,),
        "author": ("channelId",),
        "published": ("publishedAt",),
        "language": ("defaultLanguage", "defaultLAudioLanguage"),
        "likes": ("likeCount",),
        "comments": ("commentCount",),
        "shares": (),
        "replies": (),
        "views": ("viewCount",),
    },
    prepare=_video,
    read_date=read_date,
)
_COMMENTS = Variant(
    required=frozenset({"id", "isReplyTo", "authorName", "text", "publishedAt"}),
    sources={
        "external_id": ("id",),
        "text": ("text",),
        "title": (),
        "context": ("videoTitle",),
        "url": (),
        "author": ("authorChannelId", "authorName"),
        "published": ("publishedAt",),
        "language": (),
        "likes": ("likeCount",),
        "comments": (),
        "shares": (),
        "replies": ("replyCount",),
        "views": (),
    },
    read_date=read_date,
)

YOUTUBE_DATA_TOOLS = ColumnFormat("youtube_data_tools", (_VIDEOS, _COMMENTS))
