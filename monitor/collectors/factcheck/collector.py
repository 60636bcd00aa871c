"""Fact checks that others published, by Google's Fact Check Tools API and with the operator's key."""

from collections.abc import AsyncIterator

from monitor.collectors.base import Batch, SourceView
from monitor.collectors.factcheck.api import CheckQuery, problem_of, read_page
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.keyed_sources import GOOGLE_HEADER, KeyedApi, secret_of
from monitor.collectors.timeline import Page, read_back


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
        query, key = CheckQuery.from_source(source), secret_of(source, "an API key of Google", kind=self.kind)
        api = KeyedApi(client=client, source=source, headers={GOOGLE_HEADER: key}, problem_of=problem_of, place=query)
        for search in query.searches():

            async def ask(token: str | None, search: dict[str, str] = search) -> Page:
                return await client.parse(read_page, await api.get(query.url(search, token)))

            async for step in read_back(ask, None, most=query.max_pages, may_skip=source.may_skip):
                yield step.batch(
                    {}, "there are more checks than `max_pages` pages hold: raise it" if step.cut else None
                )
