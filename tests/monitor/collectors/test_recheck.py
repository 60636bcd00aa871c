"""Posts that are asked after again, of the kinds whose platform can tell how they stand now."""

from datetime import timedelta
from typing import Any

from monitor.collectors.base import SourceView
from monitor.collectors.http.client import PoliteClient
from monitor.demo.sites import FeedSite, serve
from tests.clock import MONDAY_MORNING, FakeClock
from tests.monitor.collectors import telegram_samples, youtube_samples
from tests.monitor.collectors.feed_samples import article, read
from tests.monitor.collectors.rechecks import recheck
from tests.platforms import FacebookPost, FacebookSite, TelegramSite, YouTubeSite

PAGE, TOKEN = "100200300", "EAAB|the-dai_dien.cua|Trang"


def outcome(batches: list[Any]) -> tuple[list[tuple[str, str]], list[str]]:
    """Give identifiers and texts of what was found, and what is gone."""
    found = [(post.external_id, post.text) for batch in batches for post in batch.posts]
    return found, [number for batch in batches for number in batch.gone]


async def test_feed_tells_of_posts_that_still_stand_in_it(client: PoliteClient, clock: FakeClock) -> None:
    site = FeedSite([article(1), article(2), article(3)], clock)
    with serve(site) as base:
        first = await read(client, f"{base}/")  # a page that names its feed
        site.edit("bai-002", "Bản đã sửa")
        site.delete("bai-001")
        known = SourceView(name="Báo", address=f"{base}/", cursor=first.cursor or {}, validators=first.validators or {})
        (again,) = await recheck("feed", known, client, first.posts[:2])
        (anew,) = await recheck("feed", SourceView(name="Báo", address=f"{base}/"), client, first.posts[1:2])
    assert outcome([again]) == ([(f"{base}/bai/bai-002.html", "Bản đã sửa")], [])  # one that left it is not gone
    assert outcome([anew]) == outcome([again])
    assert again.cursor is None
    assert "if-none-match" not in site.log[-1].headers


async def test_comments_on_videos(client: PoliteClient, clock: FakeClock) -> None:
    site = YouTubeSite(
        [youtube_samples.comment(1), youtube_samples.comment(2), youtube_samples.comment(3)],
        {youtube_samples.VIDEO: youtube_samples.TITLE},
        clock,
        key=youtube_samples.KEY,
        channel=youtube_samples.CHANNEL,
    )
    site.edit("Ugz0002", "Bản đã sửa")
    site.delete("Ugz0003")
    with serve(site) as base:
        view = SourceView(
            name="Kênh",
            address=f"{base}/youtube/v3",
            settings={"video": youtube_samples.VIDEO},
            secret=youtube_samples.KEY,
        )
        batches = await recheck("youtube", view, client, ["Ugz0002", "Ugz0003"])
    assert outcome(batches) == ([("Ugz0002", "Bản đã sửa")], ["Ugz0003"])
    assert [request.path for request in site.log] == ["/robots.txt", youtube_samples.COMMENTS]


async def test_posts_of_a_facebook_page(client: PoliteClient, clock: FakeClock) -> None:
    made = [
        FacebookPost(
            id=f"{PAGE}_{number}", author=PAGE, text="Tin", published_at=MONDAY_MORNING - timedelta(minutes=number)
        )
        for number in (1001, 1002, 1003)
    ]
    site = FacebookSite(made, clock, page=PAGE, token=TOKEN)
    site.edit(f"{PAGE}_1002", "Bản đã sửa")
    site.delete(f"{PAGE}_1003")
    with serve(site) as base:
        view = SourceView(name="Trang", address=f"{base}/v26.0", settings={"page": PAGE}, secret=TOKEN)
        batches = await recheck("facebook", view, client, [f"{PAGE}_1002", f"{PAGE}_1003", "không phải số"])
    assert outcome(batches) == ([(f"{PAGE}_1002", "Bản đã sửa")], [f"{PAGE}_1003"])
    assert not site.seen(f"/v26.0/{PAGE}/posts")


async def test_messages_of_a_telegram_channel(client: PoliteClient, clock: FakeClock) -> None:
    site = TelegramSite([telegram_samples.message(number) for number in range(1, 6)], clock, channel="kenh_khu_b")
    site.edit("2", "Bản đã sửa")
    site.delete("3")
    with serve(site) as base:
        view = SourceView(
            name="Kênh khu B",
            address=f"{base}{telegram_samples.PREVIEW}",
            settings={"permission": telegram_samples.PERMISSION},
        )
        batches = await recheck("telegram", view, client, ["kenh_khu_b/2", "kenh_khu_b/3", "kenh_khac/4"])
    assert outcome(batches) == ([("kenh_khu_b/2", "Bản đã sửa")], ["kenh_khu_b/3"])
