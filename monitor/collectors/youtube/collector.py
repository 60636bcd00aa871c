"""Comments on one YouTube video, or on a channel's newest uploads, through the Data API and with the operator's key."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from monitor.collectors.base import Batch, KnownPost, PublicPost, SourceView
from monitor.collectors.http.client import Fetched, PoliteClient
from monitor.collectors.http.conditional import conditional_headers, validators_of
from monitor.collectors.http.robots_exemption import has_leave
from monitor.collectors.youtube.api import (
    MOST_IDS,
    Choice,
    NotShown,
    Page,
    Thread,
    Video,
    comment_post,
    is_comment_id,
    key_of,
    problem_of,
    read_comments,
    read_threads,
    read_videos,
)

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
    may_have_leave = True
    longest_retention_days = 30

    async def collect(self, source: SourceView, client: PoliteClient) -> AsyncIterator[Batch]:
        """Read what is new on each video, then ask after watched comments that were not met.

        Raises:
            UsageError: When the source's settings are wrong, or it has no key.
            SourceRefused: When the key is not accepted.
            RateLimited: When the day's units are used up, until midnight on the Pacific coast.
            CollectError: Another of its subclasses, when the API could not be read.

        """
        choice = Choice.of(source)
        reading = _Reading(choice, _Api(choice, client, source), source)
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
        choice = Choice.of(source)
        watched = replace(source, watched=[post.external_id for post in posts])
        async for batch in _Reading(choice, _Api(choice, client, source), watched).look_again():
            yield batch


class _Api:
    """Asks the API. The key goes in a header, so that it stands in no address, message or log."""

    def __init__(self, choice: Choice, client: PoliteClient, source: SourceView) -> None:
        self._choice = choice
        self._client = client
        self._key = key_of(source)
        self._has_leave = has_leave(source)

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
            has_leave=self._has_leave,
        )
        if fetched.status in _PROBLEMS:
            raise problem_of(fetched, self._choice)
        return fetched


class _Bookmark:
    def __init__(self, choice: Choice, cursor: Mapping[str, Any]) -> None:
        mine = cursor if cursor.get("of") == choice.name else {}
        self._of = choice.name
        self._newest: dict[str, str] = dict(mine.get("newest") or {})
        self._replies: dict[str, int] = dict(mine.get("replies") or {})

    def keep(self, videos: Sequence[Video]) -> None:
        """Forget the videos that are no longer read."""
        self._newest = {video.id: self._newest[video.id] for video in videos if video.id in self._newest}

    def newest(self, video: Video) -> datetime | None:
        value = self._newest.get(video.id)
        return datetime.fromisoformat(value) if value else None

    def read_to(self, video: Video, newest: datetime) -> None:
        self._newest[video.id] = newest.isoformat()

    def lacks(self, thread: Thread) -> bool:
        """Say whether a thread has replies that did not come with it and were not read since their number changed."""
        return thread.total > thread.given and self._replies.get(thread.id) != thread.total

    def replies_read(self, thread: Thread) -> None:
        self._replies.pop(thread.id, None)
        self._replies[thread.id] = thread.total

    def as_cursor(self) -> dict[str, Any]:
        latest = list(self._replies.items())[-_REMEMBERED_THREADS:]
        return {"of": self._of, "newest": dict(self._newest), "replies": dict(latest)}


class _Reading:
    """One reading of a source."""

    def __init__(self, choice: Choice, api: _Api, source: SourceView) -> None:
        self._choice = choice
        self._api = api
        self._source = source
        self._bookmark = _Bookmark(choice, source.cursor)
        self._validators: dict[str, Mapping[str, str]] = {}
        self._met: set[str] = set()
        self._video: Video | None = None

    async def videos(self) -> AsyncIterator[Batch]:
        """Read all videos of the source."""
        fetched = await self._api.get(self._choice.videos_url)
        videos = read_videos(fetched)
        self._bookmark.keep(videos)
        for video in videos:
            url = self._choice.threads_url(video.id)
            if self._bookmark.newest(video) and url in self._source.validators:
                self._validators[url] = self._source.validators[url]
        if self._choice.video:
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
        known = self._bookmark.newest(video)
        most = self._choice.max_pages if known else self._choice.backfill_pages
        first, newest, token = self._choice.threads_url(video.id), known, None
        said: dict[str, dict[str, str]] = {}
        for number in range(1, most + 1):
            url = self._choice.threads_url(video.id, token)
            fetched = await self._api.get(url, conditional_headers(self._validators.get(url, {})))
            if fetched.status == _NOT_MODIFIED:
                yield Batch(fetched=fetched, unchanged=True)
                return
            page = read_threads(fetched, video)
            said = said or validators_of(first, fetched)
            for thread in page.rows:
                if self._bookmark.lacks(thread):
                    async for batch in self._replies(thread, video):
                        yield batch
            newest = max([*_times(page), *([newest] if newest else [])], default=None)
            reached = known is not None and _reaches(page, known)
            finished = reached or page.next is None or number == most
            missed = known is not None and finished and not reached and page.next is not None
            yield self._page(page, video, known, newest if finished else None, said, missed=missed)
            if finished:
                return
            token = page.next

    def _page(
        self,
        page: Page[Thread],
        video: Video,
        known: datetime | None,
        newest: datetime | None,
        said: Mapping[str, Mapping[str, str]],
        *,
        missed: bool,
    ) -> Batch:
        """Make a batch of a page; with `newest`, the video was read as far as it will be."""
        posts: list[PublicPost] = []
        skipped = Counter({"malformed": page.malformed} if page.malformed else {})
        for thread in page.rows:
            is_new = known is None or thread.published_at is None or thread.published_at > known
            for comment in thread.comments:
                if isinstance(comment, PublicPost):
                    posts.append(comment)
                elif is_new:  # else it was counted when it was new
                    skipped[comment] += 1
        self._met |= {post.external_id for post in posts}
        if newest is not None:
            self._bookmark.read_to(video, newest)
            self._validators |= said
        gap = f"threads on video {video.id} older than this reading's last page and newer than {known} were missed"
        return Batch(
            fetched=page.fetched,
            posts=_oldest_first(posts),
            skipped=skipped,
            cursor=self._bookmark.as_cursor() if newest is not None else None,
            validators=dict(self._validators) if newest is not None else None,
            gap=f"{gap}: read this source more often" if missed else None,
        )

    async def _replies(self, thread: Thread, video: Video) -> AsyncIterator[Batch]:
        """Read all replies of a thread, of which only the first few come with it."""
        token: str | None = None
        for number in range(1, _MOST_REPLY_PAGES + 1):
            try:
                page = read_comments(await self._api.get(self._choice.replies_url(thread.id, token)))
            except NotShown as problem:
                yield Batch(fetched=problem.fetched, skipped=Counter({problem.reason: 1}))
                return
            found = [comment_post(row, video) for row in page.rows]
            posts = [post for post in found if isinstance(post, PublicPost)]
            self._met |= {post.external_id for post in posts}
            finished = page.next is None or number == _MOST_REPLY_PAGES
            if finished:
                self._bookmark.replies_read(thread)
            yield Batch(
                fetched=page.fetched,
                posts=_oldest_first(posts),
                skipped=_counted([reason for reason in found if isinstance(reason, str)], page.malformed),
                cursor=self._bookmark.as_cursor() if finished else None,
                gap=f"thread {thread.id} has more replies than are read" if finished and page.next else None,
            )
            if finished:
                return
            token = page.next

    async def look_again(self) -> AsyncIterator[Batch]:
        """Ask after the watched comments that were not met; what is not given any more is gone."""
        asked = [number for number in self._source.watched if number not in self._met and is_comment_id(number)]
        for start in range(0, len(asked), MOST_IDS):
            some = asked[start : start + MOST_IDS]
            page = read_comments(await self._api.get(self._choice.comments_url(some)))
            rows = {str(row["id"]): row for row in page.rows}
            # The answer does not say on which video a comment is: only a source of one video knows.
            found = [comment_post(rows[number], self._video) for number in some if number in rows]
            yield Batch(
                fetched=page.fetched,
                posts=[post for post in found if isinstance(post, PublicPost)],
                gone=[number for number in some if number not in rows],
            )


def _oldest_first(posts: Sequence[PublicPost]) -> list[PublicPost]:
    return sorted(posts, key=lambda post: post.published_raw or "")


def _times(page: Page[Thread]) -> list[datetime]:
    return [thread.published_at for thread in page.rows if thread.published_at]


def _reaches(page: Page[Thread], known: datetime) -> bool:
    """Say whether a page ends below what is known; its top may not tell: a pinned thread stands above newer ones."""
    last = page.rows[-1].published_at if page.rows else None
    return last is not None and last < known


def _counted(reasons: Sequence[str], malformed: int) -> Counter[str]:
    skipped = Counter(reasons)
    if malformed:
        skipped["malformed"] += malformed
    return skipped
