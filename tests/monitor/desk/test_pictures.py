"""Pictures at the desk: a small copy beside its words, for who is signed in, masked and blurred as words are."""

import pytest
from sqlalchemy import select

from storage.models import Picture, Source
from storage.review import flags
from tests.factories import add_picture, decide
from tests.monitor.desk.browser import Browser, text_of
from tests.monitor.desk.world import World

NOTICE = "Công ty ngừng phát lương tháng 10"
PERSONAL = "Ai cần gọi chị Nguyễn Thị Mẫu 0912345678"


def shown(world: World, words: str = NOTICE, *, label: str = "concern", **read: str) -> int:
    """Store a flagged post with a picture that was read before it was scored; gives the flag."""
    number = world.flag("Xem ảnh", label=label, reasons=[("phát lương", 1.5)])
    with world.rows() as session:
        flag = flags.by_id(session, number)
        add_picture(session, flag.post, words, **read)
        flag.revision_number = flag.post.revision_number
    return number


def test_the_words_of_a_picture_stand_beside_it_and_the_reasons_are_marked_in_them(lan: Browser, world: World) -> None:
    page = lan.page(f"/flags/{shown(world)}")
    assert text_of(page, ".pictures .post-text") == NOTICE
    assert [mark.get_text() for mark in page.select(".pictures mark")] == ["phát lương"]
    assert page.select_one(".pictures img")["src"] == "/pictures/1"
    assert "chữ trong ảnh" in text_of(page, ".facts")
    assert "chữ trong ảnh" in lan.get("/queue").text
    world.index()
    assert NOTICE in text_of(lan.page('/search?q="ngừng phát lương"'), ".found")


def test_the_small_copy_is_given_to_who_is_signed_in_and_kept_nowhere(
    lan: Browser, anonymous: Browser, world: World
) -> None:
    shown(world)
    answer = lan.get("/pictures/1")
    assert answer.content.startswith(b"\xff\xd8\xff")
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("image/jpeg", "no-store")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "img-src 'self'" in answer.headers["content-security-policy"]
    assert lan.get("/pictures/2").status_code == 404
    assert anonymous.get("/pictures/1").status_code == 303


def test_a_picture_with_personal_data_is_shown_to_who_asked_for_them(lan: Browser, world: World) -> None:
    path, action = f"/flags/{shown(world, PERSONAL)}", "/posts/1/reveal"
    page = lan.page(path)
    assert text_of(page, ".pictures .post-text") == "Ai cần gọi chị [tên] [số điện thoại]"
    assert (page.select(".pictures img"), lan.get("/pictures/1").status_code) == ([], 404)
    assert lan.post(action, lan.fields(path, action)).status_code == 303
    assert lan.page(path).select(".pictures img")
    assert lan.get("/pictures/1").status_code == 200
    assert world.event("personal_data.shown")


@pytest.mark.parametrize(
    ("label", "words", "is_blurred"),
    [("concern", NOTICE, False), ("negative", NOTICE, True), ("concern", "đồ chó đẻ, tao giết mày", True)],
)
def test_harsh_pictures_are_blurred_until_pressed(
    lan: Browser, world: World, label: str, words: str, is_blurred: bool
) -> None:
    page = lan.page(f"/flags/{shown(world, words, label=label)}")
    assert bool(page.select(".pictures.harsh")) is bool(page.select("#unveil")) is is_blurred


def test_what_cannot_be_read_is_said_and_its_words_are_not_shown(lan: Browser, world: World) -> None:
    page = lan.page(f"/flags/{shown(world, 'Côg tỹ ngirng', state='unreadable')}")
    assert "không đọc rõ được" in text_of(page, ".pictures figcaption")
    assert "ngirng" not in page.get_text()


def test_what_was_concluded_of_the_same_picture_is_evidence(lan: Browser, world: World) -> None:
    first, second = shown(world, "", label="unverified"), shown(world, "", label="unverified")
    with world.rows() as session:
        decide(session, flags.by_id(session, first), "refuted", evidence=["https://bao.example/dinh-chinh"])
    world.index()
    page = lan.page(f"/flags/{second}")
    assert f"/flags/{first}" in str(page.select_one("#same-picture"))
    assert page.select_one('#same-picture a[href="https://bao.example/dinh-chinh"]')
    assert not lan.page(f"/flags/{first}").select("#same-picture")


def test_a_lead_has_the_pictures_of_a_source_read(admin: Browser, world: World) -> None:
    shown(world)
    for wanted in (True, False):
        action = "/sources/1/pictures"
        assert admin.post(action, admin.fields("/sources", action)).status_code == 303
        with world.rows() as session:
            assert session.scalars(select(Source)).one().settings["pictures"] is wanted
            assert session.scalars(select(Picture)).all()
