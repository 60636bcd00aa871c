"""Which account of one's own a source reads through a Graph API: what is asked for it, and its token.

The API of Threads is a Graph API too: https://developers.facebook.com/documentation/threads says what it gives.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Self
from urllib.parse import quote, urlencode

from monitor.collectors.base import Place, SourceView
from monitor.collectors.http.fetched import Fetched
from monitor.errors import UsageError

_BACKFILL_PAGES = 2
_MOST_PAGES = 20
_COMMENTS_ON_A_PAGE = 100
_THREADS_FIELDS = "id,text,timestamp,permalink,username,has_replies,hide_status,media_type,media_url,alt_text"
TOKEN = re.compile(r"[A-Za-z0-9_.|-]{8,1000}")
_TOKEN_IN_ADDRESS = re.compile(rb'((?:access_token|appsecret_proof)(?:=|%3D))[^&"\\\s]+', re.IGNORECASE)
_REMOVED = b"[removed]"
_PACKING = frozenset({"content-encoding", "content-length"})


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphAccount(Place):
    """An account that whoever runs this program administers. Each kind of account is a subclass that names its parts.

    Args:
        source: The source's name.
        owner: What the API calls the owner of the account's token.
        comments: Whether what others answer is read too.
        backfill_pages: How many pages of posts the first reading goes back.
        max_pages: How many pages each later one.

    """

    source: str
    owner: str
    comments: bool
    backfill_pages: int
    max_pages: int

    owner_setting: ClassVar[str]
    owner_form: ClassVar[re.Pattern[str]]
    owner_rule: ClassVar[str]
    """What to say of a setting that cannot name an account."""
    comments_by_default: ClassVar[bool]
    not_own: ClassVar[str]
    """What to say of a token that is another account's."""
    rights: ClassVar[str]
    """Which token it must be."""

    me_fields: ClassVar[str]
    posts_path: ClassVar[str]
    posts_on_a_page: ClassVar[int]
    post_fields: ClassVar[str]
    comments_path: ClassVar[str]
    comment_fields: ClassVar[str]
    newest_comments_first: ClassVar[Mapping[str, str]]
    goes_on_by: ClassVar[str]
    """How a list names its next page: by its address (`next`) or by a mark (`after`)."""
    counts_comments: ClassVar[bool]
    """Whether a post says how many comments it has, or only that there are some."""
    public_address: ClassVar[str | None]
    """Where readers find an object that comes without an address, if that can be told from its identifier."""
    names_public_authors: ClassVar[bool]
    """Whether an author without a name is one who does not show his posts to everybody."""

    @classmethod
    def from_source(cls, source: SourceView) -> Self:
        """Read a source's settings.

        Raises:
            UsageError: When they are not as described.

        """
        owner = str(source.settings.get(cls.owner_setting, "")).strip().removeprefix("@").lower()
        if not cls.owner_form.fullmatch(owner):
            raise UsageError(f"source {source.name}: `{cls.owner_setting}` must be {cls.owner_rule}: {owner!r}")
        comments = source.settings.get("comments", cls.comments_by_default)
        if not isinstance(comments, bool):
            raise UsageError(f"source {source.name}: `comments` must be true or false")
        return cls(
            source=source.name,
            base=source.address.rstrip("/"),
            owner=owner,
            comments=comments,
            backfill_pages=source.number_setting("backfill_pages", _BACKFILL_PAGES),
            max_pages=source.number_setting("max_pages", _MOST_PAGES),
        )

    @property
    def me_url(self) -> str:
        """The address that says whose token it is."""
        return f"{self.base}/me?fields={self.me_fields}"

    def posts_url(self, paging: Mapping[str, str]) -> str:
        """Give the address of a page of posts, newest first."""
        query = {"fields": self.post_fields, "limit": str(self.posts_on_a_page), **paging}
        return f"{self.base}/{self.posts_path.format(owner=self.owner)}?{urlencode(query)}"

    def comments_url(self, post_id: str, paging: Mapping[str, str]) -> str:
        """Give the address of a page of a post's comments and their replies, newest first."""
        query = {"fields": self.comment_fields, "limit": str(_COMMENTS_ON_A_PAGE)}
        query |= {**self.newest_comments_first, **paging}
        return f"{self.base}/{quote(post_id, safe='')}/{self.comments_path}?{urlencode(query)}"

    def object_url(self, object_id: str) -> str:
        """Give the address of one post or comment."""
        fields = self.post_fields if self.is_post(object_id) else self.comment_fields
        return f"{self.base}/{quote(object_id, safe='')}?{urlencode({'fields': fields})}"

    def is_post(self, object_id: str) -> bool:
        """Say whether an identifier names the account itself, so that its object is one of the account's own posts."""
        return object_id.startswith(f"{self.owner}_")

    def author_of(self, object_id: str) -> str | None:
        """Give the author of an object that comes without one; None where that is unknown."""
        return self.owner if self.is_post(object_id) else None

    def public_url(self, object_id: str) -> str | None:
        """Give the address for readers of an object that comes without one; None where there is none."""
        return self.public_address.format(id=object_id) if self.public_address else None


