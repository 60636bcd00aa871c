"""Which settings and secrets a source of each kind may have: a wrong one is named in one line, and nothing is asked."""

from typing import Any

import pytest

from monitor.collectors.base import SourceView
from monitor.collectors.bluesky.api import Feed
from monitor.collectors.http.client import PoliteClient
from monitor.errors import UsageError
from tests.examples import examples_of
from tests.monitor.collectors.collecting import read_source
from tests.monitor.collectors.youtube_samples import KEY, VIDEO

EXAMPLES = examples_of(__file__)
WRONG, NAMED = EXAMPLES["wrong"], EXAMPLES["named"]
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
