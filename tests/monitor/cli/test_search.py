"""`kiemtin search`: posts by words and filters, as lines or JSON; nobody is found."""

import json

import pytest

from tests.monitor.cli.command import Command
from tests.monitor.cli.conftest import ImportPosts


@pytest.fixture
def posts(kiemtin: Command, import_posts: ImportPosts) -> None:
    dates = ("2026-11-02", "2026-11-09", "2026-11-09")
    texts = ("=Lương chậm ba tháng", "Nợ lương! Gọi 0912345678", "Trời mưa")
    import_posts(texts, author=("hoa.hong", "tuan_le", "tuan_le"), published_at=dates)
    kiemtin.well("score")


def test_posts_are_found_with_and_without_diacritics(kiemtin: Command, posts: None) -> None:
    said = kiemtin.well("search", "luong").out
    assert "Nợ lương!" in said
    assert "Lương chậm" in said
    assert "2 posts." in said
    assert "0912345678" not in said
    assert "No posts found." in kiemtin.well("search", "lường").out


def test_filters_narrow_it_down_and_json_has_a_line_a_post(kiemtin: Command, posts: None) -> None:
    lines = kiemtin.well("search", "luong", "--since", "2026-11-05", "--json").out.splitlines()
    assert [json.loads(line)["text"][:8] for line in lines] == ["Nợ lương"]
    assert kiemtin.well("search", "lường", "--json").out == ""  # an empty line is no JSON


def test_no_author_is_found(kiemtin: Command, posts: None) -> None:
    for author in ("hoa.hong", "tuan_le", "tuan le"):
        assert "No posts found." in kiemtin.well("search", author).out


def test_what_is_wrong_is_said(kiemtin: Command) -> None:
    for arguments, said in (
        ([], "nothing to search for"),
        (["@hoa_hong"], "posts are not searched by people"),
        (["a", "--label", "opinion"], "choose unverified, negative, concern"),
        (["a", "--state", "x"], "choose open"),
        (["a", "--since", "yesterday"], "write a day as 2026-11-30"),
    ):
        assert said in kiemtin("search", *arguments).complaint
