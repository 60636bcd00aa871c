"""What is made of a record's text: links by their byte places, cards, nothing else changed."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collectors.bluesky.record import Record, parse_at_uri, spell_out_links, to_post
from monitor.collectors.parsing.json_models import read_row

ADDRESS = "https://bao.example/thoi-su/mot-dia-chi-rat-dai.html"
KINDS = {"did": "did:plc:an", "key": "3m1", "wanted": frozenset({"vi"})}


def link(text: str, label: str, uri: Any = ADDRESS) -> dict[str, Any]:
    start = len(text[: text.index(label)].encode())
    feature = {"$type": "app.bsky.richtext.facet#link", "uri": uri}
    return {"index": {"byteStart": start, "byteEnd": start + len(label.encode())}, "features": [feature]}


def text_with(text: str, **record: Any) -> str:
    post = to_post(record_of(text=text, **record), **KINDS)
    assert not isinstance(post, str)
    return post.text


def record_of(**values: Any) -> Record:
    record = read_row(Record, values)
    assert record is not None
    return record


def spelt_out(text: str, facets: list[dict[str, Any]]) -> str:
    return spell_out_links(text, record_of(text="", facets=facets).facets or ())


@pytest.mark.parametrize(
    ("text", "label", "expected"),
    [
        ("Đọc ở bao.example/thoi-su/mot… nhé", "bao.example/thoi-su/mot…", f"Đọc ở {ADDRESS} nhé"),
        ("Người ta đồn ở đây này", "ở đây", f"Người ta đồn ở đây ({ADDRESS}) này"),
        (f"Xem {ADDRESS} ạ", ADDRESS, f"Xem {ADDRESS} ạ"),
        ("🔥 chữ ghép ở đây 🔥", "ở đây", f"🔥 chữ ghép ở đây ({ADDRESS}) 🔥"),
    ],
)
def test_facets_count_bytes_not_letters(text: str, label: str, expected: str) -> None:
    assert spelt_out(text, [link(text, label)]) == expected


@pytest.mark.parametrize(
    "index",
    [
        {"byteStart": 1, "byteEnd": 2},  # inside the letter Đ
        {"byteStart": 0, "byteEnd": 999},
        {"byteStart": -3, "byteEnd": 2},
        {"byteStart": 3, "byteEnd": 3},
        {"byteStart": "0", "byteEnd": 4},
        None,
    ],
)
def test_facet_that_fits_nowhere_is_left_alone(index: Any) -> None:
    facet = link("Đồn là thật", "là") | {"index": index}
    assert spelt_out("Đồn là thật", [facet]) == "Đồn là thật"


def test_overlapping_facets_and_mentions_are_left_alone() -> None:
    text = "@an nói ở đây kìa"
    mention = link(text, "@an")
    mention["features"] = [{"$type": "app.bsky.richtext.facet#mention", "did": "did:plc:an"}]
    facets = [link(text, "đây kìa", "https://khac.example"), mention, link(text, "ở đây")]
    assert spelt_out(text, facets) == f"@an nói ở đây ({ADDRESS}) kìa"


@given(st.text(), st.lists(st.tuples(st.integers(-5, 60), st.integers(-5, 60))))
def test_all_that_was_written_stays(text: str, places: list[tuple[int, int]]) -> None:
    features = [{"$type": "app.bsky.richtext.facet#link", "uri": "https://a.example"}]
    facets = [{"index": {"byteStart": start, "byteEnd": stop}, "features": features} for start, stop in places]
    spelt = spelt_out(text, facets)
    letters = iter(spelt)
    if "https://a.example" not in spelt.replace(" (https://a.example)", ""):
        assert all(letter in letters for letter in text)  # in the same order, with additions
    assert spelt_out(text, []) == text


def card(uri: str = ADDRESS, title: Any = "Công ty đóng cửa?") -> dict[str, Any]:
    external = {"uri": uri, "title": title, "description": "…"}
    return {"$type": "app.bsky.embed.external", "external": external}


def test_a_time_without_a_zone_is_in_utc() -> None:
    post = to_post(record_of(text="Ca đêm nóng", langs=["vi"], createdAt="2026-11-24T07:00:00.5"), **KINDS)
    assert not isinstance(post, str)
    assert post.published_at == datetime(2026, 11, 24, 7, 0, 0, 500_000, tzinfo=UTC)


def test_card_adds_heading_and_address() -> None:
    assert text_with("Có thật không?", embed=card()) == f"Có thật không?\n\nCông ty đóng cửa? ({ADDRESS})"
    with_quote = {"$type": "app.bsky.embed.recordWithMedia", "media": card()}
    assert text_with("", embed=with_quote) == f"Công ty đóng cửa? ({ADDRESS})"


def test_card_adds_only_what_the_text_lacks() -> None:
    assert text_with(f"Xem {ADDRESS}", embed=card()) == f"Xem {ADDRESS}\n\nCông ty đóng cửa?"
    assert text_with("Công ty đóng cửa? Chịu", embed=card()) == f"Công ty đóng cửa? Chịu\n\n{ADDRESS}"
    assert text_with("Chịu", embed=card(title=None)) == f"Chịu\n\n{ADDRESS}"


@pytest.mark.parametrize(
    "embed",
    [
        card("https://media.tenor.com/x.gif", "cat falls"),
        card("javascript:alert(1)"),
        card("https://[x"),
        {"$type": "app.bsky.embed.images", "images": []},
        {"$type": "app.bsky.embed.external", "external": 3},
        7,
    ],
)
def test_card_that_says_nothing_is_left_out(embed: Any) -> None:
    text = text_with("Chào", embed=embed)
    assert text in ("Chào", "Chào\n\nCông ty đóng cửa? (https://[x)")
    assert "gif" not in text


@pytest.mark.parametrize("record", [None, 3, {}, {"text": 3}])
def test_what_is_no_record(record: Any) -> None:
    assert read_row(Record, record) is None


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    ["text", "facets", "embed", "langs", "labels", "values", "$type", "external", "createdAt"]
                ),
                inner,
            )
        ),
    )
)
def test_no_record_is_too_strange(record: Any) -> None:
    checked = read_row(Record, record)
    assert checked is None or to_post(checked, **KINDS)


@pytest.mark.parametrize(
    "uri",
    ["at://did:plc:an/app.bsky.feed.like/1", "at://an.example/app.bsky.feed.post/1", "https://bsky.app", "at://", ""],
)
def test_what_is_no_posts_identifier(uri: str) -> None:
    assert parse_at_uri(uri) is None
