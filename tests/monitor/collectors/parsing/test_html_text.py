"""HTML fragments as plain text."""

import html
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collectors.parsing.html_text import is_markup, picture_words, to_text
from monitor.collectors.parsing.lxml_tree import MOST_TAGS
from tests.examples import examples_of

EXAMPLES = examples_of(__file__)

SPLIT = (
    '<a href="https://bao.example/mot/hai/ba.html"><span class="invisible">https://</span>'
    '<span class="ellipsis">bao.example/mot</span><span class="invisible">/hai/ba.html</span></a>'
)


@pytest.mark.parametrize(("markup", "text"), EXAMPLES["fragments"])
def test_fragments(markup: str, text: str) -> None:
    assert to_text(markup, "https://goc.example/") == text


def test_letters_keep_their_form() -> None:
    decomposed = unicodedata.normalize("NFD", "Tiếng Việt")
    assert to_text(f"<p>{decomposed}</p>") == decomposed


def test_deep_nesting_is_survived() -> None:
    assert "đáy" in to_text("<div>" * 5000 + "đáy" + "</div>" * 5000)


@pytest.mark.parametrize(
    ("text", "found"), [("a < b > c", False), ("x &amp; y", True), ("<b>x</b>", True), ("AT&T", False)]
)
def test_is_markup(text: str, found: bool) -> None:
    assert is_markup(text) is found


@given(st.text(st.characters(categories=["L", "M", "N", "P", "S"]), max_size=80))
def test_escaped_text_comes_back_whole(text: str) -> None:
    assert to_text(html.escape(text)) == text


@given(st.text(st.sampled_from('<>/ab"=&;# \n!-['), max_size=60))
def test_any_tag_soup_is_read_without_an_error(markup: str) -> None:
    assert isinstance(to_text(markup, "https://a.example/"), str)


def test_what_pictures_say_is_left_out_of_a_fragment_of_too_many_tags() -> None:
    assert picture_words('<img alt="Xưởng may"><img title="Ca đêm">') == "Xưởng may\nCa đêm"
    assert picture_words("<img>" * (MOST_TAGS + 1)) == ""
