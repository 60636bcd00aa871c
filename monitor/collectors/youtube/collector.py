"""Comments on one YouTube video, or on a channel's newest uploads, through the Data API and with the operator's key."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from monitor.collectors.base import Batch, KnownPost, PublicPost, SourceView
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.http.fetched import Fetched, conditional_headers
from monitor.collectors.keyed_sources import has_robots_exemption
from monitor.collectors.youtube.api import (
    NotShown,
    Page,
    Thread,
    Video,
    comment_post,
    is_comment_id,
    problem_of,
    read_comments,
    read_threads,
    read_videos,
)
from monitor.collectors.youtube.query import MOST_IDS, CommentQuery, key_of

_NOT_MODIFIED = 304
_PROBLEMS = frozenset({400, 401, 403, 404})
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


class _Api:
    """Asks the API. The key goes in a header, so that it stands in no address, message or log."""

    def __init__(self, query: CommentQuery, client: PoliteClient, source: SourceView) -> None:
        self._query = query
        self._client = client
        self._key = key_of(source)
        self._robots_exempt = has_robots_exemption(source)

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Fetched:
        """Read one address.

        Raises:
            NotShown: When only this video or thread is not shown.

        """
        fetched = await self._client.get(
            url,
            api=True,
            headers={**(headers or {}), "x-goog-api-key": self._key},
            accept_status=_PROBLEMS,
            robots_exempt=self._robots_exempt,
        )
        if fetched.status in _PROBLEMS:
            raise await self._client.parse(problem_of, fetched, self._query)
        return fetched


class Cursor:
    """How far each video of a source is read, and how many replies its threads had."""

    def __init__(self, query: CommentQuery, stored: Mapping[str, Any]) -> None:
        own = stored if stored.get("of") == query.key else {}
        self._of = query.key
        self._newest: dict[str, str] = dict(own.get("newest") or {})
        self._replies: dict[str, int] = dict(own.get("replies") or {})

    def keep(self, videos: Sequence[Video]) -> None:
        """Forget the videos that are no longer read."""
        self._newest = {video.id: self._newest[video.id] for video in videos if video.id in self._newest}

    def newest(self, video: Video) -> datetime | None:
        """Give when the newest known thread of a video was written."""
        value = self._newest.get(video.id)
        return datetime.fromisoformat(value) if value else None

    def move_to(self, video: Video, newest: datetime) -> None:
        """Note that a video's threads are read up to a time."""
        self._newest[video.id] = newest.isoformat()

    def lacks_replies(self, thread: Thread) -> bool:
        """Say whether a thread has replies that did not come with it and were not read since their number changed."""
        return thread.total > thread.given and self._replies.get(thread.id) != thread.total

    def set_replies(self, thread: Thread) -> None:
        """Note that all replies of a thread are read."""
        self._replies.pop(thread.id, None)
        self._replies[thread.id] = thread.total

    def to_stored(self) -> dict[str, Any]:
        """Give the cursor as it is stored."""
        latest = list(self._replies.items())[-_REMEMBERED_THREADS:]
        return {"of": self._of, "newest": dict(self._newest), "replies": dict(latest)}


