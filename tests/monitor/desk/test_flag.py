"""The page of one flag: the post as it was published, and everything that helps to judge it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from classifiers.model.prediction import BASE, REST
from classifiers.text.normalise import MAX_CHARACTERS
from monitor.collectors.http.urls import link_address
from monitor.desk.views.masking import first_line
from monitor.desk.web import wording
from storage.models import Post
from storage.posts import posts
from storage.review import flags
from storage.scoring import matching
from tests.clock import MONDAY_MORNING
from tests.factories import add_post, add_source, make_flag, make_post, suggest
from tests.monitor.desk.browser import Browser, text_of
from tests.monitor.desk.world import World


def test_the_text_is_shown_exactly_as_published(lan: Browser, world: World) -> None:
    text = "  Xưởng NÓNG quá & <b>mệt</b>\n\n\tkhông có quạt…  "
    flag_id = world.flag(text, reasons=[("nóng", 1.0), ("mệt", -0.5), ("&", 0.2)])
    (shown,) = lan.page(f"/flags/{flag_id}").select(".post-text")
    assert shown.get_text() == text
    assert [(mark.get_text(), mark["class"]) for mark in shown.select("mark")] == [
        ("NÓNG", ["for-3"]),
        ("&", ["for-1"]),
        ("mệt", ["against-2"]),
    ]


def test_title_facts_and_link_stand_beside_the_text(lan: Browser, world: World) -> None:
    flag_id = world.flag(
        "Xưởng nóng",
        title="Chuyện ở xưởng",
        published_at=MONDAY_MORNING - timedelta(hours=3),
        engagement={"likes": 12, "unknown_thing": 3},
    )
    page = lan.page(f"/flags/{flag_id}")
    assert text_of(page, "h1") == "Chuyện ở xưởng"
    about = text_of(page, ".about")
    for expected in ("forum (theo dõi)", "16/11/2026 06:00", "16/11/2026 09:00", "12 lượt thích, 3 unknown_thing"):
        assert expected in about
    (link,) = page.select(".about a")
    assert link["href"] == "https://forum.example.vn/post-1"
    assert set(link["rel"]) == {"noopener", "noreferrer", "nofollow"}


@pytest.mark.parametrize(
    ("precision", "shown"),
    [
        (None, "Đăng lúc16/11/2026 06:00"),
        ("second", "Đăng lúc16/11/2026 06:00"),
        ("minute", "Đăng lúc16/11/2026 06:00"),
        ("hour", "Đăng lúckhoảng 16/11/2026 06:00"),
        ("day", "Đăng lúckhoảng ngày 16/11/2026 Thu"),
    ],
)
def test_date_that_is_not_exact_says_so(lan: Browser, world: World, precision: str | None, shown: str) -> None:
    moment = MONDAY_MORNING - timedelta(hours=3)
    flag_id = world.flag(published_at=moment, published_precision=precision)
    assert shown in " ".join(text_of(lan.page(f"/flags/{flag_id}"), ".about").split())
    assert shown.removeprefix("Đăng lúc").removesuffix(" Thu") in text_of(lan.page("/queue"), "main")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//no-scheme.example",
        "https://",
        "http://a b",
        "https://[",
        "https://evil.example\\@good.example/",
        "https://a.example/\x1b",
        None,
    ],
)
def test_an_address_that_is_no_web_page_is_not_linked(lan: Browser, world: World, url: str | None) -> None:
    page = lan.page(f"/flags/{world.flag(url=url)}")
    assert page.select(".about a") == []
    assert "không có liên kết" in text_of(page, ".about")


def test_reasons_are_listed_with_the_base_and_the_rest_in_words(lan: Browser, world: World) -> None:
    flag_id = world.flag(
        "nóng nóng quá", reasons=[("nóng", 1.0), ("nóng", 0.5), ("quá", -0.2), (REST, 0.1), (BASE, -2.0)]
    )
    rows = [row.get_text(" ", strip=True) for row in lan.page(f"/flags/{flag_id}").select(".reasons tbody tr")]
    assert rows == ["nóng +1,50", "mọi từ khác cộng lại −0,10", "mức nền, khi chưa đọc chữ nào −2,00"]


def test_an_edited_post_shows_the_judged_version_and_the_others(lan: Browser, world: World) -> None:
    flag_id = world.flag("bản gốc")
    with world.rows() as session:
        post = session.get_one(Post, 1)
        posts.record(session, post.source_id, [make_post(post.external_id, "bản đã sửa")])
        posts.tombstone(session, post.source_id, [post.external_id], MONDAY_MORNING)
    page = lan.page(f"/flags/{flag_id}")
    assert text_of(page, ".post-text") == "bản gốc"
    assert "Bài đã được sửa sau khi máy gợi ý" in text_of(page, ".post")
    assert [text.get_text() for text in page.select(".version-text")] == ["bản gốc", "bản đã sửa"]
    assert "bài gốc bị gỡ lúc 16/11/2026 09:00" in text_of(page, ".post")


def test_once_the_edit_is_scored_it_is_what_is_shown(lan: Browser, world: World) -> None:
    flag_id = world.flag("bản gốc")
    with world.rows() as session:
        flag = flags.by_id(session, flag_id)
        posts.record(session, flag.post.source_id, [make_post(flag.post.external_id, "bản đã sửa")])
        flags.open_flags(session, flag.model_id, [make_flag(flag.post)], world.now)
    page = lan.page(f"/flags/{flag_id}")
    assert text_of(page, ".post-text") == "bản đã sửa"
    assert "Bài đã được sửa sau khi máy gợi ý" not in text_of(page, ".post")


def test_copies_evidence_and_other_flags_are_at_hand(lan: Browser, world: World) -> None:
    flag_id = world.flag("Ngân hàng sắp đóng cửa", label="unverified")
    with world.rows() as session:
        post = session.get_one(Post, 1)
        reference = add_post(session, add_source(session, "newspaper", role="reference"), text="Ngân hàng vẫn mở")
        copy = add_post(session, add_source(session, "mastodon"), text="NGÂN HÀNG SẮP ĐÓNG CỬA")
        matching.join_cluster(session, post, copy, world.now)
        suggest(session, post.id, {reference.id: 0.71})
        model_id = flags.by_id(session, flag_id).model_id
        flags.open_flags(session, model_id, [make_flag(post, "negative", 0.6)], world.now)
    text = lan.page(f"/flags/{flag_id}").get_text(" ", strip=True)
    for expected in ("Ngân hàng vẫn mở newspaper", "Ngân hàng sắp đóng cửa mastodon", "mục 2"):
        assert expected in text


def test_a_very_long_post_is_folded_after_what_was_judged(lan: Browser, world: World) -> None:
    path, action = f"/flags/{world.flag('a' * MAX_CHARACTERS + 'phần sau')}", "/posts/1/reveal"
    assert [text.get_text() for text in lan.page(path).select(".post-text")] == ["a" * MAX_CHARACTERS]
    lan.post(action, lan.fields(path, action))
    assert [text.get_text() for text in lan.page(path).select(".post-text")] == ["a" * MAX_CHARACTERS, "phần sau"]


def test_a_label_of_somebodys_own_model_is_shown_by_its_name(lan: Browser, world: World) -> None:
    flag_id = world.flag(label="offensive")
    assert text_of(lan.page(f"/flags/{flag_id}"), ".chip") == "offensive"
    assert "offensive" in text_of(lan.page("/queue"), ".queue-row")


def test_an_open_flag_can_be_kept_and_a_decided_one_cannot(lan: Browser, world: World) -> None:
    flag_id = world.flag()
    assert "Mục này chưa được giữ cho ai" in lan.get(f"/flags/{flag_id}").text
    assert "giữ cho bạn đến 16/11/2026 09:15" in lan.claim(flag_id).get_text()
    assert lan.decide(flag_id, "no").status_code == 303
    lan.claim(flag_id)
    with world.rows() as session:
        assert session.scalars(select(flags.Flag.lease_owner)).one() is None


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/flags/999", 404),
        ("/flags/0", 422),
        (f"/flags/{2**63}", 422),
        ("/queue/next", 405),
        ("/flags/x", 422),
        ("/nowhere", 404),
    ],
)
def test_what_is_not_there_gets_a_plain_page(lan: Browser, path: str, status: int) -> None:
    response = lan.get(path)
    assert response.status_code == status
    assert "Về trang Hôm nay" in response.text


def test_first_lines_probabilities_and_addresses() -> None:
    for title, text, line in (
        (None, " \n ", "(không có chữ)"),
        ("Cỏ máu", "Cỏ máu sắc đặc\nuống 7 ngày", "Cỏ máu sắc đặc: uống 7 ngày"),
        ("Chán", "Lương lại chậm", "Chán: Lương lại chậm"),
        (None, "\n" * 5_000 + "Lương lại chậm", "Lương lại chậm"),
    ):
        assert first_line(Post(title=title, text=text), str) == line
    assert len(first_line(Post(text="dài " * 100), str)) <= 160
    assert [wording.percent(p) for p in (0.0, 0.004, 0.5, 0.874, 1.0)] == [1, 1, 50, 87, 99]
    assert link_address("https://a.example.vn/x?y=1#z") == "https://a.example.vn/x?y=1#z"
    assert link_address("https://a.example.vn/@lan") is not None
    for hostile in ("https://bao.example.vn@khac.example/", "https://u:p@khac.example/", "https://@khac.example/"):
        assert link_address(hostile) is None, "it looks like another place than where it leads"
