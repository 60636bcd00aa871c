"""A host's own leave to read its interface for programs, recorded with the source, where its robots.txt forbids all.

The hosts of some interfaces forbid everything in robots.txt, which is meant for search engines, and give each operator
a key and terms instead. Whoever holds such a key may record with the source who allowed what, and when; without that
robots.txt is obeyed, as everywhere.
"""

from monitor.collectors.base import SourceView
from monitor.errors import UsageError

SETTING = "robots_leave"
_SHORTEST = 15


def has_leave(source: SourceView) -> bool:
    """Tell whether a source records such a leave.

    Raises:
        UsageError: When what is recorded does not say who allowed it.

    """
    said = source.settings.get(SETTING)
    if said is None:
        return False
    if not isinstance(said, str) or len(said.strip()) < _SHORTEST:
        raise UsageError(
            f"source {source.name}: `{SETTING}` must say who allowed it and when, in at least {_SHORTEST} signs"
        )
    return True
