"""Posts and comments in what Facebook and TikTok let a person download of an account, found in parsed JSON.

Facebook: "Download your information"; TikTok: "Download your data". `shapes.toml` names the lists that are read;
messages, friends and searches in the same archive are never read.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, BinaryIO, Final

from monitor.collectors.files.archive import DAMAGED, names_in, open_archive, open_member
from monitor.collectors.files.base import BROKEN_MEMBER, Value
from monitor.collectors.files.shapes import Shape, shapes_of
from monitor.collectors.files.values import as_text, first_value, values_at
from monitor.collectors.parsing.json_models import parse_json
from monitor.errors import ImportRefused

FACEBOOK: Final = "facebook_download"
TIKTOK: Final = "tiktok_download"
MOST_BYTES = 50_000_000
"""A larger document is not read: parsed, it would take ten times as much memory."""

Entry = dict[str, Value]
"""What a post or comment says, by field of a post; `refused`, where it is filled, is why it may not be imported."""

_MEMBERS: Mapping[str, re.Pattern[str]] = {
    FACEBOOK: re.compile(
        r"(?:.*/)?(?:comments(?:_and_reactions)?/comments(?:_\d+)?|posts/(?:your_)?posts[^/]*"
        r"|groups/(?:your_comments_in_groups|your_posts_in_groups|group_posts_and_comments)[^/]*)\.json"
    ),
    TIKTOK: re.compile(r"(?:.*/)?user_data[^/]*\.json"),
}
_PAGES = re.compile(r"(?:.*/)?(?:comments/comments|comments_and_reactions/comments|posts/your_posts)[^/]*\.html")
_TIKTOK_NAMES = tuple(
    f"{profile}.{about}.ProfileMap.userName"
    for profile in ("Profile", "Profile And Settings")
    for about in ("Profile Information", "Profile Info")
)


def platform_of_document(document: Any) -> str | None:
    """Recognise a document of a download by its lists; None for any other."""
    return next((name for name in (FACEBOOK, TIKTOK) if any(_lists(document, name))), None)


def entries_of(document: Any, name: str) -> Iterator[Entry]:
    """Give the posts and comments of a parsed document."""
    account = {"author": as_text(first_value(document, _TIKTOK_NAMES))} if name == TIKTOK else {}
    for shape, items in _lists(document, name):
        for item in items:
            record = item if isinstance(item, dict) else {}
            yield {**shape.said(record), **account, "refused": shape.left_out(record)}


def _lists(document: Any, name: str) -> Iterator[tuple[Shape, list[Any]]]:
    """Find the lists of posts and comments: their first elements have the shape that is named for them."""
    for shape in shapes_of(name):
        for place in shape.lists:
            for items in (document,) if place == "." else values_at(document, place):
                if isinstance(items, list) and (not shape.needs or any(map(partial(_has_shape, shape), items[:20]))):
                    yield shape, items


def _has_shape(shape: Shape, item: Any) -> bool:
    lists = isinstance(item, dict) and any(isinstance(item.get(place), list) for place in ("data", "attachments"))
    return lists and shape.fits(item)


def members_of(names: Sequence[str]) -> tuple[str, list[str]] | None:
    """Find the files of posts and comments in a download, and its format; None when it is none.

    Raises:
        ImportRefused: When it holds web pages instead.

    """
    for name, pattern in _MEMBERS.items():
        if found := sorted(member for member in names if pattern.fullmatch(member)):
            return name, found
    if any(map(_PAGES.fullmatch, names)):
        raise ImportRefused("it is a Facebook download as web pages: ask Facebook for it again, in the format JSON")
    return None


def archive_entries(raw: BinaryIO) -> Iterator[Entry]:
    """Give each post and comment of a download; a broken file is one entry that says so.

    Raises:
        ImportRefused: When it is no download, or one of its files is too large.

    """
    with open_archive(raw) as archive:
        members = members_of(names_in(archive))
        if members is None:
            raise ImportRefused("it is a zip archive: unpack it and import the file with the posts")
        name, files = members
        for file in files:
            try:
                with open_member(archive, file, MOST_BYTES) as stream:
                    entries = list(entries_of(parse_json(stream.read()), name))
            except DAMAGED:
                entries = [{"text": file, "refused": BROKEN_MEMBER}]
            yield from entries
