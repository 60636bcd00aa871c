"""What is taken from a preview's page: the message's own text, in spite of the traps of the markup."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collectors.base import PublicPost, SourceView
from monitor.collectors.telegram.page import Channel, read_count, read_page
from monitor.errors import PayloadInvalid, UsageError
from tests.monitor.collectors.collecting import Read, answered, posts, skipped
from tests.monitor.collectors.telegram_samples import PERMISSION, START, message, numbers
from tests.platforms import TelegramMessage, TelegramSite


async def only(read: Read, site: TelegramSite, one: TelegramMessage) -> PublicPost:
    """Publish one message and read it."""
    site.add(one)
    return next(post for post in posts(await read()) if post.external_id == f"kenh_khu_b/{one.id}")


async def test_message_as_it_is_kept(read: Read, site: TelegramSite) -> None:
    kept = await only(read, site, message(6, text="Dòng 1 & <2>\n\nDòng 3", engagement={"views": 4850}))
    assert kept.text == "Dòng 1 & <2>\n\nDòng 3"
    assert kept.url == "https://t.me/kenh_khu_b/6"
    assert kept.author == "kenh_khu_b"
    assert (kept.published_at, kept.published_raw) == (START + timedelta(minutes=6), "2026-11-14T02:06:00+00:00")
    assert kept.engagement == {"views": 4850}
    assert (kept.edited_at, kept.title, kept.context) == (None, None, None)


async def test_text_of_a_reply_is_its_own_and_not_what_it_answers(read: Read, site: TelegramSite) -> None:
    assert (await only(read, site, message(6, quote="Lời của tin cũ"))).text == "Tin số 6"


async def test_reply_without_text_takes_none_from_what_it_answers(read: Read, site: TelegramSite) -> None:
    site.add(message(6, text="", quote="Lời của tin cũ"))
    batches = await read()
    assert (numbers(batches), skipped(batches)) == ([1, 2, 3, 4, 5], {"no text": 1})


async def test_text_under_an_album_comes_once_and_its_photos_are_no_messages(read: Read, site: TelegramSite) -> None:
    site.add(message(6, text="Ảnh hiện trường", album=(7, 8)))
    first = await read()
    assert posts(first)[-1].text == "Ảnh hiện trường"
    assert first[-1].cursor == {"channel": "kenh_khu_b", "newest": 6}
    assert numbers(await read(first, watched=(6,))) == [1, 2, 3, 4, 5, 6]


async def test_date_is_not_the_length_of_a_video(read: Read, site: TelegramSite) -> None:
    assert (await only(read, site, message(6, video=True))).published_at == START + timedelta(minutes=6)


async def test_address_that_is_escaped_twice_is_spelt_out_once(read: Read, site: TelegramSite) -> None:
    link = '<a href="https://bao.example/bai?a=1&amp;amp;b=2" target="_blank" onclick="return confirm()">bài báo</a>'
    tag = '<a href="?q=%23l%C6%B0%C6%A1ng">#lương</a> <i class="emoji"><b>😡</b></i>'
    kept = await only(read, site, message(6, markup=f"Xem {link}<br/>{tag}"))
    assert kept.text == "Xem bài báo (https://bao.example/bai?a=1&b=2)\n#lương 😡"


async def test_edited_message_has_no_other_date_because_the_preview_tells_none(read: Read, site: TelegramSite) -> None:
    site.edit("4", "Bản đã sửa")
    kept = posts(await read())[3]
    assert (kept.text, kept.published_at, kept.edited_at) == ("Bản đã sửa", START + timedelta(minutes=4), None)


async def test_question_of_a_poll_is_its_text(read: Read, site: TelegramSite) -> None:
    kept = await only(read, site, message(6, text="Có nên tăng ca?", poll=("Có", "Không")))
    assert kept.text == "Có nên tăng ca?\nCó\nKhông"


async def test_what_is_left_out_is_counted_once(read: Read, site: TelegramSite) -> None:
    site.add(
        message(6, service=True, text="Kênh đã ghim một tin"),
        message(7, text="", unsupported=True),
        message(8, text=""),
        message(9, unsupported=True),
    )
    first = await read()
    assert skipped(first) == {"service message": 1, "unsupported media": 1, "no text": 1}
    assert numbers(first) == [1, 2, 3, 4, 5, 9]
    assert skipped(await read(first)) == {}


async def test_page_without_messages_that_does_not_say_so_is_an_error(read: Read, site: TelegramSite) -> None:
    site.blank = True
    with pytest.raises(PayloadInvalid, match="neither messages nor that there are none"):
        await read()


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("https://t.me/s/kenh_khu_b", "https://t.me/s/kenh_khu_b"),
        ("https://t.me/kenh_khu_b/", "https://t.me/s/kenh_khu_b"),
        ("https://t.me/", None),
        ("https://t.me/+moi_vao_nhom", None),
        ("https://t.me/s/kenh_khu_b/12/x y", None),
    ],
)
def test_address_of_a_channel(address: str, url: str | None) -> None:
    source = SourceView(name="Kênh", address=address, settings={"permission": PERMISSION})
    if url is None:
        with pytest.raises(UsageError, match="must be that of a channel"):
            Channel.from_source(source)
    else:
        assert Channel.from_source(source).url == url


@pytest.mark.parametrize(
    ("text", "count"),
    [("4.85K", 4850), ("1.2M", 1_200_000), ("967", 967), ("12 345", 12345), ("1,208", 1208), ("", None), ("K", None)],
)
def test_shortened_counts(text: str, count: int | None) -> None:
    assert read_count(text) == count


def read_body(body: str) -> list[str]:
    """Read a page of the channel, and return the identifiers of its rows."""
    url = "https://t.me/s/kenh"
    source = SourceView(name="Kênh", address=url, settings={"permission": PERMISSION})
    return [entry.id for entry in read_page(answered(body, url), Channel.from_source(source)).entries]


def test_message_inside_another_is_none() -> None:
    inner = '<div class="tgme_widget_message" data-post="kenh/2"><p class="js-message_text">trong</p></div>'
    outer = f'<div class="tgme_widget_message" data-post="kenh/1"><p class="js-message_text">a</p>{inner}</div>'
    assert read_body(outer) == ["kenh/1"]


@given(st.text(st.sampled_from('<>/="a div&;#K.0 ?\n'), max_size=60), st.text(max_size=20))
def test_any_tag_soup_in_a_message_is_read_without_an_error(markup: str, place: str) -> None:
    body = f'<div class="tgme_widget_message" data-post="kenh/1"><p class="js-message_text">{markup}</p></div>{place}'
    assert read_body(body) == ["kenh/1"]
