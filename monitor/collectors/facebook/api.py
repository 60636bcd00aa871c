"""What a Graph API answers, read at the edge: posts and comments of an account, refusals, use of the limits."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, timedelta
from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit

from pydantic import AliasChoices, AliasPath, Field

from monitor.collectors.base import PostPicture, PublicPost
from monitor.collectors.facebook.account import GraphAccount
from monitor.collectors.http.fetched import Fetched
from monitor.collectors.keyed_sources import REFUSALS
from monitor.collectors.parsing.dates import parse_date
from monitor.collectors.parsing.json_models import (
    Count,
    Lenient,
    PayloadModel,
    Text,
    Uri,
    counts_of,
    read_json,
    read_row,
)
from monitor.collectors.timeline import Entry, Page
from monitor.errors import CollectError, FetchFailed, PayloadInvalid, RateLimited, SourceRefused

_LONGEST_CONTEXT = 200
_OBJECT = re.compile(r"[0-9]{3,25}(?:_[0-9]{3,25})?")
_PAGING = ("after", "until", "__paging_token")
_OPEN_PRIVACY = frozenset({"", "EVERYONE"})
_SHOWN = frozenset({"", "NOT_HUSHED", "UNHUSHED"})
_REFUSED = frozenset({401, 403})
_BAD_TOKEN = frozenset({102, 190})
_FORBIDDEN = frozenset({3, 10, *range(200, 300)})
_TOO_MANY = frozenset({4, 17, 32, 613, *range(80000, 80015)})
_PASSING = frozenset({1, 2})
_UNKNOWN_OBJECT = (100, 33)
_USAGE_HEADERS = ("x-app-usage", "x-page-usage", "x-business-use-case-usage")
_ALMOST_USED_UP = 95
_USUAL_WAIT = timedelta(hours=1)
_LONGEST_WAIT = timedelta(days=1)
_LONGEST_EXPLANATION = 200


ObjectId = Annotated[str, Field(pattern=rf"^{_OBJECT.pattern}$")]


class Privacy(PayloadModel):
    """Who may see a post."""

    value: Text | None = None


class GraphObject(PayloadModel):
    """A post or a comment, as the documentation of Facebook, or else of Threads, names its fields."""

    id: ObjectId
    message: Text | None = Field(None, validation_alias=AliasChoices("message", "text"))
    story: Lenient[Text] = None
    created_time: Lenient[Text] = Field(None, validation_alias=AliasChoices("created_time", "timestamp"))
    updated_time: Lenient[Text] = None
    permalink_url: Lenient[Uri] = Field(None, validation_alias=AliasChoices("permalink_url", "permalink"))
    author_id: Lenient[Text] = Field(None, validation_alias=AliasChoices(AliasPath("from", "id"), "username"))
    is_published: bool | None = None
    is_hidden: bool | None = None
    is_private: bool | None = None
    hide_status: Text | None = None
    privacy: Privacy | None = None
    comments: Lenient[Count] = Field(None, validation_alias=AliasPath("comments", "summary", "total_count"))
    reactions: Lenient[Count] = Field(None, validation_alias=AliasPath("reactions", "summary", "total_count"))
    shares: Lenient[Count] = Field(None, validation_alias=AliasPath("shares", "count"))
    like_count: Lenient[Count] = None
    comment_count: Lenient[Count] = None
    has_replies: Lenient[bool] = None
    full_picture: Lenient[Uri] = None
    media_type: Lenient[Text] = None
    media_url: Lenient[Uri] = None
    alt_text: Lenient[Text] = None
    attachment_image: Lenient[Uri] = Field(None, validation_alias=AliasPath("attachment", "media", "image", "src"))

    @property
    def is_public(self) -> bool:
        """Whether everybody may see it."""
        hidden = self.is_published is False or self.is_hidden is True or self.is_private is True
        hidden = hidden or (self.hide_status or "") not in _SHOWN
        return not hidden and ((self.privacy and self.privacy.value) or "") in _OPEN_PRIVACY

    @property
    def pictures(self) -> list[PostPicture]:
        """The picture that it shows; Threads names that of a film in the same place."""
        address = self.media_url if self.media_type == "IMAGE" else self.full_picture or self.attachment_image
        return [PostPicture(address, self.alt_text or "")] if address else []

    @property
    def engagement(self) -> dict[str, int]:
        """The counts that came with it; a comment has them under other names than a post."""
        return counts_of(
            likes=self.like_count if self.reactions is None else self.reactions,
            replies=self.comment_count if self.comments is None else self.comments,
            shares=self.shares,
        )


class GraphList(PayloadModel):
    """A page of posts or comments."""

    data: list[Any]
    next: Lenient[Text] = Field(None, validation_alias=AliasPath("paging", "next"))
    after: Lenient[Text] = Field(None, validation_alias=AliasPath("paging", "cursors", "after"))


class Me(PayloadModel):
    """Whose token it is."""

    id: Lenient[Text] = Field(None, validation_alias=AliasChoices("username", "id"))


class GraphError(PayloadModel):
    """Why something was refused."""

    code: Lenient[Count] = None
    error_subcode: Lenient[Count] = None
    message: Lenient[Text] = None


class Refusal(PayloadModel):
    """The answer to a request that is refused."""

    error: GraphError


class Usage(PayloadModel):
    """How much of a limit is used, in percent, and how many minutes a block still lasts."""

    call_count: Lenient[Count] = None
    total_time: Lenient[Count] = None
    total_cputime: Lenient[Count] = None
    estimated_time_to_regain_access: Lenient[Count] = None

    @property
    def percent(self) -> int:
        """The part of the limit that is used most."""
        return max(self.call_count or 0, self.total_time or 0, self.total_cputime or 0)


def read_page(fetched: Fetched, page: GraphAccount, context: str | None = None) -> Page:
    """Read a page of posts, or, with the post that they answer as `context`, of comments.

    Raises:
        PayloadInvalid: When it is none, or when it leads to another server.

    """
    answer = read_row(GraphList, read_object(fetched))
    if answer is None:
        raise PayloadInvalid(f"{fetched.final_url} does not answer with a list: is it the Graph API?")
    entries = [read_entry(row, page, context) for row in answer.data]
    return Page(fetched=fetched, entries=entries, next=_paging(answer, page))


def read_entry(row: Any, page: GraphAccount, context: str | None = None) -> Entry:
    """Read one post or comment; what is said of the answers to it is their number and a mark that changes with them."""
    shown = read_row(GraphObject, row)
    if shown is None:
        return Entry(id="", reason="malformed")
    comments = shown.comments or int(shown.has_replies is True)
    # Taking a comment away need not change the time; and the count stays when one goes as another comes.
    answers = (comments, f"{comments} {shown.updated_time or ''}")
    entry = Entry(id=shown.id, place=parse_date(shown.created_time or "", default_zone=UTC), answers=answers)
    author = shown.author_id or page.author_of(shown.id)
    if not shown.is_public or (author is None and page.names_public_authors):
        return replace(entry, reason="not public")
    text = shown.message or ""
    if not text.strip() and not shown.pictures:
        return replace(entry, reason="page activity" if shown.story else "no text")
    link = shown.permalink_url or ""
    post = PublicPost(
        external_id=shown.id,
        text=text,
        url=link if link.startswith(("https://", "http://")) else page.public_url(shown.id),
        author=author,
        context=context,
        published_at=entry.place,
        published_raw=shown.created_time or None,
        engagement=shown.engagement,
        pictures=shown.pictures,
    )
    return replace(entry, post=post)


def read_single(fetched: Fetched, page: GraphAccount) -> Entry:
    """Read the answer for a single post or comment; it is gone where it is not there any more, or not for everybody.

    Raises:
        CollectError: When more than this one thing is refused, or the answer is no JSON object.

    """
    error = _error(fetched)
    if (error.code, error.error_subcode) == _UNKNOWN_OBJECT:
        return Entry(id="", gone=True)
    if error.code in _FORBIDDEN:  # this one thing, for what the account itself shows was read just before
        return Entry(id="", reason="not shown")
    if fetched.status in REFUSALS:
        raise problem_of(fetched, page)
    entry = read_entry(read_object(fetched), page)
    return replace(entry, gone=entry.reason == "not public")


def heading_of(post: PublicPost | None) -> str:
    """Give the first line of a post, which stands above the comments on it."""
    lines = post.text.strip().splitlines() if post else []
    return lines[0][:_LONGEST_CONTEXT] if lines else ""


def read_object(fetched: Fetched) -> Mapping[str, Any]:
    """Read an answer as a JSON object.

    Raises:
        PayloadInvalid: When it is none.

    """
    payload = read_json(fetched.body)
    if not isinstance(payload, dict):
        raise PayloadInvalid(f"{fetched.final_url} does not answer as the Graph API does: check the address")
    return payload


def token_owner(fetched: Fetched) -> str | None:
    """Read whose token it is.

    Raises:
        PayloadInvalid: When the answer is no JSON object.

    """
    me = read_row(Me, read_object(fetched))
    return me.id if me else None


def is_object_id(text: str) -> bool:
    """Say whether a text can be the identifier of a post or a comment."""
    return _OBJECT.fullmatch(text) is not None


def problem_of(fetched: Fetched, page: GraphAccount) -> CollectError:
    """Explain a refusal by its code."""
    error = _error(fetched)
    code, subcode = error.code, error.error_subcode
    named = f"code {code}" + (f", subcode {subcode}" if subcode is not None else "")
    if code in _BAD_TOKEN:  # the message beside the code may repeat the token
        return SourceRefused(
            f"the token of source {page.source} has expired or was withdrawn ({named}): "
            "make a new token and set it in [secrets]"
        )
    if code in _FORBIDDEN:
        return SourceRefused(f"the token of source {page.source} may not read this ({named}): {page.rights}")
    if code in _TOO_MANY:
        return _too_many(fetched, named)
    explained = f"{named}: {' '.join((error.message or '').split())[:_LONGEST_EXPLANATION]}"
    if code in _PASSING:
        return FetchFailed(f"{page.host} has a trouble of its own ({explained}): try again later")
    if code is None and fetched.status in _REFUSED:
        return SourceRefused(f"{page.host} answers {fetched.status} without saying why: look at the token")
    return PayloadInvalid(f"{page.host} does not answer what was asked ({explained}): check its settings and address")


def usage_problem(fetched: Fetched) -> RateLimited | None:
    """Say from the headers of a good answer that hardly any request is left, before the last one is spent."""
    worst = max((usage.percent for usage in _usages(fetched)), default=0)
    return _too_many(fetched, f"{worst} % used") if worst >= _ALMOST_USED_UP else None


def _too_many(fetched: Fetched, named: str) -> RateLimited:
    minutes = max((usage.estimated_time_to_regain_access or 0 for usage in _usages(fetched)), default=0)
    wait = timedelta(minutes=min(minutes, _LONGEST_WAIT // timedelta(minutes=1)))
    until = fetched.fetched_at + (wait if minutes > 0 else _USUAL_WAIT)
    return RateLimited(f"the Graph API has no more requests for us ({named}) until {until:%Y-%m-%d %H:%M} UTC", until)


def _usages(fetched: Fetched) -> list[Usage]:
    """List what the headers say of limits: one object, or lists of them by account."""
    usages: list[Usage | None] = []
    for name in _USAGE_HEADERS:
        header = read_json(fetched.headers.get(name, "{}"))
        lists = [value for value in header.values() if isinstance(value, list)] if isinstance(header, dict) else []
        usages += [read_row(Usage, row) for row in [header, *(row for rows in lists for row in rows)]]
    return [usage for usage in usages if usage is not None]


def _paging(answer: GraphList, page: GraphAccount) -> Mapping[str, str] | None:
    """Take from the address of the next page only where it goes on; it also carries the token."""
    if page.goes_on_by == "after":  # the last page has a mark too, which leads to an empty one
        return {"after": answer.after} if answer.after and answer.data else None
    address = answer.next or ""
    if not address:
        return None
    ours = urlsplit(page.base)
    try:
        theirs = urlsplit(address)
    except ValueError as error:
        raise PayloadInvalid(f"{page.host} gives no address for its next page: it cannot be followed") from error
    if (ours.scheme, ours.netloc) != (theirs.scheme, theirs.netloc):
        raise PayloadInvalid(f"{page.host} says that its next page is on {theirs.hostname}: it is not followed")
    query = parse_qs(theirs.query)
    return {name: query[name][0] for name in _PAGING if name in query} or None


def _error(fetched: Fetched) -> GraphError:
    refusal = read_row(Refusal, read_json(fetched.body))
    return refusal.error if refusal else GraphError()
