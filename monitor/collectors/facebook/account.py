"""Which account of one's own a source reads through a Graph API: what is asked for it, and its token."""

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
