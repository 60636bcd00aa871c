"""The collectors by kind of source. Each is imported when it is first needed, because each needs other libraries.

The built-in kinds are listed here. Other packages add theirs through the entry-point group `kiemtin.collectors`: the
name is the kind, the value is the collector class.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from monitor.collectors.base import Collector, SourceView
from monitor.collectors.keyed_sources import EXEMPTION_SETTING, has_robots_exemption
from monitor.errors import UsageError

GROUP: Final = "kiemtin.collectors"
BUILT_IN: Final[Mapping[str, str]] = {
    "discourse": "monitor.collectors.discourse.collector:DiscourseCollector",
    "feed": "monitor.collectors.feed.collector:FeedCollector",
    "mastodon": "monitor.collectors.mastodon.collector:MastodonCollector",
    "bluesky": "monitor.collectors.bluesky.collector:BlueskyCollector",
    "xenforo": "monitor.collectors.xenforo.collector:XenForoCollector",
    "youtube": "monitor.collectors.youtube.collector:YouTubeCollector",
    "facebook": "monitor.collectors.facebook.collector:FacebookCollector",
    "threads": "monitor.collectors.facebook.collector:ThreadsCollector",
    "telegram": "monitor.collectors.telegram.collector:TelegramCollector",
    "webpage": "monitor.collectors.webpage.collector:WebpageCollector",
    "factcheck": "monitor.collectors.factcheck.collector:FactCheckCollector",
}


def source_kinds() -> tuple[str, ...]:
    """Return the kinds of source that can be read: built-in ones, then those of other packages."""
    return (*BUILT_IN, *(name for name in _other_packages() if name not in BUILT_IN))


@cache
def collector_for(kind: str) -> Collector:
    """Return the collector for a kind of source.

    Raises:
        UsageError: There is none, or it belongs to another package and cannot be loaded.

    """
    if kind in BUILT_IN:
        module, _, name = BUILT_IN[kind].partition(":")
        built_in: Collector = getattr(import_module(module), name)()
        return built_in
    entry = _other_packages().get(kind)
    if entry is None:
        raise UsageError(f"there is no kind of source named {kind!r}: use one of {', '.join(sorted(source_kinds()))}")
    try:
        other: Collector = entry.load()()
    except Exception as error:
        # A foreign package may raise anything; only its own sources may fail because of it.
        reason = f"{type(error).__name__}: {error}"
        raise UsageError(f"the collector of kind {kind!r} ({entry.value}) cannot be loaded: {reason}") from error
    return other


def _other_packages() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=GROUP)}


def retention_days_for(kind: str, days: int) -> int:
    """Return how many days posts of a kind of source may be kept: `days`, or the platform's limit if that is lower."""
    if kind not in source_kinds():
        return days  # imported files and tips have no collector
    limit: int | None = getattr(collector_for(kind), "longest_retention_days", None)
    return days if limit is None else min(days, limit)


def robots_exemption_for(kind: str, source: SourceView) -> str | None:
    """Return the robots.txt exemption that a source records; None when it records none.

    Raises:
        UsageError: Its kind allows none, or the record does not say who allowed it.

    """
    if EXEMPTION_SETTING in source.settings and not getattr(collector_for(kind), "may_have_robots_exemption", False):
        raise UsageError(
            f"source {source.name}: `{EXEMPTION_SETTING}` is for interfaces that are read with a key: not for {kind}"
        )
    return str(source.settings[EXEMPTION_SETTING]).strip() if has_robots_exemption(source) else None
