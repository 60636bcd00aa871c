"""What web pages say of themselves for machines, soundly and less so."""

import json
from typing import Any

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from monitor.collectors.parsing.structured_data import (
    claim_reviews,
    described_by_nodes,
    described_by_open_graph,
    discussion,
    read_nodes,
)
from tests.examples import cases, examples_of

EXAMPLES = examples_of(__file__)
URL = "https://bao.example/tin/1.html"


def page(*values: Any) -> BeautifulSoup:
    scripts = (value if isinstance(value, str) else json.dumps(value) for value in values)
    return BeautifulSoup("".join(f'<script type="application/ld+json">{s}</script>' for s in scripts), "lxml")


@pytest.mark.parametrize("example", cases(EXAMPLES["articles"]))
def test_what_a_page_says_of_its_article(example: dict[str, Any]) -> None:
    nodes, unreadable = read_nodes(page(*example["scripts"]))
    described = described_by_nodes(nodes, URL)
    assert {name: getattr(described, name) for name in example["said"]} == example["said"]
    assert unreadable == example.get("unreadable", 0)


def test_fact_checks_are_told_apart_and_kept_once() -> None:
    check = {
        "@type": "ClaimReview",
        "claimReviewed": "Uống nước lá tre chữa say nắng",
        "reviewRating": {"ratingValue": 1, "bestRating": 5},
        "publisher": {"name": "Trang mẫu"},
    }
    other = {**check, "claimReviewed": "Ngân hàng sắp đóng cửa", "reviewRating": {"alternateName": "Sai"}}
    empty = {**check, "claimReviewed": "Không có kết luận", "reviewRating": {}}
    nodes, _ = read_nodes(page({"@type": "NewsArticle", "review": [check, other]}, check, empty))
    found = claim_reviews(nodes, URL)
    assert [(review.verdict, review.publisher) for review in found] == [("1/5", "Trang mẫu"), ("Sai", "Trang mẫu")]
    assert found[0].key != found[1].key
    assert found[1].text() == (
        "Tuyên bố được kiểm chứng: Ngân hàng sắp đóng cửa\nKết luận: Sai\nĐơn vị kiểm chứng: Trang mẫu"
    )


@pytest.mark.parametrize("markup", cases(EXAMPLES["checks"]))
def test_fact_checks_in_every_notation_have_their_publisher(markup: str) -> None:
    nodes, _ = read_nodes(BeautifulSoup(markup, "lxml"))
    (review,) = claim_reviews(nodes, URL)
    said = ("Uống nước lá tre chữa say nắng", "Sai", "Nhóm Soi Tin", "2026-11-20")
    assert (review.claim, review.verdict, review.publisher, review.published) == said


def test_references_in_a_circle_end() -> None:
    claim = {"claimReviewed": "Ngân hàng sắp đóng cửa", "reviewRating": {"alternateName": "Sai"}}
    nodes, _ = read_nodes(page({"@type": "ClaimReview", "@id": "a", "publisher": {"@id": "a"}, **claim}))
    assert claim_reviews(nodes, URL)[0].publisher == ""


def test_discussion_and_its_comments() -> None:
    nodes, _ = read_nodes(
        page(
            {
                "@type": "DiscussionForumPosting",
                "@id": "https://dd.example/t/1",
                "text": "Hỏi về ca đêm",
                "comment": [{"@type": "Comment", "url": "https://dd.example/t/1#2", "text": "Trả lời"}, "thừa"],
            }
        )
    )
    assert [(post.identifier, post.text) for post in discussion(nodes, URL)] == [
        ("https://dd.example/t/1", "Hỏi về ca đêm"),
        ("https://dd.example/t/1#2", "Trả lời"),
    ]
    assert discussion([], URL) == []


def test_open_graph() -> None:
    head = (
        '<html><meta property="og:title" content="Lương\x07 &amp; thưởng"><meta property="og:locale" content="vi_VN">'
        '<meta property="article:published_time" content="2026-11-20"><meta name="x"></html>'
    )
    said = described_by_open_graph(BeautifulSoup(head, "lxml"))
    assert (said.title, said.language, said.published) == ("Lương & thưởng", "vi-VN", "2026-11-20")


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["@type", "@graph", "author", "url", "comment", "claimReviewed", "reviewRating", "text"]),
            inner,
        )
    ),
    max_leaves=12,
)


@given(_VALUES, st.sampled_from(["Article", "ClaimReview", "DiscussionForumPosting"]))
def test_any_json_is_read_without_an_error(value: Any, kind: str) -> None:
    node = {**value, "@type": kind} if isinstance(value, dict) else value
    nodes, _ = read_nodes(page(json.dumps(node).replace("<", "\\u003c")))
    described_by_nodes(nodes, URL)
    discussion(nodes, URL)
    assert all(review.claim and review.verdict for review in claim_reviews(nodes, URL))
