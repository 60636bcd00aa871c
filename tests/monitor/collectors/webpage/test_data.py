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

URL = "https://bao.example/tin/1.html"


def page(*values: Any) -> BeautifulSoup:
    scripts = (value if isinstance(value, str) else json.dumps(value) for value in values)
    return BeautifulSoup("".join(f'<script type="application/ld+json">{s}</script>' for s in scripts), "lxml")


def test_article_among_others_is_the_one_that_names_this_page() -> None:
    nodes, _ = read_nodes(
        page(
            [
                {"@type": "NewsArticle", "headline": "Tin khác", "url": "/tin/2.html"},
                {
                    "@type": ["Thing", "http://schema.org/NewsArticle"],
                    "headline": "Tin này",
                    "url": f"{URL}?utm_source=x",
                },
            ]
        )
    )
    assert described_by_nodes(nodes, URL).title == "Tin này"


def test_article_in_a_graph_with_its_parts() -> None:
    node = {
        "@type": "Article",
        "articleBody": "Đoạn một &amp; hai.\nĐoạn ba.",
        "author": [{"@type": "Person", "name": ""}, {"name": "Ban biên tập"}],
        "datePublished": "2026-11-20T08:00:00+07:00",
        "inLanguage": {"@type": "Language", "alternateName": "vi"},
    }
    nodes, unreadable = read_nodes(page({"@graph": [{"@type": "WebSite"}, node]}))
    said = described_by_nodes(nodes, URL)
    assert (said.text, said.author, said.language) == ("Đoạn một & hai.\nĐoạn ba.", "Ban biên tập", "vi")
    assert said.published == "2026-11-20T08:00:00+07:00"
    assert unreadable == 0


def test_line_breaks_and_comments_that_do_not_belong_in_json() -> None:
    body = '<!--\n{"@type": "Article", "headline": "Hai\ndòng"}\n-->'
    nodes, unreadable = read_nodes(page(body, '//<![CDATA[\n{"@type": "Article"}\n//]]>', "{broken", ""))
    assert [node.get("headline") for node in nodes] == ["Hai\ndòng", None]
    assert unreadable == 1


def test_control_characters_are_not_kept() -> None:
    nodes, _ = read_nodes(
        page({"@type": "Article", "headline": "Lương\x07 tháng\x9f 10", "articleBody": "Một\nhai\x0b"})
    )
    described = described_by_nodes(nodes, URL)
    assert (described.title, described.text) == ("Lương tháng 10", "Một\nhai")


def test_markup_in_a_body_becomes_text() -> None:
    written = json.dumps({"@type": "Article", "articleBody": "<p>Một</p><p>Hai</p>"}).replace("<", "\\u003c")
    nodes, _ = read_nodes(page(written))
    assert described_by_nodes(nodes, URL).text == "Một\n\nHai"


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


CLAIM = {
    "claimReviewed": "Uống nước lá tre chữa say nắng",
    "reviewRating": {"@type": "Rating", "alternateName": "Sai"},
    "datePublished": "2026-11-20",
}
OUTLET = {"@type": "Organization", "@id": "https://soitin.example/#org", "name": "Nhóm Soi Tin"}
MICRODATA = """<div itemscope itemtype="https://schema.org/ClaimReview">
<meta itemprop="datePublished" content="2026-11-20">
<p itemprop="claimReviewed">Uống nước lá tre <b>chữa say nắng</b></p>
<div itemprop="author publisher" itemscope itemtype="http://schema.org/Organization"><a itemprop="url" href="/x">
<span itemprop="name">Nhóm Soi Tin</span></a></div>
<p itemprop="reviewRating" itemscope itemtype="http://schema.org/Rating"><b itemprop="alternateName">Sai</b></p>
</div>"""


@pytest.mark.parametrize(
    "markup",
    [
        page({"@graph": [{"@type": "ClaimReview", "publisher": {"@id": OUTLET["@id"]}, **CLAIM}, OUTLET]}),
        page({"@type": "ClaimReview", "author": {"@id": OUTLET["@id"]}, **CLAIM}, {"@type": "Thing", "owner": OUTLET}),
        page({"@type": "schema:ClaimReview", "schema:publisher": {"schema:name": OUTLET["name"]}} | {
            f"schema:{name}": value for name, value in CLAIM.items()
        }),
        page({"@type": "http://schema.org/ClaimReview", "http://schema.org/author": OUTLET, **CLAIM}),
        BeautifulSoup(MICRODATA, "lxml"),
    ],
    ids=["by @id in a graph", "by @id elsewhere", "schema:", "whole names", "microdata"],
)  # fmt: skip
def test_fact_checks_in_every_notation_have_their_publisher(markup: BeautifulSoup) -> None:
    nodes, _ = read_nodes(markup)
    (review,) = claim_reviews(nodes, URL)
    assert (review.claim, review.verdict, review.publisher, review.published) == (
        "Uống nước lá tre chữa say nắng",
        "Sai",
        "Nhóm Soi Tin",
        "2026-11-20",
    )


def test_references_in_a_circle_end() -> None:
    nodes, _ = read_nodes(page({"@type": "ClaimReview", "@id": "a", "publisher": {"@id": "a"}, **CLAIM}))
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
