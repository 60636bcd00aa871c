"""Which Facebook Page a source reads: its settings, its token, and the addresses that follow from them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode, urlsplit

from monitor.collectors.base import SourceView
from monitor.collectors.http.fetched import Fetched
from monitor.errors import UsageError

_PAGE_SIZE = 100
_BACKFILL_PAGES = 2
_MOST_PAGES = 20
_PAGES_LIMIT = 100
_PAGE_ID = re.compile(r"[0-9]{3,25}")
_TOKEN = re.compile(r"[A-Za-z0-9_.|-]{8,1000}")
_TOKEN_IN_ADDRESS = re.compile(rb'((?:access_token|appsecret_proof)(?:=|%3D))[^&"\\\s]+', re.IGNORECASE)
_REMOVED = b"[removed]"
_PACKING = frozenset({"content-encoding", "content-length"})
_POST_FIELDS = (
    "id,message,story,created_time,updated_time,permalink_url,from{id},is_published,privacy{value},shares,"
    "comments.limit(0).summary(true),reactions.limit(0).summary(true)"
)
_COMMENT_FIELDS = "id,message,created_time,permalink_url,from{id},is_hidden,is_private,like_count,comment_count"


@dataclass(frozen=True, slots=True, kw_only=True)
class FacebookPage:
    """Which Page a source reads.

    Settings of a source: `page` is the Page's number; `comments` says whether the comments are read too;
    `backfill_pages` is how many pages of 100 posts the first reading goes back, `max_pages` how many each later one.
    """

    source: str
    base: str
    page_id: str
    comments: bool
    backfill_pages: int
    max_pages: int

    @classmethod
    def from_source(cls, source: SourceView) -> "FacebookPage":
        """Read a source's settings.

        Raises:
            UsageError: When they are not as described.

        """
        page_id = str(source.settings.get("page", "")).strip()
        comments = source.settings.get("comments", False)
        if not _PAGE_ID.fullmatch(page_id):
            raise UsageError(f"source {source.name}: `page` must be the number of the Page, not its name: {page_id!r}")
        if not isinstance(comments, bool):
            raise UsageError(f"source {source.name}: `comments` must be true or false")
        return cls(
            source=source.name,
            base=source.address.rstrip("/"),
            page_id=page_id,
            comments=comments,
            backfill_pages=source.number_setting("backfill_pages", _BACKFILL_PAGES, _PAGES_LIMIT),
            max_pages=source.number_setting("max_pages", _MOST_PAGES, _PAGES_LIMIT),
        )

    @property
    def host(self) -> str:
        """The server's name."""
        return urlsplit(self.base).hostname or ""

    @property
    def me_url(self) -> str:
        """The address that says whose token it is."""
        return f"{self.base}/me?fields=id"

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
        fields = _POST_FIELDS if self.is_post(object_id) else _COMMENT_FIELDS
        return f"{self.base}/{quote(object_id, safe='')}?{urlencode({'fields': fields})}"

    def is_post(self, object_id: str) -> bool:
        """Say whether an identifier is that of one of the Page's posts, not of a comment."""
        return object_id.startswith(f"{self.page_id}_")


def token_of(source: SourceView) -> str:
    """Give the source's token.

    Raises:
        UsageError: When there is none, or what stands there cannot be one.

    """
    how = f'set the Page token in [secrets] of kiemtin.toml, as "{source.name}" = "…"'
    if not source.secret:
        raise UsageError(f"source {source.name}: a Page is read with a token of those who administer it: {how}")
    if not _TOKEN.fullmatch(source.secret.strip()):
        raise UsageError(f"source {source.name}: what is set as its token has signs that no token has: {how}")
    return source.secret.strip()


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
