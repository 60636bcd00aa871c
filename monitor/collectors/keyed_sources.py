"""Sources that are read with a key or token, and what their hosts allow its holder.

Hosts of some keyed interfaces forbid everything in robots.txt, which is meant for search engines, and give each
operator a key and terms instead. Whoever holds such a key may record with the source who allowed what, and when.
"""

import re

from monitor.collectors.base import SourceView
from monitor.errors import UsageError

# Users write this name into kiemtin.toml, which no migration reaches: it stays as it is.
EXEMPTION_SETTING = "robots_leave"
GOOGLE_KEY = re.compile("[A-Za-z0-9_.-]{8,200}")
_SHORTEST_EXEMPTION = 15  # characters; enough for a name and a date


def secret_of(source: SourceView, wanted: str, *, shape: re.Pattern[str] = GOOGLE_KEY, kind: str = "") -> str:
    """Return a source's key or token.

    Args:
        source: The source.
        wanted: With what it is read, as people say it.
        shape: What keys or tokens of its platform look like.
        kind: The kind of source, where all sources of a kind may share one key.

    Raises:
        UsageError: When there is none, or what stands there cannot be one.

    """
    secret = (source.secret or "").strip()
    how = f'set [secrets] in kiemtin.toml, as "{source.name}" = "…"' + (f' or {kind} = "…"' if kind else "")
    if not secret:
        raise UsageError(f"source {source.name}: it is read with {wanted}: {how}")
    if not shape.fullmatch(secret):
        raise UsageError(f"source {source.name}: what is set has signs that {wanted} never has: {how}")
    return secret


def has_robots_exemption(source: SourceView) -> bool:
    """Return whether a source records that its host allowed it to be read regardless of robots.txt.

    Raises:
        UsageError: The record does not say who allowed it.

    """
    exemption = source.settings.get(EXEMPTION_SETTING)
    if exemption is None:
        return False
    if not isinstance(exemption, str) or len(exemption.strip()) < _SHORTEST_EXEMPTION:
        raise UsageError(
            f"source {source.name}: `{EXEMPTION_SETTING}` must say who allowed it and when, "
            f"in at least {_SHORTEST_EXEMPTION} characters"
        )
    return True
