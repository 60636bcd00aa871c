"""Which Facebook Page a source reads: its settings, and the addresses that follow from them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import quote, urlencode

from monitor.collectors.base import SourceView
from monitor.collectors.facebook.account import BACKFILL_PAGES, MOST_PAGES, PAGES_LIMIT, GraphAccount, says_whether
from monitor.errors import UsageError

_PAGE_SIZE = 100
_PAGE_ID = re.compile(r"[0-9]{3,25}")
_POST_FIELDS = (
    "id,message,story,created_time,updated_time,permalink_url,from{id},is_published,privacy{value},shares,"
    "comments.limit(0).summary(true),reactions.limit(0).summary(true)"
)
_COMMENT_FIELDS = "id,message,created_time,permalink_url,from{id},is_hidden,is_private,like_count,comment_count"


@dataclass(frozen=True, slots=True, kw_only=True)
class FacebookPage(GraphAccount):
    """Which Page a source reads.

    Settings of a source: `page` is the Page's number; `comments` says whether the comments are read too;
    `backfill_pages` is how many pages of 100 posts the first reading goes back, `max_pages` how many each later one.
    """

    page_id: str

    rights: ClassVar[str] = (
        "it must be a Page token of a Page that you administer, with pages_read_engagement, and "
        "pages_read_user_content for comments"
    )

    @classmethod
    def from_source(cls, source: SourceView) -> "FacebookPage":
        """Read a source's settings.

        Raises:
            UsageError: When they are not as described.

        """
        page_id = str(source.settings.get("page", "")).strip()
        if not _PAGE_ID.fullmatch(page_id):
            raise UsageError(f"source {source.name}: `page` must be the number of the Page, not its name: {page_id!r}")
        return cls(
            source=source.name,
            base=source.address.rstrip("/"),
            page_id=page_id,
            comments=says_whether(source, "comments", default=False),
            backfill_pages=source.number_setting("backfill_pages", BACKFILL_PAGES, PAGES_LIMIT),
            max_pages=source.number_setting("max_pages", MOST_PAGES, PAGES_LIMIT),
        )

    @property
    def owner(self) -> str:
        """The Page's number."""
        return self.page_id

    @property
    def me_url(self) -> str:
        """The address that says whose token it is."""
        return f"{self.base}/me?fields=id"

    @property
    def not_own(self) -> str:
        """What to say of a token that is not the Page's own."""
        return (
            f"the token of source {self.source} is not that of Page {self.page_id}: only Pages that you administer are "
            "read, each with its own Page token"
        )

    def posts_url(self, paging: Mapping[str, str]) -> str:
        """Give the address of a page of posts, newest first."""
        query = {"fields": _POST_FIELDS, "limit": str(_PAGE_SIZE), **paging}
        return f"{self.base}/{self.page_id}/posts?{urlencode(query)}"

    def comments_url(self, post_id: str, paging: Mapping[str, str]) -> str:
        """Give the address of a page of a post's comments and their replies, newest first."""
        order = {"filter": "stream", "order": "reverse_chronological"}
        query = {"fields": _COMMENT_FIELDS, "limit": str(_PAGE_SIZE), **order, **paging}
        return f"{self.base}/{quote(post_id, safe='')}/comments?{urlencode(query)}"

    def object_url(self, object_id: str) -> str:
        """Give the address of one post or comment."""
        fields = _POST_FIELDS if self._is_post(object_id) else _COMMENT_FIELDS
        return f"{self.base}/{quote(object_id, safe='')}?{urlencode({'fields': fields})}"

    def author_of(self, object_id: str) -> str | None:
        """Give the Page for its own posts, which come without an author."""
        return self.page_id if self._is_post(object_id) else None

    def public_url(self, object_id: str) -> str:
        """Give the address for readers of a post or comment that comes without one."""
        return f"https://www.facebook.com/{object_id}"

    def _is_post(self, object_id: str) -> bool:
        return object_id.startswith(f"{self.page_id}_")
