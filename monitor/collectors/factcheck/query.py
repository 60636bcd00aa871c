"""Which fact checks a source asks for: its settings, its key, and the addresses that follow from them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from monitor.collectors.base import Place, SourceView
from monitor.errors import UsageError

_VERSION = "/v1alpha1"
_PAGE_SIZE = 50
_DAYS, _MOST_DAYS = 90, 3650
_PAGES, _MOST_PAGES = 5, 50
_MOST_SEARCHES = 50
_LANGUAGE = re.compile("[A-Za-z0-9-]{2,20}")
_SITE = re.compile(r"[A-Za-z0-9.-]{3,200}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckQuery(Place):
    """Which fact checks a source reads.

    Settings of a source: `queries`, words that are searched for, and `publishers`, sites whose checks are read, as
    `afp.com`; one of them at least. `language` (vi), `days` (90) back, and `max_pages` (5) of 50 checks for each.
    Claims of posts are never sent: Google learns what the office asks for, and nothing of what people wrote.
    """

    source: str
    queries: Sequence[str]
    publishers: Sequence[str]
    language: str
    days: int
    max_pages: int

    @classmethod
    def from_source(cls, source: SourceView) -> "CheckQuery":
        """Read a source's settings.

        Raises:
            UsageError: When they are not as described.

        """
        queries, publishers = (_listed(source, name) for name in ("queries", "publishers"))
        if not queries and not publishers:
            raise UsageError(f"source {source.name}: set `queries` or `publishers`, lists of texts")
        if len(queries) + len(publishers) > _MOST_SEARCHES:
            raise UsageError(f"source {source.name}: at most {_MOST_SEARCHES} `queries` and `publishers` together")
        for site in publishers:
            if not _SITE.fullmatch(site):
                raise UsageError(f"source {source.name}: `publishers` are sites as afp.com: not {site!r}")
        language = str(source.settings.get("language", "vi"))
        if not _LANGUAGE.fullmatch(language):
            raise UsageError(f"source {source.name}: `language` is a code as vi or en-US: not {language!r}")
        return cls(
            source=source.name,
            base=source.address.rstrip("/").removesuffix(_VERSION) + _VERSION,
            queries=queries,
            publishers=publishers,
            language=language,
            days=source.number_setting("days", _DAYS, _MOST_DAYS),
            max_pages=source.number_setting("max_pages", _PAGES, _MOST_PAGES),
        )

    def searches(self) -> list[dict[str, str]]:
        """Return the parameters of each search."""
        common = {"languageCode": self.language, "maxAgeDays": str(self.days), "pageSize": str(_PAGE_SIZE)}
        words = ({"query": query} for query in self.queries)
        sites = ({"reviewPublisherSiteFilter": site} for site in self.publishers)
        return [{**each, **common} for each in (*words, *sites)]

    def url(self, search: dict[str, str], token: str | None) -> str:
        """Give the address of a page of a search."""
        return f"{self.base}/claims:search?{urlencode({**search, **({'pageToken': token} if token else {})})}"


def _listed(source: SourceView, name: str) -> list[str]:
    value = source.settings.get(name, [])
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise UsageError(f"source {source.name}: `{name}` must be a list of texts")
    return [each.strip() for each in value if each.strip()]
