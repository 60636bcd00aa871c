"""Which account of one's own a source reads through a Graph API: what is asked for it, and its token."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar
from urllib.parse import quote, urlsplit

from monitor.collectors.base import SourceView
from monitor.collectors.http.fetched import Fetched
from monitor.collectors.keyed_sources import secret_of
from monitor.errors import UsageError

BACKFILL_PAGES = 2
MOST_PAGES = 20
PAGES_LIMIT = 100
_TOKEN = re.compile(r"[A-Za-z0-9_.|-]{8,1000}")
_TOKEN_IN_ADDRESS = re.compile(rb'((?:access_token|appsecret_proof)(?:=|%3D))[^&"\\\s]+', re.IGNORECASE)
_REMOVED = b"[removed]"
_PACKING = frozenset({"content-encoding", "content-length"})


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphAccount(ABC):
    """An account that whoever runs this program administers.

    Args:
        source: The source's name.
        base: The address of the API.
        comments: Whether what others answer is read too.
        backfill_pages: How many pages of posts the first reading goes back.
        max_pages: How many pages each later one.

    Class attributes: `rights` says in a message which token it must be, and `goes_on_by` how a list names its next
    page: by its address (`next`) or by a mark (`after`). `counts_comments` tells whether a post says how many comments
    it has, or only that there are some; `names_public_authors` whether an author without a name is one who does not
    show his posts to everybody.

    """

    source: str
    base: str
    comments: bool
    backfill_pages: int
    max_pages: int

    rights: ClassVar[str]
    goes_on_by: ClassVar[str] = "next"
    counts_comments: ClassVar[bool] = True
    names_public_authors: ClassVar[bool] = False

    @property
    def host(self) -> str:
        """The server's name."""
        return urlsplit(self.base).hostname or ""

    @property
    @abstractmethod
    def owner(self) -> str:
        """What the API calls the owner of the account's token."""

    @property
    @abstractmethod
    def me_url(self) -> str:
        """The address that says whose token it is."""

    @property
    @abstractmethod
    def not_own(self) -> str:
        """What to say of a token that is another account's."""

    @abstractmethod
    def posts_url(self, paging: Mapping[str, str]) -> str:
        """Give the address of a page of posts, newest first."""

    @abstractmethod
    def comments_url(self, post_id: str, paging: Mapping[str, str]) -> str:
        """Give the address of a page of a post's comments and their replies, newest first."""

    @abstractmethod
    def object_url(self, object_id: str) -> str:
        """Give the address of one post or comment."""

    @abstractmethod
    def author_of(self, object_id: str) -> str | None:
        """Give the author of an object that comes without one; None where that is unknown."""

    @abstractmethod
    def public_url(self, object_id: str) -> str | None:
        """Give the address for readers of an object that comes without one; None where there is none."""


def token_of(source: SourceView) -> str:
    """Return the source's token; raises UsageError when there is none, or what stands there cannot be one."""
    how = f'set it in [secrets] of kiemtin.toml, as "{source.name}" = "…"'
    return secret_of(source, _TOKEN, wanted="a token of those who administer the account", how=how)


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


def says_whether(source: SourceView, name: str, *, default: bool) -> bool:
    """Read a setting that is true or false.

    Raises:
        UsageError: When it is neither.

    """
    value = source.settings.get(name, default)
    if not isinstance(value, bool):
        raise UsageError(f"source {source.name}: `{name}` must be true or false")
    return value
