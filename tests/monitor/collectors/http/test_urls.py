"""Addresses as pages write them."""

from urllib.parse import urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collectors.http.urls import web_address, without_tracking

BASE = "https://goc.example/muc/trang?x=1"


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("https://bao.example/a.html?b=1&c=2", "https://bao.example/a.html?b=1&c=2"),
        ("/bai/1", "https://goc.example/bai/1"),
        ("../bai", "https://goc.example/bai"),
        ("//khac.example/", "https://khac.example/"),
        ("https://bao.example/#", "https://bao.example/"),
        ("https://bao.example:99999/", None),
        ("https://bao.example:x/", None),
        ("http://[hong", None),
        ("mailto:an@bao.example", None),
        ("", None),
    ],
)
def test_links_become_whole_addresses(link: str, address: str | None) -> None:
    assert web_address(link, BASE) == address


def test_link_without_a_base_must_be_whole() -> None:
    assert web_address("tin-7", "") is None


@given(
    st.text(st.sampled_from("abĐ1-.:/?#&=;%@ \t\n"), max_size=12),
    st.sampled_from(["https://", "http://", "HTTP://", "ftp://"]),
)
def test_whole_addresses_come_out_as_joining_would_leave_them(rest: str, scheme: str) -> None:
    found = web_address(scheme + rest, BASE)
    assert found is None or found == urljoin(BASE, scheme + rest)


@given(
    st.text(st.sampled_from("abĐ1-._~%@+:/?#&=; \t\n"), max_size=12),
    st.sampled_from(
        ["https://goc.example", "http://goc.example:8080/", "https://goc.example:99999/a", "http://[::1]/a", BASE]
    ),
)
def test_addresses_from_the_root_come_out_as_joining_would_leave_them(rest: str, base: str) -> None:
    found = web_address("/" + rest, base)
    assert found is None or found == urljoin(base, "/" + rest)


def test_a_long_address_is_looked_at_once() -> None:
    assert web_address("/" + "a." * 500_000 + "/ ", BASE) is not None


def test_what_only_tracks_readers_is_left_out() -> None:
    assert without_tracking("https://Bao.example/a?id=3&utm_source=x&fbclid=y#z") == "https://bao.example/a?id=3"
