"""Personal data in lists: masked on every page that names a post by its first line, also once a post was revealed."""

import re

import pytest
from sqlalchemy.orm import Session

from classifiers.text.segment import Segmenter
from monitor.desk.views.search_view import excerpt, found_posts, mark_words
from monitor.privacy.masks.mask import mask_personal
from monitor.review.search_query import parse_query, words_of
from storage.review import flags
from tests.clock import FakeClock
from tests.factories import add_post, add_source, decide, suggest
from tests.monitor.desk.browser import Browser
from tests.monitor.desk.world import World

SEGMENTER = Segmenter()
TEXT = "Gọi chị Nguyễn Thị Mẫu 0912345678, công ty nợ lương hai tháng"


@pytest.fixture
def listed(world: World) -> int:
    """Store posts that stand in every list, each with a name and a number; gives a flag with a copy and evidence."""
    first, copy, one, other = (world.flag(TEXT) for _ in range(4))
    world.join(first, copy)
    with world.rows() as session:
        notice = add_post(session, add_source(session, "báo", role="reference"), "notice", text=TEXT)
        suggest(session, flags.by_id(session, first).post_id, {notice.id: 0.8})
        _judge(session, world.clock, one, other)
    return first


def _judge(session: Session, clock: FakeClock, *numbers: int) -> None:
    """Confirm two grievances, each of which is a matter."""
    for number in numbers:
        decide(session, flags.by_id(session, number), now=clock.now(), topic="other")


@pytest.mark.parametrize(
    ("path", "lines"),
    [("/queue", 1), ("/matters", 2), ("/matters/1", 3)],
)
def test_lists_are_masked(lan: Browser, listed: int, path: str, lines: int) -> None:
    page = lan.get(path).text
    assert page.count("[số điện thoại]") == lines
    assert "0912345678" not in page
    assert "Mẫu" not in page


def test_found_posts_are_masked(lan: Browser, world: World) -> None:
    world.flag(TEXT)
    world.index()
    (found,) = lan.page("/search?q=luong").select(".found")
    assert "[tên] [số điện thoại], công ty nợ lương" in found.get_text()
    assert [mark.get_text() for mark in found.select("mark")] == ["lương"]


def test_asking_for_one_post_leaves_copies_and_evidence_masked(lan: Browser, listed: int) -> None:
    path, action = f"/flags/{listed}", "/posts/1/reveal"
    assert "0912345678" not in lan.get(path).text
    assert lan.post(action, lan.fields(path, action)).status_code == 303
    page = lan.page(path)
    assert "0912345678" in page.select(".post-text")[0].get_text()
    lines = [line.get_text() for line in page.select(".posts li") if "lương" in line.get_text()]
    assert len(lines) == 3, "an open copy, a copy, and evidence"
    assert all("[tên] [số điện thoại]" in line for line in lines)


def test_a_hidden_context_can_be_asked_for(lan: Browser, world: World) -> None:
    number = world.flag("Đúng vậy", context=TEXT)
    path, action = f"/flags/{number}", "/posts/1/reveal"
    assert "0912345678" not in lan.get(path).text
    assert lan.post(action, lan.fields(path, action)).status_code == 303
    assert "0912345678" in lan.get(path).text


@pytest.mark.parametrize(("words", "read"), [("lương", [540]), ("gọi", [261])])
def test_no_more_of_a_found_post_is_masked_than_shows_its_words(world: World, words: str, read: list[int]) -> None:
    masked: list[int] = []

    def mask(text: str) -> str:
        masked.append(len(text))
        return mask_personal(text)

    with world.rows() as session:
        text = f"Công ty nợ lương ba tháng. {'xưởng vẫn nóng ' * 500}gọi số 0912345678 nhé"
        post = add_post(session, add_source(session, "nhóm"), text=text)
        (found,) = found_posts(session, [post.id], words_of(parse_query(words, SEGMENTER)), mask)
    assert masked == read
    assert words in "".join(piece.text for piece in found["pieces"] if piece.tone)


@pytest.mark.parametrize("people", [1, 5])
def test_words_that_are_masked_are_looked_for_elsewhere_in_a_found_post(people: int) -> None:
    text = f"Chị Trần Thị Hồng báo tin. {'xưởng vẫn nóng ' * 100}" * people + "vườn hoa hồng đẹp"
    pieces = mark_words(excerpt(text, words_of(parse_query("hong", SEGMENTER)), mask_personal))
    assert [piece.text for piece in pieces if piece.tone] == ["hồng"]
    assert "Hồng" not in "".join(piece.text for piece in pieces)


@pytest.mark.parametrize("before", range(0, 60, 3))
def test_a_number_is_never_shown_in_part_where_an_excerpt_begins_or_ends(before: int) -> None:
    number = "0912345678"
    numbers = f" gọi {number}" * 60
    text = f"{'a ' * 300}{'b' * before}{numbers} nợ lương {numbers}"
    pieces = mark_words(excerpt(text, words_of(parse_query("luong", SEGMENTER)), mask_personal))
    shown = "".join(piece.text for piece in pieces)
    assert "lương" in shown
    assert not re.search(r"\d{3}", shown)
