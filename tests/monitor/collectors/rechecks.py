"""Asks a collector after posts that were stored earlier."""

from collections.abc import Iterable

from monitor.collectors.base import Batch, KnownPost, PublicPost, Rechecker, SourceView
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.registry import collector_for


async def recheck(kind: str, view: SourceView, client: PoliteClient, known: Iterable[PublicPost | str]) -> list[Batch]:
    """Ask after posts as they were read, or by identifiers."""
    collector = collector_for(kind)
    assert isinstance(collector, Rechecker)
    posts = [
        KnownPost(external_id=each, url=None)
        if isinstance(each, str)
        else KnownPost(external_id=each.external_id, url=each.url)
        for each in known
    ]
    return [batch async for batch in collector.recheck(view, client, posts)]
