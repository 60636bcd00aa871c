"""The posts of an account that the operator administers, with its own token; the comments on them if wished."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from monitor.collectors.base import Batch, KnownPost, SourceView
from monitor.collectors.facebook.account import GraphAccount, token_of, without_token
from monitor.collectors.facebook.api import (
    Entry,
    Page,
    heading_of,
    is_forbidden,
    is_object_id,
    is_unknown_object,
    problem_of,
    read_page,
    read_single,
    token_owner,
    usage_problem,
)
from monitor.collectors.facebook.page import FacebookPage
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.http.fetched import Fetched
from monitor.collectors.keyed_sources import has_robots_exemption
from monitor.errors import PayloadInvalid, RateLimited, SourceRefused

_PROBLEMS = frozenset({400, 401, 403, 404})
_MOST_COMMENT_PAGES = 10
_MOST_LOOKS = 40
_REMEMBERED = 100


class GraphCollector(ABC):
    """Reads an account's posts from the newest back to those that are known, then asks after watched ones not met.

    The token must be the account's own: that it is is asked at each reading. The cursor holds `page`, the account;
    `newest`, when the newest known post was made; and `comments`, for the newest posts, whether their comments changed
    and when the newest was made. `newest` moves only when the known posts were reached: a reading that stops on the way
    is done again.
    """

    kind: str
    may_have_robots_exemption = True

    @abstractmethod
    def account(self, source: SourceView) -> GraphAccount:
        """Read a source's settings.

        Raises:
            UsageError: When they are wrong.

        """

    async def collect(self, source: SourceView, client: PoliteClient) -> AsyncIterator[Batch]:
        """Read what is new, then what changed.

        Raises:
            UsageError: When the source's settings are wrong, or it has no token.
            SourceRefused: When the token is not accepted, or not the account's own.
            RateLimited: When the API wants no more requests for now.
            CollectError: Another of its subclasses, when the API could not be read.

        """
        page = self.account(source)
        reading = _Reading(page, client, source)
        await reading.require_own_page()
        async for batch in reading.posts():
            yield batch
        async for batch in reading.look_again():
            yield batch

    async def recheck(
        self, source: SourceView, client: PoliteClient, posts: Sequence[KnownPost]
    ) -> AsyncIterator[Batch]:
        """Ask after posts and comments, one by one, as far as one reading may go; the rest is left out.

        Raises:
            UsageError: When the source's settings are wrong, or it has no token.
            CollectError: When the API could not be read.

        """
        page = self.account(source)
        watched = replace(source, watched=[post.external_id for post in posts])
        reading = _Reading(page, client, watched)
        await reading.require_own_page()
        async for batch in reading.look_again():
            yield batch


class FacebookCollector(GraphCollector):
    """Reads a Page that the operator administers."""

    kind = "facebook"

    def account(self, source: SourceView) -> FacebookPage:
        """Read a source's settings."""
        return FacebookPage.from_source(source)


class _Graph:
    """Asks the API. The token goes in a header, so that it stands in no address, message or log."""

    def __init__(self, page: GraphAccount, client: PoliteClient, source: SourceView) -> None:
        self._page = page
        self._client = client
        self._token = token_of(source)
        self._robots_exempt = has_robots_exemption(source)
        self._used_up: RateLimited | None = None

    async def get(self, url: str) -> Fetched:
        """Read one address.

        Raises:
            SourceRefused: When the token may not.
            RateLimited: When hardly any request is left, or none.

        """
        fetched = await self.ask(url)
        if fetched.status in _PROBLEMS:
            raise await self._client.parse(problem_of, fetched, self._page)
        return fetched

    async def ask(self, url: str) -> Fetched:
        """Read one address; a refusal is given back, without the token in it."""
        if self._used_up is not None:
            raise self._used_up
        headers = {"authorization": f"Bearer {self._token}"}
        fetched = await self._client.get(
            url, api=True, headers=headers, accept_status=_PROBLEMS, robots_exempt=self._robots_exempt
        )
        self._used_up = usage_problem(fetched)
        return without_token(fetched, self._token)


class Cursor:
    """How far the posts of a Page are read, and the comments on its newest posts."""

    def __init__(self, page: GraphAccount, stored: Mapping[str, Any]) -> None:
        own = stored if stored.get("page") == page.owner else {}
        self._page = page
        self.newest = _moment(own.get("newest"))
        self._comments: dict[str, tuple[str, str | None]] = {
            post_id: (str(mark), newest) for post_id, (mark, newest) in (own.get("comments") or {}).items()
        }

    def has_new_comments(self, entry: Entry) -> bool:
        """Say whether a post has comments, and they or the post changed since they were read, as far as it tells."""
        if not self._page.counts_comments:
            return entry.comments > 0
        known = self._comments.get(entry.id)
        return entry.mark != known[0] if known else entry.comments > 0

    def newest_comment(self, post_id: str) -> datetime | None:
        """Give when the newest known comment on a post was made."""
        known = self._comments.get(post_id)
        return _moment(known[1]) if known else None

    def set_comments(self, entry: Entry, newest: datetime | None) -> None:
        """Note that the comments on a post are read, and when the newest of them was made."""
        self._comments.pop(entry.id, None)
        self._comments[entry.id] = (entry.mark, newest.isoformat() if newest else None)

    def to_stored(self) -> dict[str, Any]:
        """Give the cursor as it is stored."""
        newest = self.newest.isoformat() if self.newest else None
        latest = {post_id: list(known) for post_id, known in list(self._comments.items())[-_REMEMBERED:]}
        return {"page": self._page.owner, "newest": newest, **({"comments": latest} if latest else {})}


