"""Which comments a source of YouTube asks for: its settings, its key, and the addresses that follow from them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from monitor.collectors.base import Place, SourceView
from monitor.errors import UsageError

MOST_IDS = 50
VIDEO_ID = "[A-Za-z0-9_-]{11}"
_VERSION = "/youtube/v3"
_PAGE_SIZE = 100
_VIDEOS = 10
_BACKFILL_PAGES = 5
_MOST_PAGES = 20
_VIDEO = re.compile(VIDEO_ID)
_CHANNEL = re.compile("UC[A-Za-z0-9_-]{22}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentQuery(Place):
    """Which comments a source reads.

    Settings of a source: `video`, the identifier of one video, or `channel` (UC…), for the newest `videos` of its
    uploads; `backfill_pages` is how many pages of 100 threads the first reading of a video goes back, `max_pages` how
    many each later one.
    """

    source: str
    video: str
    channel: str
    videos: int
    backfill_pages: int
    max_pages: int

    @classmethod
    def from_source(cls, source: SourceView) -> "CommentQuery":
        """Read a source's settings.

        Raises:
            UsageError: When they are not as described.

        """
        video, channel = (str(source.settings.get(name, "")).strip() for name in ("video", "channel"))
        if bool(video) == bool(channel):
            raise UsageError(f"source {source.name}: set either `video` or `channel`, and not both")
        if video and not _VIDEO.fullmatch(video):
            raise UsageError(f"source {source.name}: `video` must be the 11 signs behind watch?v=: not {video!r}")
        if channel and not _CHANNEL.fullmatch(channel):
            raise UsageError(f"source {source.name}: `channel` must be the identifier UC…, 24 signs: not {channel!r}")
        return cls(
            source=source.name,
            base=source.address.rstrip("/").removesuffix(_VERSION) + _VERSION,
            video=video,
            channel=channel,
            videos=source.number_setting("videos", _VIDEOS, MOST_IDS),
            backfill_pages=source.number_setting("backfill_pages", _BACKFILL_PAGES),
            max_pages=source.number_setting("max_pages", _MOST_PAGES),
        )

    @property
    def key(self) -> str:
        """What tells this query from others, for the cursor."""
        return f"video {self.video}" if self.video else f"channel {self.channel}"

    @property
    def videos_url(self) -> str:
        """The address that names the video, or the channel's newest uploads."""
        if self.video:
            return self._url("videos", part="snippet", id=self.video)
        uploads = "UU" + self.channel.removeprefix("UC")
        return self._url("playlistItems", part="snippet", playlistId=uploads, maxResults=str(self.videos))

    def threads_url(self, video: str, token: str | None = None) -> str:
        """Give the address of a page of a video's threads, newest first."""
        return self._page_url("commentThreads", token, part="snippet,replies", videoId=video, order="time")

    def replies_url(self, thread: str, token: str | None = None) -> str:
        """Give the address of a page of a thread's replies."""
        return self._page_url("comments", token, part="snippet", parentId=thread)

    def comments_url(self, ids: Sequence[str]) -> str:
        """Give the address of up to 50 single comments."""
        return self._url("comments", part="snippet", id=",".join(ids), textFormat="plainText")

    def _page_url(self, resource: str, token: str | None, **params: str) -> str:
        paging = {"pageToken": token} if token else {}
        return self._url(resource, **params, textFormat="plainText", maxResults=str(_PAGE_SIZE), **paging)

    def _url(self, resource: str, **params: str) -> str:
        return f"{self.base}/{resource}?{urlencode(params)}"
