"""Tables of known tools: which of their columns feeds which field.

CrowdTangle gave tables of Facebook pages, Facebook groups and Instagram accounts; the Meta Content Library followed it.
4CAT writes the same columns for every platform. YouTube Data Tools lists videos, and the comments on one video.
"""

import html
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from monitor.collectors.files.base import REPOST, Value
from monitor.collectors.files.columns import Values, Variant, known_table
from monitor.collectors.files.values import (
    as_text,
    is_mangled_id,
    optional_text,
    published,
    published_in_utc,
    web_address,
)

_ID_PARAMETERS = ("story_fbid", "fbid", "v", "multi_permalinks")
_ZONE_NAME = re.compile(r"(.*\d)\s+([A-Z]{2,5})", re.DOTALL)
_ZONES: Mapping[str, str] = {
    "UTC": "+00:00",
    "GMT": "+00:00",
    "WET": "+00:00",
    "WEST": "+01:00",
    "BST": "+01:00",
    "CET": "+01:00",
    "CEST": "+02:00",
    "EET": "+02:00",
    "EEST": "+03:00",
    "MSK": "+03:00",
    "ICT": "+07:00",
    "WIB": "+07:00",
    "SGT": "+08:00",
    "HKT": "+08:00",
    "JST": "+09:00",
    "KST": "+09:00",
    "AEST": "+10:00",
    "AEDT": "+11:00",
    "AKDT": "-08:00",
    "AKST": "-09:00",
    "EDT": "-04:00",
    "EST": "-05:00",
    "CDT": "-05:00",
    "CST": "-06:00",
    "MDT": "-06:00",
    "MST": "-07:00",
    "PDT": "-07:00",
    "PST": "-08:00",
    "HST": "-10:00",
}


def read_date(value: Value) -> tuple[datetime | None, str | None]:
    """Read a date with its zone as a number or a name: `2023-05-01 10:00:00 +07` or `… EDT`.

    A name that is not known gives no time: hours that nobody can vouch for are not invented.
    """
    raw = optional_text(value)
    named = _ZONE_NAME.fullmatch(raw) if raw else None
    if not named:
        return published(value)
    zone = _ZONES.get(named[2])
    return (published(f"{named[1]}{zone}")[0] if zone else None), raw


def id_from_url(value: Value) -> str | None:
    """Give the identifier in a post's address: the last part of its path, or the parameter that holds it."""
    address = web_address(value)
    if not address:
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    parameters = parse_qs(parts.query)
    for name in _ID_PARAMETERS:
        if parameters.get(name):
            return parameters[name][0]
    last = parts.path.rstrip("/").rpartition("/")[2]
    return last if last and not last.endswith(".php") else address


def _first(*columns: str) -> Callable[[Values], Value]:
    """Take the first of some columns that is filled."""
    return lambda values: next((values[name] for name in columns if optional_text(values.get(name))), None)


def _account(values: Values) -> Value:
    """Take the number or name of an account; a number that a spreadsheet rounded is none."""
    accounts = (optional_text(values.get(name)) for name in _ACCOUNTS)
    return next((account for account in accounts if account and not is_mangled_id(account)), None)


_ACCOUNTS = ("Facebook Id", "User Name", "Page Name", "Group Name", "Account")
_FACEBOOK_TEXTS = ("Message", "Image Text", "Link Text", "Description")
_INSTAGRAM_TEXTS = ("Description", "Title")
_ID, _TEXT, _AUTHOR = "id in URL", "words of the post", "number or name of the account"
_POST: Mapping[str, tuple[str, ...]] = {
    "external_id": (_ID,),
    "text": (_TEXT,),
    "title": (),
    "context": (),
    "url": ("URL",),
    "author": (_AUTHOR,),
    "published": ("Post Created",),
    "language": (),
    "likes": ("Likes",),
    "comments": ("Comments",),
    "shares": (),
    "replies": (),
}
CROWDTANGLE = known_table(
    "crowdtangle",
    Variant(
        required=frozenset({"Post Created", "Total Interactions", "Message", "URL"}),
        sources={**_POST, "context": ("Link Text",), "shares": ("Shares",), "views": ("Total Views", "Post Views")},
        derived={_ID: lambda row: id_from_url(row.get("URL")), _TEXT: _first(*_FACEBOOK_TEXTS), _AUTHOR: _account},
        consumed=frozenset(_FACEBOOK_TEXTS + _ACCOUNTS),
        read_date=read_date,
    ),
    Variant(
        required=frozenset({"Account", "User Name", "Post Created", "URL", "Description"}),
        sources={**_POST, "title": ("Title",), "views": ("Views",)},
        derived={_ID: lambda row: id_from_url(row.get("URL")), _TEXT: _first(*_INSTAGRAM_TEXTS), _AUTHOR: _account},
        consumed=frozenset(_INSTAGRAM_TEXTS + _ACCOUNTS),
        read_date=read_date,
    ),
)


