"""Comments on one YouTube video, or on a channel's newest uploads, through the Data API and with the operator's key."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from monitor.collectors.base import Batch, KnownPost, SourceView
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.keyed_sources import GOOGLE_HEADER, KeyedApi, secret_of
from monitor.collectors.parsing.dates import stored_date
from monitor.collectors.timeline import Entry, Page, Step, read_back
from monitor.collectors.youtube.api import (
    MOST_IDS,
    CommentQuery,
    NotShown,
    Video,
    is_comment_id,
    problem_of,
    read_comments,
    read_threads,
    read_videos,
)

_MOST_REPLY_PAGES = 10
_REMEMBERED_THREADS = 1000


class YouTubeCollector:
    """Reads the threads of each video from the newest back to those that are known, with all their replies.

    The cursor holds `of`, whose comments these are; `newest`, by video, when its newest known thread was written; and
    `replies`, how many replies a thread had when they were read. A video's `newest` moves only when the known threads
    were reached: a reading that stops on the way is done again from the top.

    The platform's rules let what its API gives be kept for 30 days.
    """

    kind = "youtube"
    may_have_robots_exemption = True
    longest_retention_days = 30

    async def collect(self, source: SourceView, client: PoliteClient) -> AsyncIterator[Batch]:
        """Read what is new on each video, then ask after watched comments that were not met.

        Raises:
            UsageError: When the source's settings are wrong, or it has no key.
            SourceRefused: When the key is not accepted.
            RateLimited: When the day's units are used up, until midnight on the Pacific coast.
            CollectError: Another of its subclasses, when the API could not be read.

        """
        query = CommentQuery.from_source(source)
        reading = _Reading(query, client, source)
        async for batch in reading.videos():
            yield batch
        async for batch in reading.look_again():
            yield batch

    async def recheck(
        self, source: SourceView, client: PoliteClient, posts: Sequence[KnownPost]
    ) -> AsyncIterator[Batch]:
        """Ask after comments by their identifiers, fifty at a time.

        Raises:
            UsageError: When the source's settings are wrong, or it has no key.
            CollectError: When the API could not be read.

        """
        query = CommentQuery.from_source(source)
        watched = replace(source, watched=[post.external_id for post in posts])
        async for batch in _Reading(query, client, watched).look_again():
            yield batch


class _Reading:
    """One reading of a source."""

    def __init__(self, query: CommentQuery, client: PoliteClient, source: SourceView) -> None:
        self._query = query
        self._client = client
        key = secret_of(source, "a key of your own for YouTube's API", kind="youtube")
        self._api = KeyedApi(
            client=client, source=source, headers={GOOGLE_HEADER: key}, problem_of=problem_of, place=query
        )
        self._source = source
        own = source.cursor if source.cursor.get("of") == query.key else {}
        self._newest: dict[str, str] = dict(own.get("newest") or {})
        self._known_replies: dict[str, int] = dict(own.get("replies") or {})
        self._met: set[str] = set()
        self._video: Video | None = None

    async def videos(self) -> AsyncIterator[Batch]:
        """Read all videos of the source."""
        fetched = await self._api.get(self._query.videos_url)
        videos = await self._client.parse(read_videos, fetched)
        self._newest = {video.id: self._newest[video.id] for video in videos if video.id in self._newest}
        if self._query.video:
            self._video = videos[0] if videos else None
            if not videos:
                yield Batch(fetched=fetched, skipped=Counter({"video not found": 1}))
        for video in videos:
            try:
                async for batch in self._threads(video):
                    yield batch
            except NotShown as problem:
                yield Batch(fetched=problem.fetched, skipped=Counter({problem.reason: 1}))

    async def _threads(self, video: Video) -> AsyncIterator[Batch]:
        """Read a video's threads back to what is known, or as far as a reading may go."""

        async def ask(token: str | None) -> Page:
            fetched = await self._api.get(self._query.threads_url(video.id, token))
            return await self._client.parse(read_threads, fetched, video)

        known = stored_date(self._newest.get(video.id))
        most = self._query.max_pages if known else self._query.backfill_pages
        what = f"threads on video {video.id}"
        async for step in read_back(ask, known, most=most, may_skip=self._source.may_skip, what=what):
            for entry in step.page.entries:
                came, total = entry.answers or (0, 0)
                if total > came and self._known_replies.get(entry.id) != total:
                    async for batch in self._replies(entry, video):
                        yield batch
            if step.finished and step.newest is not None:
                self._newest[video.id] = step.newest.isoformat()
            yield self._batch(step)

    async def _replies(self, thread: Entry, video: Video) -> AsyncIterator[Batch]:
        """Read all replies of a thread, of which only the first few come with it."""

        async def ask(token: str | None) -> Page:
            fetched = await self._api.get(self._query.replies_url(thread.id, token))
            return await self._client.parse(read_comments, fetched, video)

        try:
            async for step in read_back(ask, None, most=_MOST_REPLY_PAGES, may_skip=self._source.may_skip):
                if step.finished:
                    self._known_replies.pop(thread.id, None)  # those read last stand last
                    self._known_replies[thread.id] = thread.answers[1]
                yield self._batch(step, f"thread {thread.id} has more replies than are read" if step.cut else None)
        except NotShown as problem:
            yield Batch(fetched=problem.fetched, skipped=Counter({problem.reason: 1}))

    def _batch(self, step: Step, gap: str | None = None) -> Batch:
        self._met |= {entry.id for entry in step.page.entries if entry.post}
        replies = dict(list(self._known_replies.items())[-_REMEMBERED_THREADS:])
        return step.batch({"of": self._query.key, "newest": dict(self._newest), "replies": replies}, gap)

    async def look_again(self) -> AsyncIterator[Batch]:
        """Ask after the watched comments that were not met; what is not given any more is gone."""
        asked = [each for each in self._source.watched if each not in self._met and is_comment_id(each)]
        for start in range(0, len(asked), MOST_IDS):
            some = asked[start : start + MOST_IDS]
            fetched = await self._api.get(self._query.comments_url(some))
            # The answer does not say on which video a comment is: only a source of one video knows.
            page = await self._client.parse(read_comments, fetched, self._video)
            shown = {entry.id for entry in page.entries}
            yield Batch(
                fetched=fetched,
                posts=page.posts,
                # A row that cannot be read may be one of those that seem to be missing.
                gone=[comment_id for comment_id in some if comment_id not in shown and not page.malformed],
                skipped=+Counter(malformed=page.malformed),
            )
