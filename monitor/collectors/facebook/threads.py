"""One's own Threads account: its posts, and what others answer in public. The Threads API is a Graph API too.

https://developers.facebook.com/documentation/threads says what it gives.
"""

import re
from collections.abc import Mapping
from typing import ClassVar

from monitor.collectors.facebook.account import GraphAccount
from monitor.collectors.facebook.collector import GraphCollector

_FIELDS = "id,text,timestamp,permalink,username,has_replies,hide_status,media_type,media_url,alt_text"


class ThreadsAccount(GraphAccount):
    """Which account a source reads.

    Settings of a source: `account` is its name, without @; `comments` says whether the answers of others are read,
    which they are if it says nothing; `backfill_pages` is how many pages of 25 posts the first reading goes back,
    `max_pages` how many each later one.
    """

    __slots__ = ()

    owner_setting: ClassVar[str] = "account"
    owner_form: ClassVar[re.Pattern[str]] = re.compile(r"[a-z0-9._]{1,30}")
    owner_rule: ClassVar[str] = "the name of your Threads account"
    comments_by_default: ClassVar[bool] = True
    not_own: ClassVar[str] = "that of @{owner}: only an account of your own is read, with its own token"
    rights: ClassVar[str] = (
        "it must be a token of your own account, with threads_basic, and threads_read_replies for answers"
    )
    me_fields: ClassVar[str] = "id,username"
    posts_path: ClassVar[str] = "me/threads"
    posts_on_a_page: ClassVar[int] = 25  # each post of a page that has answers is one more request
    post_fields: ClassVar[str] = _FIELDS
    comments_path: ClassVar[str] = "conversation"
    comment_fields: ClassVar[str] = _FIELDS
    newest_comments_first: ClassVar[Mapping[str, str]] = {"reverse": "true"}
    goes_on_by: ClassVar[str] = "after"
    counts_comments: ClassVar[bool] = False
    public_address: ClassVar[str | None] = None
    names_public_authors: ClassVar[bool] = True


class ThreadsCollector(GraphCollector):
    """Reads the account's posts from the newest back to those that are known, and the answers of others to them.

    A post says only whether it has answers, so that those of the newest posts are asked for at each reading.
    """

    kind = "threads"
    account = ThreadsAccount
