"""What Facebook's Graph API answers, read at the edge: a source's settings, posts and comments of a Page, refusals."""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from monitor.collectors.base import PublicPost, SourceView
from monitor.collectors.http.client import Fetched
from monitor.collectors.parsing.dates import parse_date
from monitor.collectors.parsing.json_values import mapping_at, number_at, text_at
from monitor.collectors.source_settings import number_setting
from monitor.errors import CollectError, FetchFailed, PayloadInvalid, RateLimited, SourceRefused, UsageError

_PAGE_SIZE = 100
_BACKFILL_PAGES = 2
_MOST_PAGES = 20
_PAGES_LIMIT = 100
_LONGEST_CONTEXT = 200
_NUMBER = re.compile(r"\d{3,25}", re.ASCII)
_OBJECT = re.compile(r"\d{3,25}_\d{3,25}", re.ASCII)
_TOKEN = re.compile(r"[\w.|-]{8,1000}", re.ASCII)
_TOKEN_IN_ADDRESS = re.compile(rb'((?:access_token|appsecret_proof)(?:=|%3D))[^&"\\\s]+', re.IGNORECASE)
_REMOVED = b"[removed]"
_PAGING = ("after", "until", "__paging_token")
_PACKING = frozenset({"content-encoding", "content-length"})
_POST_FIELDS = (
    "id,message,story,created_time,updated_time,permalink_url,from{id},is_published,privacy{value},shares,"
    "comments.limit(0).summary(true),reactions.limit(0).summary(true)"
)
_COMMENT_FIELDS = "id,message,created_time,permalink_url,from{id},is_hidden,is_private,like_count,comment_count"
_OPEN_PRIVACY = frozenset({"", "EVERYONE"})
_REFUSED = frozenset({401, 403})
_BAD_TOKEN = frozenset({102, 190})
_FORBIDDEN = frozenset({3, 10, *range(200, 300)})
_TOO_MANY = frozenset({4, 17, 32, 613, *range(80000, 80015)})
_PASSING = frozenset({1, 2})
_UNKNOWN_OBJECT = (100, 33)
_USAGE_HEADERS = ("x-app-usage", "x-page-usage", "x-business-use-case-usage")
_PERCENTS = ("call_count", "total_time", "total_cputime")
_ALMOST_USED_UP = 95
_USUAL_WAIT = timedelta(hours=1)
_LONGEST_WAIT = timedelta(days=1)
_LONGEST_EXPLANATION = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class FacebookPage:
    """Which Page a source reads.

    Settings of a source: `page` is the Page's number; `comments` says whether the comments are read too;
    `backfill_pages` is how many pages of 100 posts the first reading goes back, `max_pages` how many each later one.
    """

    source: str
    base: str
    number: str
    comments: bool
    backfill_pages: int
    max_pages: int

    @classmethod
    def of(cls, source: SourceView) -> "FacebookPage":
        """Read a source's settings.

        Raises:
            UsageError: When they are not as described.

        """
        number = str(source.settings.get("page", "")).strip()
        comments = source.settings.get("comments", False)
        if not _NUMBER.fullmatch(number):
            raise UsageError(f"source {source.name}: `page` must be the number of the Page, not its name: {number!r}")
        if not isinstance(comments, bool):
            raise UsageError(f"source {source.name}: `comments` must be true or false")
        return cls(
            source=source.name,
            base=source.address.rstrip("/"),
            number=number,
            comments=comments,
            backfill_pages=number_setting(source, "backfill_pages", _BACKFILL_PAGES, _PAGES_LIMIT),
            max_pages=number_setting(source, "max_pages", _MOST_PAGES, _PAGES_LIMIT),
        )

    @property
    def host(self) -> str:
        """The server's name."""
        return urlsplit(self.base).hostname or ""

    @property
    def me_url(self) -> str:
        """The address that tells whose token it is."""
        return f"{self.base}/me?fields=id"

    def posts_url(self, paging: Mapping[str, str]) -> str:
        """Give the address of a page of posts, newest first."""
        query = {"fields": _POST_FIELDS, "limit": str(_PAGE_SIZE), **paging}
        return f"{self.base}/{self.number}/posts?{urlencode(query)}"

    def comments_url(self, post: str, paging: Mapping[str, str]) -> str:
        """Give the address of a page of a post's comments and their replies, newest first."""
        order = {"filter": "stream", "order": "reverse_chronological"}
        query = {"fields": _COMMENT_FIELDS, "limit": str(_PAGE_SIZE), **order, **paging}
        return f"{self.base}/{quote(post, safe='')}/comments?{urlencode(query)}"

    def object_url(self, number: str) -> str:
        """Give the address of one post or comment."""
        fields = _POST_FIELDS if self.is_post(number) else _COMMENT_FIELDS
        return f"{self.base}/{quote(number, safe='')}?{urlencode({'fields': fields})}"

    def is_post(self, number: str) -> bool:
        """Say whether an identifier is one of the Page's posts, not of a comment."""
        return number.startswith(f"{self.number}_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of a page. `post` is None when it is left out, for `reason`; `mark` changes with the comments on it."""

    number: str
    created_at: datetime | None
    comments: int
    mark: str
    post: PublicPost | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of posts or comments, newest first; `paging` leads to the older one, None when there is none."""

    fetched: Fetched
    entries: Sequence[Entry]
    malformed: int
    paging: Mapping[str, str] | None

    def counted(self, known: datetime | None) -> Counter[str]:
        """Count what was left out and is newer than what is known: the rest was counted when it was new."""
        skipped = Counter(
            entry.reason
            for entry in self.entries
            if entry.reason and (known is None or entry.created_at is None or entry.created_at > known)
        )
        if self.malformed:
            skipped["malformed"] += self.malformed
        return skipped

    def reaches(self, known: datetime) -> bool:
        """Say whether this page ends below what is known."""
        last = self.entries[-1].created_at if self.entries else None
        return last is not None and last < known


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
    wire = fetched.exchange
    if wire is not None:
        headers = tuple(pair for pair in wire.response_headers if pair[0].lower() not in _PACKING)
        wire = replace(wire, response_headers=headers, body=body)
    return replace(fetched, body=body, exchange=wire)


def read_page(fetched: Fetched, page: FacebookPage, context: str | None = None) -> Page:
    """Read a page of posts, or, with the post that they answer as `context`, of comments.

    Raises:
        PayloadInvalid: When it is none, or when it leads to another server.

    """
    payload = read_json(fetched)
    rows = payload.get("data")
    if not isinstance(rows, list):
        raise PayloadInvalid(f"{fetched.final_url} does not answer with a list: is it the Graph API?")
    found = [read_entry(row, page, context) for row in rows]
    return Page(
        fetched=fetched,
        entries=[entry for entry in found if entry is not None],
        malformed=found.count(None),
        paging=_paging(payload.get("paging"), page),
    )


def read_entry(row: Any, page: FacebookPage, context: str | None = None) -> Entry | None:
    """Read one post or comment; None when it has no number."""
    if not isinstance(row, dict) or not _OBJECT.fullmatch(text_at(row, "id")):
        return None
    number, created = text_at(row, "id"), text_at(row, "created_time")
    created_at = parse_date(created, default_zone=UTC)
    counts = {
        "comments": number_at(mapping_at(mapping_at(row, "comments"), "summary"), "total_count"),
        "reactions": number_at(mapping_at(mapping_at(row, "reactions"), "summary"), "total_count"),
    }
    comments = counts["comments"] or 0
    # Taking a comment away need not change the time; and the count stays when one goes as another comes.
    mark = f"{comments} {text_at(row, 'updated_time')}"
    entry = Entry(number=number, created_at=created_at, comments=comments, mark=mark)
    text = text_at(row, "message")
    if not _is_public(row):
        return replace(entry, reason="not public")
    if not text.strip():
        return replace(entry, reason="page activity" if text_at(row, "story") else "no text")
    link = text_at(row, "permalink_url")
    engagement = {
        "likes": _first(counts["reactions"], number_at(row, "like_count")),
        "replies": _first(counts["comments"], number_at(row, "comment_count")),
        "shares": number_at(mapping_at(row, "shares"), "count"),
    }
    post = PublicPost(
        external_id=number,
        text=text,
        url=link if link.startswith(("https://", "http://")) else f"https://www.facebook.com/{number}",
        author=text_at(mapping_at(row, "from"), "id") or (page.number if page.is_post(number) else None),
        context=context,
        published_at=created_at,
        published_raw=created or None,
        engagement={name: count for name, count in engagement.items() if count is not None},
    )
    return replace(entry, post=post)


def heading_of(post: PublicPost | None) -> str:
    """Give the first line of a post, which stands above the comments on it."""
    lines = post.text.strip().splitlines() if post else []
    return lines[0][:_LONGEST_CONTEXT] if lines else ""


def read_json(fetched: Fetched) -> Mapping[str, Any]:
    """Read an answer as a JSON object.

    Raises:
        PayloadInvalid: When it is none.

    """
    try:
        payload = json.loads(fetched.body)
    except (ValueError, RecursionError):
        payload = None
    if not isinstance(payload, dict):
        raise PayloadInvalid(f"{fetched.final_url} does not answer as the Graph API does: check the address")
    return payload


def is_object_id(text: str) -> bool:
    """Say whether a text can be the identifier of a post or a comment."""
    return _OBJECT.fullmatch(text) is not None


def is_unknown_object(fetched: Fetched) -> bool:
    """Say whether an answer means that what was asked for is not there any more."""
    error = _error(fetched)
    return (number_at(error, "code"), number_at(error, "error_subcode")) == _UNKNOWN_OBJECT


def is_forbidden(fetched: Fetched) -> bool:
    """Say whether an answer means that this token may not see what was asked for."""
    return number_at(_error(fetched), "code") in _FORBIDDEN


def problem_of(fetched: Fetched, page: FacebookPage) -> CollectError:
    """Explain a refusal by its code."""
    error = _error(fetched)
    code, subcode = number_at(error, "code"), number_at(error, "error_subcode")
    named = f"code {code}" + (f", subcode {subcode}" if subcode is not None else "")
    if code in _BAD_TOKEN:  # what it says beside the code may repeat the token
        return SourceRefused(
            f"the token of source {page.source} has expired or was withdrawn ({named}): "
            "make a new Page token and set it in [secrets]"
        )
    if code in _FORBIDDEN:
        return SourceRefused(
            f"the token of source {page.source} may not read this ({named}): it must be a Page token of a Page that "
            "you administer, with pages_read_engagement, and pages_read_user_content for comments"
        )
    if code in _TOO_MANY:
        return _too_many(fetched, named)
    explained = f"{named}: {' '.join(text_at(error, 'message').split())[:_LONGEST_EXPLANATION]}"
    if code in _PASSING:
        return FetchFailed(f"{page.host} has a trouble of its own ({explained}): try again later")
    if code is None and fetched.status in _REFUSED:
        return SourceRefused(f"{page.host} answers {fetched.status} without saying why: look at the token")
    return PayloadInvalid(f"{page.host} does not answer what was asked ({explained}): check `page` and its address")


def usage_problem(fetched: Fetched) -> RateLimited | None:
    """Tell from the headers of a good answer whether hardly any request is left, before the last one is spent."""
    worst = max((percent for row in _usage_rows(fetched) for percent in _percents(row)), default=0)
    return _too_many(fetched, f"{worst} % used") if worst >= _ALMOST_USED_UP else None


def _too_many(fetched: Fetched, named: str) -> RateLimited:
    waits = [number_at(row, "estimated_time_to_regain_access") or 0 for row in _usage_rows(fetched)]
    wait = timedelta(minutes=min(max(waits, default=0), 24 * 60)) or _USUAL_WAIT
    until = fetched.fetched_at + min(wait, _LONGEST_WAIT)
    return RateLimited(f"the Graph API has no more requests for us ({named}) until {until:%Y-%m-%d %H:%M} UTC", until)


def _usage_rows(fetched: Fetched) -> list[Mapping[str, Any]]:
    """List what the headers tell of limits: one object, or lists of them by account."""
    rows: list[Mapping[str, Any]] = []
    for name in _USAGE_HEADERS:
        try:
            told = json.loads(fetched.headers.get(name, "{}"))
        except (ValueError, RecursionError):
            continue
        lists = [value for value in told.values() if isinstance(value, list)] if isinstance(told, dict) else []
        rows += [row for row in [told, *(row for rows in lists for row in rows)] if isinstance(row, dict)]
    return rows


def _percents(row: Mapping[str, Any]) -> list[int]:
    return [number for number in (number_at(row, name) for name in _PERCENTS) if number is not None]


def _paging(paging: Any, page: FacebookPage) -> Mapping[str, str] | None:
    """Take from the address of the next page only where it goes on; it also carries the token."""
    address = text_at(paging, "next") if isinstance(paging, dict) else ""
    if not address:
        return None
    ours, theirs = urlsplit(page.base), urlsplit(address)
    if (ours.scheme, ours.netloc) != (theirs.scheme, theirs.netloc):
        raise PayloadInvalid(f"{page.host} says that its next page is on {theirs.hostname}: it is not followed")
    query = parse_qs(theirs.query)
    return {name: query[name][0] for name in _PAGING if name in query} or None


def _is_public(row: Mapping[str, Any]) -> bool:
    hidden = row.get("is_published") is False or row.get("is_hidden") is True or row.get("is_private") is True
    return not hidden and text_at(mapping_at(row, "privacy"), "value") in _OPEN_PRIVACY


def _error(fetched: Fetched) -> Mapping[str, Any]:
    try:
        return mapping_at(json.loads(fetched.body), "error")
    except (ValueError, RecursionError):
        return {}


def _first(*counts: int | None) -> int | None:
    return next((count for count in counts if count is not None), None)
