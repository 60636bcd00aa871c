"""Finds the collector of a kind of source, and imports it then: each brings libraries that others do not need.

The kinds of this program are listed here. Other packages add theirs through the entry-point group `kiemtin.collectors`,
whose names are kinds and whose values are collector classes.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from monitor.collectors.base import Collector, SourceView
from monitor.collectors.http.robots_exemption import SETTING, has_leave
from monitor.errors import UsageError

GROUP: Final = "kiemtin.collectors"
BUILT_IN: Final[Mapping[str, str]] = {
    "discourse": "monitor.collectors.discourse.collector:DiscourseCollector",
    "feed": "monitor.collectors.feed.collector:FeedCollector",
    "mastodon": "monitor.collectors.mastodon.collector:MastodonCollector",
    "bluesky": "monitor.collectors.bluesky.collector:BlueskyCollector",
    "jetstream": "monitor.collectors.bluesky.jetstream:JetstreamCollector",
    "xenforo": "monitor.collectors.xenforo.collector:XenForoCollector",
    "youtube": "monitor.collectors.youtube.collector:YouTubeCollector",
    "facebook": "monitor.collectors.facebook.collector:FacebookCollector",
    "telegram": "monitor.collectors.telegram.collector:TelegramCollector",
    "webpage": "monitor.collectors.webpage.collector:WebpageCollector",
}


def source_kinds() -> tuple[str, ...]:
    """List the kinds of source that can be read, those of other packages last."""
    return (*BUILT_IN, *(name for name in _other_packages() if name not in BUILT_IN))


@cache
def collector_for(kind: str) -> Collector:
    """Give the collector of a kind of source.

    Raises:
        UsageError: When there is none, which names those there are; or when another package's cannot be loaded.

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
        # The package is not ours: whatever it raises, only its own sources may suffer.
        reason = f"{type(error).__name__}: {error}"
        raise UsageError(f"the collector of kind {kind!r} ({entry.value}) cannot be loaded: {reason}") from error
    return other


def _other_packages() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=GROUP)}


def retention_days_for(kind: str, days: int) -> int:
    """Give the days for which posts of a kind of source may be kept: those wished for, or its platform's limit."""
    if kind not in source_kinds():
        return days  # imported files and tips have no platform that limits it
    limit: int | None = getattr(collector_for(kind), "longest_retention_days", None)
    return days if limit is None else min(days, limit)


def robots_exemption_for(kind: str, source: SourceView) -> str | None:
    """Give the robots exemption that a source records; None when it records none.

    Raises:
        UsageError: When its kind takes none, or when it does not say who allowed it.

    """
    if SETTING in source.settings and not getattr(collector_for(kind), "may_have_leave", False):
        raise UsageError(
            f"source {source.name}: `{SETTING}` is for interfaces that are read with a key: not for {kind}"
        )
    return str(source.settings[SETTING]).strip() if has_leave(source) else None
