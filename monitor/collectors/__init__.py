"""Where public posts come from: one source kind a file, behind one protocol, listed in one tuple."""

from monitor.collectors.base import Batch, Collector, PublicPost, SourceView
from monitor.collectors.feed import FeedCollector
from monitor.collectors.mastodon import MastodonCollector
from monitor.errors import UsageError

__all__ = ["COLLECTORS", "Batch", "Collector", "PublicPost", "SourceView", "collector_for"]

COLLECTORS: tuple[Collector, ...] = (FeedCollector(), MastodonCollector())


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
