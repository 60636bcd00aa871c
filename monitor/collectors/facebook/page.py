"""A Facebook Page that the operator administers: what the Graph API is asked for it."""

import re
from collections.abc import Mapping
from typing import ClassVar

from monitor.collectors.facebook.account import GraphAccount
from monitor.collectors.facebook.collector import GraphCollector


class FacebookPage(GraphAccount):
    """Which Page a source reads.

    Settings of a source: `page` is the Page's number; `comments` says whether the comments are read too;
    `backfill_pages` is how many pages of 100 posts the first reading goes back, `max_pages` how many each later one.
    """

    __slots__ = ()

    owner_setting: ClassVar[str] = "page"
    owner_form: ClassVar[re.Pattern[str]] = re.compile(r"[0-9]{3,25}")
    owner_rule: ClassVar[str] = "the number of the Page, not its name"
    comments_by_default: ClassVar[bool] = False
    not_own: ClassVar[str] = (
        "that of Page {owner}: only Pages that you administer are read, each with its own Page token"
    )
    rights: ClassVar[str] = (
        "it must be a Page token of a Page that you administer, with pages_read_engagement, and "
        "pages_read_user_content for comments"
    )
    me_fields: ClassVar[str] = "id"
    posts_path: ClassVar[str] = "{owner}/posts"
    posts_on_a_page: ClassVar[int] = 100
    post_fields: ClassVar[str] = (
        "id,message,story,created_time,updated_time,permalink_url,from{id},is_published,privacy{value},full_picture,shares,"
        "comments.limit(0).summary(true),reactions.limit(0).summary(true)"
    )
    comments_path: ClassVar[str] = "comments"
    comment_fields: ClassVar[str] = (
        "id,message,created_time,permalink_url,from{id},is_hidden,is_private,like_count,comment_count,"
        "attachment{media{image{src}}}"
    )
    newest_comments_first: ClassVar[Mapping[str, str]] = {"filter": "stream", "order": "reverse_chronological"}
    goes_on_by: ClassVar[str] = "next"
    counts_comments: ClassVar[bool] = True
    public_address: ClassVar[str | None] = "https://www.facebook.com/{id}"
    names_public_authors: ClassVar[bool] = False


class FacebookCollector(GraphCollector):
    """Reads a Page that the operator administers."""

    kind = "facebook"
    account = FacebookPage
