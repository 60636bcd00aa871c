"""Sources that are read with a key or token, and what their hosts allow its holder.

Hosts of some keyed interfaces forbid everything in robots.txt, which is meant for search engines, and give each
operator a key and terms instead. Whoever holds such a key may record with the source who allowed what, and when.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitor.errors import UsageError

if TYPE_CHECKING:  # the registry imports this module, and must not load the HTTP client
    from collections.abc import Callable, Mapping

    from monitor.collectors.base import Place, SourceView
    from monitor.collectors.http.client import PoliteClient
    from monitor.collectors.http.fetched import Fetched
    from monitor.errors import CollectError

# Users write this name into kiemtin.toml, which no migration reaches: it stays as it is.
EXEMPTION_SETTING = "robots_leave"
GOOGLE_HEADER = "x-goog-api-key"
GOOGLE_KEY = re.compile("[A-Za-z0-9_.-]{8,200}")
_SHORTEST_EXEMPTION = 15  # characters; enough for a name and a date
REFUSALS = frozenset({400, 401, 403, 404})
"""Statuses whose body says why."""


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


@dataclass(kw_only=True)
class KeyedApi:
    """Asks an interface that is read with a key. It goes in a header, so that it stands in no address, message or log.

    Args:
        client: The HTTP client.
        source: The source, which may record that its host allowed it to be read regardless of robots.txt.
        headers: Those with the key.
        problem_of: A parser that explains a refusal, given `place`.
        place: What the source reads.

    """

    client: PoliteClient
    source: SourceView
    headers: Mapping[str, str]
    problem_of: Callable[[Fetched, Any], CollectError]
    place: Place

    async def ask(self, url: str) -> Fetched:
        """Read one address; a refusal is returned."""
        exempt = has_robots_exemption(self.source)
        return await self.client.get(url, api=True, headers=self.headers, accept_status=REFUSALS, robots_exempt=exempt)

    async def get(self, url: str) -> Fetched:
        """Read one address.

        Raises:
            CollectError: It is refused.

        """
        fetched = await self.ask(url)
        if fetched.status in REFUSALS:
            raise await self.client.parse(self.problem_of, fetched, self.place)
        return fetched
