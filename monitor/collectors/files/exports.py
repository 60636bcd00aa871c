"""Tables of exportcomments.com, and of the Meta Content Library, which followed CrowdTangle."""

from monitor.collectors.files.columns import ColumnFormat, Variant
from monitor.collectors.files.values import published_in_utc

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
        Variant(required=frozenset({"id", "creation_time", named}), sources=_LIBRARY, read_date=published_in_utc)
        for named in ("mcl_url", "post_owner.id", "post_owner.name", "surface.id")
    ),
)
