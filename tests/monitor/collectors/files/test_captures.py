"""Captures of closed platforms: wrapped by the browser extension, and unwrapped by 4CAT."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collectors.base import PublicPost
from monitor.collectors.files.base import NO_ID, NO_TEXT, NOT_JSON, REPOST, UNKNOWN_ITEM, Refusal
from monitor.collectors.files.formats import open_file
from monitor.collectors.files.record_post import to_post
from monitor.collectors.files.shapes import ITEM, item_shape, shapes_of
from monitor.errors import ImportRefused
from tests.examples import examples_of
from tests.monitor.collectors.files.conftest import Read, Write
from tests.monitor.collectors.payloads import sample

EXAMPLES = examples_of(__file__)

CAPTURES = sample("captures.json")
TIKTOK, X, POLARIS = (CAPTURES[name] for name in ("tiktok", "x", "polaris"))
CAPTURES["x_limited"] = {"tweet": X}


def wrapped(data: dict[str, Any], platform: str = "tiktok.com", updated: int = 1, item_id: str = "") -> dict[str, Any]:
    return {
        "nav_index": "1:2:3",
        "item_id": item_id or str(data.get("id", "1")),
        "timestamp_collected": updated,
        "last_updated": updated,
        "source_platform": platform,
        "source_platform_url": f"https://www.{platform}/",
        "source_url": "https://www.example.org/",
        "user_agent": "Trinh duyet bi mat/1.0",
        "data": data,
    }


def unwrapped(data: dict[str, Any], platform: str = "tiktok.com", updated: int = 1) -> dict[str, Any]:
    return {**data, "__import_meta": {"source_platform": platform, "last_updated": updated, "user_agent": "Bi mat"}}


def ndjson(*payloads: object) -> str:
    return "".join(json.dumps(payload, ensure_ascii=False) + "\n" for payload in payloads)


@pytest.mark.parametrize(("name", "said"), EXAMPLES["items"].items())
@pytest.mark.parametrize("wrap", [wrapped, unwrapped])
def test_each_platform_is_read_with_and_without_its_wrapping(
    read: Read, wrap: Any, name: str, said: dict[str, Any]
) -> None:
    wanted = {field: value for field, value in said.items() if field != "platform"}
    opened = read("capture.ndjson", ndjson(wrap(CAPTURES[name], said["platform"])))
    assert opened.file.format == "zeeschuimer"
    assert {field: getattr(opened.post, field) for field in wanted} == wanted
    assert opened.times == ["2023-11-14T22:13:20+00:00"]


def test_a_capture_shows_its_places_and_a_comment_what_it_answers(read: Read) -> None:
    assert read("capture.ndjson", ndjson(wrapped(TIKTOK))).file.mapping.columns["text"] == "desc"
    assert (
        read("a.ndjson", ndjson(wrapped(CAPTURES["tiktok_comment"], "tiktok-comments"))).post.context
        == "Tiền điện phòng trọ"
    )


def test_what_cannot_be_read_is_refused_with_its_line_and_without_the_browser(read: Read) -> None:
    text = (
        ndjson(
            wrapped(TIKTOK),
            wrapped({"id": "2", "title": "gì đó"}, "gab.com"),
            wrapped({**TIKTOK, "id": "3", "desc": "  "}),
            wrapped({**X, "legacy": {**X["legacy"], "retweeted_status_result": {}}}, "x.com", item_id="4"),
        )
        + ndjson({**wrapped(TIKTOK, item_id="5"), "data": None})
        + '{"user_agent": "Trinh duyet bi mat/1.0", "item_id": "6", "data": {\n'
    )
    refused = [row for row in read("capture.ndjson", text).rows if isinstance(row, Refusal)]
    assert [(row.line, row.reason) for row in refused] == [
        (2, UNKNOWN_ITEM),
        (3, NO_TEXT),
        (4, REPOST),
        (5, UNKNOWN_ITEM),
        (6, NOT_JSON),
    ]
    assert all(row.excerpt and "bi mat" not in row.excerpt for row in refused)
    assert "gì đó" in refused[0].excerpt


def test_an_item_without_its_identifier_is_refused() -> None:
    platform = item_shape(CAPTURES["instagram"])
    assert platform
    assert to_post(platform.said({"caption": {"text": "a"}}), 7, "") == Refusal(7, NO_ID)


def test_columns_that_a_person_names_are_read_as_plain_json_lines(write: Write) -> None:
    path = write("capture.ndjson", ndjson(wrapped(TIKTOK)))
    file = open_file(path, mapping={"text": "data.desc"})
    assert file.format == "jsonl"
    with pytest.raises(ImportRefused, match="--map does not go with zeeschuimer"):
        open_file(path, mapping={"text": "data.desc"}, format_name="zeeschuimer")
    with pytest.raises(ImportRefused, match="does not hold JSON objects"):
        open_file(write("a.csv", "id,text\n1,a\n"), format_name="zeeschuimer")


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
KEYS = sorted({place.partition(".")[0] for platform in shapes_of(ITEM) for group in platform.needs for place in group})


@given(st.dictionaries(st.sampled_from([*KEYS, "author", "caption", "user", "desc"]), JSON_VALUES))
def test_any_item_is_read_or_refused(data: dict[str, Any]) -> None:
    for platform in shapes_of(ITEM):
        assert isinstance(to_post(platform.said(data), 1, ""), PublicPost | Refusal)
    item_shape(data)


def test_newer_items_of_instagram_are_read_with_the_time_in_their_identifier(read: Read) -> None:
    timed = {**POLARIS, "code": "Dx2", "taken_at": 1_795_503_600}
    kind = "XIGPolarisCarouselMedia"
    carousel = {**POLARIS, "code": "Dx3", "__typename": kind, "pk": None, "id": "POLARIS_x", "caption": None}
    items = (wrapped(item, "instagram.com", item_id=item["code"]) for item in (POLARIS, timed, carousel))
    opened = read("capture.ndjson", ndjson(*items))
    first = opened.posts[0]
    assert (first.external_id, first.author, first.engagement) == ("DdLBlHchN22", "xuong_may", {"views": 12})
    assert first.url == "https://www.instagram.com/p/DdLBlHchN22/"
    assert opened.times == ["2026-09-12T03:30:35.026000+00:00", "2026-11-24T07:00:00+00:00"]
    assert opened.refused == [(3, NO_TEXT)]


def test_posts_of_x_that_only_pass_on_another_are_left_out_in_older_forms_too(read: Read) -> None:
    legacy = {**X["legacy"], "id_str": "9", "full_text": "RT @nguoi_tho: Lương"}
    older = {"type": "adaptive", "legacy": {**X["legacy"], "id_str": "8"}, "user": {"screen_name": "tho"}}
    items = (wrapped({**X, "legacy": legacy}, "x.com"), wrapped(older, "x.com", item_id="8"))
    opened = read("x.ndjson", ndjson(*items))
    assert opened.refused == [(1, REPOST)]
    assert [(post.author, post.url) for post in opened.posts] == [("tho", "https://x.com/tho/status/8")]
