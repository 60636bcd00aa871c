"""Fact checks that a feed's entries mark up as ClaimReview are posts of their own, with their verdict."""

import json

from monitor.collectors.http.client import PoliteClient
from tests.monitor.collectors.feed_samples import read_document, rss

REVIEW = {
    "@type": "ClaimReview",
    "claimReviewed": "Nhà máy nước Nậm Pha ngừng cấp nước ba ngày",
    "reviewRating": {"alternateName": "Sai sự thật"},
    "author": {"name": "Nhóm Soi Tin"},
    "datePublished": "2026-11-15T08:00:00+07:00",
    "url": "https://soitin.example/1",
}
OTHER = REVIEW | {
    "claimReviewed": "Cầu Nà Hoi thông xe",
    "reviewRating": {"ratingValue": 5, "bestRating": 5, "worstRating": 1},
}


def item(*scripts: str) -> str:
    markup = "".join(f'<script type="application/ld+json">{script}</script>' for script in scripts)
    body = f"<description><![CDATA[<p>Hai tin.</p>{markup}]]></description>"
    return f"<item><guid>1</guid><title>Kiểm chứng</title>{body}</item>"


async def test_each_check_is_a_post_beside_its_entry(client: PoliteClient) -> None:
    document = await read_document(client, rss(item(json.dumps([REVIEW, OTHER]))))
    second, first, entry = document.posts  # oldest first, and a feed begins with the newest
    assert (entry.text, entry.checked) == ("Hai tin.", None)
    assert first.text.startswith("Tuyên bố được kiểm chứng: Nhà máy nước Nậm Pha ngừng cấp nước ba ngày\nKết luận: Sai")
    assert first.url == "https://soitin.example/1"
    assert first.published_raw == "2026-11-15T08:00:00+07:00"
    assert first.checked is not None
    assert second.checked is not None
    assert (first.checked.bears, first.checked.outlet) == ("refutes", "Nhóm Soi Tin")
    assert (second.checked.bears, second.checked.verdict) == ("supports", "5/5")
    assert first.external_id.startswith("1#claim-")
    assert first.external_id != second.external_id


async def test_a_broken_or_foreign_script_is_no_check(client: PoliteClient) -> None:
    document = await read_document(client, rss(item('{"@type": "ClaimReview", ', '{"@type": "Article"}')))
    assert [post.checked for post in document.posts] == [None]
