"""The small language of rules, and the settings of web pages that are written in it."""

from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from hypothesis import given
from hypothesis import strategies as st

from monitor.collectors.base import SourceView
from monitor.collectors.webpage.rules import Rule
from monitor.collectors.webpage.settings import WebpageSettings
from monitor.errors import UsageError

PAGE = """<ul><li id="post_12" class="bai hot"><h3><a href="/a?x=1|2">Tin  một</a></h3><p>Đoạn <b>một</b></p>
<div class="p"><p>Đoạn hai</p></div><span class="xem">1.208 lượt</span></li></ul>"""


def item() -> Tag:
    found = BeautifulSoup(PAGE, "lxml").select_one("li")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("h3", "Tin một"),
        ("a@href", "/a?x=1|2"),
        ("@id", "post_12"),
        ("@class", "bai hot"),
        (r"@id | post_(\d+)", "12"),
        (r"a@href | x=(1|2)", "1"),
        (r"a@href | \d\|\d", "1|2"),
        ("p, h3 | hai", "hai"),
        (".khong-co", ""),
        ("h3@title", ""),
        ('a[href*="@"]', ""),
    ],
)
def test_rules(rule: str, value: str) -> None:
    assert Rule.parse(rule).value(item()) == value


def test_text_keeps_paragraphs_and_takes_nothing_twice() -> None:
    assert Rule.parse("p, div.p").text(item(), "https://bao.example/") == "Đoạn một\n\nĐoạn hai"


@given(st.text(max_size=30))
def test_any_text_is_a_rule_or_says_why_not(written: str) -> None:
    try:
        rule = Rule.parse(written)
    except ValueError as error:
        assert "\n" not in str(error).replace(repr(written), "")  # noqa: PT017  not every text raises it
        return
    assert isinstance(rule.value(item()), str)


def settings(values: dict[str, Any], address: str = "https://bao.example/tin") -> WebpageSettings:
    return WebpageSettings.from_source(SourceView(name="Báo", address=address, settings=values))


def test_settings_have_defaults() -> None:
    chosen = settings({})
    assert chosen.mode == "single"
    assert chosen.start_urls == ("https://bao.example/tin",)
    assert chosen.hosts == {"bao.example"}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"mode": "list"}, "list.item is missing"),
        ({"mode": "thread", "list": {"item": "li"}}, "detail.id is missing"),
        ({"mode": "all"}, "`mode`: Input should be 'list', 'single' or 'thread'"),
        ({"list": {"item": "div["}}, "`list.item`: 'div[' is no CSS selector: Malformed attribute selector"),
        ({"list": {"item": "p::text"}}, "`list.item`: 'p::text' is no CSS selector"),
        ({"list": {"item": ""}}, "`list.item`: '' is no CSS selector"),
        ({"list": {"max_pages": 1000}}, "`list.max_pages`: Input should be less than or equal to 50"),
        ({"detail": {"title": "h1 | ("}}, "`detail.title`: '(' is no regular expression"),
        ({"detail": {"title": 3}}, "`detail.title`: 3 is no rule"),
        ({"detail": {"body": "a | b | c"}}, "has 3 parts"),
        ({"detail": {"remove": [".ok", "a:foo()"]}}, "`detail.remove.1`: 'a:foo()' is no CSS selector"),
        ({"start_urls": ["ftp://bao.example"]}, "'ftp://bao.example' is no web address"),
        ({"start_urls": []}, "`start_urls`"),
        ({"selektor": 1}, "`selektor`: there is no such setting"),
    ],
)
def test_wrong_setting_is_named_in_one_line(values: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        settings(values)
    assert said in str(caught.value)
    assert str(caught.value).startswith("source Báo: ")
    assert "\n" not in str(caught.value)