class FacebookPage(GraphAccount):
    """Which Page a source reads.

    Settings of a source: `page` is the Page's number; `comments` says whether the comments are read too;
    `backfill_pages` is how many pages of 100 posts the first reading goes back, `max_pages` how many each later one.
    """

    __slots__ = ()

    owner_setting = "page"
    owner_form = re.compile(r"[0-9]{3,25}")
    owner_rule = "the number of the Page, not its name"
    comments_by_default = False
    not_own = "that of Page {owner}: only Pages that you administer are read, each with its own Page token"
    rights = (
        "it must be a Page token of a Page that you administer, with pages_read_engagement, and "
        "pages_read_user_content for comments"
    )
    me_fields = "id"
    posts_path = "{owner}/posts"
    posts_on_a_page = 100
    post_fields = (
        "id,message,story,created_time,updated_time,permalink_url,from{id},is_published,privacy{value},full_picture,shares,"
        "comments.limit(0).summary(true),reactions.limit(0).summary(true)"
    )
    comments_path = "comments"
    comment_fields = (
        "id,message,created_time,permalink_url,from{id},is_hidden,is_private,like_count,comment_count,"
        "attachment{media{image{src}}}"
    )
    newest_comments_first: ClassVar[Mapping[str, str]] = {"filter": "stream", "order": "reverse_chronological"}
    goes_on_by = "next"
    counts_comments = True
    public_address = "https://www.facebook.com/{id}"
    names_public_authors = False


class ThreadsAccount(GraphAccount):
    """Which account a source reads.

    Settings of a source: `account` is its name, without @; `comments` says whether the answers of others are read,
    which they are if it says nothing; `backfill_pages` is how many pages of 25 posts the first reading goes back,
    `max_pages` how many each later one.
    """

    __slots__ = ()

    owner_setting = "account"
    owner_form = re.compile(r"[a-z0-9._]{1,30}")
    owner_rule = "the name of your Threads account"
    comments_by_default = True
    not_own = "that of @{owner}: only an account of your own is read, with its own token"
    rights = "it must be a token of your own account, with threads_basic, and threads_read_replies for answers"
    me_fields = "id,username"
    posts_path = "me/threads"
    posts_on_a_page = 25  # each post of a page that has answers is one more request
    post_fields = _THREADS_FIELDS
    comments_path = "conversation"
    comment_fields = _THREADS_FIELDS
    newest_comments_first: ClassVar[Mapping[str, str]] = {"reverse": "true"}
    goes_on_by = "after"
    counts_comments = False
    public_address = None
    names_public_authors = True


def without_token(fetched: Fetched, token: str) -> Fetched:
    """Take the token out of an answer: the addresses of further pages carry it, and answers are kept as proof."""
    body = fetched.body
    for secret in {token, quote(token, safe="")}:
        body = body.replace(secret.encode(), _REMOVED)
    body = _TOKEN_IN_ADDRESS.sub(rb"\1" + _REMOVED, body)
    if body == fetched.body:
        return fetched
    exchange = fetched.exchange
    if exchange is not None:
        headers = tuple(pair for pair in exchange.response_headers if pair[0].lower() not in _PACKING)
        exchange = replace(exchange, response_headers=headers, body=body)
    return replace(fetched, body=body, exchange=exchange)
