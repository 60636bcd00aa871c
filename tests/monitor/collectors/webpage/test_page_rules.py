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
from tests.examples import examples_of

EXAMPLES = examples_of(__file__)

PAGE = """<ul><li id="post_12" class="bai hot"><h3><a href="/a?x=1|2">Tin  một</a></h3><p>Đoạn <b>một</b></p>
<div class="p"><p>Đoạn hai</p></div><span class="xem">1.208 lượt</span></li></ul>"""


def item() -> Tag:
    found = BeautifulSoup(PAGE, "lxml").select_one("li")
    assert found is not None
    return found


@pytest.mark.parametrize(("rule", "value"), EXAMPLES["rules"])
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


@pytest.mark.parametrize(("values", "said"), EXAMPLES["wrong"])
def test_wrong_setting_is_named_in_one_line(values: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        settings(values)
    assert said in str(caught.value)
    assert str(caught.value).startswith("source Báo: ")
    assert "\n" not in str(caught.value)
