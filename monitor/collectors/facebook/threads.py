"""One's own Threads account: its posts, and what others answer in public. The Threads API is a Graph API too.

https://developers.facebook.com/documentation/threads says what it gives.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import quote, urlencode

from monitor.collectors.base import SourceView
from monitor.collectors.facebook.account import BACKFILL_PAGES, MOST_PAGES, PAGES_LIMIT, GraphAccount, says_whether
from monitor.collectors.facebook.collector import GraphCollector
from monitor.errors import UsageError

# Each post of a page that has answers is one more request.
_POSTS_ON_A_PAGE = 25
_ANSWERS_ON_A_PAGE = 100
_USERNAME = re.compile(r"[a-z0-9._]{1,30}")
_FIELDS = "id,text,timestamp,permalink,username,has_replies,hide_status"


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadsAccount(GraphAccount):
    """Which account a source reads.

    Settings of a source: `account` is its name, without @; `comments` says whether the answers of others are read,
    which they are if it says nothing; `backfill_pages` is how many pages of 25 posts the first reading goes back,
    `max_pages` how many each later one.
    """

    username: str

    rights: ClassVar[str] = (
        "it must be a token of your own account, with threads_basic, and threads_read_replies for answers"
    )
    goes_on_by: ClassVar[str] = "after"
    counts_comments: ClassVar[bool] = False
    names_public_authors: ClassVar[bool] = True

    @classmethod
    def from_source(cls, source: SourceView) -> "ThreadsAccount":
        """Read a source's settings.

        Raises:
            UsageError: When they are not as described.

        """
        username = str(source.settings.get("account", "")).strip().removeprefix("@").lower()
        if not _USERNAME.fullmatch(username):
            raise UsageError(f"source {source.name}: `account` must be the name of your Threads account: {username!r}")
        return cls(
            source=source.name,
            base=source.address.rstrip("/"),
            username=username,
            comments=says_whether(source, "comments", default=True),
            backfill_pages=source.number_setting("backfill_pages", BACKFILL_PAGES, PAGES_LIMIT),
            max_pages=source.number_setting("max_pages", MOST_PAGES, PAGES_LIMIT),
        )

    @property
    def owner(self) -> str:
        """The name of the account."""
        return self.username

    @property
    def me_url(self) -> str:
        """The address that says whose token it is."""
        return f"{self.base}/me?fields=id,username"

    @property
    def not_own(self) -> str:
        """What to say of a token that is another account's."""
        return (
            f"the token of source {self.source} is not that of @{self.username}: only an account of your own is read, "
            "with its own token"
        )

    def posts_url(self, paging: Mapping[str, str]) -> str:
        """Give the address of a page of posts, newest first."""
        return f"{self.base}/me/threads?{urlencode({'fields': _FIELDS, 'limit': str(_POSTS_ON_A_PAGE), **paging})}"

    def comments_url(self, post_id: str, paging: Mapping[str, str]) -> str:
        """Give the address of a page of all answers to a post, and of the answers to them, newest first."""
        query = {"fields": _FIELDS, "limit": str(_ANSWERS_ON_A_PAGE), "reverse": "true", **paging}
        return f"{self.base}/{quote(post_id, safe='')}/conversation?{urlencode(query)}"

    def object_url(self, object_id: str) -> str:
        """Give the address of one post or answer."""
        return f"{self.base}/{quote(object_id, safe='')}?{urlencode({'fields': _FIELDS})}"

    def author_of(self, object_id: str) -> None:
        """Give nobody: an author without a name does not show his posts to everybody."""

    def public_url(self, object_id: str) -> None:
        """Give no address: it cannot be made from an identifier."""


class ThreadsCollector(GraphCollector):
    """Reads the account's posts from the newest back to those that are known, and the answers of others to them.

    A post says only whether it has answers, so that those of the newest posts are asked for at each reading.
    """

    kind = "threads"

    def account(self, source: SourceView) -> ThreadsAccount:
        """Read a source's settings."""
        return ThreadsAccount.from_source(source)
