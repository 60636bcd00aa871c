"""The posts of an account that the operator administers, with its own token; the comments on them if wished."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from monitor.collectors.base import Batch, KnownPost, SourceView
from monitor.collectors.facebook.account import TOKEN, FacebookPage, GraphAccount, ThreadsAccount, without_token
from monitor.collectors.facebook.api import (
    heading_of,
    is_object_id,
    problem_of,
    read_page,
    read_single,
    token_owner,
    usage_problem,
)
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.http.fetched import Fetched
from monitor.collectors.keyed_sources import KeyedApi, secret_of
from monitor.collectors.parsing.dates import stored_date
from monitor.collectors.timeline import Entry, Page, Step, read_back
from monitor.errors import RateLimited, SourceRefused

_MOST_COMMENT_PAGES = 10
_MOST_LOOKS = 40
_COUNTED = frozenset({"not shown", "malformed"})  # of those that are looked at again
_REMEMBERED = 100


class GraphCollector:
    """Reads an account's posts from the newest back to those that are known, then asks after watched ones not met.

    The token must be the account's own: that it is is asked at each reading. The cursor holds `page`, the account;
    `newest`, when the newest known post was made; and `comments`, for the newest posts, whether their comments changed
    and when the newest was made. `newest` moves only when the known posts were reached: a reading that stops on the way
    is done again.
    """

    kind: str
    account: ClassVar[type[GraphAccount]]
    may_have_robots_exemption = True

    async def collect(self, source: SourceView, client: PoliteClient) -> AsyncIterator[Batch]:
        """Read what is new, then what changed.

        Raises:
            UsageError: When the source's settings are wrong, or it has no token.
            SourceRefused: When the token is not accepted, or not the account's own.
            RateLimited: When the API wants no more requests for now.
            CollectError: Another of its subclasses, when the API could not be read.

        """
        page = self.account.from_source(source)
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
        page = self.account.from_source(source)
        watched = replace(source, watched=[post.external_id for post in posts])
        reading = _Reading(page, client, watched)
        await reading.require_own_page()
        async for batch in reading.look_again():
            yield batch


class FacebookCollector(GraphCollector):
    """Reads a Page that the operator administers."""

    kind = "facebook"
    account = FacebookPage


class ThreadsCollector(GraphCollector):
    """Reads the account's posts from the newest back to those that are known, and the answers of others to them.

    A post says only whether it has answers, so that those of the newest posts are asked for at each reading.
    """

    kind = "threads"
    account = ThreadsAccount


@dataclass(kw_only=True)
class _Graph(KeyedApi):
    """Asks the API as long as it has requests for us."""

    token: str
    used_up: RateLimited | None = None

    async def ask(self, url: str) -> Fetched:
        """Read one address; the token is taken out of the answer."""
        if self.used_up is not None:
            raise self.used_up
        fetched = await super().ask(url)
        self.used_up = usage_problem(fetched)
        return without_token(fetched, self.token)


class _Reading:
    """One reading of a source."""

    def __init__(self, page: GraphAccount, client: PoliteClient, source: SourceView) -> None:
        self._page = page
        self._client = client
        token = secret_of(source, "a token of those who administer the account", shape=TOKEN)
        headers = {"authorization": f"Bearer {token}"}
        self._graph = _Graph(
            client=client, source=source, headers=headers, problem_of=problem_of, place=page, token=token
        )
        self._watched = source.watched
        self._may_skip = source.may_skip
        own = source.cursor if source.cursor.get("page") == page.owner else {}
        self._newest = stored_date(own.get("newest"))
        # Of the newest posts a mark that changes with their comments, and when the newest of these was made.
        self._comments_of: dict[str, Sequence[str | None]] = dict(own.get("comments") or {})
        self._met: set[str] = set()

    async def require_own_page(self) -> None:
        """Check whose token it is.

        Raises:
            SourceRefused: When it is not the Page's own: then somebody else administers it.

        """
        owner = await self._client.parse(token_owner, await self._graph.get(self._page.me_url))
        if owner != self._page.owner:
            whose = self._page.not_own.format(owner=self._page.owner)
            raise SourceRefused(f"the token of source {self._page.source} is not {whose}")

    async def posts(self) -> AsyncIterator[Batch]:
        """Read back to what is known, or as far as a reading may go."""

        async def ask(paging: Mapping[str, str] | None) -> Page:
            fetched = await self._graph.get(self._page.posts_url(paging or {}))
            return await self._client.parse(read_page, fetched, self._page)

        most = self._page.max_pages if self._newest else self._page.backfill_pages
        async for step in read_back(ask, self._newest, most=most, may_skip=self._may_skip):
            for entry in reversed(step.page.entries) if self._page.comments else ():
                if entry.post is not None and self._has_new_comments(entry):
                    async for batch in self._comments(entry):
                        yield batch
            if step.finished:
                self._newest = step.newest
            yield self._batch(step)

    def _has_new_comments(self, entry: Entry) -> bool:
        """Say whether a post has comments, and they or the post changed since they were read, as far as it tells."""
        count, mark = entry.answers
        known = self._comments_of.get(entry.id) if self._page.counts_comments else None
        return bool(mark != known[0] if known else count > 0)

    async def _comments(self, entry: Entry) -> AsyncIterator[Batch]:
        """Read the comments on one post, newest first, back to those that are known."""

        async def ask(paging: Mapping[str, str] | None) -> Page:
            fetched = await self._graph.get(self._page.comments_url(entry.id, paging or {}))
            return await self._client.parse(read_page, fetched, self._page, heading_of(entry.post))

        _, newest = self._comments_of.get(entry.id, ("", None))
        known = stored_date(newest)
        async for step in read_back(ask, known, most=_MOST_COMMENT_PAGES, may_skip=self._may_skip, what="comments"):
            if step.finished:
                self._comments_of.pop(entry.id, None)  # those read last stand last
                self._comments_of[entry.id] = (entry.answers[1], step.newest.isoformat() if step.newest else None)
            yield self._batch(step, f"post {entry.id} has more comments than are read at once" if step.cut else None)

    def _batch(self, step: Step, gap: str | None = None) -> Batch:
        self._met |= {entry.id for entry in step.page.entries if entry.post}
        newest = self._newest.isoformat() if self._newest else None
        latest = {post_id: list(known) for post_id, known in list(self._comments_of.items())[-_REMEMBERED:]}
        cursor = {"page": self._page.owner, "newest": newest, **({"comments": latest} if latest else {})}
        return step.batch(cursor, gap)

    async def look_again(self) -> AsyncIterator[Batch]:
        """Ask after the watched posts and comments that were not met, one by one."""
        asked = [each for each in self._watched if each not in self._met and is_object_id(each)]
        for object_id in asked[:_MOST_LOOKS]:
            fetched = await self._graph.ask(self._page.object_url(object_id))
            entry = await self._client.parse(read_single, fetched, self._page)
            yield Batch(
                fetched=fetched,
                posts=(entry.post,) if entry.post else (),
                gone=(object_id,) if entry.gone else (),
                skipped=Counter([entry.reason] if entry.reason in _COUNTED else ()),
            )
