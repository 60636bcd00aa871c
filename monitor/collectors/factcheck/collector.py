"""Fact checks that others published, by Google's Fact Check Tools API and with the operator's key."""

from collections.abc import AsyncIterator

from monitor.collectors.base import Batch, SourceView
from monitor.collectors.factcheck.api import problem_of, read_page
from monitor.collectors.factcheck.query import CheckQuery, key_of
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.keyed_sources import has_robots_exemption

_PROBLEMS = frozenset({400, 401, 403, 404})


class FactCheckCollector:
    """Reads the checks of some publishers, or on some words; each check is a post with its verdict.

    The API documents no order, so each reading reads the pages of the last days; known checks are stored once.
    """

    kind = "factcheck"
    may_have_robots_exemption = True

    async def collect(self, source: SourceView, client: PoliteClient) -> AsyncIterator[Batch]:
        """Read all searches of a source.

        Raises:
            UsageError: When the source's settings are wrong, or it has no key.
            SourceRefused: When the key is not accepted.
            CollectError: Another of its subclasses, when the API could not be read.

        """
        query, key = CheckQuery.from_source(source), key_of(source)
        exempt = has_robots_exemption(source)
        for search in query.searches():
            token: str | None = None
            for number in range(1, query.max_pages + 1):
                # The key goes in a header, so that it stands in no address, message or log.
                headers = {"x-goog-api-key": key}
                url = query.url(search, token)
                fetched = await client.get(
                    url, api=True, headers=headers, accept_status=_PROBLEMS, robots_exempt=exempt
                )
                if fetched.status in _PROBLEMS:
                    raise await client.parse(problem_of, fetched, query)
                page = await client.parse(read_page, fetched)
                token = page.next
                missed = token is not None and number == query.max_pages
                yield Batch(
                    fetched=fetched,
                    posts=page.posts[::-1],
                    skipped=page.skipped,
                    gap="there are more checks than `max_pages` pages hold: raise it" if missed else None,
                )
                if token is None:
                    break
