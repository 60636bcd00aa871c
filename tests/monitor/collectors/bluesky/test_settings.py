"""Which settings a source of Bluesky may have."""

from typing import Any

import pytest

from monitor.collectors.base import SourceView
from monitor.collectors.bluesky.api import Feed
from monitor.errors import UsageError

LIST = "at://did:plc:banbien/app.bsky.graph.list/cong-nhan"


def feed_of(address: str = "https://api.example/", **settings: Any) -> Feed:
    return Feed.from_source(SourceView(name="Mạng xanh", address=address, settings=settings))


def test_defaults() -> None:
    feed = feed_of(actor="@to_truong.bsky.example")
    assert (feed.actor, feed.list_uri, feed.filter) == ("to_truong.bsky.example", "", "posts_with_replies")
    assert feed.key == "author to_truong.bsky.example posts_with_replies"  # as it stands in stored cursors
    assert (feed.languages, feed.backfill_pages) == ({"vi"}, 2)


def test_address_may_end_with_the_path_of_the_api() -> None:
    assert feed_of("https://api.example/xrpc/", actor="a").url == feed_of(actor="a").url


@pytest.mark.parametrize(
    "settings",
    [
        {"feed": "search", "actor": "a"},
        {"feed": "home", "actor": "a"},
        {"feed": "author"},
        {"actor": "a", "list": LIST},
        {"feed": "list"},
        {"feed": "list", "list": "https://bsky.app/x"},
        {"feed": "list", "list": LIST, "filter": "posts_no_replies"},
        {"actor": "a", "filter": "best"},
        {"actor": "a", "backfill_pages": 0},
        {"actor": "a", "backfill_pages": True},
        {"actor": "a", "languages": []},
        {"actor": "a", "languages": ["tiếng việt"]},
        {"actor": "a", "languages": 3},
    ],
)
def test_wrong_settings(settings: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="source Mạng xanh"):
        feed_of(**settings)
