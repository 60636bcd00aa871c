"""Payloads that broke a parser once, each in its shortest form; whatever else a change does, they stay readable."""

import json
from typing import Any

import pytest

from monitor.collectors.feed.formats import read_document
from monitor.collectors.http.rate_limit import retry_at
from monitor.collectors.mastodon.api import read_page
from monitor.collectors.parsing.html_text import to_text
from monitor.collectors.parsing.json_models import parse_json
from monitor.collectors.parsing.lxml_tree import parse_page, words_in
from monitor.collectors.parsing.soup import parse_fragment, parse_soup
from monitor.collectors.telegram.page import read_count
from monitor.errors import PayloadInvalid
from tests.clock import MONDAY_MORNING
from tests.monitor.collectors.hostile import answer
from tests.monitor.collectors.payloads import mastodon_row

RSS = '<rss version="2.0" xmlns:slash="http://purl.org/rss/1.0/modules/slash/"{}><channel><title>T</title>{}</channel></rss>'
SOUND = "<item><guid>2</guid><title>Hai</title></item>"


def titles(text: str) -> list[str | None]:
    return [post.title for post in read_document(answer(text.encode())).posts]


@pytest.mark.parametrize(
    "reference", ["&#xD800;", "&#55357;", "&#0;", "&#x110000;", "&#99999999999;", "&#x" + "F" * 5000 + ";"]
)
def test_a_reference_to_no_character_costs_that_character_alone(reference: str) -> None:
    item = f"<item><guid>1</guid><title>Một {reference}</title></item>"
    assert titles(RSS.format("", item + SOUND)) == ["Một \ufffd", "Hai"]


@pytest.mark.parametrize("namespaces", [' xmlns:a="b c"', " xmlns:a='x y z' a:b='c'"])
def test_a_namespace_with_spaces_hides_no_entry(namespaces: str) -> None:
    assert titles(RSS.format(namespaces, "<item><guid>1</guid><title>Một</title><a:b/></item>" + SOUND)) == [
        "Một",
        "Hai",
    ]


@pytest.mark.parametrize("begins", ['<?xml version="1.0" encoding="u', "<?x encoding='u"])
def test_a_declaration_that_never_ends_costs_neither_an_entry_nor_time(begins: str) -> None:
    endless = begins + ' version="1.0" encoding="u' * 4000
    assert titles(endless + RSS.format("", SOUND)) == ["Hai"]
    with pytest.raises(PayloadInvalid, match="neither"):
        titles(endless)


@pytest.mark.parametrize("number", ["9" * 5000, "-1", "1.5", "٣", "1e9"])
@pytest.mark.parametrize("element", ["ttl", "slash:comments", "sy:updateFrequency"])
def test_a_number_that_is_none_costs_no_entry(element: str, number: str) -> None:
    value = f"<{element}>{number}</{element}>"
    ours = ' xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
    for place in (value + SOUND, f"<item><guid>1</guid><title>Hai</title>{value}</item>"):
        document = read_document(answer(RSS.format(ours, "<sy:updatePeriod>hourly</sy:updatePeriod>" + place).encode()))
        assert [post.title for post in document.posts] == ["Hai"]
        assert all(count < 2**53 for post in document.posts for count in post.engagement.values())


@pytest.mark.parametrize(
    "value", [10**400, float("inf"), float("nan"), "\ud83d", "NUL \0", ["a"], {"a": 1}, None, True]
)
def test_a_wrong_value_of_a_json_feed_costs_its_own_item_at_most(value: Any) -> None:
    item = {"id": value, "title": value, "content_text": "Một", "date_published": value, "url": value}
    feed = {"version": "https://jsonfeed.org/version/1", "items": [item, {"id": "2", "content_text": "Hai"}]}
    posts = read_document(answer(feed)).posts
    assert posts[-1].text == "Hai"
    "".join(post.external_id + (post.title or "") for post in posts).encode()


def test_a_json_feed_that_breaks_off_says_so() -> None:
    whole = json.dumps({"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "content_text": "Một"}]})
    with pytest.raises(PayloadInvalid, match="broke off before its end"):
        read_document(answer(whole[:-20].encode()))


def test_deep_nesting_in_one_row_costs_that_row_alone() -> None:
    deep = json.dumps(mastodon_row(1))[:-1] + ', "more": ' + "[" * 100_000 + "]" * 100_000 + "}"
    content = json.dumps(mastodon_row(2) | {"content": "@"}).replace('"@"', '{"a":' * 50_000 + "1" + "}" * 50_000)
    payload = f"[{deep}, {content}, {json.dumps(mastodon_row(3))}]".encode()
    page = read_page(answer(payload), "a.example")
    assert [(entry.id, entry.reason) for entry in page.entries] == [("1", ""), ("2", "malformed"), ("3", "")]


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "[" * 2000 + "]" * 1999, '["' + "[" * 100_000])
def test_deep_nesting_that_never_ends_is_no_json(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_json(text)


def test_brackets_in_strings_are_no_depth() -> None:
    deep = "[" * 5000 + "]" * 5000
    assert parse_json(f'{{"a": "[[[\\"[", "b": {deep}, "c": "]"}}')["c"] == "]"


@pytest.mark.parametrize("seconds", ["NaN", "Infinity", "-Infinity", "9" * 5000, "1e999", "[1]", "true", "-5"])
def test_a_strange_wait_in_a_refusal_is_at_most_a_day(seconds: str) -> None:
    moment = retry_at({}, f'{{"extras": {{"wait_seconds": {seconds}}}}}'.encode(), MONDAY_MORNING)
    assert moment is None or 0 <= (moment - MONDAY_MORNING).total_seconds() <= 86_400


@pytest.mark.parametrize("depth", [249, 501, 1900])
def test_missing_end_tags_hide_no_words(depth: int) -> None:
    markup = "<div class='a'>" * depth + "<p>Cuối <b>cùng"
    assert words_in(parse_page(markup)) == "Cuối cùng"
    assert to_text(markup).split() == ["Cuối", "cùng"]
    assert parse_soup(markup).get_text(" ", strip=True) == "Cuối cùng"


@pytest.mark.parametrize("written", ["9" * 400, "9" * 400 + "M", "1." + "9" * 400])
def test_an_endless_count_of_views_is_none(written: str) -> None:
    assert read_count(written) is None


def test_an_element_with_many_attributes_keeps_the_first() -> None:
    attributes = " ".join(f'a{number}="{number} > 1"' for number in range(20_000))
    markup = f'<p class="tin" {attributes}>Một</p><p>Hai</p>'
    root = parse_page(markup)
    assert root.find(".//p").get("class") == "tin"
    assert "Hai" in to_text(markup)


@pytest.mark.parametrize("tags", [2_001, 20_000, 200_001])
def test_a_page_of_nothing_but_tags_is_refused_and_a_post_keeps_its_words(tags: int) -> None:
    for read in (parse_page, parse_soup):
        with pytest.raises(PayloadInvalid, match="none that people read"):
            read("<b>" * tags)
    post = "Một" + "<b>" * tags + " hai &amp; ba"
    assert to_text(post) == to_text(parse_fragment(post).decode_contents()) == "Một hai & ba"
