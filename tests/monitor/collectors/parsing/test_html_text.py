"""HTML fragments as plain text."""

import html
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collectors.parsing.html_text import is_markup, picture_words, to_text
from monitor.collectors.parsing.lxml_tree import MOST_TAGS

SPLIT = (
    '<a href="https://bao.example/mot/hai/ba.html"><span class="invisible">https://</span>'
    '<span class="ellipsis">bao.example/mot</span><span class="invisible">/hai/ba.html</span></a>'
)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Một</p><p>Hai<br>Ba</p>", "Một\n\nHai\nBa"),
        ('<a href="https://a.example/"><img src="x.jpg" width=130></a></br>Quốc hội', "Quốc hội"),
        ("trên</br>dưới", "trên\ndưới"),
        (f"Xem {SPLIT} nhé", "Xem https://bao.example/mot/hai/ba.html nhé"),
        ('<a href="https://a.example/mot-hai">a.example/mot…</a>', "https://a.example/mot-hai"),
        ('<a href="/tags/x">#<span>lương</span></a> <a href="/@b">@<span>bạn</span></a>', "#lương @bạn"),
        ('xem <a href="/bai">tại đây</a>', "xem tại đây (https://goc.example/bai)"),
        ('<a href="javascript:alert(1)">bấm</a>', "bấm"),
        ("<script>x()</script><style>y</style><!-- z -->còn lại", "còn lại"),
        ("a  \n\t b", "a b"),
        ("<a>Mục 1</a> và <a href=''>Mục 2</a>", "Mục 1 và Mục 2"),
        ("1 &lt; 2 &amp; 3 &gt; 2", "1 < 2 & 3 > 2"),
        ("<ul><li>một</li><li>hai</li></ul>", "một\n\nhai"),
        ("https://a.example/x.jpg", "https://a.example/x.jpg"),
        ("", ""),
    ],
)
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