class _Reading:
    """One reading of a source."""

    def __init__(self, query: CommentQuery, client: PoliteClient, source: SourceView) -> None:
        self._query = query
        self._client = client
        self._api = _Api(query, client, source)
        self._source = source
        self._cursor = Cursor(query, source.cursor)
        self._validators: dict[str, Mapping[str, str]] = {}
        self._met: set[str] = set()
        self._video: Video | None = None

    async def videos(self) -> AsyncIterator[Batch]:
        """Read all videos of the source."""
        fetched = await self._api.get(self._query.videos_url)
        videos = await self._client.parse(read_videos, fetched)
        self._cursor.keep(videos)
        for video in videos:
            url = self._query.threads_url(video.id)
            if self._cursor.newest(video) and url in self._source.validators:
                self._validators[url] = self._source.validators[url]
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
        known = self._cursor.newest(video)
        most = self._query.max_pages if known else self._query.backfill_pages
        first, newest, token = self._query.threads_url(video.id), known, None
        validators: dict[str, dict[str, str]] = {}
        for number in range(1, most + 1):
            url = self._query.threads_url(video.id, token)
            fetched = await self._api.get(url, conditional_headers(self._validators.get(url, {})))
            if fetched.status == _NOT_MODIFIED:
                yield Batch(fetched=fetched, unchanged=True)
                return
            page = await self._client.parse(read_threads, fetched, video)
            validators = validators or fetched.validators_for(first)
            for thread in page.rows:
                if self._cursor.lacks_replies(thread):
                    async for batch in self._replies(thread, video):
                        yield batch
            newest = max([*_times(page), *([newest] if newest else [])], default=None)
            reached = known is not None and _reaches(page, known)
            finished = reached or page.next is None or number == most
            missed = known is not None and finished and not reached and page.next is not None
            yield self._page(page, video, known, newest if finished else None, validators, missed=missed)
            if finished:
                return
            token = page.next

    def _page(
        self,
        page: Page[Thread],
        video: Video,
        known: datetime | None,
        newest: datetime | None,
        validators: Mapping[str, Mapping[str, str]],
        *,
        missed: bool,
    ) -> Batch:
        """Make a batch of a page; with `newest`, the video was read as far as it will be."""
        posts: list[PublicPost] = []
        skipped = page.skipped(())
        for thread in page.rows:
            is_new = known is None or thread.published_at is None or thread.published_at > known
            for comment in thread.comments:
                if isinstance(comment, PublicPost):
                    posts.append(comment)
                elif is_new:  # else it was counted when it was new
                    skipped[comment] += 1
        self._met |= {post.external_id for post in posts}
        if newest is not None:
            self._cursor.move_to(video, newest)
            self._validators |= validators
        gap = f"threads on video {video.id} older than this reading's last page and newer than {known} were missed"
        return Batch(
            fetched=page.fetched,
            posts=_oldest_first(posts),
            skipped=skipped,
            cursor=self._cursor.to_stored() if newest is not None else None,
            validators=dict(self._validators) if newest is not None else None,
            gap=f"{gap}: read this source more often" if missed else None,
        )

    async def _replies(self, thread: Thread, video: Video) -> AsyncIterator[Batch]:
        """Read all replies of a thread, of which only the first few come with it."""
        token: str | None = None
        for number in range(1, _MOST_REPLY_PAGES + 1):
            try:
                fetched = await self._api.get(self._query.replies_url(thread.id, token))
                page = await self._client.parse(read_comments, fetched)
            except NotShown as problem:
                yield Batch(fetched=problem.fetched, skipped=Counter({problem.reason: 1}))
                return
            results = [comment_post(comment, video) for comment in page.rows]
            posts = [post for post in results if isinstance(post, PublicPost)]
            self._met |= {post.external_id for post in posts}
            finished = page.next is None or number == _MOST_REPLY_PAGES
            if finished:
                self._cursor.set_replies(thread)
            yield Batch(
                fetched=page.fetched,
                posts=_oldest_first(posts),
                skipped=page.skipped([reason for reason in results if isinstance(reason, str)]),
                cursor=self._cursor.to_stored() if finished else None,
                gap=f"thread {thread.id} has more replies than are read" if finished and page.next else None,
            )
            if finished:
                return
            token = page.next

    async def look_again(self) -> AsyncIterator[Batch]:
        """Ask after the watched comments that were not met; what is not given any more is gone."""
        asked = [each for each in self._source.watched if each not in self._met and is_comment_id(each)]
        for start in range(0, len(asked), MOST_IDS):
            some = asked[start : start + MOST_IDS]
            page = await self._client.parse(read_comments, await self._api.get(self._query.comments_url(some)))
            shown = {comment.id: comment for comment in page.rows}
            # The answer does not say on which video a comment is: only a source of one video knows.
            results = [comment_post(shown[comment_id], self._video) for comment_id in some if comment_id in shown]
            yield Batch(
                fetched=page.fetched,
                posts=[post for post in results if isinstance(post, PublicPost)],
                # A row that cannot be read may be one of those that seem to be missing.
                gone=[comment_id for comment_id in some if comment_id not in shown and not page.malformed],
                skipped=page.skipped(()),
            )


def _oldest_first(posts: Sequence[PublicPost]) -> list[PublicPost]:
    return sorted(posts, key=lambda post: post.published_raw or "")


def _times(page: Page[Thread]) -> list[datetime]:
    # A time that has not come yet would make every later thread look known.
    latest = page.fetched.fetched_at
    return [min(thread.published_at, latest) for thread in page.rows if thread.published_at]


def _reaches(page: Page[Thread], known: datetime) -> bool:
    """Say whether a page ends below what is known; its top may not tell: a pinned thread stands above newer ones."""
    last = page.rows[-1].published_at if page.rows else None
    return last is not None and last < known
