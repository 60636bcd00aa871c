"""The article of a page, without what stands around it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.collectors.parsing.article import read_article, read_published
from tests.clock import MONDAY_MORNING

BODY = (
    "<nav><a href='/'>Trang chủ</a></nav><article><h1>Nợ lương</h1>"
    "<p>Công nhân một xưởng may cho biết đã ba tháng nay chưa ai nhận được lương như đã hứa.</p>"
    "<p>Công đoàn cơ sở nói sẽ làm việc với chủ xưởng ngay trong tuần này để hỏi cho rõ.</p></article>"
)


def page(head: str = "", body: str = BODY) -> str:
    return f"<!DOCTYPE html><html lang='vi'><head><title>Nợ lương</title>{head}</head><body>{body}</body></html>"


def test_the_text_is_that_of_the_article() -> None:
    article = read_article(page(), "https://bao.example/a")
    assert article
    assert article.title == "Nợ lương"
    assert "ba tháng nay" in article.text
    assert "Trang chủ" not in article.text


@pytest.mark.parametrize(
    "meta",
    [
        "<meta property='article:published_time' content='2026-11-14T08:30:00+07:00'>",
        '<meta content="2026-11-14T08:30:00+07:00" property="article:published_time"/>',
    ],
)
def test_the_time_is_that_which_the_page_states(meta: str) -> None:
    dated = read_published(page(meta), MONDAY_MORNING)
    assert dated.moment
    assert dated.moment.isoformat() == "2026-11-14T01:30:00+00:00"
    assert (dated.raw, dated.precision) == ("2026-11-14T08:30:00+07:00", "second")


@pytest.mark.parametrize("body", ["", "   ", "<script>var a = 1</script>"])
def test_a_page_without_text_has_no_article(body: str) -> None:
    assert read_article(page(body=body), "https://bao.example/a") is None
    assert read_article(body, "https://bao.example/a") is None


@settings(max_examples=50)
@given(st.text())
def test_any_page_is_read_without_an_error(text: str) -> None:
    article = read_article(text, "https://bao.example/a")
    assert article is None or article.text.strip()
