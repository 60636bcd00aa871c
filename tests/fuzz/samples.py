"""Sound payloads, written for these tests in the forms that parsers know."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from monitor.collectors.base import SourceView
from monitor.collectors.webpage.settings import WebpageSettings
from tests.clock import MONDAY_MORNING, FakeClock
from tests.monitor.collectors import payloads
from tests.monitor.collectors.files.test_downloads import COMMENTS, POSTS
from tests.monitor.collectors.files.test_hostile import MESSAGE, PLAIN, RECORDS
from tests.monitor.collectors.telegram_samples import message
from tests.monitor.collectors.xenforo_samples import WAGES, post
from tests.platforms import ForumThread, TelegramSite, XenForoSite
from tests.platforms.webpage_site import ARTICLE_SETTINGS, THREAD_SETTINGS

_DATA = Path(__file__).parent / "data"


def _file(name: str) -> bytes:
    return (_DATA / name).read_bytes()


RSS = (_file("rss.xml"), _file("rss_tolerant.xml"))
ATOM = (_file("atom.xml"), _file("atom_xhtml.xml"))
JSON_FEED = _file("feed.json")
ARTICLE_PAGE, THREAD_PAGE, ROBOTS = _file("article.html"), _file("thread.html"), _file("robots.txt")
CSV = (_file("posts.csv"), "nội dung;ngày\nMai nghỉ;16/11/2026\nCòn làm;17/11/2026\n".encode("utf-16"))
CROWDTANGLE = (_file("crowdtangle.csv"),)


def discourse_row(number: int) -> dict[str, Any]:
    return payloads.discourse_row(number, cooked=_file("cooked.html").decode())


JETSTREAM = {
    "did": payloads.DID,
    "time_us": 1_795_503_600_000_000,
    "kind": "commit",
    "commit": {
        "rev": "3",
        "operation": "create",
        "collection": "app.bsky.feed.post",
        "rkey": "3m1",
        "record": payloads.bluesky_record(),
        "cid": "b",
    },
}


def telegram_site() -> TelegramSite:
    return TelegramSite([message(number) for number in range(1, 4)], FakeClock(), channel="kenh_khu_b")


def xenforo_site() -> XenForoSite:
    other = ForumThread(id=13, title="Bữa ăn ca", slug="bua-an-ca", board="doi-song.5")
    posts = [post(number, engagement={"likes": number}) for number in range(1, 5)]
    posts.append(post(9, other.id, edited_at=MONDAY_MORNING - timedelta(minutes=5)))
    return XenForoSite(posts, [WAGES, other], FakeClock())


def _settings(settings: Any) -> WebpageSettings:
    return WebpageSettings.from_source(SourceView(name="a", address="https://a.example/tin/1", settings=settings))


ARTICLE = _settings(ARTICLE_SETTINGS)
THREAD = _settings(THREAD_SETTINGS)
PLAIN_LINES = (PLAIN, PLAIN | {"id": "2", "text": "Còn làm"})
CAPTURED = tuple(RECORDS[name] for name in ("tiktok", "x", "facebook"))
TELEGRAM_EXPORT = {
    "name": "Kênh",
    "type": "public_channel",
    "id": 42,
    "messages": [MESSAGE, MESSAGE | {"id": 8, "text": "Mai nghỉ"}],
}


FACEBOOK_MEMBER = "comments_and_reactions/comments.json"
FACEBOOK_DOWNLOADS = (COMMENTS, POSTS)


def packed(members: Mapping[str, bytes]) -> bytes:
    """Pack an archive."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return written.getvalue()


@cache
def pictures() -> Sequence[bytes]:
    """Draw pictures of each kind, with transparency, frames, much metadata, another file behind, and huge claims."""
    from PIL import Image, ImageDraw  # noqa: PLC0415  an extra

    image, exif, written = Image.new("RGBA", (240, 90), "#ffffff00"), Image.Exif(), []
    ImageDraw.Draw(image).text((20, 20), "Mai nghi 3 ca, nhan luong som", "black", font_size=14)
    exif[0x0112], exif[0x010E] = 6, "a" * 60_000
    flat, frames = image.convert("RGB"), [Image.effect_noise((240, 90), 60) for _ in range(20)]
    for kind, picture, options in (
        ("PNG", image, {}),
        ("JPEG", flat, {"exif": exif}),
        ("JPEG", flat, {"progressive": True, "quality": 40}),
        ("WEBP", image, {"exif": exif}),
        ("GIF", frames[0], {"save_all": True, "append_images": frames}),
        ("WEBP", frames[0], {"save_all": True, "append_images": frames[:3]}),
        ("PNG", Image.new("1", (4_000, 2_999)), {}),  # just as many pixels as are decoded
        ("PNG", Image.new("1", (60_000, 60_000 // 8)), {}),
        ("BMP", flat, {}),
        ("TIFF", flat, {}),
    ):
        file = io.BytesIO()
        picture.save(file, kind, **options)
        written.append(file.getvalue())
    script = b"<script>alert(1)</script>" + packed({"a.html": b"<p>a</p>"})
    return [*written, written[1] + script, b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///'/></svg>"]
