"""One small sample platform of each kind that is read by HTTP, and how to read it, for what all of them must do."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from monitor.collectors.base import Batch, KnownPost, PublicPost, Rechecker, SourceView
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.registry import collector_for
from monitor.demo.sites import FeedSite, MastodonSite, Site, SitePost
from monitor.demo.sites.feed_site import RSS_PATH
from tests.clock import MONDAY_MORNING, FakeClock
from tests.monitor.collectors import feed_samples, telegram_samples, webpage_samples, xenforo_samples, youtube_samples
from tests.monitor.collectors.collecting import numbered, read_source
from tests.monitor.collectors.xenforo_samples import WAGES
from tests.monitor.collectors.youtube_samples import CHANNEL, KEY, TITLE, VIDEO
from tests.platforms import (
    BlueskySite,
    CheckedClaimPost,
    DiscourseSite,
    FacebookPost,
    FacebookSite,
    FactCheckSite,
    TelegramSite,
    ThreadsSite,
    WebpageSite,
    XenForoSite,
    YouTubeSite,
)
from tests.platforms.webpage_site import ARTICLE_SETTINGS, LIST_PATH

POSTS = 5
PER_PAGE = 2
PAGE, TOKEN = "100200300", "EAAB|the-dai_dien.cua|Trang"
ACCOUNT = "cong_doan.khu_b"
START = MONDAY_MORNING - timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """One kind of source.

    Args:
        kind: The collector's name.
        build: Makes the site, with five posts and, where it has pages, two posts a page.
        post: Makes a post by its number.
        path: What follows the site's address in the address of the source.
        settings: Of the source.
        secret: Of the source.
        is_api: Whether it is read with the delay of an API.
        requests_to_recheck: How many requests find out how two posts stand now; 0 where nobody asks.
        strange: Identifiers that it never gives, and that are not asked after.

    """

    kind: str
    build: Callable[[FakeClock], Site]
    post: Callable[[int], Any]
    path: str = "/"
    settings: Mapping[str, Any] = field(default_factory=dict)
    secret: str | None = None
    is_api: bool = False
    requests_to_recheck: int = 0
    strange: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.kind

    async def read(
        self, client: PoliteClient, base: str, last: list[Batch] | None = None, watched: tuple[str, ...] = ()
    ) -> list[Batch]:
        """Read once, going on from the last cursors."""
        return await read_source(self.kind, client, last, **self._source(base), watched=watched)

    async def recheck(
        self, client: PoliteClient, base: str, last: list[Batch], known: Iterable[PublicPost | str]
    ) -> list[Batch]:
        """Ask after posts as they were read, or by identifiers."""
        collector = collector_for(self.kind)
        assert isinstance(collector, Rechecker)
        posts = [
            KnownPost(external_id=each, url=None)
            if isinstance(each, str)
            else KnownPost(external_id=each.external_id, url=each.url)
            for each in known
        ]
        cursor = next((batch.cursor for batch in reversed(last) if batch.cursor is not None), {})
        view = SourceView(**self._source(base), cursor=cursor)
        return [batch async for batch in collector.recheck(view, client, posts)]

    def _source(self, base: str) -> dict[str, Any]:
        return {"name": "Nguồn", "address": base + self.path, "settings": self.settings, "secret": self.secret}


def written(number: int) -> SitePost:
    return SitePost(id=f"3m{number:04d}", author="to_truong", **numbered(number, START))


def on_page(number: int) -> FacebookPost:
    return FacebookPost(id=f"{PAGE}_{1000 + number}", author=PAGE, **numbered(number, START))


def in_thread(number: int) -> FacebookPost:
    return FacebookPost(id=f"{1780 + number}", author=ACCOUNT, **numbered(number, START))


def check(number: int) -> CheckedClaimPost:
    return CheckedClaimPost(id=f"c{number}", author="Nhóm Soi Tin", **numbered(number, START, "Tin đồn số {}"))


def _samples(make: Callable[[int], Any]) -> list[Any]:
    return [make(number) for number in range(1, POSTS + 1)]


PLATFORMS = (
    Platform(
        kind="feed",
        requests_to_recheck=1,
        build=lambda clock: FeedSite(_samples(feed_samples.article), clock),
        path=RSS_PATH,
        post=feed_samples.article,
    ),
    Platform(
        kind="mastodon",
        requests_to_recheck=2,
        build=lambda clock: MastodonSite(_samples(written), clock, page_size=PER_PAGE),
        post=written,
        is_api=True,
    ),
    Platform(
        kind="bluesky",
        build=lambda clock: BlueskySite(_samples(written), clock, page_size=PER_PAGE),
        settings={"actor": "to_truong.bsky.example"},
        post=written,
        is_api=True,
    ),
    Platform(
        kind="discourse",
        requests_to_recheck=2,
        build=lambda clock: DiscourseSite(_samples(xenforo_samples.post), [WAGES], clock, page_size=PER_PAGE),
        post=xenforo_samples.post,
        is_api=True,
    ),
    Platform(
        kind="xenforo",
        requests_to_recheck=1,
        strange=("post-77",),
        build=lambda clock: XenForoSite(_samples(xenforo_samples.post), [WAGES], clock, page_size=PER_PAGE),
        post=xenforo_samples.post,
    ),
    Platform(
        kind="telegram",
        requests_to_recheck=2,
        strange=("kenh_khac/4",),
        build=lambda clock: TelegramSite(
            _samples(telegram_samples.message), clock, channel="kenh_khu_b", page_size=PER_PAGE
        ),
        path=telegram_samples.PREVIEW,
        settings={"permission": telegram_samples.PERMISSION},
        post=telegram_samples.message,
    ),
    Platform(
        kind="youtube",
        requests_to_recheck=1,
        build=lambda clock: YouTubeSite(
            _samples(youtube_samples.comment), {VIDEO: TITLE}, clock, key=KEY, channel=CHANNEL, page_size=PER_PAGE
        ),
        path="/youtube/v3",
        settings={"video": VIDEO},
        secret=KEY,
        post=youtube_samples.comment,
        is_api=True,
    ),
    Platform(
        kind="facebook",
        requests_to_recheck=3,
        strange=("không phải số",),
        build=lambda clock: FacebookSite(_samples(on_page), clock, page=PAGE, token=TOKEN, page_size=PER_PAGE),
        path="/v26.0",
        settings={"page": PAGE},
        secret=TOKEN,
        post=on_page,
        is_api=True,
    ),
    Platform(
        kind="threads",
        requests_to_recheck=3,
        build=lambda clock: ThreadsSite(_samples(in_thread), clock, account=ACCOUNT, token=TOKEN, page_size=PER_PAGE),
        path="/v1.0",
        settings={"account": ACCOUNT},
        secret=TOKEN,
        post=in_thread,
        is_api=True,
    ),
    Platform(
        kind="factcheck",
        build=lambda clock: FactCheckSite(_samples(check), clock, key=KEY, page_size=PER_PAGE),
        settings={"queries": ["tin đồn"]},
        secret=KEY,
        post=check,
        is_api=True,
    ),
    Platform(
        kind="webpage",
        requests_to_recheck=2,
        build=lambda clock: WebpageSite(_samples(webpage_samples.article), clock),
        path=LIST_PATH,
        settings=ARTICLE_SETTINGS,
        post=webpage_samples.article,
    ),
)
