"""What Bluesky's AppView answers, read at the edge: a source's settings, pages of feeds, single posts, refusals."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any
from urllib.parse import urlencode, urlsplit

from monitor.collectors.base import PublicPost, SourceView
from monitor.collectors.bluesky.record import (
    is_opted_out,
    languages_of,
    parse_at_uri,
    read_record,
    speaks,
    tagged_languages,
)
from monitor.collectors.http.client import Fetched
from monitor.collectors.parsing.dates import parse_date
from monitor.collectors.source_settings import number_setting
from monitor.errors import CollectError, PayloadInvalid, SourceRefused, UsageError

MOST_URIS = 25
NOT_FOUND = "not found"
_EARLIEST = datetime.min.replace(tzinfo=UTC)
_PAGE_SIZE = 100
_BACKFILL_PAGES = 2
_MOST_BACKFILL_PAGES = 100
_FILTERS = (
    "posts_with_replies",
    "posts_no_replies",
    "posts_with_media",
    "posts_and_author_threads",
    "posts_with_video",
)
_COUNTS = {"replies": "replyCount", "shares": "repostCount", "likes": "likeCount"}
_BLOCKED = frozenset({"BlockedActor", "BlockedByActor"})
_AWAY = frozenset({"AccountTakedown", "AccountDeactivated", "RepoTakendown", "RepoDeactivated", "RepoSuspended"})
_LONGEST_EXPLANATION = 200


class AccountAway(SourceRefused):
    """The account is deactivated or taken down: its posts are gone too.

    Args:
        message: What was said.
        fetched: The answer that said it.

    """

    def __init__(self, message: str, fetched: Fetched) -> None:
        super().__init__(message)
        self.fetched = fetched


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """Which feed a source reads.

    Settings of a source: `feed` is `author` (the default) with `actor`, a handle or better a DID, or `list` with
    `list`, the at:// address of a curated list; `filter` is one of getAuthorFeed's; `languages` are those to keep,
    beside posts that name none (`vi` by default, `*` for all); `backfill_pages` is how many pages of 100 the first
    reading goes back.
    """

    base: str
    kind: str
    of: str
    filter: str | None
    languages: frozenset[str]
    backfill_pages: int

    @classmethod
    def of_source(cls, source: SourceView) -> "Feed":
        """Read a source's settings.

        Raises:
            UsageError: When they are not as described.

        """
        kind = source.settings.get("feed", "author")
        if kind == "search":
            raise UsageError(
                f"source {source.name}: Bluesky's search is not open without signing in: use a source of kind jetstream"
            )
        if kind not in ("author", "list"):
            raise UsageError(f"source {source.name}: `feed` is {kind!r}: use author or list")
        chosen = source.settings.get("filter", _FILTERS[0] if kind == "author" else None)
        if (kind == "author") != (chosen in _FILTERS):
            raise UsageError(f'source {source.name}: `filter` belongs to `feed = "author"`: {", ".join(_FILTERS)}')
        return cls(
            base=source.address.rstrip("/").removesuffix("/xrpc"),
            kind=kind,
            of=_whose(source, kind),
            filter=chosen,
            languages=languages_of(source),
            backfill_pages=number_setting(source, "backfill_pages", _BACKFILL_PAGES, _MOST_BACKFILL_PAGES),
        )

    @property
    def name(self) -> str:
        """What tells this feed from others, for the bookmark."""
        return f"{self.kind} {self.of} {self.filter or ''}".strip()

    @property
    def host(self) -> str:
        """The server's name."""
        return urlsplit(self.base).hostname or ""

    @property
    def url(self) -> str:
        """The address of the feed, without parameters."""
        return f"{self.base}/xrpc/app.bsky.feed.{'getAuthorFeed' if self.kind == 'author' else 'getListFeed'}"

    def params(self, cursor: str | None) -> dict[str, str]:
        """Give the parameters of a page."""
        of = {"actor": self.of, "filter": self.filter or ""} if self.kind == "author" else {"list": self.of}
        return {**of, "limit": str(_PAGE_SIZE), **({"cursor": cursor} if cursor else {})}

    def posts_url(self, uris: Sequence[str]) -> str:
        """Give the address of up to 25 posts."""
        return f"{self.base}/xrpc/app.bsky.feed.getPosts?{urlencode([('uris', uri) for uri in uris])}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a feed, its posts oldest first.

    `places` are the times at which its rows, kept or not, came into the feed; `uris` are the posts it shows, kept or
    not, without those of which it only says that they are not found; `cursor` leads to the older page.
    """

    fetched: Fetched
    posts: Sequence[PublicPost]
    skipped: Counter[str]
    places: Sequence[datetime]
    uris: frozenset[str]
    cursor: str | None

    def reaches(self, newest: datetime) -> bool:
        """Say whether a row of this page was there when the newest known post was read."""
        return any(place <= newest for place in self.places)


def read_page(fetched: Fetched, feed: Feed) -> Page:
    """Read a feed's answer.

    Raises:
        PayloadInvalid: When it is not a page of a feed.

    """
    payload = read_json(fetched)
    rows = payload.get("feed")
    if not isinstance(rows, list):
        raise PayloadInvalid(f"{fetched.final_url} does not answer with a feed: is it a Bluesky AppView?")
    kept: list[tuple[datetime, PublicPost]] = []
    skipped: Counter[str] = Counter()
    places, uris = [], set()
    for row in rows:
        view, reason = (row.get("post"), row.get("reason")) if isinstance(row, dict) else (None, None)
        reposted = isinstance(reason, dict) and str(reason.get("$type")).endswith("#reasonRepost")
        place = _time(reason if reposted else view, "indexedAt")
        if place and (reposted or not isinstance(reason, dict)):  # a pinned post stands above newer ones
            places.append(place)
        found = "repost" if reposted else read_view(view, feed)
        if isinstance(found, PublicPost):
            kept.append((place or _EARLIEST, found))
        else:
            skipped[found] += 1
        if isinstance(view, dict) and isinstance(view.get("uri"), str) and found != NOT_FOUND:
            uris.add(view["uri"])
    cursor = payload.get("cursor")
    kept.reverse()
    oldest_first = sorted(kept, key=itemgetter(0))
    return Page(
        fetched=fetched,
        posts=[post for _, post in oldest_first],
        skipped=skipped,
        places=places,
        uris=frozenset(uris),
        cursor=cursor if isinstance(cursor, str) and cursor else None,
    )


def read_view(view: Any, feed: Feed) -> PublicPost | str:
    """Read one post as the AppView shows it; what may not or cannot be kept gives the reason instead."""
    if not isinstance(view, dict):
        return "malformed"
    for mark, reason in (("notFound", NOT_FOUND), ("blocked", "blocked")):
        if view.get(mark) is True or str(view.get("$type")).endswith(f"#{mark}Post"):
            return reason
    author, record, uri = view.get("author"), view.get("record"), view.get("uri")
    place = parse_at_uri(uri) if isinstance(uri, str) else None
    if not isinstance(author, dict) or not isinstance(record, dict) or place is None:
        return "malformed"
    if is_opted_out(author.get("labels")) or is_opted_out(view.get("labels")):
        return "author opted out"
    langs = tagged_languages(record)
    if langs and not speaks(langs, feed.languages):
        return "other language"
    counts = {ours: view.get(theirs) for ours, theirs in _COUNTS.items()}
    return read_record(
        record,
        did=place[0],
        key=place[1],
        wanted=feed.languages,
        witnessed=_time(view, "indexedAt"),
        engagement={name: count for name, count in counts.items() if isinstance(count, int)},
    )


def read_posts(fetched: Fetched) -> dict[str, Any]:
    """Read the answer to a question after single posts: those that are still shown, by their identifiers.

    Raises:
        PayloadInvalid: When it is not a list of posts.

    """
    posts = read_json(fetched).get("posts")
    if not isinstance(posts, list):
        raise PayloadInvalid(f"{fetched.final_url} does not answer with posts: is it a Bluesky AppView?")
    return {view["uri"]: view for view in posts if isinstance(view, dict) and isinstance(view.get("uri"), str)}


def problem_of(fetched: Fetched, feed: Feed) -> CollectError:
    """Explain a refusal by the name of the error in it."""
    payload = read_json(fetched)
    name, said = str(payload.get("error") or "an error"), str(payload.get("message") or "")
    explained = " ".join(f"{name} {said}".split())[:_LONGEST_EXPLANATION]
    if name in _BLOCKED:
        return SourceRefused(f"{feed.of} does not show its posts here ({explained}): remove the source")
    if name in _AWAY:
        message = f"the account {feed.of} is deactivated or taken down ({explained}): remove the source"
        return AccountAway(message, fetched)
    setting = "actor" if feed.kind == "author" else "list"
    return PayloadInvalid(f"{feed.host} does not give the feed of {feed.of} ({explained}): check `{setting}`")


def read_json(fetched: Fetched) -> Mapping[str, Any]:
    """Read an answer as JSON.

    Raises:
        PayloadInvalid: When it is no JSON object.

    """
    try:
        payload = json.loads(fetched.body)
    except (ValueError, RecursionError) as error:
        raise PayloadInvalid(f"{fetched.final_url} does not answer with JSON: is it a Bluesky AppView?") from error
    if not isinstance(payload, dict):
        raise PayloadInvalid(f"{fetched.final_url} does not answer as the API promises: is it a Bluesky AppView?")
    return payload


def _whose(source: SourceView, kind: str) -> str:
    actor = str(source.settings.get("actor", "")).strip().removeprefix("@")
    curated = str(source.settings.get("list", "")).strip()
    if kind == "author" and (not actor or curated):
        raise UsageError(f'source {source.name}: `feed = "author"` needs `actor`, a handle or a DID, and no `list`')
    if kind == "list" and (actor or not curated.startswith("at://")):
        raise UsageError(f'source {source.name}: `feed = "list"` needs `list`, an at:// address, and no `actor`')
    return actor or curated


def _time(row: Any, key: str) -> datetime | None:
    value = row.get(key) if isinstance(row, dict) else None
    return parse_date(value) if isinstance(value, str) else None
