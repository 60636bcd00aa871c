"""Posts and comments in what Facebook and TikTok let a person download of an account, found in parsed JSON.

Facebook: "Download your information" (`comments_v2`, `group_comments_v2`, `group_posts_v2`, lists of posts; in older
ones `comments` and `status_updates`). TikTok: "Download your data" (`user_data_tiktok.json`). Messages, friends and
searches in the same archive are never read.
"""

import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Literal, TypeAlias

from monitor.collectors.files.archive import DAMAGED, names_in, open_member
from monitor.collectors.files.places import first_value, values_at
from monitor.collectors.files.values import as_text
from monitor.collectors.parsing.json_models import parse_json
from monitor.errors import ImportRefused

Platform = Literal["facebook", "tiktok"]

MOST_BYTES = 50_000_000
"""A larger document is not read: parsed, it would take ten times as much memory."""
NOT_PUBLIC = "not public: not everybody may view it"
BROKEN_MEMBER = "file of the download that is no sound JSON"

_MEMBERS: Mapping[Platform, re.Pattern[str]] = {
    "facebook": re.compile(
        r"(?:.*/)?(?:comments(?:_and_reactions)?/comments(?:_\d+)?|posts/(?:your_)?posts[^/]*"
        r"|groups/(?:your_comments_in_groups|your_posts_in_groups|group_posts_and_comments)[^/]*)\.json"
    ),
    "tiktok": re.compile(r"(?:.*/)?user_data[^/]*\.json"),
}
_PAGES = re.compile(r"(?:.*/)?(?:comments/comments|comments_and_reactions/comments|posts/your_posts)[^/]*\.html")
_FACEBOOK_LISTS = ("comments_v2", "group_comments_v2", "group_posts_v2", "comments", "status_updates")
_TIKTOK_COMMENTS = ("Comment.Comments.CommentsList.*", "Your Activity.Comments.CommentsList.*")
_TIKTOK_VIDEOS = ("Video.Videos.VideoList.*", "Post.Posts.VideoList.*")
_TIKTOK_NAMES = tuple(
    f"{profile}.{about}.ProfileMap.userName"
    for profile in ("Profile", "Profile And Settings")
    for about in ("Profile Information", "Profile Info")
)
_PUBLIC = frozenset({"", "public", "everyone"})


Entry: TypeAlias = dict[str, str]
"""One post or comment by field of a post; `refused`, where it is not empty, is why it may not be imported."""


def platform_of_document(document: Any) -> Platform | None:
    """Recognise a document of a download by its lists; None for any other."""
    if isinstance(document, list):
        return "facebook" if any(map(_is_facebook_item, document[:20])) else None
    if not isinstance(document, dict):
        return None
    if any(
        platform_of_document(document.get(name)) for name in _FACEBOOK_LISTS if isinstance(document.get(name), list)
    ):
        return "facebook"
    lists = chain(_TIKTOK_COMMENTS, _TIKTOK_VIDEOS)
    return "tiktok" if any(_is_there(document, place.removesuffix(".*")) for place in lists) else None


def entries_of(document: Any, platform: Platform) -> Iterator[Entry]:
    """Give the posts and comments of a parsed document."""
    if platform == "tiktok":
        author = as_text(first_value(document, _TIKTOK_NAMES))
        yield from (_tiktok_comment(item, author) for place in _TIKTOK_COMMENTS for item in values_at(document, place))
        yield from (_tiktok_video(item, author) for place in _TIKTOK_VIDEOS for item in values_at(document, place))
        return
    items = document if isinstance(document, list) else []
    if isinstance(document, dict):
        items = [item for name in _FACEBOOK_LISTS for item in values_at(document, f"{name}.*")]
    yield from map(_facebook_entry, items)


def members_of(names: Sequence[str]) -> tuple[Platform, list[str]] | None:
    """Find the files of posts and comments in a download; None when it is none.

    Raises:
        ImportRefused: When it holds web pages instead.

    """
    for platform, pattern in _MEMBERS.items():
        if found := sorted(name for name in names if pattern.fullmatch(name)):
            return platform, found
    if any(map(_PAGES.fullmatch, names)):
        raise ImportRefused("it is a Facebook download as web pages: ask Facebook for it again, in the format JSON")
    return None


def archive_lines(archive: zipfile.ZipFile) -> Iterator[str]:
    """Give each post and comment of a download as a line of JSON; a broken file is one line that says so.

    Raises:
        ImportRefused: When it is no download, or one of its files is too large.

    """
    members = members_of(names_in(archive))
    if members is None:
        raise ImportRefused("it is a zip archive: unpack it and import the file with the posts")
    platform, names = members
    for name in names:
        try:
            with open_member(archive, name, MOST_BYTES) as stream:
                entries = list(entries_of(parse_json(stream.read()), platform))
        except DAMAGED:
            entries = [{"text": name, "refused": BROKEN_MEMBER}]
        yield from (json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)


def _is_facebook_item(item: Any) -> bool:
    if not isinstance(item, dict) or "timestamp" not in item:
        return False
    return isinstance(item.get("data"), list) or isinstance(item.get("attachments"), list)


def _facebook_entry(item: Any) -> Entry:
    words = ("data.*.comment.comment", "data.*.comment.text", "data.*.post", "attachments.*.data.*.media.description")
    return {
        "text": _mended(first_value(item, words)),
        "published": as_text(first_value(item, ("timestamp", "data.*.comment.timestamp"))),
        "author": _mended(first_value(item, ("data.*.comment.author",))),
        "context": _mended(first_value(item, ("data.*.comment.group",))),
    }


def _tiktok_comment(item: Any, author: str) -> Entry:
    return {
        "text": as_text(first_value(item, ("comment", "Comment"))),
        "published": as_text(first_value(item, ("date", "Date"))),
        "author": author,
        "url": as_text(first_value(item, ("url", "Url", "URL"))),
    }


def _tiktok_video(item: Any, author: str) -> Entry:
    # Its link is not the video's address: it leads to a file, for some days.
    viewers = as_text(first_value(item, ("WhoCanView", "whoCanView"))).strip().casefold()
    return {
        "text": as_text(first_value(item, ("Title", "title", "Description"))),
        "published": as_text(first_value(item, ("Date", "date"))),
        "author": author,
        "likes": as_text(first_value(item, ("Likes", "likes"))),
        "refused": "" if viewers in _PUBLIC else NOT_PUBLIC,
    }


def _mended(value: Any) -> str:
    """Give a text as it was written: Facebook writes each byte of its UTF-8 as a character of its own."""
    text = as_text(value)
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def _is_there(document: Any, place: str) -> bool:
    return any(isinstance(value, list) for value in values_at(document, place))