def _watch_address(values: Values) -> Value:
    identifier = optional_text(values.get("videoId"))
    return f"https://www.youtube.com/watch?v={identifier}" if identifier else None


_VIDEO_TEXT, _VIDEO_URL = "videoDescription or videoTitle", "address of videoId"
YOUTUBE_DATA_TOOLS = known_table(
    "youtube_data_tools",
    Variant(
        required=frozenset({"videoId", "channelId", "channelTitle", "videoDescription", "publishedAt"}),
        sources={
            "external_id": ("videoId",),
            "text": (_VIDEO_TEXT,),
            "title": ("videoTitle",),
            "context": (),
            "url": (_VIDEO_URL,),
            "author": ("channelId",),
            "published": ("publishedAt",),
            "language": ("defaultLanguage", "defaultLAudioLanguage"),
            "likes": ("likeCount",),
            "comments": ("commentCount",),
            "shares": (),
            "replies": (),
            "views": ("viewCount",),
        },
        derived={_VIDEO_TEXT: _first("videoDescription", "videoTitle"), _VIDEO_URL: _watch_address},
        consumed=frozenset({"videoDescription"}),
        read_date=published_in_utc,
    ),
    Variant(
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
    ),
)

# exportcomments.com
_COMMENTS = {
    "external_id": ("Comment ID", "Comment Id", "ID"),
    "text": ("Comment", "Comments", "Message"),
    "title": (),
    "context": ("Post", "Post Title", "Video Title"),
    "url": ("Comment URL", "Comment Url", "(view) source", "(view source)", "Permalink", "URL"),
    "author": ("Profile ID", "Profile Id", "Username", "Name", "Name (click to view profile)"),
    "published": ("Date", "Date (UTC)"),
    "likes": ("Likes", "Like", "Reactions"),
    "replies": ("Replies", "Reply Count"),
}
EXPORT_COMMENTS = known_table(
    "exportcomments",
    *(
        Variant(required=frozenset({author, "Date", text}), sources=_COMMENTS)
        for author in ("Profile ID", "Profile Id", "Name (click to view profile)")
        for text in ("Comment", "Message")
    ),
)

_LIBRARY = {
    "external_id": ("id",),
    "text": ("text",),
    "title": (),
    "context": ("link_attachment.name", "link_attachment.caption"),
    "url": ("mcl_url", "url"),
    "author": ("post_owner.id", "post_owner.username", "post_owner.name"),
    "published": ("creation_time",),
    "language": ("lang",),
    "likes": ("statistics.reaction_count", "statistics.like_count"),
    "comments": ("statistics.comment_count",),
    "shares": ("statistics.share_count",),
    "replies": ("statistics.reply_count",),
    "views": ("statistics.views", "statistics.view_count"),
}
META_CONTENT_LIBRARY = known_table(
    "meta_content_library",
    *(
        Variant(required=frozenset({"id", "creation_time", named}), sources=_LIBRARY, read_date=published_in_utc)
        for named in ("mcl_url", "post_owner.id", "post_owner.name", "surface.id")
    ),
)


def _is_passed_on(values: Values) -> str:
    return REPOST if as_text(values.get("is_retweet")).strip().lower() in ("yes", "true", "1") else ""


def _body(values: Values) -> Value:
    # 4CAT leaves X's references for `&`, `<` and `>` as they are.
    body = values.get("body")
    return html.unescape(body) if isinstance(body, str) and "is_retweet" in values else body


_BODY, _SUBJECT = "body or subject", "subject beside a body"
FOURCAT_TABLE = Variant(
    required=frozenset({"id", "thread_id", "author", "body", "timestamp"}),
    sources={
        "external_id": ("id",),
        "text": (_BODY,),
        "title": (_SUBJECT,),
        "context": ("thread_title", "post_body"),
        "url": (
            "url",
            "comment_url",
            "post_url",
            "tiktok_url",
            "tweet_url",
            "instagram_url",
            "facebook_url",
            "permalink",
            "link",
        ),
        "author": ("author_id", "author", "author_name"),
        "published": ("unix_timestamp", "timestamp"),
        "language": ("language_guess", "language", "lang"),
        "likes": ("likes", "like_count", "num_likes"),
        "comments": ("comments", "comment_count", "num_comments"),
        "shares": ("shares", "share_count", "retweet_count", "num_shares"),
        "replies": ("replies", "reply_count"),
        "views": ("plays", "views", "view_count", "impression_count"),
    },
    derived={
        # The heading is the text of a post that has no other.
        _BODY: lambda values: _body(values) if optional_text(_body(values)) else values.get("subject"),
        _SUBJECT: lambda values: values.get("subject") if optional_text(_body(values)) else None,
    },
    consumed=frozenset({"body", "subject"}),
    refusal=_is_passed_on,
    read_date=published_in_utc,
)
