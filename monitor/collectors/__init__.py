"""Where public posts come from: one source kind a file, behind one protocol, listed in one tuple."""

from monitor.collectors.base import Batch, Collector, PublicPost, SourceView
from monitor.collectors.bluesky.collector import BlueskyCollector
from monitor.collectors.bluesky.jetstream import JetstreamCollector
from monitor.collectors.discourse.collector import DiscourseCollector
from monitor.collectors.facebook.collector import FacebookCollector
from monitor.collectors.feed.collector import FeedCollector
from monitor.collectors.http.robots_exemption import SETTING, has_leave
from monitor.collectors.mastodon.collector import MastodonCollector
from monitor.collectors.telegram.collector import TelegramCollector
from monitor.collectors.webpage.collector import WebpageCollector
from monitor.collectors.xenforo.collector import XenForoCollector
from monitor.collectors.youtube.collector import YouTubeCollector
from monitor.errors import UsageError

__all__ = ["COLLECTORS", "Batch", "Collector", "PublicPost", "SourceView", "collector_for", "kept_for", "leave_of"]

COLLECTORS: tuple[Collector, ...] = (
    DiscourseCollector(),
    FeedCollector(),
    MastodonCollector(),
    BlueskyCollector(),
    JetstreamCollector(),
    XenForoCollector(),
    YouTubeCollector(),
    FacebookCollector(),
    TelegramCollector(),
    WebpageCollector(),
)


def collector_for(kind: str) -> Collector:
    """Find the collector of a kind of source.

    Raises:
        UsageError: When there is none; names those there are.

    """
    for collector in COLLECTORS:
        if collector.kind == kind:
            return collector
    known = ", ".join(sorted(collector.kind for collector in COLLECTORS))
    raise UsageError(f"there is no kind of source named {kind!r}: use one of {known}")


def kept_for(kind: str, days: int) -> int:
    """Give the days for which posts of a kind of source may be kept: those wished for, or its platform's limit."""
    found = next((collector for collector in COLLECTORS if collector.kind == kind), None)
    longest: int | None = getattr(found, "longest_retention_days", None)
    return days if longest is None else min(days, longest)


def leave_of(kind: str, source: SourceView) -> str | None:
    """Give the leave that a source records, for interfaces whose robots.txt forbids all; None when it records none.

    Raises:
        UsageError: When its kind takes none, or when it does not say who allowed it.

    """
    if SETTING in source.settings and not getattr(collector_for(kind), "may_have_leave", False):
        raise UsageError(
            f"source {source.name}: `{SETTING}` is for interfaces that are read with a key: not for {kind}"
        )
    return str(source.settings[SETTING]).strip() if has_leave(source) else None