class _Reading:
    """One reading of a source."""

    def __init__(self, page: GraphAccount, client: PoliteClient, source: SourceView) -> None:
        self._page = page
        self._client = client
        self._graph = _Graph(page, client, source)
        self._watched = source.watched
        self._cursor = Cursor(page, source.cursor)
        self._met: set[str] = set()

    async def require_own_page(self) -> None:
        """Check whose token it is.

        Raises:
            SourceRefused: When it is not the Page's own: then somebody else administers it.

        """
        owner = await self._client.parse(token_owner, await self._graph.get(self._page.me_url))
        if owner != self._page.owner:
            raise SourceRefused(self._page.not_own)

    async def posts(self) -> AsyncIterator[Batch]:
        """Read back to what is known, or as far as a reading may go."""
        known = self._cursor.newest
        most = self._page.max_pages if known else self._page.backfill_pages
        newest, paging = known, dict[str, str]()
        for number in range(1, most + 1):
            fetched = await self._graph.get(self._page.posts_url(paging))
            page = await self._client.parse(read_page, fetched, self._page)
            newest = _newest(page, newest)
            reached = known is not None and page.reaches(known)
            finished = reached or page.paging is None or number == most
            missed = known is not None and finished and not reached and page.paging is not None
            if page.paging == paging:
                raise PayloadInvalid(f"{self._page.host} gives the same page again and again: it cannot be followed")
            if self._page.comments:
                async for batch in self._comments_of(page):
                    yield batch
            if finished:
                self._cursor.newest = newest
            gap = f"posts older than this reading's last page and newer than {known} were missed"
            yield self._batch(
                page,
                known,
                cursor=self._cursor.to_stored() if finished else None,
                gap=f"{gap}: read this source more often" if missed else None,
            )
            if finished:
                return
            paging = dict(page.paging or {})

    async def _comments_of(self, page: Page) -> AsyncIterator[Batch]:
        for entry in reversed(page.entries):
            if entry.post is not None and self._cursor.has_new_comments(entry):
                async for batch in self._comments(entry):
                    yield batch

    async def _comments(self, entry: Entry) -> AsyncIterator[Batch]:
        """Read the comments on one post, newest first, back to those that are known."""
        known = self._cursor.newest_comment(entry.id)
        newest, paging = known, dict[str, str]()
        for number in range(1, _MOST_COMMENT_PAGES + 1):
            fetched = await self._graph.get(self._page.comments_url(entry.id, paging))
            page = await self._client.parse(read_page, fetched, self._page, heading_of(entry.post))
            newest = _newest(page, newest)
            reached = known is not None and page.reaches(known)
            finished = reached or page.paging is None or number == _MOST_COMMENT_PAGES
            missed = finished and not reached and page.paging is not None
            if finished:
                self._cursor.set_comments(entry, newest)
            yield self._batch(
                page,
                known,
                cursor=self._cursor.to_stored() if finished else None,
                gap=f"post {entry.id} has more comments than are read at once" if missed else None,
            )
            if finished:
                return
            paging = dict(page.paging or {})

    def _batch(self, page: Page, known: datetime | None, *, cursor: dict[str, Any] | None, gap: str | None) -> Batch:
        self._met |= {entry.id for entry in page.entries if entry.post}
        return Batch(
            fetched=page.fetched,
            posts=[entry.post for entry in reversed(page.entries) if entry.post],
            skipped=page.skipped(known),
            cursor=cursor,
            gap=gap,
        )

    async def look_again(self) -> AsyncIterator[Batch]:
        """Ask after the watched posts and comments that were not met, one by one."""
        asked = [each for each in self._watched if each not in self._met and is_object_id(each)]
        for object_id in asked[:_MOST_LOOKS]:
            fetched = await self._graph.ask(self._page.object_url(object_id))
            if await self._client.parse(is_unknown_object, fetched):
                yield Batch(fetched=fetched, gone=(object_id,))
            elif await self._client.parse(is_forbidden, fetched):
                # This one thing, for what the Page itself shows was read just before.
                yield Batch(fetched=fetched, skipped=Counter({"not shown": 1}))
            elif fetched.status in _PROBLEMS:
                raise await self._client.parse(problem_of, fetched, self._page)
            else:
                entry = await self._client.parse(read_single, fetched, self._page)
                # What is there, but no longer for everybody, is gone for the public.
                hidden = entry is not None and entry.reason == "not public"
                posts = (entry.post,) if entry and entry.post else ()
                skipped = Counter({"malformed": 1} if entry is None else {})
                yield Batch(fetched=fetched, posts=posts, gone=(object_id,) if hidden else (), skipped=skipped)


def _newest(page: Page, newest: datetime | None) -> datetime | None:
    # A time that has not come yet would make every later post look known.
    latest = page.fetched.fetched_at
    times = [min(entry.created_at, latest) for entry in page.entries if entry.created_at]
    return max([*times, *([newest] if newest else [])], default=None)


def _moment(value: Any) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else None
