"""What Bluesky's AppView answers, read at the edge: a source's settings, pages of feeds, single posts, refusals."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from pydantic import Field

from monitor.collectors.base import Place, PublicPost, SourceView
from monitor.collectors.bluesky.record import (
    Labels,
    Record,
    is_opted_out,
    languages_of,
    parse_at_uri,
    speaks,
    to_post,
)
from monitor.collectors.http.fetched import Fetched
from monitor.collectors.parsing.dates import parse_date
from monitor.collectors.parsing.json_models import CamelModel, Count, Lenient, Text, Uri, counts_of, read_json, read_row
from monitor.collectors.timeline import Entry, Page
from monitor.errors import CollectError, PayloadInvalid, SourceRefused, UsageError

MOST_URIS = 25
NOT_FOUND = "not found"
_EARLIEST = datetime.min.replace(tzinfo=UTC)
_PAGE_SIZE = 100
_BACKFILL_PAGES = 2
_FILTER = "posts_with_replies"
_BLOCKED = frozenset({"BlockedActor", "BlockedByActor"})
_AWAY = frozenset({"AccountTakedown", "AccountDeactivated", "RepoTakendown", "RepoDeactivated", "RepoSuspended"})
_LONGEST_EXPLANATION = 200


class AccountAway(SourceRefused):
    """The account is deactivated or taken down: its posts are gone too.

    Args:
        message: One line for the operator.
        fetched: The refusal.

    """

    def __init__(self, message: str, fetched: Fetched) -> None:
        super().__init__(message)
        self.fetched = fetched


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed(Place):
    """Which feed a source reads.

    Settings of a source: `feed` is `author` (the default) with `actor`, a handle or better a DID, or `list` with
    `list`, the at:// address of a curated list; `languages` are those to keep, beside posts that name none (`vi` by
    default, `*` for all); `backfill_pages` is how many pages of 100 the first reading goes back.
    """

    actor: str
    list_uri: str
    languages: frozenset[str]
    backfill_pages: int

    @classmethod
    def from_source(cls, source: SourceView) -> "Feed":
        """Read a source's settings.

        Raises:
            UsageError: When they are not as described.

        """
        feed = source.settings.get("feed", "author")
        if feed == "search":
            raise UsageError(
                f"source {source.name}: Bluesky's search is not open without signing in: use the plug-in jetstream"
            )
        if feed not in ("author", "list"):
            raise UsageError(f"source {source.name}: `feed` is {feed!r}: use author or list")
        actor = str(source.settings.get("actor", "")).strip().removeprefix("@")
        list_uri = str(source.settings.get("list", "")).strip()
        if feed == "author" and (not actor or list_uri):
            raise UsageError(f'source {source.name}: `feed = "author"` needs `actor`, a handle or a DID, and no `list`')
        if feed == "list" and (actor or not list_uri.startswith("at://")):
            raise UsageError(f'source {source.name}: `feed = "list"` needs `list`, an at:// address, and no `actor`')
        return cls(
            base=source.address.rstrip("/").removesuffix("/xrpc"),
            actor=actor,
            list_uri=list_uri,
            languages=languages_of(source),
            backfill_pages=source.number_setting("backfill_pages", _BACKFILL_PAGES),
        )

    @property
    def key(self) -> str:
        """What tells this feed from others, for the cursor."""
        return f"author {self.actor}" if self.actor else f"list {self.list_uri}"

    @property
    def owner(self) -> str:
        """Whose feed it is, for messages."""
        return self.actor or self.list_uri

    @property
    def url(self) -> str:
        """The address of the feed, without parameters."""
        return f"{self.base}/xrpc/app.bsky.feed.{'getAuthorFeed' if self.actor else 'getListFeed'}"

    def params(self, cursor: str | None) -> dict[str, str]:
        """Give the parameters of a page."""
        feed = {"actor": self.actor, "filter": _FILTER} if self.actor else {"list": self.list_uri}
        return {**feed, "limit": str(_PAGE_SIZE), **({"cursor": cursor} if cursor else {})}

    def posts_url(self, uris: Sequence[str]) -> str:
        """Give the address of up to 25 posts."""
        return f"{self.base}/xrpc/app.bsky.feed.getPosts?{urlencode([('uris', uri) for uri in uris])}"


class Author(CamelModel):
    """Who wrote a post."""

    labels: Labels | None = None


class ViewHead(CamelModel):
    """What each member of the union of views may have, also those that show no post."""

    type: Lenient[Text] = Field(None, alias="$type")
    uri: Lenient[Uri] = None
    indexed_at: Lenient[Text] = None
    not_found: Lenient[bool] = None
    blocked: Lenient[bool] = None

    @property
    def hidden(self) -> str | None:
        """Why no post is shown; None when one should be."""
        type_name = (self.type or "").rpartition("#")[2]
        if self.not_found or type_name == "notFoundPost":
            return NOT_FOUND
        return "blocked" if self.blocked or type_name == "blockedPost" else None

    @property
    def place(self) -> datetime | None:
        """When the network saw it."""
        return parse_date(self.indexed_at or "")


class PostView(ViewHead):
    """A post as the AppView shows it (`app.bsky.feed.defs#postView`)."""

    author: Author
    record: Record
    labels: Labels | None = None
    reply_count: Lenient[Count] = None
    repost_count: Lenient[Count] = None
    like_count: Lenient[Count] = None

    @property
    def engagement(self) -> dict[str, int]:
        """The counts that came with it."""
        return counts_of(replies=self.reply_count, shares=self.repost_count, likes=self.like_count)


class Reason(CamelModel):
    """Why a row stands in a feed: a repost, or a pin."""

    type: Text = Field(alias="$type")
    indexed_at: Lenient[Text] = None

    @property
    def is_repost(self) -> bool:
        """Whether the row passes on a post."""
        return self.type.endswith("#reasonRepost")

    @property
    def place(self) -> datetime | None:
        """When the post was passed on."""
        return parse_date(self.indexed_at or "")


class FeedViewPost(CamelModel):
    """One row of a feed. `post` is checked by itself: it may be a view of nothing."""

    post: Any
    reason: Lenient[Reason] = None


class FeedPage(CamelModel):
    """The answer to getAuthorFeed and getListFeed."""

    feed: list[Any]
    cursor: Lenient[Text] = None


class Posts(CamelModel):
    """The answer to getPosts."""

    posts: list[Any]


class XrpcError(CamelModel):
    """A refusal."""

    error: Lenient[Text] = None
    message: Lenient[Text] = None


def read_page(fetched: Fetched, feed: Feed) -> Page:
    """Read a feed's answer.

    Raises:
        PayloadInvalid: When it is not a page of a feed.

    """
    payload = read_row(FeedPage, read_json(fetched.body))
    if payload is None:
        raise PayloadInvalid(f"{fetched.final_url} does not answer with a feed: is it a Bluesky AppView?")
    entries = [_entry(read_row(FeedViewPost, item), feed) for item in payload.feed]
    by_place = sorted(entries, key=lambda entry: entry.place or _EARLIEST, reverse=True)
    return Page(fetched=fetched, entries=by_place, next=payload.cursor or None)


def _entry(row: FeedViewPost | None, feed: Feed) -> Entry:
    """Read one row, whose place is the time at which it came into the feed."""
    head = read_row(ViewHead, row.post) if row else None
    if row is None or head is None:
        return Entry(id="", reason="malformed")
    if row.reason and row.reason.is_repost:
        return Entry(id=head.uri or "", place=row.reason.place, reason="repost")
    result = read_view(row.post, feed)
    # A pinned post stands above newer ones.
    entry = Entry(id=head.uri or "", place=head.place if row.reason is None else None)
    return replace(entry, post=result) if isinstance(result, PublicPost) else replace(entry, reason=result)


def read_view(view: Any, feed: Feed) -> PublicPost | str:
    """Read one post as the AppView shows it; for one that may not or cannot be kept, give the reason."""
    head = read_row(ViewHead, view)
    if head is not None and head.hidden:
        return head.hidden
    shown = read_row(PostView, view)
    uri = parse_at_uri(shown.uri) if shown and shown.uri else None
    if shown is None or uri is None:
        return "malformed"
    if is_opted_out(shown.author.labels) or is_opted_out(shown.labels):
        return "author opted out"
    langs = shown.record.languages
    if langs and not speaks(langs, feed.languages):
        return "other language"
    return to_post(
        shown.record,
        did=uri[0],
        key=uri[1],
        wanted=feed.languages,
        witnessed=shown.place,
        engagement=shown.engagement,
    )


def read_posts(fetched: Fetched, feed: Feed) -> dict[str, PublicPost | str]:
    """Read the answer to a question after single posts: by URI those that are still shown, or why they are not kept.

    Raises:
        PayloadInvalid: When it is not a list of posts.

    """
    payload = read_row(Posts, read_json(fetched.body))
    if payload is None:
        raise PayloadInvalid(f"{fetched.final_url} does not answer with posts: is it a Bluesky AppView?")
    heads = [(read_row(ViewHead, view), view) for view in payload.posts]
    return {head.uri: read_view(view, feed) for head, view in heads if head and head.uri}


def problem_of(fetched: Fetched, feed: Feed) -> CollectError:
    """Explain a refusal by the name of the error in it."""
    payload = read_row(XrpcError, read_json(fetched.body)) or XrpcError()
    name = payload.error or "an error"
    explained = " ".join(f"{name} {payload.message or ''}".split())[:_LONGEST_EXPLANATION]
    if name in _BLOCKED:
        return SourceRefused(f"{feed.owner} does not show its posts here ({explained}): remove the source")
    if name in _AWAY:
        message = f"the account {feed.owner} is deactivated or taken down ({explained}): remove the source"
        return AccountAway(message, fetched)
    setting = "actor" if feed.actor else "list"
    return PayloadInvalid(f"{feed.host} does not give the feed of {feed.owner} ({explained}): check `{setting}`")
