"""Rows that no platform should send: they are counted and left, and no later reading fails because of them."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collectors.base import Batch
from monitor.errors import CollectError, PayloadInvalid
from tests.clock import FakeClock
from tests.monitor.collectors.collecting import gone, posts, skipped, texts
from tests.monitor.collectors.hostile import (
    HALF,
    HUGE,
    assert_cursor_storable,
    assert_storable,
    few_examples,
    mutated,
)
from tests.monitor.collectors.hostile_apis import (
    APIS,
    BLUESKY,
    DISCOURSE,
    FACEBOOK,
    MASTODON,
    YOUTUBE,
    Api,
    read_payload,
    read_rows,
)
from tests.monitor.collectors.payloads import (
    PAGE_ID,
    bluesky_page,
    bluesky_record,
    facebook_list,
    youtube_comment,
    youtube_list,
    youtube_thread,
)
from tests.monitor.collectors.youtube_samples import VIDEO

LARGEST = 2**53 - 1

WRONG: dict[Api, dict[str, list[Any]]] = {
    MASTODON: {
        "id": [5, HALF, "", ["5"], HUGE, "abc", "not-a-number", "12.5"],
        "uri": [HALF, "có\0NUL", 7],
        "content": [HALF, ["<p>a</p>"]],
        "spoiler_text": [{}],
        "visibility": [["public"]],
        "account": [
            None,
            [],
            {"acct": {"name": "an"}},
            {"acct": "an", "noindex": "true"},
            {"acct": "an", "indexable": 0},
        ],
    },
    DISCOURSE: {
        "id": [HUGE, 10**30, 2**53, -3, 0, True, 5.0, float("inf"), "5"],
        "topic_id": [HUGE, None],
        "cooked": [HALF, ["<p>a</p>"], {"text": "a"}],
        "username": [[]],
        "post_type": [[], True],
        "hidden": ["no"],
        "user_deleted": [0],
    },
    BLUESKY: {
        "uri": [HALF, 3, "at://did:plc:an/app.bsky.feed.post/a b"],
        "author": [None, {"labels": "none"}],
        "record": [
            [],
            *(bluesky_record(text=text) for text in (HALF, ["a"], "NUL \0")),
            bluesky_record(labels={"values": 3}),
        ],
        "labels": [{}],
    },
    YOUTUBE: {
        "topLevelComment": [
            *(youtube_comment(2) | wrong for wrong in ({"id": HALF}, {"id": 2}, {"id": "a b"}, {"snippet": []})),
            *(youtube_comment(2, textDisplay=text) for text in (HALF, ["a"], "NUL \0")),
            [],
        ],
        "isPublic": ["yes", 0],
    },
    FACEBOOK: {
        "id": [1002, HALF, "९९९_१११", [f"{PAGE_ID}_1002"]],
        "message": [HALF, {"text": "a"}, "NUL \0"],
        "is_published": ["false"],
        "is_hidden": [1],
        "is_private": [[]],
        "privacy": ["SELF", {"value": ["SELF"]}],
    },
}
NO_ROWS: dict[Api, list[Any]] = {
    MASTODON: [None, 7, {"id": "2"}],
    DISCOURSE: [None, 7, {"id": "2"}],
    BLUESKY: [None, 7, {}, {"post": 3}, {"post": {"uri": 1}}, {"post": {}, "reason": 3}],
    YOUTUBE: [None, 7, {}],
    FACEBOOK: [None, 7, {"id": "x"}],
}


def name_of(value: Any) -> str | None:
    return str(value) if isinstance(value, Api | str) and len(str(value)) < 20 else None


@pytest.mark.parametrize(
    ("api", "part", "wrong"),
    [(api, part, each) for api, parts in WRONG.items() for part, some in parts.items() for each in some],
    ids=name_of,
)
async def test_row_that_is_not_as_documented_is_counted_and_the_rest_kept(api: Api, part: str, wrong: Any) -> None:
    row = api.row(2, **{part: wrong})
    await assert_left_out(api, row | {"replies": None} if api is YOUTUBE else row)


@pytest.mark.parametrize(("api", "row"), [(api, each) for api, some in NO_ROWS.items() for each in some], ids=name_of)
async def test_what_is_no_row_is_counted_and_the_rest_kept(api: Api, row: Any) -> None:
    await assert_left_out(api, row)


async def assert_left_out(api: Api, row: Any) -> None:
    batches = await read_rows(api, [api.row(3), row, api.row(1)])
    assert {api.text.format(1), api.text.format(3)} <= set(texts(batches))
    assert api.text.format(2) not in texts(batches)
    assert skipped(batches) == {"malformed": 1}
    assert gone(batches) == []
    assert_cursor_storable(batches[-1].cursor)


NO_COUNTS = (True, HUGE, 10**30, 1.5, float("inf"), "3", [], {})
ODD_PARTS: list[tuple[Api, dict[str, Any], dict[str, Any]]] = [
    *(
        (MASTODON, counts | {"language": 3, "created_at": [], "url": {}, "edited_at": True, "in_reply_to_id": HUGE}, {
            "engagement": {},
            "language": None,
            "published_at": None,
            "url": "https://a.example/users/an/statuses/1",
        })
        for counts in (
            {"replies_count": True, "reblogs_count": HUGE, "favourites_count": 10**30},
            {"replies_count": "1", "reblogs_count": 1.0, "favourites_count": []},
        )
    ),
    (
        DISCOURSE,
        {
            "actions_summary": [7, {"id": 2, "count": True}],
            "reply_count": HUGE,
            "version": [],
            "created_at": 3,
            "topic_slug": "a b",
            "user_id": float("inf"),
            "reply_to_post_number": [HUGE],
        },
        {"engagement": {}, "published_at": None, "edited_at": None},
    ),
    (
        BLUESKY,
        {
            "record": bluesky_record(1, langs=["vi", HALF, 3], facets=[7, {"index": 3}], embed=[], createdAt=True),
            "likeCount": True,
            "replyCount": HUGE,
            "repostCount": 10**30,
            "indexedAt": [],
        },
        {"text": "Bài số 1", "language": "vi", "engagement": {}, "published_at": None},
    ),
    (DISCOURSE, {"actions_summary": "x"}, {"engagement": {"replies": 3}}),
    (
        BLUESKY,
        {"record": {"text": "Bài số 1", "langs": 3}, "indexedAt": None},
        {"language": None, "published_at": None},
    ),
    *(
        (
            YOUTUBE,
            {
                "topLevelComment": youtube_comment(1, likeCount=count, authorChannelId=[], updatedAt={}),
                "totalReplyCount": count,
            },
            {"engagement": {"replies": 0}, "author": None},
        )
        for count in NO_COUNTS[:-1]
    ),
    *(
        (
            FACEBOOK,
            {
                "comments": {"summary": {"total_count": count}},
                "reactions": {"summary": {"total_count": count}},
                "shares": {"count": count},
                "like_count": count,
                "comment_count": count,
                "from": count,
                "permalink_url": HALF,
            },
            {"engagement": {}, "author": PAGE_ID, "url": f"https://www.facebook.com/{PAGE_ID}_1001"},
        )
        for count in NO_COUNTS
    ),
]  # fmt: skip


@pytest.mark.parametrize(("api", "changes", "expected"), ODD_PARTS, ids=name_of)
async def test_part_that_makes_no_sense_costs_no_post(
    api: Api, changes: dict[str, Any], expected: dict[str, Any]
) -> None:
    batches = await read_rows(api, [api.row(1, **changes)])
    post = posts(batches)[0]
    assert {name: getattr(post, name) for name in expected} == expected
    assert skipped(batches) == {}
    assert_cursor_storable(batches[-1].cursor)


async def test_discourse_names_an_author_and_an_address_in_spite_of_odd_parts() -> None:
    odd = DISCOURSE.row(1, topic_slug="a b", user_id=float("inf"))
    (post,) = posts(await read_rows(DISCOURSE, [odd]))
    assert (post.author or "").startswith("an@")
    assert (post.url or "").endswith("/t/-/12/1")


@pytest.mark.parametrize(
    ("api", "changes"),
    [
        (BLUESKY, lambda later: {"indexedAt": later}),
        (FACEBOOK, lambda later: {"created_time": later}),
        (YOUTUBE, lambda later: {"topLevelComment": youtube_comment(1, publishedAt=later)}),
    ],
    ids=["bluesky", "facebook", "youtube"],
)
async def test_time_that_has_not_come_yet_does_not_become_the_cursor(clock: FakeClock, api: Api, changes: Any) -> None:
    later = (clock.now() + timedelta(days=400)).isoformat()
    batches = await read_rows(api, [api.row(1, **changes(later))])
    now = clock.now().isoformat()
    assert (batches[-1].cursor or {})["newest"] == ({VIDEO: now} if api is YOUTUBE else now)


@pytest.mark.parametrize(
    ("api", "watched", "single"),
    [
        *((DISCOURSE, "2", single) for single in ([], {}, {"id": HUGE}, {"id": "2"}, 7, None)),
        *((YOUTUBE, "Ugz7", youtube_list(row)) for row in (None, 7, {"id": HALF}, {"id": HUGE})),
        *(
            (FACEBOOK, f"{PAGE_ID}_1002", single)
            for single in ({}, {"id": HUGE}, {"id": f"{PAGE_ID}_1002", "message": HALF})
        ),
    ],
)
async def test_watched_post_whose_answer_is_malformed_is_not_gone(api: Api, watched: str, single: Any) -> None:
    batches = await read_rows(api, [api.row(3), api.row(1)], single=single, watched=(watched,))
    assert gone(batches) == []
    assert api is not FACEBOOK or skipped(batches) == {"malformed": 1}


@pytest.mark.parametrize(
    ("api", "spoilt"),
    [
        (MASTODON, {"newest": HALF, "recent": []}),
        *((DISCOURSE, {"category": None, "newest": bad}) for bad in (10**400, "5", True, HALF, [3], -5)),
    ],
)
async def test_cursor_that_cannot_be_asked_for_begins_anew(api: Api, spoilt: Any) -> None:
    (first, *_) = await read_rows(api, [api.row(1)])
    batches = await read_rows(api, [api.row(1)], [Batch(fetched=first.fetched, cursor=spoilt)])
    assert "Bài số 1" in texts(batches)
    assert_cursor_storable(batches[-1].cursor)


@pytest.mark.parametrize(
    ("api", "identifier", "newest"),
    [
        (MASTODON, HALF, "2"),
        (MASTODON, "abc", "2"),
        (MASTODON, "01JD5KJ9ZQ3Y8XW2V7T6R5P4N3", "2"),  # an identifier of another make of server
        (MASTODON, str(10**40), None),
        (DISCOURSE, HUGE, 2),
        (DISCOURSE, 10**30, 2),
        (DISCOURSE, LARGEST, LARGEST),
    ],
)
async def test_strange_identifier_makes_no_later_reading_fail_or_miss_posts(
    api: Api, identifier: Any, newest: Any
) -> None:
    first = await read_rows(api, [api.row(5, id=identifier), api.row(2)])
    assert newest is None or (first[-1].cursor or {})["newest"] == newest
    second = await read_rows(api, [api.row(3), api.row(2)], first)
    assert "Bài số 3" in texts(second)
    assert str((second[-1].cursor or {})["newest"]) == "3"
    third = await read_rows(api, [api.row(4), api.row(3), api.row(2)], second)
    assert "Bài số 4" in texts(third)


async def test_watched_numbers_that_no_forum_has_are_not_asked_after() -> None:
    batches = await read_rows(DISCOURSE, [DISCOURSE.row(1)], watched=("9" * 5000, "९९", "-1"))
    assert gone(batches) == []


async def test_opt_out_among_broken_labels_is_honoured() -> None:
    labels = [7, {"val": []}, {"val": "!no-unauthenticated"}]
    of_author = BLUESKY.row(1, author={"labels": labels})
    of_post = BLUESKY.row(2, record=bluesky_record(labels={"values": labels}))
    assert skipped(await read_rows(BLUESKY, [of_author, of_post])) == {"author opted out": 2}


async def test_cursor_that_cannot_be_sent_ends_the_reading() -> None:
    payload = bluesky_page(BLUESKY.row(1), cursor=HALF)
    assert texts(await read_payload(BLUESKY, payload)) == ["Bài số 1"]


async def test_next_page_without_an_address_is_an_error_of_ours() -> None:
    with pytest.raises(PayloadInvalid, match="cannot be followed"):
        await read_payload(FACEBOOK, facebook_list(FACEBOOK.row(1), following="https://[x"))


async def test_reply_that_is_not_as_documented_is_counted() -> None:
    row = youtube_thread(1) | {"replies": {"comments": [7, youtube_comment(10, textDisplay=HALF)]}}
    batches = await read_rows(YOUTUBE, [row])
    assert [post.external_id for post in posts(batches)] == ["Ugz1"]
    assert skipped(batches) == {"malformed": 2}


@pytest.mark.parametrize("api", APIS, ids=str)
@few_examples
@given(data=st.data())
async def test_no_answer_spoils_later_readings(api: Api, data: st.DataObject) -> None:
    batches: list[Batch] = []
    with suppress(CollectError):
        batches = await read_payload(api, data.draw(mutated(api.of(2, 1))))
    assert_storable(posts(batches))
    for batch in batches:
        assert_cursor_storable(batch.cursor)
    later = await read_payload(api, api.of(4, 3), batches)
    assert {api.text.format(3), api.text.format(4)} <= set(texts(later))
    last = await read_payload(api, api.of(6, 5), later)
    assert {api.text.format(5), api.text.format(6)} <= set(texts(last))
    assert_cursor_storable(last[-1].cursor)
