"""Whole documents of feeds, each with one thing in it that feeds do, and the posts that are made of it."""

from typing import Any

import pytest

from monitor.collectors.http.client import PoliteClient
from tests.examples import cases, examples_of
from tests.monitor.collectors.feed_samples import read_document, rss


@pytest.mark.parametrize("document", cases(examples_of(__file__)))
async def test_posts_of_a_document(client: PoliteClient, document: dict[str, Any]) -> None:
    body = document["body"] if "body" in document else rss(document["items"])
    batch = await read_document(client, body, document.get("type", "application/xml"))
    base = batch.fetched.url.removesuffix("/feed")
    wanted = [
        {name: value.replace("{base}", base) if isinstance(value, str) else value for name, value in post.items()}
        for post in document["posts"]
    ]
    read = [{name: getattr(post, name) or "" for name in one} for post, one in zip(batch.posts, wanted, strict=True)]
    assert read == wanted
    assert dict(batch.skipped) == document.get("skipped", {})
    assert (batch.gap, batch.unchanged) == (None, False)
