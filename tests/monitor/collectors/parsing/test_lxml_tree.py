"""Pages of known build on their tree."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collectors.parsing.lxml_tree import (
    Classes,
    PageTooLarge,
    bounded_markup,
    descendants,
    has_class,
    parse_page,
    words_in,
)
from monitor.collectors.parsing.soup import parse_soup

PAGE = """<html id="XF" data-template="thread"><body><article class="message
	message--post   js-post"><a class="name">An</a><header><time class="when">1</time></header></article>
<article class="message message--postponed"><time class="when">2</time></article></body></html>"""


@pytest.mark.parametrize(
    "text", ["", " \n", "<!-- x -->", "<!DOCTYPE html>", "chữ", "\0", "\ud800", "<?xml version='1.0'?>"]
)
def test_any_text_is_a_page(text: str) -> None:
    assert parse_page(text).tag == "html"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<p>Một<!-- ghi chú --> hai</p>", "Một hai"),
        ("<p>Một</p></body></html><p>ba</p>", "Một ba"),
        ("a\0b", "a\N{REPLACEMENT CHARACTER}b"),
        ('<meta charset="windows-1258"><p>ừ</p>', "ừ"),
    ],
)
def test_nothing_that_a_reader_sees_is_lost(text: str, words: str) -> None:
    assert words_in(parse_page(text)) == words


@pytest.mark.parametrize("depth", [300, 1990, 1999, 2047, 2049, 20_000])
@pytest.mark.parametrize("read", [lambda text: words_in(parse_page(text)), lambda text: parse_soup(text).get_text()])
def test_depth_hides_nothing_in_silence(depth: int, read: Callable[[str], str]) -> None:
    page = "<div>" * depth + "đáy" + "</div>" * depth + "<p>cuối</p>"
    if depth < 2000:
        assert read(page) == "đáycuối"
    else:
        with pytest.raises(PageTooLarge, match="inside each other"):
            read(page)


def test_elements_are_found_by_whole_classes() -> None:
    classes = Classes(parse_page(PAGE).iter())
    (message,) = classes.all("message--post")
    assert has_class(message, "js-post")
    assert not has_class(message, "js")
    assert classes.all("message--postpone") == []
    assert [words_in(each) for each in classes.all("when")] == ["1", "2"]


@pytest.mark.parametrize(
    ("name", "left"),
    [("js-post", ["body", "article", "time"]), ("when", ["body", "article", "a", "header", "article"]), ("x", 7)],
)
def test_elements_are_left_out_with_what_is_in_them(name: str, left: list[str] | int) -> None:
    found = [each.tag for each in descendants(parse_page(PAGE), without=lambda element: has_class(element, name))]
    assert left in (found, len(found))


@pytest.mark.parametrize("end", [">", "<p>"])
def test_a_tag_keeps_its_first_200_attributes(end: str) -> None:
    names = " ".join(f"a{number}={number}" for number in range(400))
    kept = names.partition(" a200=")[0]
    assert bounded_markup(f"<p>b<div {names}{end}c".encode()) == f"<p>b<div {kept}{end}c".encode()
    few = f"<div a='{'1 ' * 2000}'{end}c".encode()
    assert bounded_markup(few) == few


def test_words_without_some_elements_keep_what_stands_behind_them() -> None:
    heading = parse_page("<h1>\n<b>Nhãn <i>x</i></b> Tít <u>chính</u>\n</h1>").find("body/h1")
    assert words_in(heading, without=lambda element: element.tag == "b") == "Tít chính"
    assert words_in(None) == ""


@given(
    st.lists(
        st.sampled_from(["<div>", "</div>", "<p class='a b'>", "x", "</p>", "<table>", "<tr>", "</html>"]), max_size=12
    )
)
def test_any_tag_soup_keeps_its_words(parts: list[str]) -> None:
    text = "".join(parts)
    root = parse_page(text)
    assert words_in(root).replace(" ", "").count("x") == parts.count("x")
    assert len(Classes(root.iter()).all("b")) == parts.count("<p class='a b'>")
