"""Tables of exportcomments.com, and of the Meta Content Library, which followed CrowdTangle."""

from datetime import UTC, datetime

from monitor.collectors.files.base import Value
from monitor.collectors.files.columns import ColumnFormat, Variant
from monitor.collectors.files.values import optional_text
from monitor.collectors.parsing.dates import parse_date


def read_utc(value: Value) -> tuple[datetime | None, str | None]:
    """Read a date; one that names no zone is in UTC, as the library gives it."""
    raw = optional_text(value)
    return (parse_date(raw, default_zone=UTC), raw) if raw else (None, None)


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
EXPORT_COMMENTS = ColumnFormat(
    "exportcomments",
    tuple(
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
META_CONTENT_LIBRARY = ColumnFormat(
    "meta_content_library",
    tuple(
        Variant(required=frozenset({"id", "creation_time", named}), sources=_LIBRARY, read_date=read_utc)
        for named in ("mcl_url", "post_owner.id", "post_owner.name", "surface.id")
    ),
)
