"""Pictures of sources that are marked for it: fetched within limits, read, and their words are a part of the post."""

import io
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from monitor.crawl.pictures import PictureReader
from monitor.demo.sites import MastodonSite, SitePicture, serve
from monitor.pictures.reading import recogniser
from monitor.privacy.pseudonym import Pseudonymiser
from storage.database import Database
from storage.models import Picture, Post
from storage.posts import posts
from tests.clock import FakeClock
from tests.monitor.crawl.conftest import World, site_post
from tests.monitor.crawl.loopback import SECRET, loopback_client

WORDS = "NHA MAY THIEN NAM\nHAI BA CON MAY XONG 10"
pytestmark = pytest.mark.skipif(recogniser() is None, reason="Tesseract's data for Vietnamese are not installed")


def drawn(words: str = WORDS) -> SitePicture:
    """Draw words on white, in letters without marks: other fonts may not be installed."""
    from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415  an extra

    picture, file = Image.new("RGB", (900, 300), "white"), io.BytesIO()
    ImageDraw.Draw(picture).multiline_text((40, 60), words, "black", ImageFont.load_default(48), spacing=30)
    picture.save(file, "PNG")
    return SitePicture(file.getvalue(), "Tờ thông báo dán ở cổng")


@dataclass(frozen=True)
class Monitor(World):
    """A monitor that reads a network on which one post shows pictures."""

    async def look(
        self, *pictures: SitePicture, most: int = 100, site: Any = None, edited: str = "", **settings: Any
    ) -> dict[str, Any]:
        """Crawl, then read pictures; tell what became of them. Where the post is then edited, crawl once more."""
        site = site or MastodonSite([site_post(1, title=None, text="Xem ảnh", pictures=pictures)], self.clock)
        with serve(site) as base:
            self.register(base, kind="mastodon", settings={"pictures": True, **settings})
            assert (await self.crawl()).outcome == "ok"
            async with loopback_client(self.clock) as client:
                reader = PictureReader(self.database, client, Pseudonymiser(SECRET), self.clock, most)
                result = await reader.run()
            if edited:
                site.edit("p001", edited)
                self.clock.advance(timedelta(hours=1))
                await self.crawl()
        return {"read": result.read, "unreadable": result.unreadable, "failed": dict(result.failed)}


@pytest.fixture
def monitor(database: Database, clock: FakeClock) -> Monitor:
    return Monitor(database, clock)


async def test_the_words_of_a_picture_are_a_part_of_the_post(monitor: Monitor) -> None:
    assert await monitor.look(drawn()) == {"read": 1, "unreadable": 0, "failed": {}}
    (post,) = monitor.posts()
    assert post.text == "Xem ảnh\nTờ thông báo dán ở cổng"
    assert post.judged_text == f"{post.text}\n{WORDS}"
    assert (post.revision_number, post.edited_at, post.unscored) == (1, None, True)
    (small,) = monitor.column(Picture.small)
    assert small.startswith(b"\xff\xd8\xff")
    assert monitor.column(Picture.state) == ["read"]


async def test_an_edited_post_keeps_the_words_of_its_pictures(monitor: Monitor) -> None:
    await monitor.look(drawn(), edited="Xem ảnh này")
    (post,) = monitor.posts()
    assert (post.revision_number, post.picture_text) == (2, WORDS)


@pytest.mark.parametrize(
    ("data", "robots", "reason"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"", "no picture that can be read"),
        (b"\x89PNG\r\n\x1a\n broken", b"", "no picture that can be read"),
        (b"x" * 2_000_000, b"", "could not be fetched"),
        (b"", b"User-agent: *\nDisallow: /media/", "the host does not want it"),
    ],
)
async def test_a_bad_picture_is_counted_and_no_source_fails(
    monitor: Monitor, data: bytes, robots: bytes, reason: str
) -> None:
    site = MastodonSite([site_post(1, title=None, pictures=[SitePicture(data)])], monitor.clock)
    site.robots = (200, robots)
    assert (await monitor.look(site=site))["failed"] == {reason: 1}
    assert monitor.column(Picture.state) == ["failed"]
    assert monitor.column(Post.revision_number) == [0]


async def test_pictures_are_read_within_the_limit_of_the_day_and_four_of_a_post(monitor: Monitor) -> None:
    assert (await monitor.look(*[drawn()] * 6, most=3))["read"] == 3
    assert sorted(monitor.column(Picture.state)) == ["read", "read", "read", "waiting"]


async def test_without_the_setting_no_picture_is_asked_for(monitor: Monitor) -> None:
    site = MastodonSite([site_post(1, title=None, text="", pictures=[drawn()])], monitor.clock)
    assert await monitor.look(site=site, pictures=False) == {"read": 0, "unreadable": 0, "failed": {}}
    assert monitor.column(Picture.state) == []
    assert monitor.column(Post.text) == ["Tờ thông báo dán ở cổng"]
    assert not [each for each in site.log if each.path.startswith("/media")]


async def test_of_somebody_who_asked_to_be_erased_neither_name_nor_picture_is_kept(monitor: Monitor) -> None:
    key = Pseudonymiser(SECRET).key("mastodon", "nguyenvanthu@mang.example")
    with monitor.database.changes() as session:
        posts.erase_author(session, key or "", monitor.clock.now())
    await monitor.look(drawn("LIEN HE NGAY\nnguyenvanthu@mang.example\nDE NHAN TIEN"))
    assert "nguyenvanthu" not in monitor.column(Picture.text)[0]
    assert monitor.column(Picture.small) == [None]
