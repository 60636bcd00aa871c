"""HTML fragments as plain text."""

import html
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collectors.parsing.html_text import is_markup, pictures_of, to_text
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


BASE = "https://bao.example/tin/"
FILLED = f"{BASE}a.jpg"


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ('<p><img src="a.jpg" alt="Xưởng may &amp; ca đêm"></p>', [(FILLED, "Xưởng may & ca đêm")]),
        ("<IMG src=a.jpg title='Bảng lương > 5 triệu'>", [(FILLED, "Bảng lương > 5 triệu")]),
        ('<img data-src="a.jpg" src="data:image/gif;base64,R0lGOD"><img src="/tin/a.jpg">', [(FILLED, "")]),
        ('<img class="emoji" src="x.png"><img src="x.png" width="1" height="1"><img src="logo.svg">', []),
        ('<img src="x.png" alt="không đóng', []),
        ("<img " * 50_000, []),
    ],
)
def test_pictures_of_a_fragment(markup: str, shown: list[tuple[str, str]]) -> None:
    assert [(each.address, each.description) for each in pictures_of(markup, BASE)] == shown
