"""Thread pages of older versions and of careless themes: what belongs to which message."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.collectors.base import PublicPost, SourceView
from monitor.collectors.xenforo.api import Board, read_thread
from tests.monitor.collectors.collecting import answered

BOARD = Board.from_source(SourceView(name="Diễn đàn", address="https://dd.example/"))
PAGE = "https://dd.example/threads/cham-luong.12/page-2"
EDITED = datetime(2026, 11, 20, 3, tzinfo=UTC)


def message(number: int, *, attribution: str = "", unclosed: str = "", edited: int = 0, likes: int = 0) -> str:
    """Write a message; `unclosed` names the part in which the theme forgets to close an element."""

    def left_open(part: str) -> str:
        return "<div class=theme-extra>" if part == unclosed else ""

    moment = EDITED + timedelta(hours=edited)
    mark = f'<div class="message-lastEdit">Sửa: <time datetime="{moment.isoformat()}"></time></div>' if edited else ""
    bar = f'<a class="reactionsBar-link" href="#">{"<bdi>An</bdi>" * likes}</a>' if likes else ""
    name = f'<h4 class="message-name"><a class="username" data-user-id="{number}">Thợ {number}</a></h4>'
    return (
        f'<article class="message message--post" data-author="Thợ {number}" data-content="post-{number}">'
        f'<div class="message-cell">{left_open("name")}{name}</div>'
        f'<div class="message-cell"><header class="message-attribution">{attribution}'
        f'<time data-time="{1_795_000_000 + number}"></time></header>'
        f'<div class="message-body"><div class="bbWrapper">Lời của thợ {number}{left_open("body")}</div></div>{mark}'
        f'<footer class="message-footer">{left_open("footer")}{bar}</footer></div></article>'
    )


def read(*messages: str) -> list[PublicPost]:
    body = f'<html id="XF"><body>{"".join(messages)}</body></html>'
    page = read_thread(answered(body, PAGE), BOARD)
    return [each.post for each in page.messages if each.post]


@pytest.mark.parametrize(
    ("attribution", "address"),
    [
        ('<a class="message-attribution-main u-concealed" href="/threads/cham-luong.12/post-7">Thứ hai</a>',
         "https://dd.example/threads/cham-luong.12/post-7"),
        ('<ul class="message-attribution-main"><li><a href="/t/x.12/post-7">Thứ hai</a></li></ul>',
         "https://dd.example/t/x.12/post-7"),
        ('<a href="/members/x.7/">Thợ</a><a class="share" href="/posts/7/">#31</a>', "https://dd.example/posts/7/"),
        ('<a href="/posts/77/">#31</a>', f"{PAGE}#post-7"),
        ("", f"{PAGE}#post-7"),
    ],
    ids=["2.0", "2.2", "a link that names it", "a link that names another", "no link"],
)  # fmt: skip
def test_every_message_has_an_address_in_every_version(attribution: str, address: str) -> None:
    (post,) = read(message(7, attribution=attribution))
    assert post.url == address


def test_the_number_of_a_message_is_read_in_the_form_of_2_0_too() -> None:
    opening, answer = read(
        message(7, attribution='<a class="message-attribution-opposite" href="/p/7">#1</a>'),
        message(8, attribution='<a class="message-attribution-opposite" href="/p/8">#2</a>'),
    )
    assert (opening.context, answer.title) == (None, None)


@pytest.mark.parametrize("part", ["", "name", "body", "footer"])
def test_what_follows_an_element_left_open_is_not_taken_for_the_message_itself(part: str) -> None:
    posts = read(
        message(7, unclosed=part),
        message(8, unclosed=part, edited=1, likes=2),
        message(9, unclosed=part, edited=2, likes=3),
    )
    assert [post.text for post in posts] == ["Lời của thợ 7", "Lời của thợ 8", "Lời của thợ 9"]
    assert [post.author for post in posts] == ["7@dd.example", "8@dd.example", "9@dd.example"]
    assert [post.published_raw for post in posts] == ["1795000007", "1795000008", "1795000009"]
    assert [post.edited_at for post in posts] == [None, EDITED + timedelta(hours=1), EDITED + timedelta(hours=2)]
    assert [post.engagement for post in posts] == [{}, {"likes": 2}, {"likes": 3}]
