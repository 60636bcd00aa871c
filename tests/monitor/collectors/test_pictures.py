"""Where each platform names the pictures of a post, and what their authors wrote of them."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from monitor.collectors.base import PostPicture, PublicPost, SourceView
from monitor.collectors.bluesky.record import Record, to_post
from monitor.collectors.facebook.account import FacebookPage, ThreadsAccount
from monitor.collectors.facebook.api import read_entry
from monitor.collectors.feed.formats import read_document
from monitor.collectors.files import record_post
from monitor.collectors.http.fetched import Fetched
from monitor.collectors.mastodon.api import read_status
from monitor.collectors.telegram.page import Channel, read_page
from monitor.collectors.webpage.page import read_post_page
from monitor.collectors.webpage.settings import WebpageSettings
from tests.clock import MONDAY_MORNING
from tests.monitor.collectors import payloads

ADDRESS = "https://cdn.example/a.jpg"
ALT = "Bảng lương tháng 10"
BOTH = [PostPicture(ADDRESS, ALT)]


def answer(body: str, url: str = "https://t.me/s/kenh") -> Fetched:
    return Fetched(url=url, final_url=url, status=200, headers={}, body=body.encode(), fetched_at=MONDAY_MORNING)


def view(address: str = "https://t.me/s/kenh", **settings: Any) -> SourceView:
    return SourceView(name="nguồn", address=address, settings=settings)


def feed(item: str, before: str = "") -> PublicPost:
    names = 'xmlns:media="http://search.yahoo.com/mrss/"'
    date = "<guid>1</guid><pubDate>Mon, 02 Nov 2026 08:00:00 +0700</pubDate><description>Tin</description>"
    return read_document(answer(f"{before}<rss {names}><channel><item>{date}{item}</item></channel></rss>")).posts[0]


def json_feed(**item: Any) -> PublicPost:
    whole = {"version": "1.1", "items": [{"id": "1", "content_text": "Tin", **item}]}
    return read_document(answer(json.dumps(whole))).posts[0]


def mastodon(kind: str) -> PublicPost | None:
    attached = [{"type": kind, "url": ADDRESS, "description": ALT}]
    return read_status(payloads.row("mastodon", content="", spoiler_text="", media_attachments=attached), "a").post


def bluesky(embed: dict[str, Any]) -> PublicPost | str:
    return to_post(Record.model_validate({"text": "", "embed": embed}), did="did:plc:a", key="k", wanted=frozenset("*"))


def telegram() -> PublicPost | None:
    photo = f'class="tgme_widget_message_photo_wrap" style="background-image:url({ADDRESS})"'
    block = f'<div class="tgme_widget_message" data-post="kenh/1"><a {photo}>'
    channel = Channel.from_source(view(permission="Chủ kênh cho phép bằng thư ngày 2/11/2026"))
    return read_page(answer(f"{block}</a></div>"), channel).entries[0].post


def graph(account: Any, **row: Any) -> PublicPost | None:
    owner = {"page": "12345", "account": "congdoan"}
    return read_entry({"id": "12345_678", "username": "congdoan", **row}, account.from_source(view(**owner))).post


def page(markup: str) -> PublicPost:
    body = f"<html><head>{markup}</head><body><article><p>{'Nội dung bài báo. ' * 30}</p></article></body></html>"
    url = "https://bao.example/tin/1"
    return read_post_page(answer(body, url), WebpageSettings.from_source(view(url))).posts[0]


ROW = {"external_id": "1", "picture": ADDRESS, "picture_description": ALT}
IMAGES = {"$type": "app.bsky.embed.images", "images": [{"alt": ALT, "image": {"ref": {"$link": "b" * 40}}}]}
AT_BLUESKY = [PostPicture(f"https://cdn.bsky.app/img/feed_fullsize/plain/did:plc:a/{'b' * 40}@jpeg", ALT)]
MEDIA = f'<media:content url="{ADDRESS}" medium="image"><media:description>{ALT}</media:description></media:content>'
OPEN_GRAPH = f'<meta property="og:image" content="{ADDRESS}"><meta property="og:image:alt" content="{ALT}">'


@pytest.mark.parametrize(
    ("read", "pictures"),
    [
        (lambda: feed(MEDIA), BOTH),
        (lambda: feed(f'<enclosure url="{ADDRESS}" type="image/jpeg"/>'), [PostPicture(ADDRESS)]),
        (lambda: feed(f'<enclosure url="{ADDRESS}" type="image/jpeg"/>', "<!DOCTYPE rss>"), [PostPicture(ADDRESS)]),
        (lambda: feed('<enclosure url="https://cdn.example/a.mp3" type="audio/mpeg"/>'), []),
        (lambda: json_feed(attachments=[{"url": ADDRESS, "mime_type": "image/png", "title": ALT}]), BOTH),
        (lambda: mastodon("image"), BOTH),
        (lambda: mastodon("video"), None),
        (lambda: bluesky(IMAGES), AT_BLUESKY),
        (lambda: bluesky({"$type": "app.bsky.embed.recordWithMedia", "media": IMAGES}), AT_BLUESKY),
        (telegram, [PostPicture(ADDRESS)]),
        (lambda: graph(FacebookPage, full_picture=ADDRESS), [PostPicture(ADDRESS)]),
        (lambda: graph(FacebookPage, attachment={"media": {"image": {"src": ADDRESS}}}), [PostPicture(ADDRESS)]),
        (lambda: graph(ThreadsAccount, media_type="IMAGE", media_url=ADDRESS, alt_text=ALT), BOTH),
        (lambda: graph(ThreadsAccount, media_type="VIDEO", media_url=ADDRESS), None),
        (lambda: page(OPEN_GRAPH), BOTH),
        (lambda: record_post.to_post(ROW, 1, ""), BOTH),
    ],
)
def test_a_post_names_its_pictures(read: Callable[[], Any], pictures: list[PostPicture] | None) -> None:
    assert (list(found.pictures) if (found := read()) else found) == pictures


@pytest.mark.parametrize(
    ("descriptions", "text"),
    [
        ((ALT, ALT), f"Xem ảnh\n{ALT}"),
        (("IMG_1234.jpg", "image", "Hình ảnh", ""), "Xem ảnh"),
        (("Xem ảnh", "Tin nóng"), "Xem ảnh"),
        (tuple("abcdf"), "Xem ảnh\na\nb\nc\nd"),
    ],
)
def test_what_authors_wrote_of_pictures_stands_below_the_text_once(descriptions: tuple[str, ...], text: str) -> None:
    pictures = [PostPicture(ADDRESS, each) for each in descriptions]
    post = PublicPost(external_id="1", title="Tin nóng", text="Xem ảnh", pictures=pictures)
    assert post.text_with_descriptions == text
