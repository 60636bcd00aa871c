"""What is taken from a Discourse post's HTML, and what is left out of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collectors.discourse.api import cooked_text

QUOTE = (
    '<aside class="quote no-group" data-username="ai_do" data-post="1" data-topic="12"><div class="title">'
    '<div class="quote-controls"></div>ai_do:</div><blockquote><p>Lời người khác</p></blockquote></aside>'
)
ONEBOX = (
    '<aside class="onebox allowlistedgeneric" data-onebox-src="https://bao.example/bai.html"><header class="source">'
    '<a href="https://bao.example/">bao.example</a></header><article class="onebox-body">'
    '<h3><a href="https://bao.example/bai.html">Tin của báo</a></h3><p>Đoạn dẫn của báo</p></article></aside>'
)


@pytest.mark.parametrize(
    ("cooked", "is_reply", "text"),
    [
        (f"{QUOTE}<p>Tôi thấy khác</p>", True, "Tôi thấy khác"),
        (f"{QUOTE}<p>Tôi thấy khác</p>", False, "Lời người khác\n\nTôi thấy khác"),
        (ONEBOX, True, "Tin của báo (https://bao.example/bai.html)"),
        ('<p><a class="mention" href="/u/ai_do">@ai_do</a> ơi</p>', True, "@ai_do ơi"),
        ('<p><a class="hashtag-cooked" href="/c/luong/4"><svg></svg><span>lương</span></a></p>', True, "#lương"),
        ('<p>Xem <a href="/t/cham-luong/12">ở đây</a></p>', True, "Xem ở đây (https://dd.example/t/cham-luong/12)"),
        ("<details><summary>Mở</summary><p>Bên trong</p></details>", True, "Mở\n\nBên trong"),
        ('<div class="lightbox-wrapper"><a href="/a.png"><img><div class="meta">a 9 KB</div></a></div>', True, ""),
    ],
)
def test_what_a_reader_sees(cooked: str, is_reply: bool, text: str) -> None:
    assert cooked_text(cooked, "https://dd.example", is_reply=is_reply) == text


@given(st.text(st.sampled_from('<>/aside="quote oneboxh3 &;#\n!-['), max_size=80), st.booleans())
def test_any_tag_soup_is_read_without_an_error(markup: str, is_reply: bool) -> None:
    assert isinstance(cooked_text(markup, "https://dd.example", is_reply=is_reply), str)
