"""Tables of the YouTube Data Tools: lists of videos, and the comments on one video."""

from dataclasses import replace

from monitor.collectors.files.base import Record
from monitor.collectors.files.columns import ColumnFormat, Variant
from monitor.collectors.files.values import optional_text, published_in_utc

_TEXT, _URL = "videoDescription or videoTitle", "address of videoId"


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
    read_date=published_in_utc,
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
    read_date=published_in_utc,
)

YOUTUBE_DATA_TOOLS = ColumnFormat("youtube_data_tools", (_VIDEOS, _COMMENTS))
