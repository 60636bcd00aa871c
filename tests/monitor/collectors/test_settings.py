"""Which settings and secrets a source of each kind may have: a wrong one is named in one line, and nothing is asked."""

from typing import Any

import pytest

from monitor.collectors.base import SourceView
from monitor.collectors.bluesky.api import Feed
from monitor.collectors.http.client import PoliteClient
from monitor.errors import UsageError
from tests.monitor.collectors.bluesky_samples import LIST
from tests.monitor.collectors.collecting import read_source
from tests.monitor.collectors.telegram_samples import PERMISSION
from tests.monitor.collectors.youtube_samples import CHANNEL, KEY, VIDEO

WRONG: dict[str, list[dict[str, Any]]] = {
    "mastodon": [
        {"timeline": "home"},
        {"timeline": "tag"},
        {"tag": "a"},
        {"backfill_pages": 0},
        {"backfill_pages": "many"},
    ],
    "discourse": [
        {"category": "viec-lam"},
        {"category": "viec-lam/4?x"},
        {"backfill_pages": 0},
        {"backfill_pages": True},
        {"max_pages": "many"},
        {"max_pages": 101},
    ],
    "bluesky": [
        {"feed": "search", "actor": "a"},
        {"feed": "home", "actor": "a"},
        {"feed": "author"},
        {"actor": "a", "list": LIST},
        {"feed": "list"},
        {"feed": "list", "list": "https://bsky.app/x"},
        {"actor": "a", "backfill_pages": 0},
        {"actor": "a", "backfill_pages": True},
        {"actor": "a", "languages": []},
        {"actor": "a", "languages": ["tiếng việt"]},
        {"actor": "a", "languages": 3},
    ],
    "xenforo": [
        {"prefixes": {"thread": "t"}},
        {"prefixes": "t"},
        {"prefixes": {"threads": ""}},
        {"prefixes": {"threads": "https://x.example/t"}},
        {"forum": "diem-bao"},
        {"forum": "a/b.3"},
        {"max_pages": 0},
        {"max_pages": True},
        {"max_pages": "20"},
    ],
    "telegram": [
        {"permission": PERMISSION, "backfill_pages": 0},
        {"permission": PERMISSION, "backfill_pages": True},
        {"permission": PERMISSION, "max_pages": "9"},
    ],
    "youtube": [
        {"video": VIDEO, "channel": CHANNEL},
        {"videos": 3},
        {"video": "https://youtu.be/x"},
        {"channel": "@ten-kenh"},
        {"channel": CHANNEL, "videos": 51},
        {"video": VIDEO, "backfill_pages": 0},
        {"video": VIDEO, "max_pages": True},
    ],
    "facebook": [
        {"page": ""},
        {"page": "ten-trang"},
        {"page": "100200300", "comments": "yes"},
        {"page": "100200300", "backfill_pages": 0},
        {"page": "100200300", "max_pages": 101},
    ],
    "threads": [{"account": account} for account in ("", "có dấu", "a b", "x" * 31, 7.5e99)],
    "factcheck": [
        {},
        {"queries": "tin đồn"},
        {"publishers": ["a b"]},
        {"queries": ["x"], "language": "tiếng Việt"},
        {"queries": ["x"], "days": 0},
        {"queries": ["x"] * 51},
    ],
}
NAMED = {
    "threads": ["`account`"] * 5,
    "factcheck": [
        "set `queries` or `publishers`",
        "must be a list",
        "are sites",
        "is a code",
        "`days` must be",
        "at most 50",
    ],
}
NOBODY = "http://127.0.0.1:1"  # nothing listens there: whoever asked would fail in another way


@pytest.mark.parametrize(
    ("kind", "settings", "words"),
    [
        (kind, settings, words)
        for kind, some in WRONG.items()
        for settings, words in zip(some, NAMED.get(kind, [""] * len(some)), strict=True)
    ],
)
async def test_wrong_settings(client: PoliteClient, kind: str, settings: dict[str, Any], words: str) -> None:
    address = f"{NOBODY}/s/kenh_khu_b" if kind == "telegram" else NOBODY
    with pytest.raises(UsageError, match=f"source Nguồn.*{words}"):
        await read_source(kind, client, None, name="Nguồn", address=address, settings=settings, secret=KEY)


@pytest.mark.parametrize("secret", [None, "", "khoá có dấu", "dong\r\nhai-dong"])
@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("youtube", {"video": VIDEO}),
        ("facebook", {"page": "100200300"}),
        ("threads", {"account": "cong_doan"}),
        ("factcheck", {"queries": ["x"]}),
    ],
)
async def test_source_without_its_secret_says_where_to_set_it(
    client: PoliteClient, kind: str, settings: dict[str, Any], secret: str | None
) -> None:
    with pytest.raises(UsageError, match=r"\[secrets\].* kiemtin.toml"):
        await read_source(kind, client, None, name="Nguồn", address=NOBODY, settings=settings, secret=secret)


def feed_of(address: str = "https://api.example/", **settings: Any) -> Feed:
    return Feed.from_source(SourceView(name="Mạng xanh", address=address, settings=settings))


def test_defaults_of_bluesky() -> None:
    feed = feed_of(actor="@to_truong.bsky.example")
    assert (feed.actor, feed.list_uri) == ("to_truong.bsky.example", "")
    assert feed.key == "author to_truong.bsky.example"  # as it stands in stored cursors
    assert (feed.languages, feed.backfill_pages) == ({"vi"}, 2)


def test_address_of_bluesky_may_end_with_the_path_of_the_api() -> None:
    assert feed_of("https://api.example/xrpc/", actor="a").url == feed_of(actor="a").url
