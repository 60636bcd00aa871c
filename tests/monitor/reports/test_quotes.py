"""Quoted posts: whom they are about and where they lead is hidden, they are short, and copies are quoted once."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from monitor.reports.figures import ReportFigures
from monitor.reports.quotes import LONGEST_QUOTE, conceal, excerpt, joined, shorten, tidied
from storage.database import Database
from storage.models import Flag, Post
from storage.posts import posts
from tests import factories
from tests.examples import examples_of
from tests.growth import quadratic
from tests.monitor.reports.sample_week import MONDAY, THURSDAY, gathered

EXAMPLES = examples_of(__file__)


def edit(database: Database, external_id: str, **changes: Any) -> None:
    with database.changes() as session:
        post = session.scalars(select(Post).where(Post.external_id == external_id)).one()
        posts.record(session, post.source_id, [factories.make_post(external_id, collected_at=THURSDAY, **changes)])


def test_copies_are_quoted_once_and_counted(figures: ReportFigures) -> None:
    bank = figures.quotes[0]
    assert (bank.flag_id, bank.label, bank.copies) == (3, "unverified", 1)
    assert bank.text == "Ngân hàng sắp phá sản, liên hệ anh [tên] [số điện thoại], [tài khoản], xem [liên kết]"
    assert (bank.source, bank.at, bank.at_is_published) == ("forum", THURSDAY, True)


def test_a_post_that_was_edited_after_the_choice_is_not_quoted(full_week: Database) -> None:
    edit(full_week, "wages", text="Công ty đã trả lương rồi")
    with full_week.changes() as session:
        flag = session.scalars(select(Flag).where(Flag.label == "concern").order_by(Flag.id)).first()
        flag.revision_number = 1
    assert [quote.label for quote in gathered(full_week).quotes] == ["unverified"]


def test_the_version_that_was_confirmed_is_quoted_after_an_edit(full_week: Database) -> None:
    edit(full_week, "wages", text="Công ty đã trả lương rồi")
    quote = gathered(full_week).quotes[1]
    assert quote.edited
    assert quote.text is not None
    assert "chưa trả lương" in quote.text


@pytest.mark.parametrize(
    ("title", "text", "quoted"),
    [
        ("Nợ lương", "Ba tháng rồi", "Nợ lương: Ba tháng rồi"),
        ("Ai cứu!", "Ba tháng rồi", "Ai cứu!\nBa tháng rồi"),
        ("Ba tháng", "Ba tháng rồi", "Ba tháng rồi"),
    ],
)
def test_a_heading_gets_a_colon_only_where_it_needs_one(title: str, text: str, quoted: str) -> None:
    assert joined(title, text) == quoted


def test_words_of_a_picture_are_quoted_as_such() -> None:
    assert joined("", "Xem ảnh", "ngừng phát lương") == "Xem ảnh\nChữ trong ảnh: ngừng phát lương"


def test_an_account_in_the_name_of_a_source_is_hidden_and_a_host_is_not(full_week: Database) -> None:
    with full_week.changes() as session:
        factories.add_source(session, "@nguoinaodo", now=MONDAY)
        factories.add_source(session, "dien-dan.example.vn", now=MONDAY)
    names = [row.name for row in gathered(full_week).sources]
    assert "[tài khoản]" in names
    assert "dien-dan.example.vn" in names


@pytest.mark.parametrize(("text", "hidden"), EXAMPLES["links"])
def test_links_are_hidden(text: str, hidden: str) -> None:
    assert conceal(text) == hidden


@pytest.mark.parametrize("text", EXAMPLES["no_links"])
def test_what_is_no_link_stays(text: str) -> None:
    assert conceal(text) == text


@pytest.mark.parametrize(("text", "set_right"), EXAMPLES["set_right"])
def test_shouting_and_spaces_are_set_right(text: str, set_right: str) -> None:
    assert tidied(text) == set_right
    assert tidied(set_right) == set_right


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("Một. Hai! Ba?", "Một. Hai! (…)"),
        ("Một. Hai!", "Một. Hai!"),
        ("Ở TP. Hồ Chí Minh. Hai. Ba", "Ở TP. Hồ Chí Minh. Hai. (…)"),
        ("dài " * 200, "dài " * 75 + "(…)"),
    ],
)
def test_a_quote_is_at_most_two_sentences(text: str, quoted: str) -> None:
    assert excerpt(text.strip()) == quoted


def test_a_long_text_ends_between_two_words() -> None:
    assert shorten("một hai ba bốn", 11) == "một hai ba…"
    assert shorten("một hai, ba bốn", 10) == "một hai…"
    assert shorten("mộthaibabốn", 5) == "mộth…"
    assert shorten("một\n\nhai", 7) == "một hai"


def test_a_mask_is_kept_whole_or_left_out() -> None:
    assert shorten("gọi [số điện thoại] ngay", 14) == "gọi…"
    assert shorten("[HOT tin nóng hôm nay", 12) == "[HOT tin…"


@given(st.text(), st.integers(min_value=2, max_value=LONGEST_QUOTE))
def test_a_shortened_text_is_short_and_a_beginning(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert len(short) <= limit
    line = " ".join(text.split())
    assert short == line or (short.endswith("…") and line.startswith(short[:-1]))


@given(st.text(alphabet="abc.:/@[]w 0123456789đế\n", max_size=80))
def test_hiding_twice_changes_nothing(text: str) -> None:
    assert conceal(conceal(text)) == conceal(text)


def test_the_time_grows_with_the_length_alone() -> None:
    assert quadratic(lambda text: excerpt(tidied(conceal(text)))) == {}
